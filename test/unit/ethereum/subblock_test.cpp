// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/subblock.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

std::optional<BlockInputs> small_block(const char* name, uint64_t target) {
    for (const auto& f : test::block_folders()) {
        if (f.filename().string().find(name) == std::string::npos) continue;
        auto data = read_block_folder(f);
        REQUIRE(data);
        auto inputs = make_inputs(test::chain_of(f), data->block_rlp, data->witness, target);
        REQUIRE(inputs);
        return std::move(*inputs);
    }
    return std::nullopt;
}

Outcome<SubblockClaim> run(const SubblockEnvironment& env, Bytes state, const Bytes& codes) {
    return run_subblock(env.encode(), state, codes);
}

}  // namespace

TEST_CASE("cutting by gas keeps whole transactions and never leaves a range empty") {
    const auto cuts = [](std::vector<uint64_t> gas, uint64_t target) { return cut_by_gas(gas, target); };
    CHECK(cuts({}, 10) == std::vector<size_t>{0, 0});
    CHECK(cuts({5}, 10) == std::vector<size_t>{0, 1});
    CHECK(cuts({50}, 10) == std::vector<size_t>{0, 1});
    CHECK(cuts({5, 5, 5}, 10) == std::vector<size_t>{0, 2, 3});
    CHECK(cuts({5, 50, 5}, 10) == std::vector<size_t>{0, 1, 2, 3});
    CHECK(cuts({1, 1, 1}, 1) == std::vector<size_t>{0, 1, 2, 3});
    CHECK(cuts({1, 1, 1}, 0) == std::vector<size_t>{0, 1, 2, 3});
}

TEST_CASE("a subblock with anything missing or changed is refused or claims something else") {
    const auto inputs = small_block("mainnet-21429020", 100'000);
    if (!inputs) {
        WARN("data/blocks is absent (ASHLAR_DATA)");
        return;
    }
    REQUIRE(inputs->subblocks.size() >= 2);
    const SubblockInput& s = inputs->subblocks[1];
    const SubblockEnvironment env = *SubblockEnvironment::decode(s.environment);
    REQUIRE(run(env, s.state, s.codes));
    CHECK(*run(env, s.state, s.codes) == s.claim);

    // Without the code or the trie it cannot run.
    const Bytes none(4, 0);
    CHECK(run(env, none, s.codes).error().code == ErrorCode::missing_node);
    const auto no_code = run(env, s.state, none);
    REQUIRE_FALSE(no_code);
    CHECK(no_code.error().code == ErrorCode::missing_code);
    // The other subblock's trie has another root.
    CHECK(run(env, inputs->subblocks[0].state, s.codes).error().code == ErrorCode::wrong_digest);
    SubblockEnvironment e = env;
    e.root_before[0] ^= 1;
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::wrong_digest);
    // What it may choose freely stands in the claim.
    e = env;
    e.begin++;
    auto claim = run(e, s.state, s.codes);
    REQUIRE(claim);
    CHECK(claim->begin == s.claim.begin + 1);
    e = env;
    e.gas_before++;
    e.state_gas_before = 2;
    claim = run(e, s.state, s.codes);
    REQUIRE(claim);
    CHECK(claim->gas_after == s.claim.gas_after + 1);
    CHECK(claim->state_gas_after == s.claim.state_gas_after + 2);
    CHECK(claim->receipts_digest == s.claim.receipts_digest);
    e = env;
    e.paid_gas_before++;
    claim = run(e, s.state, s.codes);
    REQUIRE(claim);
    CHECK(claim->paid_gas_after == s.claim.paid_gas_after + 1);
    CHECK(claim->receipts_digest != s.claim.receipts_digest);
    e = env;
    e.state_gas_before = ~uint64_t{0};
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::subblock_gas);
    e = env;
    e.gas_before = ~uint64_t{0};
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::subblock_gas);
    e = env;
    e.transactions = {};
    claim = run(e, s.state, s.codes);
    REQUIRE(claim);
    CHECK(claim->end == claim->begin);
    CHECK(claim->root_after == claim->root_before);
    // A transaction that is none, or is not valid: never left out in silence.
    const std::vector<BytesView> items = split_items(env.transactions).value();
    REQUIRE_FALSE(items.empty());
    Bytes transactions = {0x80};
    e.transactions = transactions;
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::transaction_type);
    transactions.assign(items[0].begin(), items[0].end());
    transactions.insert(transactions.end(), items[0].begin(), items[0].end());
    e.transactions = transactions;
    const auto twice = run(e, s.state, s.codes);
    REQUIRE_FALSE(twice);
    CHECK(twice.error().transaction == env.begin + 1);
    transactions = {0xb8};
    e.transactions = transactions;
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::block_rlp);
    const Bytes no_header{0xc0};
    e = env;
    e.header = no_header;
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::block_rlp);
    // A withdrawal outside the last subblock.
    const Bytes withdrawal{0xc0};
    e = env;
    e.last = false;
    e.withdrawals = withdrawal;
    CHECK(run(e, s.state, s.codes).error().code == ErrorCode::input_encoding);

    // Bytes behind a code would be run as if they were zero.
    Bytes codes = s.codes;
    codes.back() = 1;
    CHECK(run(env, s.state, codes).error().code == ErrorCode::input_encoding);

    std::mt19937 rng(9);
    for (int i = 0; i < 400; i++) {
        Bytes environment = s.environment, state = s.state, code = s.codes;
        Bytes& target = i % 3 == 0 ? environment : i % 3 == 1 ? state : code;
        target[rng() % target.size()] ^= static_cast<uint8_t>(1 + rng() % 255);
        const Bytes exact = environment;
        const auto r = run_subblock(exact, state, code);
        if (r && i % 3 == 0) CHECK(*r != s.claim);
        if (r && i % 3 == 1) CHECK(*r == s.claim);  // bytes between nodes
    }
}

TEST_CASE("an empty block is one subblock, first and last") {
    const auto inputs = small_block("hoodi-1041734", 10'000'000);
    if (!inputs) {
        WARN("data/blocks is absent (ASHLAR_DATA)");
        return;
    }
    REQUIRE(inputs->subblocks.size() == 1);
    CHECK(inputs->subblocks[0].claim.first);
    CHECK(inputs->subblocks[0].claim.last);
    CHECK(inputs->subblocks[0].claim.root_before != inputs->subblocks[0].claim.root_after);
}

TEST_CASE("a subblock that claims system effects it must not, or leaves them out, has another root") {
    const auto inputs = small_block("mainnet-25134887", 150'000);
    if (!inputs) {
        WARN("data/blocks is absent (ASHLAR_DATA)");
        return;
    }
    REQUIRE(inputs->subblocks.size() >= 2);
    for (size_t i : {size_t{0}, inputs->subblocks.size() - 1}) {
        const SubblockInput& s = inputs->subblocks[i];
        SubblockEnvironment env = *SubblockEnvironment::decode(s.environment);
        if (i == 0)
            env.first = false;
        else
            env.last = false, env.withdrawals = {};
        const auto claim = run(env, s.state, s.codes);
        REQUIRE(claim);
        CHECK(claim->root_after != s.claim.root_after);
        CHECK((claim->first != s.claim.first || claim->last != s.claim.last));
    }
}
