// SPDX-License-Identifier: Apache-2.0
// What an instruction reads of the state, and that it reads nothing it has not charged for.
#include <algorithm>
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/evm/evm.hpp"
#include "libs/evm/gas.hpp"
#include "test/support/numbered.hpp"
#include "test/unit/evm/memory_host.hpp"

using namespace ashlar;
using namespace ashlar::evm;
using test::numbered;

namespace {

const Address SENDER = numbered(0xff), RUNNER = numbered(1), TARGET = numbered(2), DELEGATE = numbered(3);
/// PUSH20 of an address.
std::string push(const Address& a) { return "73" + to_hex(a.view()); }

/// What one run of RUNNER's code read.
struct Reads {
    Status status = Status::success;
    std::vector<Address> accounts, codes;
    size_t slots = 0;
    bool account(const Address& a) const { return std::find(accounts.begin(), accounts.end(), a) != accounts.end(); }
    bool code(const Address& a) const { return std::find(codes.begin(), codes.end(), a) != codes.end(); }
};

struct Setup {
    Revision revision = LATEST_REVISION;
    bool target_delegates = false;
    uint64_t balance = 1000;  ///< of RUNNER
};

Reads run(const std::string& code, uint64_t gas, const Setup& setup = {}) {
    MemoryHost host;
    host.revision = setup.revision;
    host.put_code(RUNNER, *from_hex(code));
    host.entry(RUNNER).balance = uint256{setup.balance};
    if (setup.target_delegates) host.put_code(TARGET, delegation_designator(DELEGATE));
    Message m;
    m.sender = SENDER;
    m.recipient = RUNNER;
    m.gas = gas;
    Reads r;
    r.status = Evm(host).execute(m).status;
    r.accounts = host.loaded_accounts;
    r.codes = host.loaded_codes;
    r.slots = host.loaded_slots;
    return r;
}

constexpr uint64_t COLD = 2600, PUSH = 3;

}  // namespace

TEST_CASE("an account is read once its access is paid for and not before") {
    struct Case {
        const char* name;
        std::string code;
        uint64_t gas;  ///< up to and including the access
    };
    const std::string four = "6000600060006000";
    const std::vector<Case> cases = {
        {"BALANCE", push(TARGET) + "31", PUSH + COLD},
        {"EXTCODESIZE", push(TARGET) + "3b", PUSH + COLD},
        {"EXTCODEHASH", push(TARGET) + "3f", PUSH + COLD},
        // One byte: a word of memory (3) and of copying (3).
        {"EXTCODECOPY", "600160006000" + push(TARGET) + "3c", 4 * PUSH + COLD + 6},
        {"STATICCALL", four + push(TARGET) + "5afa", 5 * PUSH + 2 + COLD},
        {"DELEGATECALL", four + push(TARGET) + "5af4", 5 * PUSH + 2 + COLD},
        {"CALL", four + "6000" + push(TARGET) + "5af1", 6 * PUSH + 2 + COLD},
        {"CALLCODE", four + "6000" + push(TARGET) + "5af2", 6 * PUSH + 2 + COLD},
        {"CALL with value", four + "6001" + push(TARGET) + "5af1", 6 * PUSH + 2 + COLD + 9000},
        // 0x40 bytes of output: two words of memory.
        {"CALL with memory", "60406000600060006000" + push(TARGET) + "5af1", 6 * PUSH + 2 + COLD + 6},
        {"SELFDESTRUCT", push(TARGET) + "ff", PUSH + 5000 + COLD},
    };
    for (const Case& c : cases) {
        INFO(c.name);
        const Reads before = run(c.code, c.gas - 1);
        CHECK(before.status == Status::out_of_gas);
        CHECK_FALSE(before.account(TARGET));
        CHECK(run(c.code, c.gas).account(TARGET));
    }
}

TEST_CASE("what need not be known is not read") {
    // Nothing is copied.
    CHECK_FALSE(run("600060006000" + push(TARGET) + "3c", 100000).account(TARGET));
    // Nothing is left to anybody.
    const Reads poor = run(push(TARGET) + "ff", 100000, {.balance = 0});
    CHECK(poor.status == Status::success);
    CHECK_FALSE(poor.account(TARGET));
    // A static call that would move value ends before its target is looked at: RUNNER calls itself statically.
    const std::string inner = "60006000600060006001" + push(TARGET) + "5af1";
    MemoryHost host;
    host.put_code(RUNNER, *from_hex("6000600060006000" + push(numbered(4)) + "5afa"));
    host.put_code(numbered(4), *from_hex(inner));
    Message m;
    m.sender = SENDER;
    m.recipient = RUNNER;
    m.gas = 1000000;
    CHECK(Evm(host).execute(m).status == Status::success);
    CHECK(std::find(host.loaded_accounts.begin(), host.loaded_accounts.end(), TARGET) == host.loaded_accounts.end());
    // Precompiled contracts are no matter of the state.
    Address identity;
    identity[19] = 4;
    const Reads precompile = run("6000600060006000" + push(identity) + "5afa", 100000);
    CHECK(precompile.status == Status::success);
    CHECK_FALSE(precompile.account(identity));
}

TEST_CASE("the price of a new account is charged before code is read") {
    const std::string code = "60006000600060006001" + push(TARGET) + "5af1";
    const uint64_t gas = 6 * PUSH + 2 + COLD + 9000 + 25000;
    CHECK(run(code, gas - 1).status == Status::out_of_gas);
    CHECK(run(code, gas).status == Status::success);
}

TEST_CASE("a delegate is read once its access is paid for and not before") {
    const std::string code = "6000600060006000" + push(TARGET) + "5afa";
    const uint64_t gas = 5 * PUSH + 2 + COLD;
    const Reads first = run(code, gas + COLD - 1, {.target_delegates = true});
    CHECK(first.status == Status::out_of_gas);
    CHECK(first.code(TARGET));
    CHECK_FALSE(first.account(DELEGATE));
    CHECK(run(code, gas + COLD, {.target_delegates = true}).account(DELEGATE));
}

TEST_CASE("before Prague no code is read that does not run") {
    // The balance does not cover the value: nothing runs.
    const std::string code = "60006000600060006001" + push(TARGET) + "5af1";
    CHECK_FALSE(run(code, 100000, {.revision = Revision::cancun, .target_delegates = true, .balance = 0}).code(TARGET));
    CHECK(run(code, 100000, {.revision = Revision::prague, .target_delegates = true, .balance = 0}).code(TARGET));
}

TEST_CASE("a slot is read once its access is paid for and not before") {
    CHECK(run("600054", PUSH + 2100 - 1).slots == 0);
    CHECK(run("600054", PUSH + 2100).slots == 1);
    // EIP-2200: no store with the stipend or less.
    CHECK(run("6001600055", 2 * PUSH + 2300).slots == 0);
    CHECK(run("6001600055", 2 * PUSH + 2301).slots == 1);
}
