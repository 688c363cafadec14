// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/decode.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/rv32/encode.hpp"

using namespace ashlar;
using namespace ashlar::rv32;

namespace {

/// Which fields an opcode has, and immediates it can hold: the extremes, each bit where the encoding is cut, others.
struct Fields {
    bool rd, rs1, rs2;
    std::vector<int32_t> immediates;
};

Fields fields_of(Opcode op, std::mt19937& random) {
    const auto some = [&](std::vector<int32_t> edges, int32_t low, int32_t high, int32_t step) {
        for (int i = 0; i < 20; i++)
            edges.push_back(std::uniform_int_distribution(low / step, high / step)(random) * step);
        edges.push_back(low), edges.push_back(high);
        return edges;
    };
    switch (class_of(op)) {
        case InstructionClass::ecall:
        case InstructionClass::trap:
            return {false, false, false, {0}};
        case InstructionClass::upper:
            return {true, false, false, some({0, 0x1000, -0x1000, 0x7FFF'F000}, INT32_MIN, 0x7FFF'F000, 0x1000)};
        case InstructionClass::jal:
            return {true, false, false, some({0, 2, -2, 0x7FE, 0x800, 0x1000, 0xFF000}, -(1 << 20), (1 << 20) - 2, 2)};
        case InstructionClass::branch_equal:
        case InstructionClass::branch_less:
            return {false, true, true, some({0, 2, -2, 30, 32, 0x7FE, 0x800}, -4096, 4094, 2)};
        case InstructionClass::store_word:
        case InstructionClass::store_sub:
            return {false, true, true, some({0, 1, -1, 31, 32}, -2048, 2047, 1)};
        case InstructionClass::jalr:
        case InstructionClass::load_word:
        case InstructionClass::load_sub:
            return {true, true, false, some({0, 1, -1}, -2048, 2047, 1)};
        default:
            break;
    }
    if (op == Opcode::slli || op == Opcode::srli || op == Opcode::srai)
        return {true, true, false, some({1, 15, 16}, 0, 31, 1)};
    if (has_immediate_operand(op)) return {true, true, false, some({0, 1, -1, 31, 32, 1024}, -2048, 2047, 1)};
    return {true, true, true, {0}};
}

}  // namespace

TEST_CASE("decodes and encodes words taken from an assembler") {
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
        CHECK(encode(c.expected) == c.word);
    }
}

TEST_CASE("decoding undoes encoding for every opcode") {
    std::mt19937 random(7);
    const std::vector<uint8_t> edges = {0, 1, 2, 4, 8, 15, 16, 31}, none = {0};
    for (size_t i = 0; i < NUM_OPCODES; i++) {
        const auto op = static_cast<Opcode>(i);
        INFO(opcode_name(op));
        const Fields fields = fields_of(op, random);
        size_t wrong = 0;
        for (uint8_t rd : fields.rd ? edges : none)
            for (uint8_t rs1 : fields.rs1 ? edges : none)
                for (uint8_t rs2 : fields.rs2 ? edges : none)
                    for (int32_t imm : fields.immediates) {
                        const Instruction in{op, rd, rs1, rs2, imm};
                        wrong += decode(encode(in)) != in;
                    }
        CHECK(wrong == 0);
    }
}
