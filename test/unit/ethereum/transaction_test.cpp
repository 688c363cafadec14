// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/transaction.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/signers.hpp"
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
    // The other signature of the same point: (r, n - s) with the other parity. EIP-2 refuses it.
    const Bytes order = *from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    Transaction twin = *t;
    twin.s = uint256::from_be(order.data(), order.size()) - t->s;
    twin.y_odd = !*t->y_odd;
    CHECK_FALSE(recover_sender(twin));
    CHECK_FALSE(recover_signers({&twin, 1})[0].sender);
    twin.y_odd = std::nullopt;
    twin.s = t->s;
    CHECK_FALSE(recover_sender(twin));
}

TEST_CASE("an authorization's parity is 0 or 1") {
    Authorization a;
    a.r = uint256{1};
    a.s = uint256{9};
    for (uint64_t parity : {0u, 1u}) {
        a.y_parity = uint256{parity};
        CHECK(recover_authority(a));
    }
    for (const uint256& parity : {uint256{2}, uint256{3}, uint256{255}}) {
        a.y_parity = parity;
        CHECK_FALSE(recover_authority(a));
    }
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

TEST_CASE("signers recovered together are those recovered one by one") {
    size_t senders = 0, authorities = 0;
    for (const auto& folder : test::block_folders()) {
        const auto data = read_block_folder(folder);
        REQUIRE(data);
        const auto block = decode_block(data->block_rlp);
        REQUIRE(block);
        std::vector<Transaction> transactions;
        for (const BytesView item : block->items)
            transactions.push_back(decode_transaction(item, Revision::osaka).value());
        if (!transactions.empty()) {
            // Three that nobody signed: s too high, r out of range, r no abscissa (5 is none).
            for (const uint256& r : {transactions[0].r, uint256{}, uint256{5}}) {
                transactions.push_back(transactions[0]);
                transactions.back().r = r;
            }
            transactions[transactions.size() - 3].s = uint256{} - uint256{1};
        }
        const auto signers = recover_signers(transactions);
        REQUIRE(signers.size() == transactions.size());
        for (size_t i = 0; i < transactions.size(); i++) {
            const Transaction& t = transactions[i];
            CHECK(signers[i].sender == recover_sender(t));
            CHECK(signers[i].sender.has_value() == (i < block->items.size()));
            senders += signers[i].sender.has_value();
            REQUIRE(signers[i].authorities.size() == t.authorizations.size());
            for (size_t k = 0; k < t.authorizations.size(); k++, authorities++)
                CHECK(signers[i].authorities[k] == recover_authority(t.authorizations[k]));
        }
    }
    if (test::block_folders().empty()) {
        WARN("SKIPPED: no blocks at ASHLAR_DATA");
        return;
    }
    CHECK(senders > 1000);
    CHECK(authorities > 0);
}
