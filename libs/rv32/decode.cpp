// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/decode.hpp"

namespace ashlar::rv32 {
namespace {

constexpr uint32_t field(uint32_t w, unsigned low, unsigned bits) { return (w >> low) & ((1u << bits) - 1); }
constexpr int32_t sign_extend(uint32_t v, unsigned bits) {
    return static_cast<int32_t>(v << (32 - bits)) >> (32 - bits);
}
constexpr int32_t imm_i(uint32_t w) { return static_cast<int32_t>(w) >> 20; }
constexpr int32_t imm_s(uint32_t w) { return sign_extend(field(w, 25, 7) << 5 | field(w, 7, 5), 12); }
constexpr int32_t imm_b(uint32_t w) {
    return sign_extend(field(w, 31, 1) << 12 | field(w, 7, 1) << 11 | field(w, 25, 6) << 5 | field(w, 8, 4) << 1, 13);
}
constexpr int32_t imm_j(uint32_t w) {
    return sign_extend(field(w, 31, 1) << 20 | field(w, 12, 8) << 12 | field(w, 20, 1) << 11 | field(w, 21, 10) << 1,
                       21);
}

std::optional<Opcode> register_op(uint32_t funct7, uint32_t funct3) {
    using enum Opcode;
    constexpr Opcode BASE[8] = {add, sll, slt, sltu, xor_, srl, or_, and_};
    constexpr Opcode M[8] = {mul, mulh, mulhsu, mulhu, div, divu, rem, remu};
    if (funct7 == 0) return BASE[funct3];
    if (funct7 == 1) return M[funct3];
    if (funct7 == 0x20 && funct3 == 0) return sub;
    if (funct7 == 0x20 && funct3 == 5) return sra;
    return std::nullopt;
}

/// MISC-MEM and SYSTEM words; none has operands that matter.
std::optional<Opcode> system_op(uint32_t w, uint32_t major, uint32_t funct3) {
    if (major == 0x0F) return funct3 == 0 ? std::optional(Opcode::unimp) : std::nullopt;
    if (funct3 != 0) return funct3 == 4 ? std::nullopt : std::optional(Opcode::unimp);
    switch (w) {
        case 0x0000'0073:
            return Opcode::ecall;
        case 0x0010'0073:
            return Opcode::ebreak;
        case 0x1050'0073:  // wfi
        case 0x3020'0073:
            return Opcode::unimp;  // mret
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<Instruction> decode(uint32_t w) {
    using enum Opcode;
    const uint32_t major = field(w, 0, 7);
    const uint32_t funct3 = field(w, 12, 3);
    const uint32_t funct7 = field(w, 25, 7);
    const auto rd = static_cast<uint8_t>(field(w, 7, 5));
    const auto rs1 = static_cast<uint8_t>(field(w, 15, 5));
    const auto rs2 = static_cast<uint8_t>(field(w, 20, 5));
    switch (major) {
        case 0x37:
            return Instruction{lui, rd, 0, 0, static_cast<int32_t>(w & 0xFFFF'F000)};
        case 0x17:
            return Instruction{auipc, rd, 0, 0, static_cast<int32_t>(w & 0xFFFF'F000)};
        case 0x6F:
            return Instruction{jal, rd, 0, 0, imm_j(w)};
        case 0x67:
            if (funct3 != 0) return std::nullopt;
            return Instruction{jalr, rd, rs1, 0, imm_i(w)};
        case 0x63: {
            constexpr std::optional<Opcode> OPS[8] = {beq, bne, std::nullopt, std::nullopt, blt, bge, bltu, bgeu};
            if (!OPS[funct3]) return std::nullopt;
            return Instruction{*OPS[funct3], 0, rs1, rs2, imm_b(w)};
        }
        case 0x03: {
            constexpr std::optional<Opcode> OPS[8] = {lb, lh, lw, std::nullopt, lbu, lhu, std::nullopt, std::nullopt};
            if (!OPS[funct3]) return std::nullopt;
            return Instruction{*OPS[funct3], rd, rs1, 0, imm_i(w)};
        }
        case 0x23: {
            constexpr Opcode OPS[3] = {sb, sh, sw};
            if (funct3 > 2) return std::nullopt;
            return Instruction{OPS[funct3], 0, rs1, rs2, imm_s(w)};
        }
        case 0x13: {
            if (funct3 == 1) {
                if (funct7 != 0) return std::nullopt;
                return Instruction{slli, rd, rs1, 0, rs2};
            }
            if (funct3 == 5) {
                if (funct7 != 0 && funct7 != 0x20) return std::nullopt;
                return Instruction{funct7 == 0 ? srli : srai, rd, rs1, 0, rs2};
            }
            constexpr Opcode OPS[8] = {addi, slli, slti, sltiu, xori, srli, ori, andi};
            return Instruction{OPS[funct3], rd, rs1, 0, imm_i(w)};
        }
        case 0x33: {
            const auto op = register_op(funct7, funct3);
            if (!op) return std::nullopt;
            return Instruction{*op, rd, rs1, rs2, 0};
        }
        case 0x0F:
        case 0x73: {
            const auto op = system_op(w, major, funct3);
            if (!op) return std::nullopt;
            return Instruction{*op, 0, 0, 0, 0};
        }
        default:
            return std::nullopt;
    }
}

}  // namespace ashlar::rv32
