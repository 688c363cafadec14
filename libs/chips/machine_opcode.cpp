// SPDX-License-Identifier: Apache-2.0
#include "libs/chips/machine_opcode.hpp"

namespace ashlar::chips {
namespace {

using rv32::InstructionClass;
using rv32::Opcode;

F element(uint32_t x) { return F::from_canonical(x); }

uint32_t plain_opcode(Opcode op) {
    switch (op) {
        case Opcode::add:
            return OP_ADD;
        case Opcode::sub:
            return OP_SUB;
        case Opcode::addi:
            return OP_ADDI;
        case Opcode::and_:
            return OP_AND;
        case Opcode::or_:
            return OP_OR;
        case Opcode::xor_:
            return OP_XOR;
        case Opcode::andi:
            return OP_ANDI;
        case Opcode::ori:
            return OP_ORI;
        case Opcode::xori:
            return OP_XORI;
        case Opcode::sll:
            return OP_SLL;
        case Opcode::slli:
            return OP_SLLI;
        case Opcode::srl:
            return OP_SRL;
        case Opcode::sra:
            return OP_SRA;
        case Opcode::srli:
            return OP_SRLI;
        case Opcode::srai:
            return OP_SRAI;
        case Opcode::slt:
            return OP_SLT;
        case Opcode::sltu:
            return OP_SLTU;
        case Opcode::slti:
            return OP_SLTI;
        case Opcode::sltiu:
            return OP_SLTIU;
        case Opcode::lui:
        case Opcode::auipc:
            return OP_CONSTANT;
        case Opcode::mul:
            return OP_MUL;
        case Opcode::mulh:
            return OP_MULH;
        case Opcode::mulhsu:
            return OP_MULHSU;
        case Opcode::mulhu:
            return OP_MULHU;
        case Opcode::div:
            return OP_DIV;
        case Opcode::divu:
            return OP_DIVU;
        case Opcode::rem:
            return OP_REM;
        case Opcode::remu:
            return OP_REMU;
        case Opcode::beq:
            return OP_BEQ;
        case Opcode::bne:
            return OP_BNE;
        case Opcode::blt:
            return OP_BLT;
        case Opcode::bge:
            return OP_BGE;
        case Opcode::bltu:
            return OP_BLTU;
        case Opcode::bgeu:
            return OP_BGEU;
        case Opcode::jal:
            return OP_JAL;
        case Opcode::jalr:
            return OP_JALR;
        case Opcode::lw:
            return OP_LW;
        case Opcode::lb:
            return OP_LB;
        case Opcode::lh:
            return OP_LH;
        case Opcode::lbu:
            return OP_LBU;
        case Opcode::lhu:
            return OP_LHU;
        case Opcode::sw:
            return OP_SW;
        case Opcode::sb:
            return OP_SB;
        case Opcode::sh:
            return OP_SH;
        case Opcode::ecall:
            return OP_ECALL;
        case Opcode::ebreak:
        case Opcode::unimp:
            return 0;
    }
    return 0;
}

/// Opcodes whose only effect is a register: with rd = x0 they become OP_DISCARD_*.
bool only_writes_register(InstructionClass c) {
    switch (c) {
        case InstructionClass::add_sub:
        case InstructionClass::addi:
        case InstructionClass::bitwise:
        case InstructionClass::shift_left:
        case InstructionClass::shift_right:
        case InstructionClass::less_than:
        case InstructionClass::upper:
        case InstructionClass::mul:
        case InstructionClass::mulh:
        case InstructionClass::div_rem:
            return true;
        default:
            return false;
    }
}

}  // namespace

std::optional<ProgramEntry> program_entry(uint32_t pc, const rv32::Instruction& in) {
    const InstructionClass c = class_of(in.op);
    if (c == InstructionClass::trap) return std::nullopt;
    ProgramEntry e{.pc = pc, .op = plain_opcode(in.op), .rd = in.rd, .rs1 = in.rs1, .rs2 = element(in.rs2)};
    const auto imm = [&](uint32_t value) {
        e.imm_low = element(value & 0xffff);
        e.imm_high = element(value >> 16);
    };
    if (only_writes_register(c) && in.rd == 0) {
        if (c == InstructionClass::upper) return ProgramEntry{.pc = pc, .op = OP_DISCARD_0};
        if (has_immediate_operand(in.op)) return ProgramEntry{.pc = pc, .op = OP_DISCARD_1, .rs1 = in.rs1};
        return ProgramEntry{.pc = pc, .op = OP_DISCARD_2, .rs1 = in.rs1, .rs2 = element(in.rs2)};
    }
    switch (c) {
        case InstructionClass::addi:
        case InstructionClass::store_word:
        case InstructionClass::store_sub:
            imm(static_cast<uint32_t>(in.imm));
            break;
        case InstructionClass::bitwise:
            if (has_immediate_operand(in.op)) imm(static_cast<uint32_t>(in.imm));
            break;
        case InstructionClass::less_than:
            if (has_immediate_operand(in.op)) {
                imm(static_cast<uint32_t>(in.imm));
                if (in.op == Opcode::slti && in.imm < 0) e.imm_high -= element(1 << 16);
            }
            break;
        case InstructionClass::shift_left:
        case InstructionClass::shift_right:
            if (has_immediate_operand(in.op)) {
                const uint32_t k = static_cast<uint32_t>(in.imm) & 15;
                const uint32_t split = c == InstructionClass::shift_left ? 16 - k : k;
                if (in.imm & 16) e.op += OP_SHIFT_16;
                e.rs2 = element(split);
                e.imm_low = element(1u << split);
                e.imm_high = element(1u << (16 - split));
            }
            break;
        case InstructionClass::upper:
            imm(static_cast<uint32_t>(in.imm) + (in.op == Opcode::auipc ? pc : 0));
            break;
        case InstructionClass::branch_equal:
        case InstructionClass::branch_less:
            e.imm_low = F::from_int(in.imm);
            break;
        case InstructionClass::jal:
            e.rs2 = F::from_int(in.imm);
            if (in.rd != 0) {
                imm(pc + 4);
                e.op += OP_WRITES;
            }
            break;
        case InstructionClass::jalr:
            imm(static_cast<uint32_t>(in.imm));
            e.rs2 = element((pc + 4) & 0xffff);
            if (in.rd != 0) e.op += OP_WRITES;
            break;
        case InstructionClass::load_word:
        case InstructionClass::load_sub:
            imm(static_cast<uint32_t>(in.imm));
            if (in.rd != 0) e.op += OP_WRITES;
            break;
        default:
            break;
    }
    return e;
}

}  // namespace ashlar::chips
