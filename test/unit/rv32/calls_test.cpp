// SPDX-License-Identifier: Apache-2.0
// System calls of guest-abi section 4.
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/rv32/deferred_chain.hpp"
#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

constexpr uint32_t FRESH = DATA_BASE + 0x10000;

/// Words of the digest of an empty stream, guest-abi appendix B.
constexpr uint32_t EMPTY_DIGEST[8] = {0x42c4b0e3, 0x141cfc98, 0xc8f4fb9a, 0x24b96f99,
                                      0xe441ae27, 0x4c939b64, 0x1b9995a4, 0x55b85278};

uint64_t count(const ExecuteReport& r, std::string_view name) {
    for (size_t i = 0; i < NUM_CALLS; i++)
        if (CALLS[i].name == name) return r.calls[i];
    FAIL("no call " << name);
    return 0;
}

}  // namespace

TEST_CASE("HALT ends the run and counts as a cycle") {
    Assembler code;
    const auto r = run_code(code);
    CHECK(r.exit_code == 0u);
    CHECK_FALSE(r.fault);
    CHECK(r.cycles == 3);
    CHECK(count(r, "HALT") == 1);
    CHECK(r.opcodes[static_cast<size_t>(Opcode::ecall)] == 1);
    CHECK(r.committed_digest == DigestWords{});
}

TEST_CASE("the call table has every call of the ABI once") {
    for (size_t i = 0; i < NUM_CALLS; i++) {
        CHECK(find_call(static_cast<uint32_t>(CALLS[i].word)) == i);
        INFO(CALLS[i].name);
        if (CALLS[i].is_precompile()) {
            CHECK(CALLS[i].shape.in_words <= MAX_IN_WORDS);
            CHECK(CALLS[i].shape.out_words <= MAX_OUT_WORDS);
        }
    }
    CHECK(CALLS[*find_call(0x00300105)].advance() == 52);
    CHECK(CALLS[*find_call(0x0001010A)].advance() == 5);
    CHECK(CALLS[*find_call(0)].advance() == 4);
}

TEST_CASE("COMMIT stores words; the digest of an empty stream matches the ABI's") {
    Assembler code;
    for (uint32_t i = 0; i < 8; i++) code.call(0x10, i, EMPTY_DIGEST[i]);
    for (uint32_t i = 0; i < 8; i++) code.call(0x1A, i, i + 1);
    const auto r = run_code(code);
    CHECK_FALSE(r.fault);
    CHECK(to_hex(digest_bytes(r.committed_digest).view()) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(r.deferred_digest == DigestWords{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("public values that no COMMIT follows are counted as uncommitted, however the run ends") {
    for (const bool written : {false, true})
        for (const bool committed : {false, true})
            for (const uint32_t exit_code : {0u, 1u}) {
                Assembler code;
                if (written) code.write(3, DATA_BASE, 5);
                if (committed) code.call(0x10, 0, 1);
                code.halt(exit_code);
                const auto r = run_elf(make_elf(code, {1, 2}));
                CHECK(r.has_committed == committed);
                CHECK(r.committed.size() == (written ? 5 : 0));
                CHECK(r.uncommitted_bytes() == (written && !committed ? 5 : 0));
            }
}

TEST_CASE("the last COMMIT of a word counts") {
    Assembler code;
    code.call(0x1A, 2, 5);
    code.call(0x1A, 2, 6);
    CHECK(run_code(code).deferred_digest[2] == 6);
}

TEST_CASE("WRITE sorts bytes by descriptor, at any alignment") {
    Assembler code;
    code.write(1, DATA_BASE + 1, 3);
    code.write(2, DATA_BASE + 3, 2);
    code.write(3, DATA_BASE, 5);
    code.write(3, DATA_BASE + 7, 1);
    code.write(1, 0, 0);
    for (const uint32_t fd : {0u, 6u, 7u, 9u, 10u, 77u}) code.write(fd, DATA_BASE, 4);
    const auto r = run_code(code, {0x64636261, 0x68676665});
    CHECK_FALSE(r.fault);
    CHECK(r.stdout_text == "bcd");
    CHECK(r.stderr_text == "de");
    CHECK(r.committed == Bytes{'a', 'b', 'c', 'd', 'e', 'h'});
    CHECK(count(r, "WRITE") == 11);
    for (const auto& [address, size] :
         {std::pair{0x7Fu, 1u}, {0x77FFFFFFu, 2u}, {0x78000000u, 1u}, {0xFFFFFFFFu, 0xFFFFFFFFu}}) {
        Assembler bad;
        bad.write(1, address, size);
        const auto fault = run_code(bad).fault;
        REQUIRE(fault);
        CHECK(fault->kind == FaultKind::address_out_of_range);
    }
}

TEST_CASE("only three calls change t0, none any other register") {
    Assembler code;
    for (uint8_t r = 1; r < 32; r++)
        if (r != T0 && r != A0 && r != A1) code.li(r, 0x1000u + r);
    code.call(0x00010109, DATA_BASE);
    code.li(S0, DATA_BASE + 0x400);
    code.store(Opcode::sw, T0, S0, 0);
    code.store(Opcode::sw, A0, S0, 4);
    code.call(0xF0, 5, 6);
    code.store(Opcode::sw, T0, S0, 8);
    code.store(Opcode::sw, A0, S0, 12);
    code.store(Opcode::sw, A1, S0, 16);
    code.call(4);
    code.store(Opcode::sw, T0, S0, 20);
    for (uint8_t r = 12; r < 32; r++) code.store(Opcode::sw, r, S0, 24 + 4 * (r - 12));
    code.write(3, DATA_BASE + 0x400, 24 + 80);
    const auto words = committed_words(run_code(code, {}, {{Bytes(9)}}));
    REQUIRE(words.size() == 26);
    CHECK(words[0] == 0x00010109);
    CHECK(words[1] == DATA_BASE);
    CHECK(words[2] == 9);
    CHECK(words[3] == 5);
    CHECK(words[4] == 6);
    CHECK(words[5] == 0);
    for (uint32_t r = 12; r < 32; r++) CHECK(words[6 + r - 12] == 0x1000 + r);
}

TEST_CASE("hints are read in order, padded, and left-overs are counted") {
    Assembler code;
    code.call(0xF0);
    code.op(Opcode::add, S0, T0, ZERO);
    code.call(0xF1, FRESH, 6);
    code.call(0xF1, FRESH + 8, 4);
    code.li(S1, FRESH + 12);
    code.store(Opcode::sw, S0, S1, 0);
    code.write(3, FRESH, 16);
    const auto r = run_code(code, {}, {{{1, 2, 3, 4, 5, 6}, {7, 8, 9, 10}, {}}});
    CHECK_FALSE(r.fault);
    CHECK(r.committed == Bytes{1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 6, 0, 0, 0});
    CHECK(r.unread_buffers == 1);
}

TEST_CASE("fd 4 appends at the end, hooks insert at the read position") {
    Assembler code;
    code.write(4, DATA_BASE, 2);     // after the two of stdin
    code.call(0xF1, FRESH, 1);       // first of stdin
    code.write(5, DATA_BASE, 3);     // wrong length: [00], at the front
    code.call(0xF1, FRESH + 4, 1);   // the hook's
    code.call(0xF1, FRESH + 8, 1);   // second of stdin
    code.call(0xF1, FRESH + 12, 2);  // fd 4's
    code.write(3, FRESH, 16);
    const auto r = run_code(code, {0x4241}, {{{0x11}, {0x22}}});
    CHECK_FALSE(r.fault);
    CHECK(r.committed == Bytes{0x11, 0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 0x41, 0x42, 0, 0});
}

TEST_CASE("an unconstrained block is undone but for the streams") {
    Assembler code;
    code.li(S0, DATA_BASE);
    code.li(S1, 1);
    const auto after = code.label();
    code.call(3);
    code.branch(Opcode::beq, T0, ZERO, after);
    code.li(S1, 2);
    code.li(S2, 0xFFFF);
    code.store(Opcode::sw, S2, S0, 0);
    code.store(Opcode::sb, S2, S0, 5);
    code.store(Opcode::sw, ZERO, S0, 0);
    code.write(3, DATA_BASE + 4, 4);
    code.write(4, DATA_BASE + 4, 4);
    code.li(T0, 4);
    code.ecall();
    code.bind(after);
    code.store(Opcode::sw, S1, S0, 8);
    code.store(Opcode::sw, T0, S0, 12);
    code.write(3, DATA_BASE, 16);
    code.call(0xF1, FRESH, 4);
    code.write(3, FRESH, 4);
    const auto r = run_code(code, {10, 20, 30, 40});
    CHECK_FALSE(r.fault);
    CHECK(committed_words(r) == std::vector<uint32_t>{20 + 0xFF00, 10, 20, 1, 0, 20 + 0xFF00});
    // Constants, ENTER, the branch, stores, WRITE, HINT_READ, WRITE, HALT: the block's own instructions are taken back.
    CHECK(r.cycles == 2 + 2 + 1 + 2 + 5 + 4 + 5 + 3);
    uint64_t counted = 0;
    for (uint64_t n : r.opcodes) counted += n;
    CHECK(counted == r.cycles);
    CHECK(count(r, "ENTER_UNCONSTRAINED") == 1);
}

TEST_CASE("VERIFY_PICO_PROOF extends the deferred chain and nothing else") {
    std::vector<uint32_t> data;
    for (uint32_t i = 0; i < 16; i++) data.push_back(0x10001 * i + 7);
    Assembler code;
    code.call(0x1B, DATA_BASE, DATA_BASE + 32);
    code.call(0x1B, DATA_BASE + 32, DATA_BASE);
    code.halt();
    const Program program = load(make_elf(code, data));
    auto cursor = std::move(*ChunkCursor::make(program, {}));
    REQUIRE(cursor.next());
    CHECK_FALSE(cursor.report().fault);
    DeferredChain chain{};
    chain = extend_deferred_chain(chain, &data[0], &data[8]);
    chain = extend_deferred_chain(chain, &data[8], &data[0]);
    const auto reserved = cursor.reserved();
    for (size_t i = 0; i < 9; i++) CHECK(reserved[18 + i] == chain[i]);
    for (size_t i = 0; i < 16; i++) CHECK(reserved[i] == 0);
}

TEST_CASE("hook 5 follows the ABI's vector and cases") {
    const auto input = [](const char* head, const char* r, const char* alpha) {
        return *from_hex(std::string(head) + r + alpha);
    };
    const char* R = "46c05b6368a44b8810d79859441d819b8e7cdc8bfd371e35c53196f4bcacdb51";
    const char* ALPHA = "8582039f5a83216f4465262c4c96253035f766ab8b015339c93f3bf1248308ed";
    const char* ZERO_32 = "0000000000000000000000000000000000000000000000000000000000000000";
    const char* P = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
    const char* N = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    const auto found = hook_ecrecover(input("81", R, ALPHA));
    REQUIRE(found);
    REQUIRE(found->size() == 3);
    CHECK((*found)[0] == Bytes{1});
    CHECK(to_hex((*found)[1]) == "abf2eb943339ed12f3c3b3bfc4b3ef3d5aeef7f2ededc783fad9c75ba2c5d61b");
    CHECK(to_hex((*found)[2]) == "9eb91bd7c5f7c19627d92db3620471d2bd59fb0de0d7ee498c589869ced693f6");
    // Only bit 7 of the first byte matters; it flips y.
    CHECK((*hook_ecrecover(input("80", R, ALPHA)))[1] == (*found)[1]);
    CHECK((*hook_ecrecover(input("01", R, ALPHA)))[1] != (*found)[1]);
    const std::vector<Bytes> refused{{0}};
    CHECK(*hook_ecrecover(Bytes(64)) == refused);
    CHECK(*hook_ecrecover(Bytes(66)) == refused);
    CHECK(*hook_ecrecover(input("00", ZERO_32, ALPHA)) == refused);
    CHECK(*hook_ecrecover(input("00", R, ZERO_32)) == refused);
    CHECK_FALSE(hook_ecrecover(input("00", P, ALPHA)));
    CHECK_FALSE(hook_ecrecover(input("00", R, P)));
    CHECK_FALSE(hook_ecrecover(input("00", N, ALPHA)));
    // 3 is not a square mod p, so its case returns a root of 9: (9)^((p+1)/4) = +-3.
    const char* THREE = "0000000000000000000000000000000000000000000000000000000000000003";
    const auto root = *hook_ecrecover(input("00", N, THREE));
    REQUIRE(root.size() == 2);
    CHECK(root[0] == Bytes{0});
    const std::string text = to_hex(root[1]);
    CHECK((text == THREE || text == "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2c"));
}
