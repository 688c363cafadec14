// SPDX-License-Identifier: Apache-2.0
// The job model on long days of operation: absences, planned stops, forgotten drains, costs that must not grow.
#include "libs/cluster/model/scheduler.hpp"

#include <catch2/catch.hpp>

#include "test/unit/cluster/model/scheduler_fixture.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using Fixture = SchedulerFixture;

TEST_CASE("a result is worth as much after its attempt was given up, until the block is final") {
    Policy p;
    p.attempt_deadline_ms = 2'000, p.node_silence_ms = 600'000;
    Fixture f(p);
    f.job();
    const Node a = f.node("a"), b = f.node("b");
    f.fetch(1);
    const auto t = f.claim(a);
    f.pass(2'500);
    REQUIRE(f.s->counters()["retry_attempt_deadline"] == 1);
    SECTION("nobody has the task yet") {
        CHECK(f.finish(*t) == "accepted");
        CHECK(f.block(1).state == BlockState::aggregating);
    }
    SECTION("another node has it: that one stops") {
        f.now += 1'000;
        const auto u = f.claim(b);
        REQUIRE(u);
        CHECK(f.finish(*t) == "accepted");
        CHECK(f.block(1).state == BlockState::aggregating);
        CHECK(*f.s->heartbeat("b", b.epoch, {{u->attempt.id, 1, "proving", 1, 2, 0}}) ==
              std::vector<std::string>{u->attempt.id});
        CHECK(f.finish(*u) == "late");
    }
    SECTION("another node was done first") {
        f.now += 1'000;
        CHECK(f.finish(*f.claim(b)) == "accepted");
        CHECK(f.finish(*t) == "late");
    }
    SECTION("a late failure says nothing") { CHECK(f.finish(*t, false) == "late"); }
    SECTION("the job is cancelled") {
        REQUIRE(f.s->cancel_job(JobId{1}));
        CHECK(f.finish(*t) == "late");
        CHECK(f.block(1).state == BlockState::cancelled);
    }
}

TEST_CASE("time in which the coordinator did not run counts against nobody") {
    Policy p;
    p.attempt_silence_ms = 5'000, p.attempt_deadline_ms = 20'000, p.node_silence_ms = 3'000;
    Fixture f(p);
    JobRequest r;
    r.mode = "reproduce", r.start = 1, r.deadline_ms = 30'000;
    const Job job = *f.s->create_job(r);
    const Node a = f.node("a");
    f.fetch(1);
    const auto t = f.claim(a);
    REQUIRE(f.s->tick());
    SECTION("stopped") {
        f.now += 600'000;
        REQUIRE(f.s->tick());
    }
    SECTION("killed") {
        const int64_t alive = f.now;
        f.now += 600'000;
        f.reopen(p);
        f.s = std::make_unique<Scheduler>(*f.store, p, [&f] { return f.now; });
        REQUIRE(f.s->recover(alive));
        REQUIRE(f.s->tick());
    }
    CHECK(f.s->nodes()[0].state == NodeState::live);
    CHECK(f.s->running_attempts().size() == 1);
    CHECK(f.s->job(job.id)->state == JobState::running);
    // The rest of each limit is what it was.
    for (int i = 0; i < 25 && f.s->running_attempts().size() == 1; i++) {
        f.pass(1'000);
        REQUIRE(f.s->heartbeat("a", a.epoch, {{t->attempt.id, static_cast<uint64_t>(i + 1), "proving", 1, 2, 0}}));
    }
    CHECK(f.s->counters()["retry_attempt_deadline"] == 1);
    f.pass(20'000);
    CHECK(f.s->job(job.id)->state == JobState::failed);
}

TEST_CASE("a node that was silent takes its work back, if nobody else has it") {
    Policy p;
    p.node_silence_ms = 3'000;
    Fixture f(p);
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    const auto t = f.claim(a);
    const std::vector<AttemptProgress> report = {{t->attempt.id, 1, "proving", 1, 2, 0}};
    f.pass(3'500);
    REQUIRE(f.s->nodes()[0].state == NodeState::lost);
    const Node again = f.node("a");
    SECTION("in time") {
        CHECK(f.s->heartbeat("a", again.epoch, report)->empty());
        f.now += 1'000;
        CHECK_FALSE(f.claim(again));
        CHECK(f.finish(*t) == "accepted");
        CHECK(f.block(1).attempts == 1);
    }
    SECTION("somebody else has it") {
        const Node b = f.node("b");
        f.now += 1'000;
        REQUIRE(f.claim(b));
        CHECK(f.s->heartbeat("a", again.epoch, report)->size() == 1);
    }
    SECTION("a new process has not") {
        f.node("a", "worker", "another process");
        CHECK(f.s->running_attempts().empty());
    }
}

TEST_CASE("an aggregator that accuses a subblock that is not there is at fault itself") {
    Policy p;
    p.attempts = 2;
    Fixture f(p);
    f.job();
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    f.fetch(2);
    f.finish(*f.claim(w)), f.finish(*f.claim(w));
    const std::string index = GENERATE("2", "18446744073709551615", "-1", "1x", "");
    for (int i = 0; i < 2; i++) {
        f.now += 10'000;
        const auto t = f.claim(g);
        REQUIRE(t);
        CHECK(f.finish(*t, false, "bad_subblock_proof", index) == "accepted");
    }
    CHECK(f.block(1).state == BlockState::failed);
    CHECK_THAT(f.block(1).reason, Catch::StartsWith("bad_subblock_proof: aggregate 0 failed 2 times"));
}

TEST_CASE("an attempt is charged to what ended it") {
    Policy p;
    p.attempts = 2;
    Fixture f(p);
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    SECTION("planned stops, lost answers and full disks of nodes are not the task's") {
        for (const char* code :
             {"node_stopping", "file_unwritable", "node_stopping", "blob_missing", "node_stopping"}) {
            f.now += 60'000;
            const auto t = f.claim(a);
            REQUIRE(t);
            CHECK(t->attempt.chunk_cycles == p.chunk_ladder[0]);
            f.finish(*t, false, code);
        }
        f.now += 60'000;
        CHECK(f.finish(*f.claim(a)) == "accepted");
    }
    SECTION("but not for ever") {
        uint64_t tries = 0;
        for (; f.block(1).state == BlockState::proving; tries++) {
            f.now += 60'000;
            f.finish(*f.claim(a), false, "file_unwritable");
        }
        CHECK(tries == MAX_EXCUSED + p.attempts);
        CHECK_THAT(f.block(1).reason, Catch::Contains("file_unwritable"));
    }
}

TEST_CASE("a latest job: each block has its number before anybody fetches it, and none waits for another") {
    Fixture f;
    JobRequest r;
    r.mode = "latest", r.count = 3;
    const Job job = *f.s->create_job(r);
    CHECK(f.s->waits_for_head());
    CHECK_FALSE(*f.s->begin_fetch());                      // not from folders
    CHECK_FALSE(*f.s->begin_fetch(InputSource::node, 0));  // the head is not known
    const auto first = *f.s->begin_fetch(InputSource::node, 100);
    REQUIRE(first);
    CHECK(first->number == 100);
    CHECK_FALSE(*f.s->begin_fetch(InputSource::node, 100));  // 101 is not there yet
    REQUIRE(f.s->fetch_failed(first->id, {"block_invalid", "m"}, true));
    CHECK(f.block(100).state == BlockState::failed);
    const auto second = *f.s->begin_fetch(InputSource::node, 105);
    REQUIRE(second);
    CHECK(second->number == 101);
    REQUIRE(f.s->fetched(second->id, Fixture::facts(101), {"in"}, "agg"));
    f.reopen();
    CHECK((*f.s->begin_fetch(InputSource::node, 105))->number == 102);
    CHECK_FALSE(f.s->waits_for_head());
    CHECK(f.s->job(job.id)->start == 100);
}

TEST_CASE("waiting programs and a node that does not answer hold up no other block") {
    Policy p;
    p.blocks_in_flight = 1, p.read_ahead = 1;
    Fixture f(p);
    JobRequest program, range;
    program.mode = "program", program.elf = "e", program.stdin_blob = "s";
    for (int i = 0; i < 10; i++) REQUIRE(f.s->create_job(program));
    range.mode = "range", range.start = 500, range.count = 10;
    REQUIRE(f.s->create_job(range));
    REQUIRE(*f.s->begin_fetch(InputSource::node));
    REQUIRE(*f.s->begin_fetch(InputSource::node));  // both hang
    CHECK_FALSE(*f.s->begin_fetch(InputSource::node));
    f.job(1, 2);
    CHECK(f.fetch(1).number == 1);
    CHECK(f.fetch(1).number == 2);
    CHECK_FALSE(*f.s->begin_fetch());
}

TEST_CASE("a drain is remembered over absence, a new process and a restart of the coordinator") {
    Policy p;
    p.node_silence_ms = 3'000;
    Fixture f(p);
    f.node("a");
    const bool absent = GENERATE(false, true);
    if (absent) f.pass(4'000);
    REQUIRE(f.s->drain_node("a", true));
    CHECK(f.s->nodes()[0].state == (absent ? NodeState::lost : NodeState::draining));
    f.reopen(p);
    f.pass(4'000);
    CHECK(f.s->nodes()[0].state == NodeState::lost);
    CHECK(f.node("a", "worker", "another process").state == NodeState::draining);
    REQUIRE(f.s->drain_node("a", false, true));  // dry run
    CHECK(f.s->nodes()[0].state == NodeState::draining);
    REQUIRE(f.s->drain_node("a", false));
    CHECK(f.s->nodes()[0].state == NodeState::live);
}

TEST_CASE("the same idempotency key with another request is a conflict") {
    Fixture f;
    JobRequest r;
    r.mode = "reproduce", r.start = 1, r.count = 2, r.idempotency_key = "k";
    const Job job = *f.s->create_job(r);
    CHECK(f.s->create_job(r)->id == job.id);
    SECTION("start") { r.start = 2; }
    SECTION("count") { r.count = 3; }
    SECTION("mode") { r.mode = "range"; }
    SECTION("priority") { r.priority = 1; }
    SECTION("deadline") { r.deadline_ms = 1; }
    CHECK(f.s->create_job(r).error().code == "idempotency_conflict");
}

TEST_CASE("the cost of a block does not depend on history, nor that of a job on its length") {
    const auto spent = [](Fixture& f, const auto& what) {
        const uint64_t before = f.store->work();
        what();
        return f.store->work() - before;
    };
    Fixture f;
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    uint64_t next = 1;
    const auto one_block = [&] {
        f.job(next, 1);
        f.fetch(1);
        f.prove_all(w, g);
        REQUIRE(f.s->verified((*f.s->begin_verify())->id, f.claims(next++), 1));
        REQUIRE(f.s->tick());
        f.s->finished_blocks(20);
        f.s->block_counts();
        f.s->take_ended(10);
        f.s->uses_blob("in0");
    };
    for (int i = 0; i < 20; i++) one_block();
    const uint64_t young = spent(f, one_block);
    // A long history, written as it would have come about.
    REQUIRE(f.store->transaction([&]() -> HostResult<void> {
        for (int i = 0; i < 3000; i++) {
            Job j;
            j.mode = "reproduce", j.count = j.made = 1, j.finished_ms = f.now, j.state = JobState::done;
            f.store->insert(j);
            Block b;
            b.job = j.id, b.source = "folders", b.number = 1'000'000 + static_cast<uint64_t>(i),
            b.proof = "p" + std::to_string(i);
            b.state = BlockState::proven, b.finished_ms = f.now;
            f.store->insert(b);
            Task t;
            t.block = b.id, t.state = TaskState::done, t.stdin_blob = "old" + std::to_string(i);
            f.store->insert(t);
        }
        return {};
    }));
    const uint64_t old = spent(f, one_block);
    CHECK(old < young + young / 5);
    Job job;
    const uint64_t made = spent(f, [&] { job = f.job(2'000'000, MAX_BLOCKS_PER_JOB); });
    CHECK(made < 20 * young);
    CHECK(f.s->block_counts()[BlockState::queued] == MAX_BLOCKS_PER_JOB);
    CHECK(spent(f, [&] { REQUIRE(f.s->begin_fetch()); }) < young);
    CHECK(spent(f, [&] { REQUIRE(f.s->cancel_job(job.id)); }) < 20 * young);
    CHECK(f.s->block_counts()[BlockState::queued] == 0);
}

TEST_CASE("a long job's blocks are made as their turn comes, all of them") {
    Policy p;
    p.blocks_in_flight = 1000;
    Fixture f(p);
    const Job job = f.job(1, 3 * BLOCKS_MADE_AHEAD);
    CHECK(f.s->job(job.id)->made == BLOCKS_MADE_AHEAD);
    uint64_t n = 0;
    while (auto b = *f.s->begin_fetch()) {
        CHECK(b->number == ++n);
        REQUIRE(f.s->fetch_failed(b->id, {"input_missing", "m"}, true));
    }
    CHECK(n == job.count);
    CHECK(f.s->job(job.id)->state == JobState::failed);
    CHECK(f.s->take_ended(1000).size() == job.count);
    CHECK(f.s->take_ended(1000).empty());
}

TEST_CASE("reasons that nodes make up are counted within bounds") {
    Policy p;
    p.attempts = 100'000;
    Fixture f(p);
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    for (size_t i = 0; i < 2 * MAX_COUNTERS; i++) {
        f.now += 1'000'000;
        f.finish(*f.claim(a), false, i % 2 ? "code" + std::to_string(i) : "evil\n{code}" + std::to_string(i));
    }
    CHECK(f.s->counters().size() <= MAX_COUNTERS + 1);
    CHECK(f.s->counters()["other"] > 0);
}

TEST_CASE("tuning counts from the next attempt on, and a refused change leaves all as it was") {
    Fixture f;
    f.job(1, 2);
    const Node w = f.node("w");
    f.fetch();
    const auto first = f.claim(w);
    REQUIRE(first);
    TuningChange change;
    change.chunk_cycles = 4096, change.retry_chunk_cycles = {2048};
    REQUIRE(f.s->tune(change, true)->chunk_cycles == 4096);
    CHECK(f.s->tuning().chunk_cycles == first->attempt.chunk_cycles);
    REQUIRE(f.s->tune(change));
    CHECK(f.s->events_after(0, 1000).back().type == "tuning");
    const auto second = f.claim(w);
    REQUIRE(second);
    CHECK(second->attempt.chunk_cycles == 4096);
    CHECK(first->attempt.chunk_cycles != 4096);
    change.retry_chunk_cycles = {7};
    CHECK(f.s->tune(change).error().code == "json_bad");
    CHECK(f.s->tuning().retry_chunk_cycles == std::vector<uint64_t>{2048});
}
