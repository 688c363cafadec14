// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <catch2/catch.hpp>

#include "libs/cluster/model/scheduler.hpp"
#include "test/support/temp_dir.hpp"

namespace ashlar::cluster {

/// The job model on a store of its own, against a clock that the test moves.
struct SchedulerFixture {
    ashlar::test::TempDir dir;
    std::unique_ptr<Store> store;
    int64_t now = 1'000'000;
    std::unique_ptr<Scheduler> s;

    explicit SchedulerFixture(Policy policy = {}) { reopen(policy); }
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
    static prover::BlockFacts facts(uint64_t number) {
        prover::BlockFacts f;
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
        return value(s->register_node({id, id, role, instance, "", "", 1, {}, API_VERSION}));
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
        r.output = "out" + std::to_string(a.task.index);
        r.error = {code, "m", hint};
        return s->finish(r)->why;
    }
    void prove_all(const Node& worker, const Node& aggregator) {
        while (auto a = claim(worker)) REQUIRE(finish(*a) == "accepted");
        const auto a = claim(aggregator);
        REQUIRE(a);
        REQUIRE(finish(*a) == "accepted");
    }
    prover::BlockClaims claims(uint64_t number) const {
        const prover::BlockFacts f = facts(number);
        prover::BlockClaims c;
        c.number = number, c.chain_id = 1, c.block_hash = f.hash, c.parent_hash = f.parent_hash,
        c.state_root = f.state_root;
        return c;
    }
};

}  // namespace ashlar::cluster
