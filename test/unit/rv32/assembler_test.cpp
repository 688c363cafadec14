// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/assembler.hpp"

#include <catch2/catch.hpp>

#include "libs/rv32/decode.hpp"
#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

std::vector<Instruction> decoded(const Assembler& code) {
    std::vector<Instruction> out;
    for (uint32_t word : code.code()) out.push_back(decode(word).value());
    return out;
}

}  // namespace

TEST_CASE("li loads any constant, in one instruction if one can") {
    const struct {
        uint32_t value, instructions;
    } CASES[] = {{0, 1},          {1, 1},          {2047, 1},       {2048, 2},       {4095, 2},       {4096, 1},
                 {4097, 2},       {0x7FFFF7FF, 2}, {0x7FFFF800, 2}, {0x7FFFFFFF, 2}, {0x80000000, 1}, {0x80000800, 2},
                 {0xFFFFF000, 1}, {0xFFFFF7FF, 2}, {0xFFFFF800, 1}, {0xFFFFFFFF, 1}, {0x12345678, 2}, {0xDEADBEEF, 2}};
    Assembler code;
    std::vector<uint32_t> expected;
    code.li(S0, DATA_BASE);
    for (const auto& c : CASES) {
        INFO("value " << c.value);
        const uint32_t before = code.here();
        code.li(A0, c.value);
        CHECK(code.here() - before == 4 * c.instructions);
        code.store(Opcode::sw, A0, S0, static_cast<int32_t>(4 * expected.size()));
        expected.push_back(c.value);
    }
    code.write(3, DATA_BASE, static_cast<uint32_t>(4 * expected.size()));
    CHECK(committed_words(run_code(code)) == expected);
}

TEST_CASE("labels stand for distances, forwards and backwards") {
    Assembler code;
    const auto end = code.label();
    code.jal(RA, end);
    const auto back = code.label_here();
    code.mv(A0, A1);
    code.branch(Opcode::bltu, A2, A3, end);
    code.branch(Opcode::bge, A4, A5, back);
    code.bind(end);
    code.jal(ZERO, back);
    const std::vector<Instruction> expected = {{Opcode::jal, RA, 0, 0, 16},
                                               {Opcode::addi, A0, A1, 0, 0},
                                               {Opcode::bltu, 0, A2, A3, 8},
                                               {Opcode::bge, 0, A4, A5, -8},
                                               {Opcode::jal, ZERO, 0, 0, -12}};
    CHECK(decoded(code) == expected);
}

TEST_CASE("calls set t0, and a0 and a1 if they are given") {
    Assembler code;
    code.call(Syscall::HINT_LEN);
    code.call(0x1A, 7);
    code.halt(3);
    const Instruction ecall{Opcode::ecall, 0, 0, 0, 0};
    const auto li = [](uint8_t rd, int32_t value) { return Instruction{Opcode::addi, rd, ZERO, 0, value}; };
    CHECK(decoded(code) == std::vector<Instruction>{li(T0, 0xF0), ecall, li(A0, 7), li(A1, 0), li(T0, 0x1A), ecall,
                                                    li(A0, 3), li(T0, 0), ecall});
}

TEST_CASE("what is made into an ELF file loads as it was written") {
    Assembler code;
    const auto loop = code.label_here();
    code.li(S0, 0x1234'5678);
    code.op(Opcode::mulhsu, A0, S0, T6);
    code.load(Opcode::lbu, A1, S0, -7);
    code.store(Opcode::sh, A1, S0, 2046);
    code.upper(Opcode::auipc, S11, 0x8000'0000);
    code.immediate(Opcode::jalr, RA, S11, -2048);
    code.instruction({Opcode::ebreak, 0, 0, 0, 0});
    code.word(0x0ff0000f);  // fence
    code.branch(Opcode::bne, A0, A1, loop);
    code.halt();
    const std::vector<uint32_t> data = {5, 0, 0xFFFF'FFFF, 0, 0};
    const auto loaded = load_elf(make_elf(code, data));
    REQUIRE(loaded);
    CHECK(loaded->entry == TEXT_BASE);
    CHECK(loaded->pc_base == TEXT_BASE);
    CHECK(loaded->instructions == decoded(code));
    std::vector<std::pair<uint32_t, uint32_t>> expected, image;
    const auto words = code.code();
    for (size_t i = 0; i < words.size(); i++) expected.emplace_back(TEXT_BASE / 4 + i, words[i]);
    expected.emplace_back(DATA_BASE / 4, 5);
    expected.emplace_back(DATA_BASE / 4 + 2, 0xFFFF'FFFF);
    for (const ImageWord& w : loaded->image) image.emplace_back(w.word, w.value);
    CHECK(image == expected);

    // program() is the same without data.
    const Program program = code.program();
    CHECK(program.entry == TEXT_BASE);
    CHECK(program.instructions == loaded->instructions);
    CHECK(program.image.size() == words.size());
    CHECK_FALSE(load_elf(make_elf(Assembler{})));
}
