// SPDX-License-Identifier: Apache-2.0
// One conformance suite for every implementation of Store.
#include "libs/cluster/store.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "test/unit/cluster/temp_dir.hpp"

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
    const auto b = (*s)->blocks_of(job.id);
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
            t.idx = x.number;
            (*s)->insert(t);
        }
        return {};
    }));
    const auto t = (*s)->ready_tasks(TaskKind::subblock, 999, 10);
    REQUIRE(t.size() == 2);
    CHECK(t[0].idx == 3);
    CHECK(t[1].idx == 1);
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
        (*s)->trim_events(2);
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
