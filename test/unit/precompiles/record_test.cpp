// SPDX-License-Identifier: Apache-2.0
// Every precompile call of the ABI, from a program through the recorder to rows.
#include <catch2/catch.hpp>

#include "test/support/rv32_run.hpp"
#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

/// Words of an operand that the call accepts: a point's abscissa for decompressions, otherwise random below 2^250 in
/// each coordinate (2^378 for 12 words), which is reduced for every modulus.
std::vector<uint32_t> operand(Random& random, Syscall call, size_t words) {
    const std::vector<uint32_t> secp256k1_x = {0x16F81798, 0x59F2815B, 0x2DCE28D9, 0x029BFCDB,
                                               0xCE870B07, 0x55A06295, 0xF9DCBBAC, 0x79BE667E};
    const std::vector<uint32_t> secp256r1_x = {0xD898C296, 0xF4A13945, 0x2DEB33A0, 0x77037D81,
                                               0x63A440F2, 0xF8BCE6E5, 0xE12C4247, 0x6B17D1F2};
    const std::vector<uint32_t> bls12381_x = {0xDB22C6BB, 0xFB3AF00A, 0xF97A1AEF, 0x6C55E83F, 0x171BAC58, 0xA14E3A3F,
                                              0x9774B905, 0xC3688C4F, 0x4FA9AC0F, 0x2695638C, 0x3197D794, 0x17F1D3A7};
    const std::vector<uint32_t> ed25519_y = {0x66666658, 0x66666666, 0x66666666, 0x66666666,
                                             0x66666666, 0x66666666, 0x66666666, 0x66666666};
    if (call == Syscall::SECP256K1_DECOMPRESS) return secp256k1_x;
    if (call == Syscall::SECP256R1_DECOMPRESS) return secp256r1_x;
    if (call == Syscall::BLS12381_DECOMPRESS) return bls12381_x;
    if (call == Syscall::ED_DECOMPRESS) return ed25519_y;
    auto w = random_words(random, words);
    for (size_t step : {size_t{8}, size_t{12}})
        for (size_t i = step - 1; i < words; i += step) w[i] &= 0x03ffffff;
    return w;
}

}  // namespace

TEST_CASE("each precompile call of the ABI, recorded from a program, is provable") {
    Random random(1);
    rv32::Assembler code;
    std::vector<uint32_t> data;
    std::vector<Syscall> words;
    const auto place = [&](const std::vector<uint32_t>& operand) {
        const uint32_t address = rv32::DATA_BASE + 4 * static_cast<uint32_t>(data.size());
        data.insert(data.end(), operand.begin(), operand.end());
        return address;
    };
    for (const rv32::CallInfo& call : rv32::CALLS) {
        if (!call.is_precompile() && call.word != Syscall::VERIFY_PICO_PROOF) continue;
        words.push_back(call.word);
        for (int repeat = 0; repeat < 2; repeat++) {
            uint32_t a0 = 0, a1 = 0;
            const rv32::CallShape& s = call.shape;
            if (call.word == Syscall::VERIFY_PICO_PROOF) {
                a0 = place(random_words(random, 8));
                a1 = place(random_words(random, 8));
            } else if (s.in_pointer == s.out_pointer) {
                // One buffer: SHA_EXTEND and the decompressions, output before or behind the input.
                auto in = operand(random, call.word, s.in_words);
                const auto out = random_words(random, s.out_words);
                in.insert(s.in_offset == 0 ? in.end() : in.begin(), out.begin(), out.end());
                a0 = place(in);
                a1 = call.word == Syscall::SHA_EXTEND ? 0 : static_cast<uint32_t>(repeat);
            } else if (s.in_pointer == rv32::PointerRegister::none) {
                a0 = place(operand(random, call.word, s.out_words));
            } else {
                const uint32_t in = place(operand(random, call.word, s.in_words)),
                               out = place(operand(random, call.word, s.out_words));
                a0 = s.in_pointer == rv32::PointerRegister::a0 ? in : out;
                a1 = s.in_pointer == rv32::PointerRegister::a0 ? out : in;
            }
            code.call(call.word, a0, a1);
        }
    }
    REQUIRE(words.size() == 34);
    code.halt();
    const rv32::Program program = ashlar::test::load(rv32::make_elf(code, data));
    auto cursor = std::move(*rv32::ChunkCursor::make(program, {}));
    const auto start = cursor.next();
    REQUIRE(start);
    const rv32::Fault* fault = nullptr;
    const rv32::ExecuteReport report = cursor.report();
    if (report.fault) fault = &*report.fault;
    REQUIRE(fault == nullptr);
    REQUIRE(start->last);
    Machine m;
    m.chunk = rv32::record_chunk(program, *start);
    REQUIRE(m.chunk.calls.size() == 2 * words.size() + 1);

    air::BusLedger ledger;
    m.settle(ledger);
    PrecompileChips::for_each([&]<class Chip>() {
        const auto calls = calls_of<Chip>(m.chunk);
        CHECK(calls.size() == 2 * Chip::CALLS.size());
        const auto rows = rows_of<Chip>(m);
        INFO(Chip::NAME);
        CHECK(rows.size() == calls.size() * Chip::ROWS_PER_CALL);
        for (const auto& row : rows) CHECK(check_row<Chip>(row, ledger) == std::vector<std::string>{});
    });
    for (const auto& open : ledger.open()) FAIL_CHECK(to_string(open));
    // Each call is some chip's.
    for (Syscall word : words) {
        bool answered = false;
        PrecompileChips::for_each([&]<class Chip>() { answered |= answers<Chip>(static_cast<uint32_t>(word)); });
        INFO(static_cast<uint32_t>(word));
        CHECK(answered);
    }
}
