// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "libs/field/koala_bear.hpp"
#include "libs/rv32/instruction.hpp"

namespace ashlar::chips {

using field::F;

/// Opcodes of the program table: what a row of a chip does, finer than an instruction's opcode where the chip needs to
/// know more (an immediate shift by 16 or more, a destination that is x0). Part of the verification key.
enum MachineOpcode : uint32_t {
    OP_ADD = 1,
    OP_SUB,
    OP_ADDI,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_ANDI,
    OP_ORI,
    OP_XORI,
    OP_SLL,
    OP_SRL,
    OP_SRA,
    OP_SLLI,
    OP_SRLI,
    OP_SRAI,
    OP_SLT,
    OP_SLTU,
    OP_SLTI,
    OP_SLTIU,
    OP_CONSTANT,
    OP_MUL,
    OP_MULH,
    OP_MULHSU,
    OP_MULHU,
    OP_DIV,
    OP_DIVU,
    OP_REM,
    OP_REMU,
    OP_BEQ,
    OP_BNE,
    OP_BLT,
    OP_BGE,
    OP_BLTU,
    OP_BGEU,
    OP_JAL,
    OP_JALR,
    OP_LW,
    OP_LB,
    OP_LH,
    OP_LBU,
    OP_LHU,
    OP_SW,
    OP_SB,
    OP_SH,
    OP_ECALL,
    OP_DISCARD_0,  ///< a result for x0 that reads no register
    OP_DISCARD_1,  ///< reads rs1
    OP_DISCARD_2,  ///< reads rs1 and rs2
};

/// Added to the opcode of a jump or load that writes a register, and of an immediate shift by 16 or more.
inline constexpr uint32_t OP_WRITES = 64;
inline constexpr uint32_t OP_SHIFT_16 = 64;

/// An entry of the program table; fields as the chips read them (not every chip uses the ISA's meaning):
///   branches        imm_low = pc difference in F
///   jal             rs2 = pc difference in F, imm = limbs of the link value
///   jalr            rs2 = low limb of the link value, imm = limbs of the immediate
///   lui, auipc      imm = limbs of the result
///   slli, srli, ..  rs2 = split position j of each limb (16 - k for left, k for right; k = amount mod 16),
///                   imm_low = 2^j, imm_high = 2^(16-j)
///   slti            imm_high = signed high limb in F
struct ProgramEntry {
    uint32_t pc = 0;
    uint32_t op = 0;
    uint32_t rd = 0;
    uint32_t rs1 = 0;
    F rs2 = F::ZERO;
    F imm_low = F::ZERO;
    F imm_high = F::ZERO;
    friend bool operator==(const ProgramEntry&, const ProgramEntry&) = default;
};

/// The entry of `instruction` at `pc`; none for a trap, which cannot be proven.
std::optional<ProgramEntry> program_entry(uint32_t pc, const rv32::Instruction& instruction);

}  // namespace ashlar::chips
