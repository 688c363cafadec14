// SPDX-License-Identifier: Apache-2.0
// A witness may lack what a transaction never gets to see.
#include <catch2/catch.hpp>

#include "test/unit/ethereum/world.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

constexpr uint64_t BASE = 21000;

}  // namespace

TEST_CASE("an account whose only access runs out of gas may be missing") {
    // BALANCE of TARGET: 3 for the push and 2600.
    for (const bool enough : {false, true}) {
        World w;
        const Transaction t = transaction(CONTRACT, BASE + 3 + (enough ? 2600 : 2599));
        w.accounts[CONTRACT].code = code(push(TARGET) + "31");
        w.accounts[TARGET].balance = 1;
        w.accounts[*recover_sender(t)].balance = 1;
        w.build();
        w.forget(TARGET);
        CHECK(w.run(t) == (enough ? std::string(to_string(ErrorCode::missing_node)) : ""));
        CHECK(w.failed_in_transaction == enough);  // so that it is the transaction that is named
    }
}

TEST_CASE("a slot whose only access runs out of gas may be missing") {
    for (const bool enough : {false, true}) {
        World w;
        const Transaction t = transaction(CONTRACT, BASE + 3 + (enough ? 2100 : 2099));
        AccountSpec& a = w.accounts[CONTRACT];
        a.code = code("600054");
        rlp::Writer value;
        value.string(Bytes(32, 1));
        for (uint64_t i = 0; i < 3; i++) a.storage[hash::keccak256(uint256{i}.to_bytes32().view())] = value.out;
        w.accounts[*recover_sender(t)].balance = 1;
        w.build();
        w.forget(hash::keccak256(uint256{}.to_bytes32().view()));
        CHECK(w.run(t) == (enough ? std::string(to_string(ErrorCode::missing_node)) : ""));
    }
}

TEST_CASE("a delegate that cannot be paid for may be missing, account and code") {
    for (const bool enough : {false, true}) {
        World w;
        // STATICCALL of an account that delegates to TARGET: 17 for the operands, then 2600 for each.
        const Transaction t = transaction(CONTRACT, BASE + 17 + 2600 + (enough ? 2600 : 2599));
        const Address delegating = numbered(3);
        w.accounts[CONTRACT].code = code("6000600060006000" + push(delegating) + "5afa");
        const auto designator = evm::delegation_designator(TARGET);
        w.accounts[delegating].code = Bytes(designator.begin(), designator.end());
        w.accounts[TARGET].code = code("00");
        w.accounts[TARGET].code_in_witness = false;
        w.accounts[*recover_sender(t)].balance = 1;
        w.build();
        w.forget(TARGET);
        CHECK(w.run(t) == (enough ? std::string(to_string(ErrorCode::missing_node)) : ""));
    }
}

TEST_CASE("code is needed where it runs, not where it is only named") {
    for (const char* op : {"31", "3f", "3b"}) {
        World w;
        const Transaction t = transaction(CONTRACT, 100000);
        w.accounts[CONTRACT].code = code(push(TARGET) + op);
        w.accounts[TARGET].code = code("00");
        w.accounts[TARGET].code_in_witness = false;
        w.accounts[*recover_sender(t)].balance = 1;
        w.build();
        const bool needs = std::string_view(op) == "3b";
        CHECK(w.run(t) == (needs ? std::string(to_string(ErrorCode::missing_code)) : ""));
    }
}

TEST_CASE("a precompiled contract's account may be missing") {
    World w;
    Address identity;
    identity[19] = 4;
    const Transaction t = transaction(identity, 100000);
    w.accounts[identity].balance = 1;
    w.accounts[CONTRACT].nonce = 1;
    w.accounts[*recover_sender(t)].balance = 1;
    w.build();
    w.forget(identity);
    CHECK(w.run(t).empty());
}

TEST_CASE("the code of an authority with another nonce may be missing") {
    for (const uint64_t nonce : {4u, 5u}) {
        World w;
        Transaction t = transaction(TARGET, 100000);
        t.type = TransactionType::set_code;
        Authorization a;
        a.address = CONTRACT;
        a.nonce = 5;
        a.r = uint256{1};
        a.s = uint256{9};
        a.signing_hash = hash::keccak256(CONTRACT.view());
        t.authorizations.push_back(a);
        AccountSpec& authority = w.accounts[*recover_authority(a)];
        authority.nonce = nonce;
        authority.code = code("00");
        authority.code_in_witness = false;
        w.accounts[*recover_sender(t)].balance = 1;
        w.accounts[TARGET].balance = 1;
        w.build();
        CHECK(w.run(t) == (nonce == 5 ? std::string(to_string(ErrorCode::missing_code)) : ""));
    }
}

TEST_CASE("a transaction that breaks a rule whoever sent it needs no sender in the witness") {
    const Transaction cheap = transaction(CONTRACT, BASE - 1);
    World w;
    w.accounts[*recover_sender(cheap)].balance = 1;
    w.accounts[CONTRACT].nonce = 1;
    w.build();
    w.forget(*recover_sender(cheap));
    CHECK(w.run(cheap) == std::string(to_string(ErrorCode::intrinsic_gas)));
    CHECK(w.run(transaction(CONTRACT, BASE)) == std::string(to_string(ErrorCode::missing_node)));
    Transaction greedy = transaction(CONTRACT, BASE);
    greedy.max_priority_fee = uint256{1};
    CHECK(w.run(greedy) == std::string(to_string(ErrorCode::priority_fee)));
}

TEST_CASE("the missing code of a sender is named, not taken for a contract's") {
    World w;
    const Transaction t = transaction(CONTRACT, BASE);
    AccountSpec& sender = w.accounts[*recover_sender(t)];
    sender.balance = 1;
    const auto designator = evm::delegation_designator(TARGET);
    sender.code = Bytes(designator.begin(), designator.end());
    sender.code_in_witness = false;
    w.build();
    CHECK(w.run(t) == std::string(to_string(ErrorCode::missing_code)));
}

TEST_CASE("an authorization with the last nonce is passed over before its account is looked at") {
    for (const uint64_t nonce : {~uint64_t{0} - 1, ~uint64_t{0}}) {
        World w;
        Transaction t = transaction(TARGET, 100000);
        t.type = TransactionType::set_code;
        Authorization a;
        a.address = CONTRACT;
        a.nonce = nonce;
        a.r = uint256{1};
        a.s = uint256{9};
        a.signing_hash = hash::keccak256(CONTRACT.view());
        t.authorizations.push_back(a);
        w.accounts[*recover_authority(a)].nonce = nonce;
        w.accounts[*recover_sender(t)].balance = 1;
        w.accounts[TARGET].balance = 1;
        w.build();
        w.forget(*recover_authority(a));
        CHECK(w.run(t) == (nonce == ~uint64_t{0} ? "" : std::string(to_string(ErrorCode::missing_node))));
    }
}

TEST_CASE("a withdrawal of nothing goes to an account that may be missing") {
    for (const uint64_t amount : {0u, 1u}) {
        World w;
        w.accounts[TARGET].balance = 1;
        w.accounts[CONTRACT].balance = 1;
        w.build();
        w.forget(TARGET);
        Withdrawal to_target;
        to_target.address = TARGET;
        to_target.amount = amount;
        CHECK(w.end_block({&to_target, 1}, Revision::cancun) ==
              (amount ? std::string(to_string(ErrorCode::missing_node)) : ""));
    }
}

TEST_CASE("a system contract that is not in the witness is missing, not empty") {
    const ChainConfig config = *known_chain("mainnet");
    for (const Address& which : {config.withdrawal_requests_contract, config.consolidation_requests_contract}) {
        World w;
        for (const Address& a : {config.withdrawal_requests_contract, config.consolidation_requests_contract})
            w.accounts[a].code = code("00");
        w.accounts[CONTRACT].balance = 1;
        w.build();
        CHECK(w.end_block({}, Revision::prague).empty());
        w.forget(which);
        CHECK(w.end_block({}, Revision::prague) == std::string(to_string(ErrorCode::missing_node)));
    }
}

TEST_CASE("what a transaction may cost is counted in full") {
    // 2^22 gas. Just within 256 bits, just beyond with the value, and a price of which the product is 2^256.
    constexpr uint64_t GAS = 1 << 22;
    const uint256 most = (uint256{1} << 234) - uint256{1};
    struct Case {
        uint256 max_fee, value;
        ErrorCode error;
        bool runs;
    };
    for (const Case& c :
         {Case{most, {}, {}, true}, Case{most, uint256{GAS - 1}, {}, true},
          Case{most, uint256{GAS}, ErrorCode::funds, false}, Case{uint256{1} << 234, {}, ErrorCode::funds, false}}) {
        World w;
        Transaction t = transaction(CONTRACT, GAS);
        t.max_fee = c.max_fee;
        t.value = c.value;
        w.accounts[*recover_sender(t)].balance = uint256::max();
        w.accounts[CONTRACT].nonce = 1;
        w.build();
        CHECK(w.run(t) == (c.runs ? "" : std::string(to_string(c.error))));
    }
}

TEST_CASE("memory that no address reaches ends the run by its own name") {
    World w;
    // MLOAD at 2^32, with gas that could pay for it.
    constexpr uint64_t GAS = uint64_t{1} << 46;
    const Transaction t = transaction(CONTRACT, GAS);
    w.gas_limit = GAS;
    w.accounts[CONTRACT].code = code("64010000000051");
    w.accounts[*recover_sender(t)].balance = 1;
    w.build();
    CHECK(w.run(t, Revision::cancun) == std::string(to_string(ErrorCode::memory_limit)));
}

TEST_CASE("slots and accounts whose hashes are equal are kept apart") {
    // The seed is zero: a hash is the sum of the key's and the address's words.
    const uint256 one{1}, other = uint256{1} << 32;
    Address a = numbered(1), b = numbered(1);
    std::swap_ranges(b.begin() + 4, b.begin() + 8, b.begin() + 16);
    REQUIRE(a != b);
    World w;
    w.accounts[CONTRACT].balance = 1;
    w.build();
    const std::string result = w.with_state([&](State& state) -> Outcome<void> {
        evm::Account &x = state.locate(a), &y = state.locate(b);
        CHECK(&x != &y);
        CHECK(&state.locate_slot(x, one) != &state.locate_slot(x, other));
        CHECK(&state.locate_slot(x, one) != &state.locate_slot(y, one));
        CHECK(&state.locate_slot(x, one) == &state.locate_slot(x, one));
        state.set_transient(x, one, uint256{5});
        CHECK(state.transient(x, one) == uint256{5});
        CHECK(state.transient(x, other) == uint256{});
        CHECK(state.transient(y, one) == uint256{});
        return {};
    });
    CHECK(result.empty());
}

TEST_CASE("a state that lacked something has no root") {
    World w;
    w.accounts[TARGET].balance = 1;
    w.accounts[CONTRACT].balance = 1;
    w.build();
    w.forget(TARGET);
    CHECK(w.with_state([](State& state) -> Outcome<void> {
        state.account(TARGET);
        return {};
    }) == std::string(to_string(ErrorCode::missing_node)));
    // An account that goes leaves its neighbour alone in their branch, which must then be known.
    CHECK(w.with_state([](State& state) -> Outcome<void> {
        state.set_balance(state.account(CONTRACT), {});
        return {};
    }) == std::string(to_string(ErrorCode::missing_node)));
}
