// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/aggregate.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/codec.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/sha256.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

/// A small real block in three subblocks, and a neighbour of it.
struct Split {
    BlockInputs inputs, other;
    Bytes32 vk;
};

std::optional<Split> make_split() {
    const auto folders = test::block_folders();
    const auto find = [&](std::string_view name) -> std::optional<BlockInputs> {
        for (const auto& f : folders) {
            if (f.filename().string().find(name) == std::string::npos) continue;
            auto data = read_block_folder(f);
            REQUIRE(data);
            auto inputs = make_inputs(test::chain_of(f), data->block_rlp, data->witness, 150'000);
            REQUIRE(inputs);
            return std::move(*inputs);
        }
        return std::nullopt;
    };
    auto block = find("mainnet-25134887"), other = find("mainnet-21429020");
    if (!block || !other) return std::nullopt;
    Bytes32 vk;
    for (size_t i = 0; i < 32; i++) vk[i] = static_cast<uint8_t>(i);
    return Split{std::move(*block), std::move(*other), vk};
}

struct Demand {
    std::vector<std::pair<Bytes32, Bytes32>> demands;
    static void record(void* self, const Bytes32& vk, const Bytes32& digest) {
        static_cast<Demand*>(self)->demands.emplace_back(vk, digest);
    }
};

/// Runs the aggregator on changed claims.
Outcome<BlockClaim> aggregate(const Split& s, const std::vector<SubblockClaim>& claims, const Bytes* block = nullptr) {
    std::vector<Bytes> committed;
    for (const auto& c : claims) committed.push_back(c.encode());
    AggregatorClaims input;
    input.subblock_vk = s.vk;
    input.subblocks.assign(committed.begin(), committed.end());
    Demand demand;
    auto r = run_aggregator(input.encode(), block ? *block : s.inputs.aggregator_block, Demand::record, &demand);
    // Whatever it decides, it has demanded a proof of each claim that it read, under the one digest.
    for (size_t i = 0; i < demand.demands.size(); i++) {
        CHECK(demand.demands[i].first == s.vk);
        CHECK(demand.demands[i].second == hash::sha256(committed[i]));
    }
    if (r) CHECK(demand.demands.size() == claims.size());
    return r;
}

std::vector<SubblockClaim> honest(const BlockInputs& in) {
    std::vector<SubblockClaim> out;
    for (const auto& s : in.subblocks) out.push_back(s.claim);
    return out;
}

}  // namespace

TEST_CASE("the aggregator refuses every attack on the split by name") {
    const auto split = make_split();
    if (!split) {
        WARN("data/blocks is absent (ASHLAR_DATA): attacks on the split were not run");
        return;
    }
    const Split& s = *split;
    const auto good = honest(s.inputs);
    REQUIRE(good.size() >= 3);
    const auto accepted = aggregate(s, good);
    REQUIRE(accepted);
    BlockClaim expected = s.inputs.claim;
    expected.subblock_vk = s.vk;
    CHECK(*accepted == expected);
    CHECK(BlockClaim::decode(accepted->encode()) == expected);

    using Claims = std::vector<SubblockClaim>;
    struct Attack {
        const char* name;
        std::function<void(Claims&)> change;
        ErrorCode error;
    };
    Bytes32 wrong;
    wrong[5] = 1;
    const Attack attacks[] = {
        {"none at all", [](Claims& c) { c.clear(); }, ErrorCode::no_subblock},
        {"swapped", [](Claims& c) { std::swap(c[0], c[1]); }, ErrorCode::subblock_flags},
        {"inner ones swapped",
         [](Claims& c) {
             std::swap(c[0], c[1]);
             std::swap(c[0].first, c[1].first);
         },
         ErrorCode::subblock_range},
        {"missing first", [](Claims& c) { c.erase(c.begin()); }, ErrorCode::subblock_flags},
        {"missing first, flag forged",
         [](Claims& c) {
             c.erase(c.begin());
             c[0].first = true;
         },
         ErrorCode::subblock_range},
        {"missing middle", [](Claims& c) { c.erase(c.begin() + 1); }, ErrorCode::subblock_range},
        {"missing last", [](Claims& c) { c.pop_back(); }, ErrorCode::subblock_flags},
        {"missing last, flag forged",
         [](Claims& c) {
             c.pop_back();
             c.back().last = true;
         },
         ErrorCode::subblock_withdrawals},
        {"repeated", [](Claims& c) { c.insert(c.begin() + 1, c[1]); }, ErrorCode::subblock_range},
        {"overlapping", [](Claims& c) { c[1].begin--; }, ErrorCode::subblock_range},
        {"gap", [](Claims& c) { c[1].begin++; }, ErrorCode::subblock_range},
        {"backwards range", [](Claims& c) { c[1].end = 0; }, ErrorCode::subblock_range},
        {"huge range", [](Claims& c) { c[1].end = ~uint64_t{0}; }, ErrorCode::subblock_range},
        {"empty range",
         [](Claims& c) {
             SubblockClaim e = c[1];
             e.end = e.begin;
             c.insert(c.begin() + 1, e);
         },
         ErrorCode::subblock_range},
        {"another block's", [&](Claims& c) { c[1] = honest(s.other)[1]; }, ErrorCode::subblock_block},
        {"another block's hash", [&](Claims& c) { c[1].block_hash = wrong; }, ErrorCode::subblock_block},
        {"another configuration", [&](Claims& c) { c[1].config_digest = wrong; }, ErrorCode::subblock_config},
        {"first twice", [](Claims& c) { c[1].first = true; }, ErrorCode::subblock_flags},
        {"first nowhere", [](Claims& c) { c[0].first = false; }, ErrorCode::subblock_flags},
        {"last twice", [](Claims& c) { c[0].last = true; }, ErrorCode::subblock_flags},
        {"last nowhere", [](Claims& c) { c.back().last = false; }, ErrorCode::subblock_flags},
        {"gas does not start at 0", [](Claims& c) { c[0].gas_before = 1; }, ErrorCode::subblock_gas},
        {"gas does not chain", [](Claims& c) { c[1].gas_before++; }, ErrorCode::subblock_gas},
        {"gas does not end at the header's", [](Claims& c) { c.back().gas_after++; }, ErrorCode::gas_used},
        {"blob gas does not start at 0", [](Claims& c) { c[0].blob_gas_before = 1; }, ErrorCode::subblock_gas},
        {"blob gas does not chain", [](Claims& c) { c[1].blob_gas_before++; }, ErrorCode::subblock_gas},
        {"blob gas does not end at the header's", [](Claims& c) { c.back().blob_gas_after++; },
         ErrorCode::blob_gas_used},
        {"root does not start at the parent's", [&](Claims& c) { c[0].root_before = wrong; }, ErrorCode::subblock_root},
        {"root does not chain", [&](Claims& c) { c[1].root_before = wrong; }, ErrorCode::subblock_root},
        {"root does not end at the header's", [&](Claims& c) { c.back().root_after = wrong; }, ErrorCode::state_root},
        {"other transactions", [&](Claims& c) { c[1].transactions_digest = wrong; }, ErrorCode::subblock_transactions},
        {"other receipts", [&](Claims& c) { c[1].receipts_digest = wrong; }, ErrorCode::subblock_receipts},
        {"other withdrawals", [&](Claims& c) { c.back().withdrawals_digest = wrong; }, ErrorCode::subblock_withdrawals},
        {"withdrawals too early", [](Claims& c) { c[0].withdrawals_digest = c.back().withdrawals_digest; },
         ErrorCode::subblock_withdrawals},
        {"other requests", [&](Claims& c) { c.back().requests_digest = wrong; }, ErrorCode::subblock_requests},
        {"requests too early", [&](Claims& c) { c[0].requests_digest = wrong; }, ErrorCode::subblock_requests},
    };
    for (const Attack& a : attacks) {
        Claims c = good;
        a.change(c);
        const auto r = aggregate(s, c);
        INFO(a.name);
        REQUIRE_FALSE(r);
        CHECK(to_string(r.error().code) == to_string(a.error));
    }
}

TEST_CASE("the aggregator trusts nothing of the block it is given") {
    const auto split = make_split();
    if (!split) {
        WARN("data/blocks is absent (ASHLAR_DATA)");
        return;
    }
    const Split& s = *split;
    const auto good = honest(s.inputs);
    const AggregatorBlock block = *AggregatorBlock::decode(s.inputs.aggregator_block);
    const AggregatorBlock foreign = *AggregatorBlock::decode(s.other.aggregator_block);
    const auto run = [&](const std::function<void(AggregatorBlock&)>& change) {
        AggregatorBlock b = block;
        change(b);
        const Bytes encoded = b.encode();
        const auto r = aggregate(s, good, &encoded);
        REQUIRE_FALSE(r);
        return r.error().code;
    };
    CHECK(run([&](AggregatorBlock& b) { b.header = foreign.header; }) == ErrorCode::unknown_parent);
    CHECK(run([&](AggregatorBlock& b) { b.parent = foreign.parent; }) == ErrorCode::unknown_parent);
    CHECK(run([&](AggregatorBlock& b) { b.transactions = foreign.transactions; }) == ErrorCode::transactions_root);
    CHECK(run([&](AggregatorBlock& b) { b.transactions = {}; }) == ErrorCode::transactions_root);
    CHECK(run([&](AggregatorBlock& b) { b.withdrawals = foreign.withdrawals; }) == ErrorCode::withdrawals_root);
    CHECK(run([&](AggregatorBlock& b) { b.withdrawals.reset(); }) == ErrorCode::withdrawals_not_read);
    CHECK(run([&](AggregatorBlock& b) { b.receipts = foreign.receipts; }) == ErrorCode::subblock_receipts);
    CHECK(run([&](AggregatorBlock& b) { b.receipts = {}; }) == ErrorCode::subblock_receipts);
    const Bytes request{0x82, 0x01, 0x02};
    CHECK(run([&](AggregatorBlock& b) { b.requests = request; }) == ErrorCode::subblock_requests);
    const Bytes sepolia = known_chain("sepolia")->encode();
    const auto other_chain = run([&](AggregatorBlock& b) { b.config = sepolia; });
    CHECK((other_chain == ErrorCode::subblock_config || other_chain == ErrorCode::excess_blob_gas));
}

TEST_CASE("claims have one encoding and refuse every other length") {
    SubblockClaim c;
    c.begin = 3;
    c.end = 7;
    c.last = true;
    c.gas_after = 99;
    const Bytes bytes = c.encode();
    CHECK(bytes.size() == SubblockClaim::SIZE);
    CHECK(SubblockClaim::decode(bytes) == c);
    for (size_t n = 0; n < bytes.size(); n++) CHECK_FALSE(SubblockClaim::decode({bytes.data(), n}));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(SubblockClaim::decode(longer));
    Bytes version = bytes;
    version[0]++;
    CHECK_FALSE(SubblockClaim::decode(version));
    Bytes flags = bytes;
    for (uint8_t f : {5, 6, 7, 8}) {
        flags[4 + 64 + 16] = f;
        CHECK_FALSE(SubblockClaim::decode(flags));
    }
    CHECK(BlockClaim{}.encode().size() == BlockClaim::SIZE);
}
