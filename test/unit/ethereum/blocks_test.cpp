// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

TEST_CASE("every real block executes to its header") {
    const auto folders = test::block_folders();
    if (folders.empty()) {
        WARN("data/blocks is absent (ASHLAR_DATA): no real block was executed");
        return;
    }
    for (const auto& folder : folders) {
        INFO(folder);
        auto data = read_block_folder(folder);
        REQUIRE(data);
        auto result = execute_block(test::chain_of(folder), data->block_rlp, data->witness);
        if (!result) FAIL(to_string(result.error().code) << " " << to_hex(result.error().detail.view()));
        CHECK(result->gas_used == result->header.gas_used);
        CHECK(result->state_root == result->header.state_root);
        CHECK(result->receipts_root == result->header.receipts_root);
    }
}

TEST_CASE("a block whose witness lacks a node is refused with the node's digest and place") {
    const auto folders = test::lacking_block_folders();
    if (folders.empty()) {
        WARN("data/blocks and data/blocks-invalid are absent (ASHLAR_DATA)");
        return;
    }
    for (const auto& folder : folders) {
        INFO(folder);
        auto data = read_block_folder(folder);
        REQUIRE(data);
        auto result = execute_block(test::chain_of(folder), data->block_rlp, data->witness);
        REQUIRE_FALSE(result);
        CHECK(result.error().code == ErrorCode::missing_node);
        CHECK_FALSE(result.error().detail.is_zero());
        REQUIRE(result.error().place);
        CHECK(result.error().place->depth > 0);
        CHECK_FALSE(result.error().place->account.is_zero());
        CHECK(result.error().place->in_storage == test::lacks_a_neighbour(folder));
        CHECK_FALSE(make_inputs(test::chain_of(folder), data->block_rlp, data->witness, 1'000'000));
    }
}

TEST_CASE("every real block re-executes from its subblocks' inputs at several cuts") {
    const auto folders = test::block_folders();
    if (folders.empty()) {
        WARN("data/blocks is absent (ASHLAR_DATA): no subblock was executed");
        return;
    }
    for (const auto& folder : folders) {
        auto data = read_block_folder(folder);
        REQUIRE(data);
        const ChainConfig config = test::chain_of(folder);
        for (uint64_t target : {uint64_t{1}, uint64_t{500'000}, uint64_t{10'000'000}}) {
            // One transaction a subblock is slow on big blocks and teaches nothing there.
            if (target == 1 && data->block_rlp.size() > 30'000) continue;
            INFO(folder << " cut at " << target);
            BlockResult result;
            auto inputs = make_inputs(config, data->block_rlp, data->witness, target, &result);
            REQUIRE(inputs);
            const size_t n = result.transaction_gas.size();
            if (target == 1) CHECK(inputs->subblocks.size() == std::max<size_t>(n, 1));
            for (auto& s : inputs->subblocks) {
                Bytes state = s.state;
                auto claim = run_subblock(s.environment, state, s.codes);
                if (!claim) FAIL(to_string(claim.error().code));
                CHECK(*claim == s.claim);
                CHECK((s.gas() <= target || s.claim.end - s.claim.begin == 1));
            }
            size_t demanded = 0;
            const auto count = [](void* c, const Bytes32&, const Bytes32&) { ++*static_cast<size_t*>(c); };
            auto block = run_aggregator(inputs->aggregator_claims({}), inputs->aggregator_block, count, &demanded);
            if (!block) FAIL(to_string(block.error().code));
            CHECK(*block == inputs->claim);
            CHECK(demanded == inputs->subblocks.size());
        }
    }
}
