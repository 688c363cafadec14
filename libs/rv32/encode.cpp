// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/encode.hpp"

namespace ashlar::rv32 {
namespace {

/// Where the operands are: formats R, I, S, B, U and J of the specification; `shift` is I with an amount of 5 bits.
enum class Format : uint8_t { r, i, shift, s, b, u, j, fixed };

struct Coding {
    Opcode op;
    Format format;
    uint32_t word;  ///< with all operands 0
};

// clang-format off
constexpr Coding CODINGS[] = {
    {Opcode::add,    Format::r,     0x0000'0033}, {Opcode::sub,    Format::r,     0x4000'0033},
    {Opcode::addi,   Format::i,     0x0000'0013},
    {Opcode::and_,   Format::r,     0x0000'7033}, {Opcode::or_,    Format::r,     0x0000'6033},
    {Opcode::xor_,   Format::r,     0x0000'4033}, {Opcode::andi,   Format::i,     0x0000'7013},
    {Opcode::ori,    Format::i,     0x0000'6013}, {Opcode::xori,   Format::i,     0x0000'4013},
    {Opcode::sll,    Format::r,     0x0000'1033}, {Opcode::slli,   Format::shift, 0x0000'1013},
    {Opcode::srl,    Format::r,     0x0000'5033}, {Opcode::sra,    Format::r,     0x4000'5033},
    {Opcode::srli,   Format::shift, 0x0000'5013}, {Opcode::srai,   Format::shift, 0x4000'5013},
    {Opcode::slt,    Format::r,     0x0000'2033}, {Opcode::sltu,   Format::r,     0x0000'3033},
    {Opcode::slti,   Format::i,     0x0000'2013}, {Opcode::sltiu,  Format::i,     0x0000'3013},
    {Opcode::lui,    Format::u,     0x0000'0037}, {Opcode::auipc,  Format::u,     0x0000'0017},
    {Opcode::mul,    Format::r,     0x0200'0033}, {Opcode::mulh,   Format::r,     0x0200'1033},
    {Opcode::mulhsu, Format::r,     0x0200'2033}, {Opcode::mulhu,  Format::r,     0x0200'3033},
    {Opcode::div,    Format::r,     0x0200'4033}, {Opcode::divu,   Format::r,     0x0200'5033},
    {Opcode::rem,    Format::r,     0x0200'6033}, {Opcode::remu,   Format::r,     0x0200'7033},
    {Opcode::beq,    Format::b,     0x0000'0063}, {Opcode::bne,    Format::b,     0x0000'1063},
    {Opcode::blt,    Format::b,     0x0000'4063}, {Opcode::bge,    Format::b,     0x0000'5063},
    {Opcode::bltu,   Format::b,     0x0000'6063}, {Opcode::bgeu,   Format::b,     0x0000'7063},
    {Opcode::jal,    Format::j,     0x0000'006F}, {Opcode::jalr,   Format::i,     0x0000'0067},
    {Opcode::lw,     Format::i,     0x0000'2003}, {Opcode::lb,     Format::i,     0x0000'0003},
    {Opcode::lh,     Format::i,     0x0000'1003}, {Opcode::lbu,    Format::i,     0x0000'4003},
    {Opcode::lhu,    Format::i,     0x0000'5003}, {Opcode::sw,     Format::s,     0x0000'2023},
    {Opcode::sb,     Format::s,     0x0000'0023}, {Opcode::sh,     Format::s,     0x0000'1023},
    {Opcode::ecall,  Format::fixed, 0x0000'0073}, {Opcode::ebreak, Format::fixed, 0x0010'0073},
    {Opcode::unimp,  Format::fixed, 0xC000'1073},
};
// clang-format on

constexpr bool in_order_of_opcodes() {
    for (size_t i = 0; i < NUM_OPCODES; i++)
        if (CODINGS[i].op != static_cast<Opcode>(i)) return false;
    return std::size(CODINGS) == NUM_OPCODES;
}
static_assert(in_order_of_opcodes());

/// Bits [low, low + count) of v, moved to `to`.
constexpr uint32_t place(uint32_t v, unsigned low, unsigned count, unsigned to) {
    return (v >> low & ((1u << count) - 1)) << to;
}

}  // namespace

uint32_t encode(const Instruction& in) {
    const Coding& coding = CODINGS[static_cast<size_t>(in.op)];
    const uint32_t word = coding.word, imm = static_cast<uint32_t>(in.imm);
    const uint32_t rd = place(in.rd, 0, 5, 7), rs1 = place(in.rs1, 0, 5, 15), rs2 = place(in.rs2, 0, 5, 20);
    switch (coding.format) {
        case Format::r:
            return word | rd | rs1 | rs2;
        case Format::i:
            return word | rd | rs1 | imm << 20;
        case Format::shift:
            return word | rd | rs1 | place(imm, 0, 5, 20);
        case Format::s:
            return word | rs1 | rs2 | place(imm, 0, 5, 7) | place(imm, 5, 7, 25);
        case Format::b:
            return word | rs1 | rs2 | place(imm, 11, 1, 7) | place(imm, 1, 4, 8) | place(imm, 5, 6, 25) |
                   place(imm, 12, 1, 31);
        case Format::u:
            return word | rd | (imm & 0xFFFF'F000);
        case Format::j:
            return word | rd | place(imm, 12, 8, 12) | place(imm, 11, 1, 20) | place(imm, 1, 10, 21) |
                   place(imm, 20, 1, 31);
        case Format::fixed:
            break;
    }
    return word;
}

}  // namespace ashlar::rv32
