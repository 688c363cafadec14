// SPDX-License-Identifier: Apache-2.0
// The job model against a clock that the test moves.
#include "libs/cluster/model/scheduler.hpp"

#include <catch2/catch.hpp>

#include "test/unit/cluster/model/scheduler_fixture.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using Fixture = SchedulerFixture;

TEST_CASE("a block goes through its states in order") {
    Fixture f;
    const Job job = f.job(5);
    CHECK(f.block(5).state == BlockState::queued);
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    CHECK_FALSE(f.claim(w));
    CHECK(f.fetch().state == BlockState::proving);
    CHECK_FALSE(f.claim(g));
    const auto a = f.claim(w), b = f.claim(w);
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->task.index == 0);
    CHECK_FALSE(f.claim(w));
    CHECK(f.finish(*b) == "accepted");
    CHECK(f.block(5).state == BlockState::proving);
    CHECK(f.finish(*a) == "accepted");
    CHECK(f.block(5).state == BlockState::aggregating);
    const auto c = f.claim(g);
    REQUIRE(c);
    CHECK(c->proofs == std::vector<std::string>{"out0", "out1"});
    CHECK_FALSE(*f.s->begin_verify());
    CHECK(f.finish(*c) == "accepted");
    const auto v = *f.s->begin_verify();
    REQUIRE(v);
    CHECK_FALSE(*f.s->begin_verify());  // handed out once
    REQUIRE(f.s->verified(v->id, f.claims(5), 3.5));
    CHECK(f.block(5).state == BlockState::proven);
    CHECK(f.s->job(job.id)->state == JobState::done);
    // Nothing moves a proven block.
    REQUIRE(f.s->rejected(v->id, {"x", "y"}));
    CHECK(f.s->cancel_job(job.id).error().code == "job_final");
    CHECK(f.finish(*c) == "duplicate");
    CHECK(f.block(5).state == BlockState::proven);
}

TEST_CASE("a proof of another block is not this block's") {
    Fixture f;
    f.job(5);
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    f.fetch();
    f.prove_all(w, g);
    const auto v = *f.s->begin_verify();
    auto wrong = f.claims(5);
    SECTION("number") { wrong.number = 6; }
    SECTION("hash") { wrong.block_hash = "0xother"; }
    SECTION("chain") { wrong.chain_id = 2; }
    SECTION("parent") { wrong.parent_hash = "0xother"; }
    SECTION("state root") { wrong.state_root = "0xother"; }
    REQUIRE(f.s->verified(v->id, wrong, 1));
    CHECK(f.block(5).state == BlockState::aggregating);
    CHECK(f.block(5).proof.empty());
    f.now += 10'000;
    REQUIRE(f.claim(g));
}

TEST_CASE("failures move to another worker, then to smaller chunks, then end the block") {
    Policy p;
    p.attempts = 4;
    p.chunk_ladder = {4096, 2048};
    Fixture f(p);
    const Job job = f.job(1, 2);
    const Node a = f.node("a"), b = f.node("b");
    f.fetch(1);
    std::vector<std::string> nodes;
    std::vector<uint64_t> chunks;
    for (int i = 0; i < 4; i++) {
        f.now += 10'000;
        REQUIRE(f.s->heartbeat("a", a.epoch, {}));
        REQUIRE(f.s->heartbeat("b", b.epoch, {}));
        auto t = f.claim(a);
        if (!t) t = f.claim(b);
        REQUIRE(t);
        nodes.push_back(t->attempt.node);
        chunks.push_back(t->attempt.chunk_cycles);
        f.finish(*t, false);
    }
    CHECK(nodes[0] != nodes[1]);
    CHECK(chunks == std::vector<uint64_t>{4096, 4096, 2048, 2048});
    CHECK(f.block(1).state == BlockState::failed);
    CHECK_THAT(f.block(1).reason, Catch::Contains("subblock 0 failed 4 times"));
    CHECK(f.s->job(job.id)->failed == 1);
    // The queue goes on.
    CHECK(f.fetch(1).state == BlockState::proving);
}

TEST_CASE("a task backs off before it is tried again") {
    Fixture f;
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    f.finish(*f.claim(a), false);
    CHECK_FALSE(f.claim(a));
    f.now += 499;
    CHECK_FALSE(f.claim(a));
    f.now += 1;
    CHECK(f.claim(a));
}

TEST_CASE("heartbeats keep a node, only progress keeps an attempt, nothing keeps it past its deadline") {
    Policy p;
    p.attempt_silence_ms = 5'000, p.attempt_deadline_ms = 20'000, p.node_silence_ms = 3'000;
    Fixture f(p);
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    auto t = f.claim(a);
    uint64_t seq = 0;
    const auto beat = [&](bool progress) {
        f.now += 1'000;
        auto stop = f.s->heartbeat("a", a.epoch, {{t->attempt.id, progress ? ++seq : seq, "proving", 1, 2, 0}});
        REQUIRE(stop);
        REQUIRE(f.s->tick());
        return *stop;
    };
    SECTION("silence") {
        for (int i = 0; i < 5; i++) CHECK(beat(false).empty());
        CHECK(beat(false).empty());  // ended in this tick
        CHECK(beat(false) == std::vector<std::string>{t->attempt.id});
        CHECK(f.s->counters()["retry_attempt_silent"] == 1);
    }
    SECTION("deadline") {
        for (int i = 0; i < 20; i++) CHECK(beat(true).empty());
        CHECK(beat(true).empty());
        CHECK(beat(true).size() == 1);
        CHECK(f.s->counters()["retry_attempt_deadline"] == 1);
    }
    SECTION("node") {
        f.pass(3'001);
        CHECK(f.s->nodes()[0].state == NodeState::lost);
        CHECK(f.s->heartbeat("a", a.epoch, {}).error().code == "node_stale");
        CHECK(f.finish(*t, false) == "late");
        const Node again = f.node("a");  // the same process after a partition
        CHECK(again.epoch == a.epoch + 1);
        f.now += 1'000;
        CHECK(f.claim(again));
    }
}

TEST_CASE("a new process of a node loses the attempts of the old one at once; the same process keeps them") {
    Fixture f;
    f.job();
    const Node a = f.node("a");
    f.fetch(1);
    const auto t = f.claim(a);
    CHECK(f.node("a").epoch == a.epoch);
    CHECK(f.s->running_attempts().size() == 1);
    const Node b = f.node("a", "worker", "another process");
    CHECK(b.epoch == a.epoch + 1);
    CHECK(f.s->running_attempts().empty());
    CHECK(f.finish(*t, false) == "late");
    f.now += 1'000;
    CHECK(f.claim(b));
}

TEST_CASE("after a restart running attempts go on, half-fetched blocks start again, verification too") {
    Fixture f;
    f.job(1, 3);
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    f.fetch(1);
    f.prove_all(w, g);
    REQUIRE(*f.s->begin_verify());
    f.fetch(1);
    const auto t = f.claim(w);
    REQUIRE(*f.s->begin_fetch());
    f.now += 100'000;  // the coordinator was away for long: that is not the nodes' silence
    f.reopen();
    REQUIRE(f.s->tick());
    CHECK(f.s->nodes()[0].state == NodeState::live);
    CHECK(f.block(3).state == BlockState::queued);
    CHECK(f.finish(*t) == "accepted");
    const auto v = *f.s->begin_verify();
    REQUIRE(v);
    CHECK(v->number == 1);
}

TEST_CASE("an attempt its node never names was never received: it moves on; one that is named stays") {
    Policy p;
    p.unreported_ms = 3'000, p.attempt_silence_ms = 60'000;
    Fixture f(p);
    f.job();
    const Node a = f.node("a"), b = f.node("b");
    f.fetch(2);
    const auto got = f.claim(a), lost = f.claim(b);
    REQUIRE(got);
    REQUIRE(lost);
    for (int i = 0; i < 3; i++) {
        f.now += 1'000;
        REQUIRE(f.s->heartbeat("a", a.epoch, {{got->attempt.id, 1, "proving", 0, 0, 0}}));
        if (i < 2) REQUIRE(f.s->heartbeat("b", b.epoch, {}));
    }
    CHECK(f.s->running_attempts().size() == 2);  // the answer to a claim may still be on its way
    REQUIRE(f.s->heartbeat("b", b.epoch, {}));
    CHECK(f.s->running_attempts().size() == 1);
    CHECK(f.finish(*lost, false) == "late");
    CHECK(f.finish(*got) == "accepted");
    CHECK(f.s->counters().at("retry_attempt_unreported") == 1);
}

TEST_CASE("the aggregator's word on a bad subblock sends it to another worker") {
    Fixture f;
    f.job();
    const Node a = f.node("a"), b = f.node("b"), g = f.node("g", "aggregator");
    f.fetch(2);
    const auto t0 = f.claim(a), t1 = f.claim(b);
    f.finish(*t0), f.finish(*t1);
    f.finish(*f.claim(g), false, "bad_subblock_proof", "1");
    CHECK(f.block(1).state == BlockState::proving);
    f.now += 10'000;
    REQUIRE(f.s->heartbeat("a", a.epoch, {}));
    CHECK_FALSE(f.claim(b));  // made the bad one
    const auto again = f.claim(a);
    REQUIRE(again);
    CHECK(again->task.index == 1);
    f.finish(*again);
    CHECK(f.block(1).state == BlockState::aggregating);
    CHECK(f.claim(g));
}

TEST_CASE("cancelling stops everything of a job and nothing else") {
    Fixture f;
    const Job one = f.job(1), two = f.job(2);
    const Node w = f.node("w");
    f.fetch(1);
    f.fetch(1);
    const auto t = f.claim(w);
    REQUIRE(f.s->cancel_job(one.id));
    CHECK(f.block(1).state == BlockState::cancelled);
    CHECK(f.finish(*t) == "late");
    const auto stop = f.s->heartbeat("w", w.epoch, {{t->attempt.id, 1, "", 0, 0, 0}});
    CHECK(*stop == std::vector<std::string>{t->attempt.id});
    CHECK(f.claim(w)->block.number == 2);
    CHECK(f.s->job(two.id)->state == JobState::running);
    CHECK(f.s->cancel_job(JobId{99}).error().code == "job_unknown");
}

TEST_CASE("blocks in flight and read-ahead are bounded; higher priority goes first") {
    Policy p;
    p.blocks_in_flight = 1, p.read_ahead = 1;
    Fixture f(p);
    f.job(1, 5);
    f.fetch(1);
    f.fetch(1);
    CHECK_FALSE(*f.s->begin_fetch());
    CHECK(f.block(1).state == BlockState::proving);
    CHECK(f.block(2).state == BlockState::inputs_ready);
    JobRequest urgent;
    urgent.mode = "reproduce", urgent.start = 50, urgent.priority = 9;
    REQUIRE(f.s->create_job(urgent));
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    f.prove_all(w, g);
    REQUIRE(f.s->verified((*f.s->begin_verify())->id, f.claims(1), 1));
    CHECK(f.block(2).state == BlockState::proving);
    CHECK((*f.s->begin_fetch())->number == 50);
}

TEST_CASE("fetch errors: passing ones are tried again within bounds, the block's own are final") {
    Fixture f;
    f.job(1, 2);
    for (int i = 0; i < 3; i++) {
        CHECK(f.block(1).state == BlockState::queued);
        REQUIRE(f.s->fetch_failed((*f.s->begin_fetch())->id, {"rpc_unreachable", "m"}, false));
    }
    CHECK(f.block(1).state == BlockState::failed);
    REQUIRE(f.s->fetch_failed((*f.s->begin_fetch())->id, {"block_invalid", "m"}, true));
    CHECK(f.block(2).reason == "block_invalid: m");
}

TEST_CASE("inputs of another block are refused") {
    Fixture f;
    f.job(1);
    const auto b = *f.s->begin_fetch();
    REQUIRE(f.s->fetched(b->id, Fixture::facts(2), {"in"}, "agg"));
    CHECK_THAT(f.block(1).reason, Catch::StartsWith("input_of_another_block"));
}

TEST_CASE("a job's deadline fails what is left of it") {
    Fixture f;
    JobRequest r;
    r.mode = "reproduce", r.start = 1, r.count = 2, r.deadline_ms = 1000;
    const Job job = *f.s->create_job(r);
    f.pass(1000);
    CHECK(f.s->job(job.id)->state == JobState::queued);
    f.pass(1);
    CHECK(f.s->job(job.id)->state == JobState::failed);
    CHECK(f.s->job(job.id)->failed == 2);
}

TEST_CASE("ten thousand blocks queue and drain without growing slow") {
    Fixture f;
    f.job(1, 10'000);
    const Node w = f.node("w"), g = f.node("g", "aggregator");
    for (uint64_t n = 1; n <= 20; n++) {
        f.fetch(1);
        f.prove_all(w, g);
        REQUIRE(f.s->verified((*f.s->begin_verify())->id, f.claims(n), 1));
    }
    CHECK(f.s->block_counts()[BlockState::proven] == 20);
}
