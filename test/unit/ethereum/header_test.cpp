// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/header.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "libs/ethereum/block.hpp"
#include "libs/rlp/encode.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

/// A valid child of a made-up Osaka parent.
struct Pair {
    ChainConfig config = *known_chain("mainnet");
    Header parent, child;
};

Pair make_pair() {
    Pair p;
    p.parent.number = 24'000'000;
    p.parent.timestamp = 1767747671 + 100;
    p.parent.gas_limit = 60'000'000;
    p.parent.gas_used = 40'000'000;
    p.parent.base_fee = 1'000'000'000;
    p.parent.fields = Header::PRAGUE_FIELDS;
    p.parent.blob_gas_used = 3 * GAS_PER_BLOB;
    p.parent.hash[0] = 7;
    p.child.parent_hash = p.parent.hash;
    p.child.number = p.parent.number + 1;
    p.child.timestamp = p.parent.timestamp + 12;
    p.child.gas_limit = p.parent.gas_limit;
    p.child.fields = Header::PRAGUE_FIELDS;
    p.child.ommers_hash = list_digest({});
    p.child.base_fee = next_base_fee(p.parent);
    p.child.excess_blob_gas = next_excess_blob_gas(p.config, p.parent, p.child.number, p.child.timestamp);
    return p;
}

}  // namespace

TEST_CASE("each header rule is refused by its name") {
    const Pair p = make_pair();
    REQUIRE(validate_header(p.config, p.child, p.parent));
    const auto refused = [&](const std::function<void(Header&)>& change, ErrorCode code) {
        Header h = p.child;
        change(h);
        const auto r = validate_header(p.config, h, p.parent);
        REQUIRE_FALSE(r);
        CHECK(to_string(r.error().code) == to_string(code));
    };
    refused([](Header& h) { h.parent_hash[3] = 1; }, ErrorCode::unknown_parent);
    refused([](Header& h) { h.number++; }, ErrorCode::block_number);
    refused([&](Header& h) { h.timestamp = p.parent.timestamp; }, ErrorCode::timestamp);
    refused([](Header& h) { h.fields = Header::CANCUN_FIELDS; }, ErrorCode::block_format);
    const Bytes extra(33, 1);
    refused([&](Header& h) { h.extra_data = extra; }, ErrorCode::extra_data_too_big);
    refused([](Header& h) { h.difficulty = evm::uint256{1}; }, ErrorCode::difficulty);
    refused([](Header& h) { h.nonce[7] = 1; }, ErrorCode::pow_nonce);
    refused([](Header& h) { h.ommers_hash[0] ^= 1; }, ErrorCode::uncles);
    refused([](Header& h) { h.gas_limit = uint64_t{1} << 63; }, ErrorCode::gas_limit_too_big);
    refused([&](Header& h) { h.gas_limit = p.parent.gas_limit + p.parent.gas_limit / 1024; }, ErrorCode::gas_limit);
    refused([&](Header& h) { h.gas_limit = p.parent.gas_limit - p.parent.gas_limit / 1024; }, ErrorCode::gas_limit);
    refused([](Header& h) { h.gas_used = h.gas_limit + 1; }, ErrorCode::gas_used_above_limit);
    refused([](Header& h) { h.base_fee++; }, ErrorCode::base_fee);
    refused([](Header& h) { h.excess_blob_gas += GAS_PER_BLOB; }, ErrorCode::excess_blob_gas);
    refused([](Header& h) { h.number = 1, h.timestamp = 1; }, ErrorCode::fork_not_supported);
    refused([](Header& h) { h.fields = Header::SHANGHAI_FIELDS; }, ErrorCode::block_format);
    // Of a fork that the chain's file does not have; and of one that it has, before its time.
    Header later = p.child;
    later.fields = Header::AMSTERDAM_FIELDS;
    ChainConfig chain = p.config;
    chain.amsterdam_time = ChainConfig::NEVER;
    CHECK(validate_header(chain, later, p.parent).error().code == ErrorCode::fork_not_supported);
    chain.amsterdam_time = later.timestamp + 1;
    CHECK(validate_header(chain, later, p.parent).error().code == ErrorCode::block_format);
    Header h = p.child;
    h.blob_gas_used = 22 * GAS_PER_BLOB;
    CHECK(check_blob_gas(p.config, h, 0).error().code == ErrorCode::blob_gas_above_limit);
    h.blob_gas_used = GAS_PER_BLOB;
    CHECK(check_blob_gas(p.config, h, 0).error().code == ErrorCode::blob_gas_used);
    CHECK(check_blob_gas(p.config, h, GAS_PER_BLOB));
}

TEST_CASE("a header's limits are where they are said to be") {
    Pair p = make_pair();
    const auto code = [&]() -> std::string {
        p.child.base_fee = next_base_fee(p.parent);
        p.child.excess_blob_gas = next_excess_blob_gas(p.config, p.parent, p.child.number, p.child.timestamp);
        const auto r = validate_header(p.config, p.child, p.parent);
        return r ? "" : std::string(to_string(r.error().code));
    };
    const auto name = [](ErrorCode c) { return std::string(to_string(c)); };
    const Bytes extra(32, 1);
    p.child.extra_data = extra;
    p.child.gas_used = p.child.gas_limit;
    CHECK(code().empty());
    p.parent.gas_limit = 5002;
    p.parent.gas_used = 0;
    p.child.gas_used = 0;
    for (uint64_t limit : {4999, 5000, 5003, 5005, 5006}) {
        p.child.gas_limit = limit;
        INFO(limit);
        CHECK(code() == (limit == 4999 || limit == 5006 ? name(ErrorCode::gas_limit) : ""));
    }
    p.parent.gas_limit = p.child.gas_limit = (uint64_t{1} << 63) - 1;
    CHECK(code().empty());
    p.child.gas_limit++;
    CHECK(code() == name(ErrorCode::gas_limit_too_big));
    // Numbers do not come around.
    p = make_pair();
    p.parent.number = ~uint64_t{0};
    p.child.number = 0;
    CHECK(code() == name(ErrorCode::block_number));
}

TEST_CASE("headers of the neighbouring fork have names of their own") {
    Pair p = make_pair();
    const auto code = [&](uint64_t time, unsigned fields) {
        p.child.timestamp = time;
        p.child.fields = fields;
        return std::string(to_string(validate_header(p.config, p.child, p.parent).error().code));
    };
    const auto name = [](ErrorCode c) { return std::string(to_string(c)); };
    const uint64_t shanghai = p.config.shanghai_time;
    CHECK(code(shanghai - 1, Header::SHANGHAI_FIELDS) == name(ErrorCode::shanghai_block));
    CHECK(code(shanghai - 1, Header::CANCUN_FIELDS) == name(ErrorCode::block_format));
    CHECK(code(shanghai, Header::PARIS_FIELDS) == name(ErrorCode::paris_block));
    CHECK(code(shanghai, Header::CANCUN_FIELDS) == name(ErrorCode::block_format));
    CHECK(code(p.config.cancun_time, Header::PARIS_FIELDS) == name(ErrorCode::block_format));
}

TEST_CASE("base fee follows EIP-1559") {
    Header p;
    p.gas_limit = 20;
    p.gas_used = 10;
    p.base_fee = 1000;
    CHECK(next_base_fee(p) == 1000);
    p.gas_used = 20;
    CHECK(next_base_fee(p) == 1125);
    p.gas_used = 0;
    CHECK(next_base_fee(p) == 875);
    p.gas_used = 11;
    p.base_fee = 7;
    CHECK(next_base_fee(p) == 8);  // at least one up
}

TEST_CASE("blob base fee follows EIP-4844's series") {
    const BlobParameters p{0, 3, 6, 3338477};
    CHECK(blob_base_fee(p, 0) == evm::uint256{1});
    CHECK(blob_base_fee(p, 2314057) == evm::uint256{1});
    CHECK(blob_base_fee(p, 2314058) == evm::uint256{2});
    CHECK(blob_base_fee(p, 10 * 1024 * 1024) == evm::uint256{23});
    // Far beyond any chain: it ends, and stays at one price.
    CHECK(blob_base_fee(p, ~uint64_t{0}) == blob_base_fee(p, 120 * p.update_fraction));
}

TEST_CASE("excess blob gas has the reserve price of EIP-7918 from Osaka on") {
    const ChainConfig c = *known_chain("mainnet");
    Header parent;
    parent.timestamp = c.osaka_time + 10;
    parent.blob_gas_used = 6 * GAS_PER_BLOB;
    parent.excess_blob_gas = 6 * GAS_PER_BLOB;
    parent.base_fee = 10'000'000'000;
    // Execution gas is dear: the excess rises by used * (max - target) / max.
    CHECK(next_excess_blob_gas(c, parent, 24'000'000, c.osaka_time + 22) == 6 * GAS_PER_BLOB + 2 * GAS_PER_BLOB);
    parent.base_fee = 1;
    CHECK(next_excess_blob_gas(c, parent, 24'000'000, c.osaka_time + 22) == 6 * GAS_PER_BLOB);
    CHECK(next_excess_blob_gas(c, parent, 20'000'000, c.cancun_time + 22) == 9 * GAS_PER_BLOB);
    // Just the target's worth in excess: not less than the target, so that the reserve price counts.
    parent.base_fee = 10'000'000'000;
    parent.blob_gas_used = 0;
    parent.excess_blob_gas = c.blob_parameters(c.osaka_time + 22).target * GAS_PER_BLOB;
    CHECK(next_excess_blob_gas(c, parent, 24'000'000, c.osaka_time + 22) == parent.excess_blob_gas);
    parent.excess_blob_gas--;
    CHECK(next_excess_blob_gas(c, parent, 24'000'000, c.osaka_time + 22) == 0);
}

TEST_CASE("a header with more fields than any known fork is of a fork that is not supported") {
    const auto encoded = [](size_t more) {
        rlp::Writer w;
        for (int i = 0; i < 2; i++) w.string(Bytes32{}.view());
        w.string(Address{}.view());
        for (int i = 0; i < 3; i++) w.string(Bytes32{}.view());
        w.string(Bloom{}.view());
        for (int i = 0; i < 5; i++) w.u64(0);
        w.string({});
        w.string(Bytes32{}.view());
        w.string(FixedBytes<8>{}.view());
        w.u64(0);
        for (size_t i = 0; i < more; i++)
            i == 1 || i == 2 || i == 6 ? w.u64(0) : w.string(Bytes32{}.view());  // blob gas, excess blob gas, slot
        w.end_list(0);
        return w.out;
    };
    for (size_t more = 0; more < 12; more++) {
        const auto h = decode_header(encoded(more));
        INFO(more);
        if (more == 0 || more == 1 || more == 4 || more == 5 || more == 7)
            CHECK(h);
        else
            CHECK(h.error().code == (more > 7 ? ErrorCode::fork_not_supported : ErrorCode::block_format));
    }
}
