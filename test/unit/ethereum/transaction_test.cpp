// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/transaction.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using evm::Revision;
using evm::uint256;

TEST_CASE("the transaction of EIP-155's example is signed by its sender") {
    const Bytes item = *from_hex(
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195"
        "fe537567"
        "866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83");
    auto t = decode_transaction(item, Revision::osaka);
    REQUIRE(t);
    CHECK(t->nonce == 9);
    CHECK(t->gas_limit == 21000);
    CHECK(t->chain_id == uint256{1});
    CHECK(to_hex(t->signing_hash.view()) == "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    REQUIRE(recover_sender(*t));
    CHECK(to_hex(recover_sender(*t)->view()) == "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
    Transaction high = *t;
    high.s = uint256{} - uint256{1};
    CHECK_FALSE(recover_sender(high));
}

TEST_CASE("types are refused before their fork and beyond the last") {
    const auto refused = [](const char* hex, Revision r) {
        auto t = decode_transaction(*from_hex(hex), r);
        REQUIRE_FALSE(t);
        return t.error().code;
    };
    CHECK(refused("8203c0", Revision::shanghai) == ErrorCode::blob_transaction_pre_fork);
    CHECK(refused("8204c0", Revision::cancun) == ErrorCode::set_code_transaction_pre_fork);
    CHECK(refused("8205c0", Revision::osaka) == ErrorCode::transaction_type);
    CHECK(refused("00", Revision::osaka) == ErrorCode::transaction_type);
    CHECK(refused("80", Revision::osaka) == ErrorCode::transaction_type);
    CHECK(refused("8202c0", Revision::osaka) == ErrorCode::transaction_rlp);
    CHECK(refused("c0", Revision::osaka) == ErrorCode::transaction_rlp);
    CHECK(refused("c080", Revision::osaka) == ErrorCode::transaction_rlp);
}

TEST_CASE("intrinsic gas and floor count what the EIPs say") {
    Transaction t;
    t.to = Address{};
    CHECK(intrinsic_gas(t, Revision::cancun).cost == 21000);
    CHECK(intrinsic_gas(t, Revision::cancun).floor == 0);
    CHECK(intrinsic_gas(t, Revision::prague).floor == 21000);
    const Bytes data{0, 0, 0, 1, 2};
    t.data = data;
    CHECK(intrinsic_gas(t, Revision::prague).cost == 21000 + 3 * 4 + 2 * 16);
    CHECK(intrinsic_gas(t, Revision::prague).floor == 21000 + 10 * (3 + 2 * 4));
    t.access_list.push_back({Address{}, {Bytes32{}, Bytes32{}}});
    CHECK(intrinsic_gas(t, Revision::prague).cost == 21000 + 44 + 2400 + 2 * 1900);
    t.authorizations.resize(2);
    CHECK(intrinsic_gas(t, Revision::prague).cost == 21000 + 44 + 6200 + 50000);
    Transaction create;
    create.data = data;
    CHECK(intrinsic_gas(create, Revision::paris).cost == 53044);
    CHECK(intrinsic_gas(create, Revision::shanghai).cost == 53046);
}

TEST_CASE("decoding changed transactions of real blocks never fails otherwise than by an error") {
    const auto folders = test::block_folders();
    if (folders.empty()) {
        WARN("data/blocks is absent (ASHLAR_DATA)");
        return;
    }
    std::mt19937 rng(4);
    size_t decoded = 0, refused = 0, types[5] = {};
    for (const auto& f : folders) {
        auto data = read_block_folder(f);
        REQUIRE(data);
        auto block = decode_block(data->block_rlp);
        REQUIRE(block);
        for (BytesView item : block->items) {
            auto whole = decode_transaction(item, Revision::osaka);
            REQUIRE(whole);
            types[static_cast<int>(whole->type)]++;
            for (int i = 0; i < 20; i++) {
                Bytes b(item.begin(), item.end());
                b[rng() % b.size()] = static_cast<uint8_t>(rng());
                if (i % 4 == 3) b.resize(rng() % b.size());
                b.shrink_to_fit();
                (decode_transaction(b, Revision::osaka) ? decoded : refused)++;
            }
        }
    }
    CHECK(decoded > 0);
    CHECK(refused > 0);
    for (size_t n : types) CHECK(n > 0);
}
