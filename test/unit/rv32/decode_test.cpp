// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/decode.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "test/support/rv32_assembler.hpp"

using namespace ashlar;
using namespace ashlar::rv32;

TEST_CASE("decodes words taken from an assembler") {
    // riscv64-unknown-elf-as -march=rv32im; objdump -d
    const struct {
        uint32_t word;
        Instruction expected;
    } CASES[] = {
        {0x00c58533, {Opcode::add, 10, 11, 12, 0}},       {0x40c58533, {Opcode::sub, 10, 11, 12, 0}},
        {0xfff00293, {Opcode::addi, 5, 0, 0, -1}},        {0x800f8f93, {Opcode::addi, 31, 31, 0, -2048}},
        {0x41f2d293, {Opcode::srai, 5, 5, 0, 31}},        {0x01f2d293, {Opcode::srli, 5, 5, 0, 31}},
        {0x123452b7, {Opcode::lui, 5, 0, 0, 0x12345000}}, {0xfffff297, {Opcode::auipc, 5, 0, 0, -4096}},
        {0xffdff0ef, {Opcode::jal, 1, 0, 0, -4}},         {0x7fc0006f, {Opcode::jal, 0, 0, 0, 2044}},
        {0x00008067, {Opcode::jalr, 0, 1, 0, 0}},         {0xfe000ee3, {Opcode::beq, 0, 0, 0, -4}},
        {0x00b57463, {Opcode::bgeu, 0, 10, 11, 8}},       {0xfff5a503, {Opcode::lw, 10, 11, 0, -1}},
        {0x7ea5ae23, {Opcode::sw, 0, 11, 10, 2044}},      {0xfea58fa3, {Opcode::sb, 0, 11, 10, -1}},
        {0x02c5e533, {Opcode::rem, 10, 11, 12, 0}},       {0x02c5a533, {Opcode::mulhsu, 10, 11, 12, 0}},
    };
    for (const auto& c : CASES) {
        INFO("word " << c.word);
        const auto in = decode(c.word);
        REQUIRE(in);
        CHECK(*in == c.expected);
    }
}

TEST_CASE("decoding undoes encoding for every opcode") {
    std::mt19937 random(7);
    for (size_t i = 0; i < NUM_OPCODES; i++) {
        const auto op = static_cast<Opcode>(i);
        INFO(opcode_name(op));
        for (int k = 0; k < 50; k++) {
            Instruction in{op, 0, 0, 0, 0};
            const auto reg = [&] { return static_cast<uint8_t>(random() % 32); };
            const auto imm12 = static_cast<int32_t>(random() % 4096) - 2048;
            switch (class_of(op)) {
                case InstructionClass::ecall:
                case InstructionClass::trap:
                    break;
                case InstructionClass::upper:
                    in = {op, reg(), 0, 0, static_cast<int32_t>(random() & 0xFFFFF000)};
                    break;
                case InstructionClass::jal:
                    in = {op, reg(), 0, 0, (static_cast<int32_t>(random() % (1 << 20)) - (1 << 19)) * 2};
                    break;
                case InstructionClass::branch_equal:
                case InstructionClass::branch_less:
                    in = {op, 0, reg(), reg(), imm12 * 2};
                    break;
                case InstructionClass::store_word:
                case InstructionClass::store_sub:
                    in = {op, 0, reg(), reg(), imm12};
                    break;
                case InstructionClass::jalr:
                case InstructionClass::load_word:
                case InstructionClass::load_sub:
                    in = {op, reg(), reg(), 0, imm12};
                    break;
                default:
                    if (op == Opcode::slli || op == Opcode::srli || op == Opcode::srai)
                        in = {op, reg(), reg(), 0, imm12 & 31};
                    else if (has_immediate_operand(op))
                        in = {op, reg(), reg(), 0, imm12};
                    else
                        in = {op, reg(), reg(), reg(), 0};
            }
            const auto decoded = decode(test::encode(in));
            REQUIRE(decoded);
            CHECK(*decoded == in);
        }
    }
}
