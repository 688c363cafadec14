// SPDX-License-Identifier: Apache-2.0
// The job model against a clock that the test moves.
#include "libs/cluster/scheduler.hpp"

#include <catch2/catch.hpp>

#include "test/unit/cluster/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;

namespace {

struct Fixture {
    ashlar::test::TempDir dir;
    std::unique_ptr<Store> store;
    int64_t now = 1'000'000;
    std::unique_ptr<Scheduler> s;

    explicit Fixture(Policy policy = {}) { reopen(policy); }
    /// As after a kill: a new process on the same file.
    void reopen(const Policy& policy = {}) {
        s.reset();
        store.reset();
        store = value(open_sqlite_store(dir.path / "s.db"));
        s = std::make_unique<Scheduler>(*store, policy, [this] { return now; });
        REQUIRE(s->recover());
    }
    /// Time goes by while the coordinator runs.
    void pass(int64_t ms) {
        for (; ms > 0; ms -= 500) {
            now += std::min<int64_t>(ms, 500);
            REQUIRE(s->tick());
        }
    }
    Job job(uint64_t start = 1, uint64_t count = 1) {
        JobRequest r;
        r.mode = "reproduce", r.start = start, r.count = count;
        return value(s->create_job(r));
    }
    template <class T>
    static T value(HostResult<T> r) {
        if (!r) FAIL(r.error().code << ": " << r.error().message);
        return *std::move(r);
    }
    static BlockFacts facts(uint64_t number) {
        BlockFacts f;
        f.number = number, f.chain_id = 1, f.hash = "0xh" + std::to_string(number), f.parent_hash = "0xp",
        f.state_root = "0xs";
        return f;
    }
    Block fetch(size_t subblocks = 2) {
        auto b = s->begin_fetch();
        REQUIRE(b);
        REQUIRE(*b);
        std::vector<std::string> stdins;
        for (size_t i = 0; i < subblocks; i++) stdins.push_back("in" + std::to_string(i));
        REQUIRE(s->fetched((**b).id, facts((**b).number), stdins, "agg"));
        return block((**b).number);
    }
    Block block(uint64_t number) { return *s->block_by_number(number); }
    Node node(const std::string& id, const std::string& role = "worker", const std::string& instance = "i") {
        return value(s->register_node({id, id, role, instance, "", "", "", 1}));
    }
    std::optional<Assignment> claim(const Node& n) {
        auto a = s->claim(n.id, n.epoch);
        REQUIRE(a);
        return *a;
    }
    std::string finish(const Assignment& a, bool ok = true, const std::string& code = "x",
                       const std::string& hint = "") {
        AttemptResult r;
        r.attempt = a.attempt.id, r.node = a.attempt.node, r.epoch = a.attempt.epoch, r.ok = ok;
        r.output = "out" + std::to_string(a.task.idx);
        r.error = {code, "m", hint};
        return s->finish(r)->why;
    }
    void prove_all(const Node& worker, const Node& aggregator) {
        while (auto a = claim(worker)) REQUIRE(finish(*a) == "accepted");
        const auto a = claim(aggregator);
        REQUIRE(a);
        REQUIRE(finish(*a) == "accepted");
    }
    BlockClaims claims(uint64_t number) const {
        const BlockFacts f = facts(number);
        BlockClaims c;
        c.number = number, c.chain_id = 1, c.block_hash = f.hash, c.parent_hash = f.parent_hash,
        c.state_root = f.state_root;
        return c;
    }
};

}  // namespace

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
    CHECK(a->task.idx == 0);
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
        REQUIRE(f.s->heartbeat("a", a.epoch, {}, ""));
        REQUIRE(f.s->heartbeat("b", b.epoch, {}, ""));
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
        auto stop = f.s->heartbeat("a", a.epoch, {{t->attempt.id, progress ? ++seq : seq, "proving", 1, 2, 0}}, "");
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
        CHECK(f.s->heartbeat("a", a.epoch, {}, "").error().code == "node_stale");
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
        REQUIRE(f.s->heartbeat("a", a.epoch, {{got->attempt.id, 1, "proving", 0, 0, 0}}, ""));
        if (i < 2) REQUIRE(f.s->heartbeat("b", b.epoch, {}, ""));
    }
    CHECK(f.s->running_attempts().size() == 2);  // the answer to a claim may still be on its way
    REQUIRE(f.s->heartbeat("b", b.epoch, {}, ""));
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
    REQUIRE(f.s->heartbeat("a", a.epoch, {}, ""));
    CHECK_FALSE(f.claim(b));  // made the bad one
    const auto again = f.claim(a);
    REQUIRE(again);
    CHECK(again->task.idx == 1);
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
    const auto stop = f.s->heartbeat("w", w.epoch, {{t->attempt.id, 1, "", 0, 0, 0}}, "");
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
        CHECK(*f.s->heartbeat("b", b.epoch, {{u->attempt.id, 1, "proving", 1, 2, 0}}, "") ==
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
        REQUIRE(f.s->heartbeat("a", a.epoch, {{t->attempt.id, static_cast<uint64_t>(i + 1), "proving", 1, 2, 0}}, ""));
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
        CHECK(f.s->heartbeat("a", again.epoch, report, "")->empty());
        f.now += 1'000;
        CHECK_FALSE(f.claim(again));
        CHECK(f.finish(*t) == "accepted");
        CHECK(f.block(1).attempts == 1);
    }
    SECTION("somebody else has it") {
        const Node b = f.node("b");
        f.now += 1'000;
        REQUIRE(f.claim(b));
        CHECK(f.s->heartbeat("a", again.epoch, report, "")->size() == 1);
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
