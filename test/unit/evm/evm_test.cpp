// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/evm.hpp"

#include <catch2/catch.hpp>

#include "test/unit/evm/world.hpp"

using namespace ashlar;
using namespace ashlar::evm;
using test::numbered;

TEST_CASE("memory that gas could pay for and no address reaches is told to the host") {
    // Price of 2^32 bytes, YP 326; any code here spends less than SPARE on the rest.
    constexpr uint64_t PRICE = 3 * (uint64_t{1} << 27) + (uint64_t{1} << 45), SPARE = 40000;
    const std::string far = "640100000000", zero = "6000", one = "6001";  // 2^32, 0, 1
    const std::string codes[] = {
        far + "51",                                             // MLOAD
        zero + far + "52",                                      // MSTORE
        zero + far + "53",                                      // MSTORE8
        zero + "63ffffffe1" + "52",                             // the last byte that is beyond
        one + far + "20",                                       // KECCAK256: offset
        far + zero + "20",                                      // size
        one + zero + far + "37",                                // CALLDATACOPY
        far + zero + zero + "39",                               // CODECOPY
        one + far + "a0",                                       // LOG0
        one + zero + far + "5e",                                // MCOPY
        zero + zero + one + far + zero + "6002" + zero + "f1",  // CALL: input
        one + far + zero + zero + zero + "6002" + zero + "f1",  // output
        one + far + zero + "f0",                                // CREATE
        one + far + "f3",                                       // RETURN
        far + zero + "fd",                                      // REVERT
    };
    for (const std::string& code : codes) {
        CAPTURE(code);
        World w(Revision::cancun);
        w.code(1, code);
        CHECK(w.call(1, PRICE - 1).status == Status::out_of_gas);
        CHECK_FALSE(w.host.beyond_memory);
        w.call(1, PRICE + SPARE);
        CHECK(w.host.beyond_memory);
    }
    // What the operand means without a size, or as a place in call data, reaches no memory.
    for (const std::string& code : {zero + far + "20", one + far + zero + "37", far + "35"}) {
        World w(Revision::cancun);
        w.code(1, code);
        CHECK(w.call(1, PRICE + SPARE).status == Status::success);
        CHECK_FALSE(w.host.beyond_memory);
    }
}

TEST_CASE("a call runs code, charges gas and returns memory") {
    World w;
    w.code(1, "600760050160005260206000f3");
    const auto r = w.call(1, 100000);
    CHECK(r.status == Status::success);
    CHECK(to_hex(r.output) == word(12));
    CHECK(100000 - r.gas_left == 3 + 3 + 3 + 3 + 3 + 3 + 3 + 3);
}

TEST_CASE("every way to fail has its status and takes all gas") {
    struct Case {
        const char* code;
        Status status;
    };
    for (const auto& [code, status] :
         {Case{"01", Status::stack_underflow}, Case{"6001", Status::success}, Case{"0c", Status::invalid_opcode},
          Case{"fe", Status::invalid_opcode}, Case{"600456", Status::bad_jump}, Case{"6003565b", Status::success},
          Case{"6001600557605b5b", Status::bad_jump}, Case{"5b600056", Status::out_of_gas},
          Case{"5b5f600056", Status::stack_overflow}, Case{"600060203e", Status::stack_underflow},
          Case{"600160006000"
               "3e",
               Status::return_data_out_of_bounds},
          Case{"63ffffffff600052"
               "63ffffffff51",
               Status::out_of_gas},
          Case{"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff51", Status::out_of_gas},
          Case{"61c001600060"
               "00f0",
               Status::initcode_too_large}}) {
        CAPTURE(code);
        World w;
        w.code(1, code);
        const auto r = w.call(1, 100000);
        CHECK(r.status == status);
        if (status != Status::success) CHECK(r.gas_left == 0);
    }
    World w;
    w.code(1, "600160005260206000fd");
    const auto r = w.call(1, 100000);
    CHECK(r.status == Status::revert);
    CHECK(r.gas_left > 0);
    CHECK(to_hex(r.output) == word(1));
}

TEST_CASE("static calls refuse every instruction that changes state") {
    for (const char* code : {"6001600055", "600160005d", "60006000a0", "60006000600060006000a3", "600060006000f0",
                             "6000600060006000f5", "6000ff",
                             "60006000600060006001730000000000000000000000000000000000000042"
                             "61fffff1"}) {
        CAPTURE(code);
        World w;
        w.code(2, code);
        // STATICCALL(gas, 2, 0, 0, 0, 0), return its result.
        w.code(1,
               "6000600060006000"
               "73ee00000000000000000000000000000000000002"
               "62010000fa"
               "60005260206000f3");
        w.host.account(numbered(2)).balance = uint256{10};
        CHECK(to_hex(w.call(1, 1000000).output) == word(0));
        w.code(2, "00");
        World again;
        again
            .code(1,
                  "6000600060006000"
                  "73ee00000000000000000000000000000000000002"
                  "62010000fa"
                  "60005260206000f3")
            .code(2, "6001600101");
        CHECK(to_hex(again.call(1, 1000000).output) == word(1));
    }
}

TEST_CASE("calls nest 1024 deep and no deeper, without native stack") {
    // Each frame counts itself in storage slot 0 and calls itself with all gas.
    World w;
    w.code(1,
           "600160005401600055"
           "60006000600060006000"
           "30"
           "5af1"
           "00");
    const uint64_t gas = 5'000'000'000'000'000;  // enough after 63/64 at each of 1024 levels
    const auto r = w.call(1, gas);
    CHECK(r.status == Status::success);
    CHECK(w.host.slot(w.host.account(numbered(1)), uint256{}).current == uint256{1025});
}

TEST_CASE("gas above the register's range is kept exactly") {
    World w;
    // GAS, twice, difference.
    w.code(1, "5a60005260206000f3");
    for (uint64_t gas :
         {uint64_t{1} << 30, (uint64_t{1} << 30) + 1, (uint64_t{1} << 31) - 1, uint64_t{1} << 32, uint64_t{1} << 62}) {
        const auto r = w.call(1, gas);
        CHECK(to_hex(r.output) == word(gas - 2));
        CHECK(gas - r.gas_left == 2 + 3 + 3 + 3 + 3 + 3);
    }
    // A loop that burns through several refills: memory of 2^21 words costs 2^33 + ..., more than one register full.
    w.code(2,
           "6001"
           "6303ffffe0"
           "52"
           "5a60005260206000f3");
    const uint64_t words = 0x4000000 / 32, cost = 3 * words + words * words / 512;
    const auto r = w.call(2, uint64_t{1} << 40);
    CHECK(r.status == Status::success);
    CHECK(to_hex(r.output) == word((uint64_t{1} << 40) - cost - 3 - 3 - 3 - 2));
}

TEST_CASE("memory is zero for each frame, whatever earlier frames left there") {
    World w;
    w.code(2, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff610400525f5ff3");
    w.code(3,
           "61040051"
           "5f52"
           "60205ff3");
    const std::string call2 =
        "5f5f5f5f5f73ee00000000000000000000000000000000000002"
        "5af150";
    const std::string call3 =
        "60205f5f5f5f73ee00000000000000000000000000000000000003"
        "5af150"
        "60205ff3";
    w.code(1, call2 + call3);
    CHECK(to_hex(w.call(1, 1000000).output) == word(0));
    // A child's input and the parent's memory survive growth of the shared buffer below them.
    w.code(4,
           "6001"
           "6300800000"
           "52"
           "5f35"
           "5f52"
           "60205ff3");
    w.code(5,
           "60ab5f52"
           "6020602060205f5f73ee00000000000000000000000000000000000004"
           "6401000000005af1"
           "50"
           "60206020f3");
    w.code(5,
           "60ab5f52"
           "60206020"
           "60205f"
           "5f"
           "73ee00000000000000000000000000000000000004"
           "5af1"
           "50"
           "60206020f3");
    CHECK(to_hex(w.call(5, uint64_t{1} << 40).output) == word(0xab));
}

TEST_CASE("creations check size, prefix, collision and pay for their code") {
    World w;
    // Init code returns one zero byte.
    auto r = w.create("60015ff3", 100000, 5);
    CHECK(r.status == Status::success);
    CHECK(r.output == Bytes{0});
    CHECK(100000 - r.gas_left == 3 + 2 + 3 + 200);
    const Address made = create_address(SENDER, 0);
    CHECK(w.host.account(made).nonce == 1);
    CHECK(w.host.account(made).balance == uint256{5});
    CHECK(World().create("60ef5f5360015ff3", 100000).status == Status::code_starts_with_ef);
    CHECK(World().create("6160015ff3", 10000000).status == Status::code_too_large);
    CHECK(World().create("60205ff3", 6000).status == Status::out_of_gas);
    CHECK(World().create("5f5ffd", 6000).status == Status::revert);
    World occupied;
    occupied.host.account(made).nonce = 1;
    CHECK(occupied.create("00", 100000).status == Status::address_collision);
    World stored;
    auto& slot = stored.host.slot(stored.host.account(made), uint256{});
    slot.original = slot.current = uint256{1};
    CHECK(stored.create("00", 100000).status == Status::address_collision);
}

TEST_CASE("addresses of creations") {
    const Address sender = *fixed_from_hex<20>("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
    CHECK(to_hex(create_address(sender, 0).view()) == "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d");
    CHECK(to_hex(create_address(sender, 1).view()) == "343c43a37d37dff08ae8c4a11544c718abb4fcf8");
    // EIP-1014, the first and the fourth example.
    CHECK(to_hex(create2_address(Address{}, Bytes32{}, Bytes{0}).view()) == "4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38");
    CHECK(to_hex(create2_address(Address{}, Bytes32{}, *from_hex("deadbeef")).view()) ==
          "70f2b2914a2a4b783faefb75f459a580616fcb5e");
}

TEST_CASE("instructions exist from their fork on") {
    struct Case {
        const char* code;
        Revision since;
    };
    for (const auto& [code, since] : {Case{"5f", Revision::shanghai}, Case{"60005c", Revision::cancun},
                                      Case{"60006000"
                                           "5d",
                                           Revision::cancun},
                                      Case{"6000600060005e", Revision::cancun}, Case{"600049", Revision::cancun},
                                      Case{"4a", Revision::cancun}, Case{"60001e", Revision::osaka}})
        for (unsigned i = 0; i < REVISION_COUNT; i++) {
            World w(static_cast<Revision>(i));
            w.code(1, code);
            CHECK((w.call(1, 100000).status == Status::success) == (static_cast<Revision>(i) >= since));
        }
}

TEST_CASE("a delegated account runs its delegate's code on its own storage") {
    World w;
    w.code(2, "602a600055");
    w.host.put_code(numbered(1), delegation_designator(numbered(2)));
    CHECK(w.call(1, 100000).status == Status::success);
    CHECK(w.host.slot(w.host.account(numbered(1)), uint256{}).current == uint256{42});
    CHECK(w.host.account(numbered(2)).warm);
    // To a precompiled contract: no code runs.
    Address identity;
    identity[19] = 4;
    w.host.put_code(numbered(3), delegation_designator(identity));
    const auto r = w.call(3, 100000, Bytes{1, 2, 3});
    CHECK(r.status == Status::success);
    CHECK(r.output.empty());
    CHECK(r.gas_left == 100000);
    // Before Prague a designator is code that begins with an undefined instruction.
    World old(Revision::cancun);
    old.host.put_code(numbered(1), delegation_designator(numbered(2)));
    CHECK(old.call(1, 100000).status == Status::invalid_opcode);
}
