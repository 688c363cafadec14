// SPDX-License-Identifier: Apache-2.0
// The second dimension of gas (EIP-8037) and what else Amsterdam charges, to the last unit.
#include <catch2/catch.hpp>

#include "libs/evm/gas.hpp"
#include "test/unit/evm/world.hpp"

using namespace ashlar;
using namespace ashlar::evm;
using test::numbered;

namespace {

constexpr uint64_t STATE_BYTE = 1530, ACCOUNT = 120 * STATE_BYTE, SLOT = 64 * STATE_BYTE;

std::string push(const Address& a) { return "73" + to_hex(a.view()); }
std::string repeated(const std::string& code, size_t n) {
    std::string out;
    for (size_t i = 0; i < n; i++) out += code;
    return out;
}

}  // namespace

TEST_CASE("the reservoir pays first, and what it lacks comes from the other gas") {
    const StateGas five{5, 0};
    CHECK(five.beyond(4) == 0);
    CHECK(five.beyond(5) == 0);
    CHECK(five.beyond(6) == 1);
    const auto charge = [](uint64_t execution, uint64_t state) {
        GasMeter m{10, {3, 0}};
        const bool good = m.charge(execution, state);
        if (!good) CHECK((m.left == 10 && m.state.reservoir == 3 && m.state.spilled == 0));
        if (good) CHECK(10 - m.left == execution + m.state.spilled);
        if (good) CHECK(3 - m.state.reservoir + m.state.spilled == state);
        return good;
    };
    CHECK(charge(10, 3));
    CHECK_FALSE(charge(11, 0));
    CHECK_FALSE(charge(11, 3));
    CHECK(charge(4, 9));
    CHECK_FALSE(charge(4, 10));
    CHECK_FALSE(charge(~uint64_t{0}, 4));
}

TEST_CASE("what makes the state grow is charged in both dimensions, to the last unit") {
    struct Case {
        const char* name;
        std::string code;
        uint64_t gas, state;
    };
    constexpr uint64_t P0 = 2, P1 = 3, COLD = 3000;
    const Address nobody = numbered(0x77);
    for (const Case& c : {
             Case{"SSTORE", "60015f55", P1 + P0 + 2100 + 10000, SLOT},
             Case{"CALL with value", "5f5f5f5f6001" + push(nobody) + "5af1", 5 * P0 + 2 * P1 + COLD + 11300, ACCOUNT},
             Case{"SELFDESTRUCT", push(nobody) + "ff", P1 + 5000 + COLD + 9000, ACCOUNT},
             Case{"CREATE", "60205f5ff0", P1 + 2 * P0 + 12000 + 3 + 2, ACCOUNT},
             Case{"BALANCE", push(nobody) + "31", P1 + COLD, 0},
             Case{"EXTCODESIZE", push(nobody) + "3b", P1 + COLD + 100, 0},
             Case{"EXTCODECOPY", "5f5f5f" + push(nobody) + "3c", 3 * P0 + P1 + COLD + 100, 0},
         }) {
        INFO(c.name);
        // All of it from one gas, or state gas from its reservoir, with one unit missing here or there.
        struct Split {
            uint64_t gas, reservoir;
            bool enough;
        };
        for (const Split& s : {Split{c.gas + c.state, 0, true}, Split{c.gas + c.state - 1, 0, false},
                               Split{c.gas, c.state, true}, Split{c.gas - 1, c.state, false}}) {
            World w(Revision::amsterdam);
            w.code(1, c.code);
            w.host.account(numbered(1)).balance = uint256{1};
            Message m;
            m.sender = SENDER;
            m.recipient = numbered(1);
            m.gas = s.gas;
            m.reservoir = s.reservoir;
            CHECK(w.evm.execute(m).status == (s.enough ? Status::success : Status::out_of_gas));
        }
    }
}

TEST_CASE("the code of a creation is paid by words and by bytes of state") {
    constexpr uint64_t GAS = 3 + 2 + 3 + 6;  // PUSH1, PUSH0, memory, one word of code
    for (const auto& [gas, reservoir, enough] :
         {std::tuple{GAS + STATE_BYTE, uint64_t{0}, true}, std::tuple{GAS + STATE_BYTE - 1, uint64_t{0}, false},
          std::tuple{GAS, STATE_BYTE, true}, std::tuple{GAS - 1, STATE_BYTE, false}}) {
        World w(Revision::amsterdam);
        const Bytes init = *from_hex("60015ff3");
        Message m;
        m.create = true;
        m.sender = SENDER;
        m.recipient = create_address(SENDER, 0);
        m.gas = gas;
        m.reservoir = reservoir;
        m.input = init;
        CHECK(w.evm.execute(m).status == (enough ? Status::success : Status::out_of_gas));
    }
}

TEST_CASE("instructions that reach deep into the stack have immediates of their own, and need what they reach") {
    const auto status = [](const std::string& code) {
        World w(Revision::amsterdam);
        w.code(1, code);
        return w.call(1, 100000).status;
    };
    // EIP-8024: 0x80 is depth 17; 0x8e is 1 and 2.
    CHECK(status(repeated("5f", 16) + "e680") == Status::stack_underflow);
    CHECK(status(repeated("5f", 17) + "e680") == Status::success);
    CHECK(status(repeated("5f", 17) + "e780") == Status::stack_underflow);
    CHECK(status(repeated("5f", 18) + "e780") == Status::success);
    CHECK(status("5f5fe88e") == Status::stack_underflow);
    CHECK(status("5f5f5fe88e") == Status::success);
    for (const char* immediate : {"5b", "60", "7f"})
        for (const char* op : {"e6", "e7", "e8"})
            CHECK(status(repeated("5f", 300) + op + immediate) == Status::invalid_opcode);
    CHECK(status(repeated("5f", 300) + "e852") == Status::invalid_opcode);
    CHECK(status(repeated("5f", 300) + "e851") == Status::success);
    CHECK(status(repeated("5f", 300) + "e65a") == Status::success);
}
