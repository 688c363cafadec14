// SPDX-License-Identifier: Apache-2.0
// Each charge to the last unit of gas, and each limit to the last byte: one step further is refused.
#include <catch2/catch.hpp>

#include "libs/evm/gas.hpp"
#include "test/unit/evm/world.hpp"

using namespace ashlar;
using namespace ashlar::evm;
using test::numbered;

namespace {

std::string push(const Address& a) { return "73" + to_hex(a.view()); }

/// What a frame ends with when contract 1 has this code and the call this gas.
Status status(const std::string& code, uint64_t gas) {
    World w;
    w.code(1, code);
    return w.call(1, gas).status;
}

constexpr uint64_t memory_gas(uint64_t words) { return 3 * words + words * words / 512; }

}  // namespace

TEST_CASE("an instruction runs with the gas it costs and not with one less") {
    struct Case {
        const char* name;
        std::string code;
        uint64_t gas;
    };
    constexpr uint64_t P0 = 2, P1 = 3, WORD = 3;  // PUSH0, longer pushes, a word of memory or of copying
    const Address poor = numbered(0x77);
    for (const Case& c : {
             Case{"MSTORE", "5f5f52", 2 * P0 + 3 + WORD},
             Case{"KECCAK256", "60205f20", P1 + P0 + 30 + WORD + 6},
             Case{"CALLDATACOPY", "60205f5f37", P1 + 2 * P0 + 3 + 2 * WORD},
             Case{"CODECOPY", "60205f5f39", P1 + 2 * P0 + 3 + 2 * WORD},
             Case{"MCOPY", "60205f5f5e", P1 + 2 * P0 + 3 + 2 * WORD},
             Case{"SLOAD twice", "5f545f54", 2 * P0 + 2100 + 100},
             Case{"LOG0", "60015fa0", P1 + P0 + 375 + WORD + 8},
             Case{"CREATE", "60205f5ff0", P1 + 2 * P0 + 32000 + WORD + 2},
             Case{"CREATE2", "5f60205f5ff5", P1 + 3 * P0 + 32000 + WORD + 8},
             Case{"SELFDESTRUCT to nobody", push(poor) + "ff", P1 + 5000 + 2600 + 25000},
         }) {
        INFO(c.name);
        for (uint64_t gas : {c.gas - 1, c.gas}) {
            World w;
            w.code(1, c.code);
            w.host.account(numbered(1)).balance = uint256{1};
            const auto r = w.call(1, gas);
            CHECK(r.status == (gas == c.gas ? Status::success : Status::out_of_gas));
            CHECK(r.gas_left == 0);
        }
    }
}

TEST_CASE("of memory, copying and access each is charged alone") {
    // Memory that costs more than all that follows, and gas for what follows only.
    const std::string far = "62010000";  // 65536
    const uint64_t memory = memory_gas(0x10000 / 32 + 1);
    REQUIRE(memory > 10000);
    const std::string external = "6001" + std::string("5f") + far + push(numbered(2)) + "3c";  // EXTCODECOPY
    CHECK(status(external, 9000) == Status::out_of_gas);
    CHECK(status(external, 11 + memory + 3 + 2600) == Status::success);
    const std::string returned = "60015f" + far + "3e";  // RETURNDATACOPY
    CHECK(status(returned, 9000) == Status::out_of_gas);
    CHECK(status(returned, 8 + 3 + memory + 3) == Status::return_data_out_of_bounds);
    CHECK(status(returned, 8 + 3 + memory + 2) == Status::out_of_gas);
    // 1024 words: 3072 of copying, of which 2700 are there, more than the access costs.
    const uint64_t before = 3 + 2 + 2 + 3 + memory_gas(1024);
    const std::string words = "6180005f5f" + push(numbered(2)) + "3c";
    CHECK(status(words, before + 2700) == Status::out_of_gas);
    CHECK(status(words, before + 3072 + 2600) == Status::success);
}

TEST_CASE("operands of 2^32 and more are not taken for their low words") {
    // A place in return data, of which there is none.
    CHECK(status("5f6401000000005f3e", 100000) == Status::return_data_out_of_bounds);
    // Destinations: JUMPDEST stands where the low word points.
    CHECK(status("640100000007565b", 100000) == Status::bad_jump);
    CHECK(status("600164010000000a57005b", 100000) == Status::bad_jump);
    CHECK(status("64000000000756"
                 "5b",
                 100000) == Status::success);
    // Memory, where the low word lies in it.
    CHECK(status("5f5f5264010000000051", 100000) == Status::out_of_gas);
    CHECK(status("5f5f525f64010000000052", 100000) == Status::out_of_gas);
    CHECK(status("5f5f525f64010000000053", 100000) == Status::out_of_gas);
}

TEST_CASE("a jump to the place behind the code is none") {
    // Eight bytes, so that the notes on them end where the place behind would have its own. The first jump makes them.
    CHECK(status("6003565b60085600", 100000) == Status::bad_jump);
}

TEST_CASE("memory ends 32 bytes before 2^32") {
    // MSTORE8 at the last byte there is. What it costs is more than a register of gas holds.
    constexpr uint64_t COST = 2 + 3 + 3 + memory_gas((uint64_t{1} << 27) - 1);
    World w;
    w.code(1, "5f63ffffffdf53");
    CHECK(w.call(1, COST - 1).status == Status::out_of_gas);
    const auto r = w.call(1, COST);
    CHECK(r.status == Status::success);
    CHECK(r.gas_left == 0);
    CHECK_FALSE(w.host.beyond_memory);
}

TEST_CASE("the last gas of the reserve can be spent") {
    // Until one unit is left in the register and two in the reserve; then an instruction that takes three.
    constexpr uint64_t CHUNK = (uint64_t{1} << 30) - 1;
    uint64_t words = 1;
    while (14 + memory_gas(words + 1) < CHUNK) words++;
    const uint64_t rest = CHUNK - 1 - 14 - memory_gas(words);
    REQUIRE(rest < 10000);
    const uint64_t at = 32 * words - 1;
    std::string code = "60015f63" + word(at).substr(56) + "37";  // CALLDATACOPY of one byte to there
    for (uint64_t i = 0; i < rest; i++) code += "5b";
    World w;
    w.code(1, code + "6000");
    const auto r = w.call(1, CHUNK + 2);
    CHECK(r.status == Status::success);
    CHECK(r.gas_left == 0);
    CHECK(w.call(1, CHUNK + 1).status == Status::out_of_gas);
}

TEST_CASE("block hashes are known of the last 256 blocks") {
    World w;
    w.host.block.number = 1000;
    for (uint64_t n = 0; n < 1100; n++) w.host.block_hashes[n][31] = 1;
    const auto answer = [&](const uint256& number) {
        w.code(1, "5f35405f5260205ff3");
        const Bytes32 input = number.to_bytes32();
        return to_hex(w.call(1, 100000, input.view()).output) == word(1);
    };
    CHECK_FALSE(answer(uint256{743}));
    CHECK(answer(uint256{744}));
    CHECK(answer(uint256{999}));
    CHECK_FALSE(answer(uint256{1000}));
    CHECK_FALSE(answer(uint256{1001}));
    CHECK_FALSE(answer((uint256{1} << 64) + uint256{999}));
}

TEST_CASE("code and init code may have their largest size") {
    const auto& p = GAS_PARAMETERS[static_cast<unsigned>(LATEST_REVISION)];
    constexpr uint64_t GAS = 100'000'000;
    const auto size = [](uint64_t n) { return word(n).substr(56); };
    World w;
    const auto r = w.create("63" + size(p.max_code_size) + "5ff3", GAS);
    CHECK(r.status == Status::success);
    CHECK(r.output.size() == p.max_code_size);
    CHECK(World().create("63" + size(p.max_code_size + 1) + "5ff3", GAS).status == Status::code_too_large);
    for (const char* create : {"5f5ff0", "5f5ff5"}) {
        CHECK(status("5f63" + size(p.max_initcode_size) + create, GAS) == Status::success);
        CHECK(status("5f63" + size(p.max_initcode_size + 1) + create, GAS) == Status::initcode_too_large);
    }
}

TEST_CASE("a read across the end of memory makes it larger") {
    World w;
    w.code(1,
           "5f5f5260015150"
           "595f5260205ff3");  // MLOAD(1), then MSIZE
    CHECK(to_hex(w.call(1, 100000).output) == word(64));
}

TEST_CASE("an account with code is not empty") {
    const std::string code = push(numbered(2)) + "ff";  // SELFDESTRUCT: no new account to pay for
    for (uint64_t gas : {uint64_t{7602}, uint64_t{7603}}) {
        World w;
        w.code(1, code);
        w.host.account(numbered(1)).balance = uint256{1};
        w.host.put_code(numbered(2), Bytes{0});
        CHECK(w.call(1, gas).status == (gas == 7603 ? Status::success : Status::out_of_gas));
    }
}

TEST_CASE("a precompiled contract that fails gives nothing and keeps nothing") {
    // CALL(gas, 9, value 1): BLAKE2F of no bytes. The result and the size of what came back.
    World w;
    w.code(1,
           "5f5f5f5f600160095af1"
           "3d60011b01"
           "5f5260205ff3");
    w.host.account(numbered(1)).balance = uint256{1};
    CHECK(to_hex(w.call(1, 100000).output) == word(0));
    CHECK(w.host.account(numbered(1)).balance == uint256{1});
}

TEST_CASE("no contract is made where there is code, whatever the nonce") {
    World w;
    w.host.put_code(create_address(SENDER, 0), Bytes{0});
    REQUIRE(w.host.account(create_address(SENDER, 0)).nonce == 0);
    CHECK(w.create("00", 100000).status == Status::address_collision);
}
