// SPDX-License-Identifier: Apache-2.0
// What Amsterdam adds to the rules on transactions and blocks, each at its bound (EIP-2780, 7702, 7928, 8037, 8282).
#include <catch2/catch.hpp>

#include "libs/ethereum/receipt.hpp"
#include "libs/rlp/decode.hpp"
#include "test/support/rlp_items.hpp"
#include "test/unit/ethereum/world.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

constexpr Revision AMSTERDAM = Revision::amsterdam;
constexpr uint64_t BASE = 12'000 + 3'000, VALUE = 6'000, COLD = 3'000;  // EIP-2780, EIP-8038
constexpr uint64_t AUTHORIZATION = 7'816, ACCOUNT_WRITE = 9'000;        // EIP-8037, EIP-8038
constexpr uint64_t NEW_ACCOUNT = 120 * 1530, INDICATOR = 23 * 1530;     // EIP-8037

std::string name(ErrorCode code) { return std::string(to_string(code)); }

World world_of(const Transaction& t) {
    World w;
    w.accounts[*recover_sender(t)].balance = 1;
    return w;
}

/// Whether the receipt says that the one transaction went well.
bool succeeded(const World& w) {
    const auto receipts = decode_receipts(w.receipts);
    REQUIRE(receipts);
    REQUIRE(receipts->size() == 1);
    auto fields = rlp::read_list(receipts->at(0).envelope.subspan(1));
    REQUIRE(fields);
    return *fields->u64() == 1;
}

}  // namespace

TEST_CASE("what a transaction costs before it runs, and its floor, may reach the cap of execution and no more") {
    Bytes data(1178, 0);
    Transaction t = transaction(CONTRACT, EXECUTION_GAS_CAP + 100);
    t.type = TransactionType::set_code;
    t.authorizations.resize(2144);  // signed by nobody: they cost, and do nothing
    t.data = data;
    REQUIRE(intrinsic_gas(t, AMSTERDAM, recover_sender(t)).cost == EXECUTION_GAS_CAP);
    World w = world_of(t);
    w.build();
    CHECK(w.run(t, AMSTERDAM).empty());
    data.push_back(0);
    t.data = data;
    CHECK(w.run(t, AMSTERDAM) == name(ErrorCode::intrinsic_gas));

    // Only a creation's floor can be the cap itself, with more code than a creation may have: the next rule says so.
    Transaction c = transaction(CONTRACT, EXECUTION_GAS_CAP + 100);
    c.to.reset();
    data.assign((EXECUTION_GAS_CAP - 24'000) / 64, 0);
    c.data = data;
    REQUIRE(intrinsic_gas(c, AMSTERDAM, recover_sender(c)).floor == EXECUTION_GAS_CAP);
    World v = world_of(c);
    v.build();
    CHECK(v.run(c, AMSTERDAM) == name(ErrorCode::initcode_size));
    data.push_back(0);
    c.data = data;
    CHECK(v.run(c, AMSTERDAM) == name(ErrorCode::floor_gas));
}

TEST_CASE("a signature that is none is named before what depends on the sender") {
    Transaction t = transaction(CONTRACT, 1);
    World w = world_of(t);
    w.build();
    t.r = uint256{};
    CHECK(w.run(t, AMSTERDAM) == name(ErrorCode::signature));
    CHECK(w.run(t, Revision::osaka) == name(ErrorCode::intrinsic_gas));
}

TEST_CASE("a transaction's gas fits in what state has left of the block's") {
    const Transaction t = transaction(CONTRACT, 30'000'000);
    World w = world_of(t);
    w.build();
    w.before.state_gas = w.gas_limit - t.gas_limit;
    CHECK(w.run(t, AMSTERDAM).empty());
    w.before.state_gas++;
    CHECK(w.run(t, AMSTERDAM) == name(ErrorCode::gas_allowance));
    CHECK(w.run(t, Revision::prague).empty());
}

TEST_CASE("an account that a transfer makes is paid for, or nothing happens") {
    for (const bool enough : {false, true}) {
        Transaction t = transaction(TARGET, BASE + VALUE + NEW_ACCOUNT - !enough);
        t.value = 1;
        World w = world_of(t);
        w.build();
        CHECK(w.run(t, AMSTERDAM).empty());
        CHECK(succeeded(w) == enough);
        CHECK(w.after.paid_gas == t.gas_limit);
        CHECK(w.after.state_gas == (enough ? NEW_ACCOUNT : 0));
    }
}

TEST_CASE("a recipient's delegate is paid for before anybody looks at it") {
    for (const bool enough : {false, true}) {
        const Transaction t = transaction(CONTRACT, BASE + COLD - !enough);
        World w = world_of(t);
        const auto designator = evm::delegation_designator(TARGET);
        w.accounts[CONTRACT].code = Bytes(designator.begin(), designator.end());
        w.accounts[TARGET].code = code("00");
        w.build();
        CHECK(w.run(t, AMSTERDAM).empty());
        CHECK(succeeded(w) == enough);
        w.forget(TARGET);
        CHECK(w.run(t, AMSTERDAM) == (enough ? name(ErrorCode::missing_node) : ""));
    }
}

TEST_CASE("a delegation is paid for, or the transaction does nothing") {
    for (const bool enough : {false, true}) {
        Transaction t =
            transaction(CONTRACT, BASE + 2 * AUTHORIZATION + ACCOUNT_WRITE + NEW_ACCOUNT + INDICATOR - !enough);
        t.type = TransactionType::set_code;
        Authorization a;
        a.address = TARGET;
        a.s = uint256{7};
        a.signing_hash = hash::keccak256(TARGET.view());
        t.authorizations = {a, a};  // the first is signed by nobody
        t.authorizations[1].r = uint256{1};
        REQUIRE_FALSE(recover_authority(t.authorizations[0]));
        REQUIRE(recover_authority(t.authorizations[1]));
        World w = world_of(t);
        w.build();
        CHECK(w.run(t, AMSTERDAM).empty());
        CHECK(succeeded(w) == enough);
        CHECK(w.after.state_gas == (enough ? NEW_ACCOUNT + INDICATOR : 0));
    }
}

TEST_CASE("a block ends with calls of four contracts that are there") {
    const ChainConfig config = *known_chain("mainnet");
    const std::vector<Address> contracts = {config.withdrawal_requests_contract, config.consolidation_requests_contract,
                                            config.builder_deposits_contract, config.builder_exits_contract};
    for (size_t missing = 0; missing <= contracts.size(); missing++) {
        World w;
        w.accounts[TARGET].balance = 1;
        for (size_t i = 0; i < contracts.size(); i++)
            if (i != missing) w.accounts[contracts[i]].code = code("00");
        w.build();
        INFO(missing);
        CHECK(w.end_block({}, AMSTERDAM) == (missing < 4 ? name(ErrorCode::system_contract_empty) : ""));
    }
}

TEST_CASE("the access list has what was written with its values, and what was only read without") {
    // SLOAD of 5, then 1 into slot 7.
    const Transaction t = transaction(CONTRACT, 400'000);
    World w = world_of(t);
    w.accounts[CONTRACT].code = code("60055450600160075500");
    w.build();
    REQUIRE(w.run(t, AMSTERDAM).empty());
    REQUIRE(succeeded(w));
    const Bytes none = list({}), once = list({list({number(1), number(1)})});
    std::map<Address, Bytes> entries;
    entries[Address{}] = list({string(Bytes(20, 0)), none, none, none, none, none});  // the coinbase
    const Address sender = *recover_sender(t);
    entries[sender] = list({string(Bytes(sender.begin(), sender.end())), none, none, none, once, none});
    entries[CONTRACT] = list({string(Bytes(CONTRACT.begin(), CONTRACT.end())), list({list({number(7), once})}),
                              list({number(5)}), none, none, none});
    Bytes expected;
    for (const auto& [address, entry] : entries) expected.insert(expected.end(), entry.begin(), entry.end());
    CHECK(w.accesses == expected);
}
