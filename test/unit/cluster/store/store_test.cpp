// SPDX-License-Identifier: Apache-2.0
// One conformance suite for every implementation of Store.
#include "libs/cluster/store/store.hpp"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TempDir;

namespace {

HostResult<void> fill(Store& s, Job& job, std::vector<Block>& blocks) {
    return s.transaction([&]() -> HostResult<void> {
        s.insert(job);
        for (size_t i = 0; i < blocks.size(); i++) {
            blocks[i].job = job.id;
            blocks[i].ordinal = i;
            blocks[i].priority = job.priority;
            s.insert(blocks[i]);
        }
        return {};
    });
}

}  // namespace

TEST_CASE("rows come back as written, after reopening too") {
    const TempDir dir;
    Job job;
    job.mode = "reproduce";
    job.start = 7;
    job.count = 2;
    job.idempotency_key = "k";
    std::vector<Block> blocks(2);
    blocks[0].number = 7;
    blocks[0].reason = "it's \"quoted\" \n";
    blocks[0].verify_milliseconds = 1.25;
    blocks[1].number = 8;
    blocks[1].hash = "0xab";
    {
        auto s = open_sqlite_store(dir.path / "s.db");
        REQUIRE(s);
        REQUIRE(fill(**s, job, blocks));
        CHECK(static_cast<int64_t>(job.id) > 0);
    }
    auto s = open_sqlite_store(dir.path / "s.db");
    REQUIRE(s);
    const auto j = (*s)->job(job.id);
    REQUIRE(j);
    CHECK(j->start == 7);
    CHECK((*s)->job_by_key("k")->id == job.id);
    CHECK_FALSE((*s)->job_by_key("other"));
    const auto b = (*s)->blocks_of(job.id, 0, 10);
    REQUIRE(b.size() == 2);
    CHECK(b[0].reason == blocks[0].reason);
    CHECK(b[0].verify_milliseconds == 1.25);
    CHECK((*s)->block_by_hash("0xab")->number == 8);
    CHECK((*s)->block_counts().at(BlockState::queued) == 2);
}

TEST_CASE("a failing body and a failing statement both roll everything back") {
    const TempDir dir;
    auto s = open_sqlite_store(dir.path / "s.db");
    Job job;
    const auto r = (*s)->transaction([&]() -> HostResult<void> {
        (*s)->insert(job);
        return fail("my_reason", "no");
    });
    CHECK(r.error().code == "my_reason");
    CHECK((*s)->jobs(0, 10).empty());
    const auto q = (*s)->transaction([&]() -> HostResult<void> {
        (*s)->insert(job);
        Block ghost;
        ghost.id = BlockId{99};
        (*s)->update(ghost);  // no such row
        (*s)->insert(job);
        return {};
    });
    CHECK(q.error().code == "store_failed");
    CHECK((*s)->jobs(0, 10).empty());
    std::vector<Block> none;
    CHECK(fill(**s, job, none));  // usable again
}

TEST_CASE("scheduling order is priority, then age, then position") {
    const TempDir dir;
    auto s = open_sqlite_store(dir.path / "s.db");
    Job low, high;
    high.priority = 5;
    std::vector<Block> first(2), second(1);
    first[0].number = 1, first[1].number = 2, second[0].number = 3;
    REQUIRE(fill(**s, low, first));
    REQUIRE(fill(**s, high, second));
    const auto b = (*s)->blocks_in(BlockState::queued, 10);
    REQUIRE(b.size() == 3);
    CHECK(b[0].number == 3);
    CHECK(b[1].number == 1);
    CHECK(b[2].number == 2);
    REQUIRE((*s)->transaction([&]() -> HostResult<void> {
        for (const auto& x : b) {
            Task t;
            t.block = x.id;
            t.state = TaskState::ready;
            t.not_before_ms = x.number == 2 ? 1000 : 0;
            t.index = x.number;
            (*s)->insert(t);
        }
        return {};
    }));
    const auto t = (*s)->ready_tasks(TaskKind::subblock, 999, 10);
    REQUIRE(t.size() == 2);
    CHECK(t[0].index == 3);
    CHECK(t[1].index == 1);
    CHECK((*s)->ready_tasks(TaskKind::subblock, 1000, 10).size() == 3);
    CHECK((*s)->ready_tasks(TaskKind::aggregate, 1000, 10).empty());
}

TEST_CASE("attempts, nodes and events") {
    const TempDir dir;
    auto s = open_sqlite_store(dir.path / "s.db");
    REQUIRE((*s)->transaction([&]() -> HostResult<void> {
        Attempt a;
        a.id = "a1", a.task = TaskId{4};
        (*s)->insert(a);
        a.id = "a2", a.state = AttemptState::lost;
        (*s)->insert(a);
        Node n;
        n.id = "n", n.role = "worker";
        (*s)->insert(n);
        n.epoch = 3;
        (*s)->update(n);
        for (int i = 0; i < 5; i++) {
            Event e;
            e.type = "job";
            (*s)->insert(e);
        }
        return {};
    }));
    CHECK((*s)->running_attempts().size() == 1);
    CHECK((*s)->attempts_of(TaskId{4}).size() == 2);
    CHECK((*s)->node("n")->epoch == 3);
    CHECK((*s)->events_after(3, 10).size() == 2);
    REQUIRE((*s)->transaction([&]() -> HostResult<void> {
        (*s)->trim_events(2, 100);
        return {};
    }));
    CHECK((*s)->events_after(0, 10).size() == 2);
    CHECK((*s)->last_event() == 5);
    CHECK((*s)->transaction([&]() -> HostResult<void> {
                  Attempt again;
                  again.id = "a1";
                  (*s)->insert(again);
                  return {};
              })
              .error()
              .code == "store_failed");
}

TEST_CASE("a damaged file is refused, not overwritten") {
    const TempDir dir;
    std::ofstream(dir.path / "s.db") << std::string(8192, 'x');
    const auto s = open_sqlite_store(dir.path / "s.db");
    REQUIRE_FALSE(s);
    CHECK(s.error().code == "store_damaged");
    CHECK(std::filesystem::file_size(dir.path / "s.db") == 8192);
    CHECK(open_sqlite_store("/nonexistent/s.db").error().code == "store_failed");
}

TEST_CASE("a store of schema 1 is brought up to date, with what it held") {
    const TempDir dir;
    // As version 0.1.0 made it; rows of each mode, one of them a latest job that had fetched its first block.
    constexpr const char* SCHEMA_1 = R"(
        CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, mode TEXT NOT NULL, start INTEGER NOT NULL,
          count INTEGER NOT NULL, priority INTEGER NOT NULL, deadline_ms INTEGER NOT NULL,
          idempotency_key TEXT NOT NULL, state TEXT NOT NULL, created_ms INTEGER NOT NULL,
          finished_ms INTEGER NOT NULL, proven INTEGER NOT NULL, failed INTEGER NOT NULL);
        CREATE TABLE blocks (id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, ordinal INTEGER NOT NULL,
          number INTEGER NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
          reason_hint TEXT NOT NULL, chain_id INTEGER NOT NULL, gas_used INTEGER NOT NULL,
          transactions INTEGER NOT NULL, subblocks INTEGER NOT NULL, cycles INTEGER NOT NULL, hash TEXT NOT NULL,
          parent_hash TEXT NOT NULL, state_root TEXT NOT NULL, fork TEXT NOT NULL, elf TEXT NOT NULL,
          stdin_blob TEXT NOT NULL, proof TEXT NOT NULL, proof_bytes INTEGER NOT NULL, attempts INTEGER NOT NULL,
          fetches INTEGER NOT NULL, claims TEXT NOT NULL, created_ms INTEGER NOT NULL, fetch_ms INTEGER NOT NULL,
          ready_ms INTEGER NOT NULL, proving_ms INTEGER NOT NULL, aggregating_ms INTEGER NOT NULL,
          verifying_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL, verify_milliseconds REAL NOT NULL);
        CREATE INDEX jobs_by_state ON jobs(state);
        CREATE INDEX blocks_by_state ON blocks(state);
        CREATE TABLE nodes (id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, epoch INTEGER NOT NULL,
          instance TEXT NOT NULL, url TEXT NOT NULL, version TEXT NOT NULL, slots INTEGER NOT NULL,
          state TEXT NOT NULL, registered_ms INTEGER NOT NULL, last_seen_ms INTEGER NOT NULL, info TEXT NOT NULL);
        INSERT INTO jobs VALUES (1,'reproduce',7,1,3,0,'','done',1,9,1,0), (2,'latest',0,3,0,0,'','running',1,0,1,0),
          (3,'program',0,1,0,0,'','queued',1,0,0,0);
        CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, block INTEGER NOT NULL, kind TEXT NOT NULL,
          idx INTEGER NOT NULL, state TEXT NOT NULL, stdin_blob TEXT NOT NULL, output TEXT NOT NULL,
          output_bytes INTEGER NOT NULL, attempts INTEGER NOT NULL, avoid TEXT NOT NULL, current TEXT NOT NULL,
          not_before_ms INTEGER NOT NULL, gas INTEGER NOT NULL, chunks INTEGER NOT NULL, cycles INTEGER NOT NULL,
          seconds REAL NOT NULL, stats TEXT NOT NULL);
        CREATE INDEX tasks_by_block ON tasks(block, kind, idx);
        INSERT INTO tasks VALUES (1,1,'subblock',6,'done','','',0,1,'','',0,0,0,0,0,'');
        INSERT INTO nodes VALUES ('n','n','worker',4,'i','','',1,'draining',1,1,'{}');
        PRAGMA user_version=1;)";
    std::string rows;
    const auto block = [&](int id, int job, int ordinal, int number, const char* state, const char* elf, int finished) {
        rows += "INSERT INTO blocks VALUES (" + std::to_string(id) + "," + std::to_string(job) + "," +
                std::to_string(ordinal) + "," + std::to_string(number) + ",'/folder','" + state +
                "','','',1,0,0,0,0,'','','','','" + elf + "','','',0,0,0,'',1,0,0,0,0,0," + std::to_string(finished) +
                ",0);";
    };
    block(1, 1, 0, 7, "proven", "", 9);
    block(2, 2, 0, 100, "proven", "", 9), block(3, 2, 1, 0, "queued", "", 0), block(4, 2, 2, 0, "queued", "", 0);
    block(5, 3, 0, 0, "inputs_ready", "e", 0);
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open((dir.path / "s.db").c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, (SCHEMA_1 + rows).c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
    for (int again = 0; again < 2; again++) {  // the second time it is up to date already
        const auto s = open_sqlite_store(dir.path / "s.db");
        REQUIRE(s);
        CHECK((*s)->blocks_of(JobId{1}, 0, 9).at(0).source == "folders");
        CHECK((*s)->blocks_of(JobId{1}, 0, 9).at(0).priority == 3);
        CHECK((*s)->job(JobId{2})->start == 100);
        CHECK((*s)->job(JobId{2})->made == 3);
        const auto waiting = (*s)->queued_blocks("head", 1000, 9);
        REQUIRE(waiting.size() == 2);
        CHECK(waiting[0].number == 101);
        CHECK(waiting[1].number == 102);
        CHECK((*s)->tasks_of(BlockId{1}).at(0).index == 6);
        CHECK((*s)->node("n")->drained);
        CHECK((*s)->block_counts() == std::map<BlockState, uint64_t>{{BlockState::queued, 2},
                                                                     {BlockState::inputs_ready, 1},
                                                                     {BlockState::proven, 2}});
        CHECK((*s)->block_counts(false)[BlockState::inputs_ready] == 0);
    }
}

TEST_CASE("a store of schema 3 gets the columns it lacks") {
    const TempDir dir;
    Block b;
    b.job = JobId{1}, b.number = 7, b.state = BlockState::proven, b.run_id = "new";
    REQUIRE(open_sqlite_store(dir.path / "s.db"));
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open((dir.path / "s.db").c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, "ALTER TABLE blocks DROP COLUMN run_id; PRAGMA user_version=3", nullptr, nullptr,
                         nullptr) == SQLITE_OK);
    sqlite3_close(db);
    const auto s = open_sqlite_store(dir.path / "s.db");
    REQUIRE(s);
    REQUIRE((*s)->transaction([&]() -> HostResult<void> {
        (*s)->insert(b);
        return {};
    }));
    const auto rows = (*s)->blocks_of(JobId{1}, 0, 9);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].run_id == "new");
}
