// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ashlar::rv32 {

/// Every opcode of rv32im, grouped as the chips group them (see InstructionClass), then the two traps.
// clang-format off
enum class Opcode : uint8_t {
    add, sub,
    addi,
    and_, or_, xor_, andi, ori, xori,
    sll, slli,
    srl, sra, srli, srai,
    slt, sltu, slti, sltiu,
    lui, auipc,
    mul,
    mulh, mulhsu, mulhu,
    div, divu, rem, remu,
    beq, bne,
    blt, bge, bltu, bgeu,
    jal,
    jalr,
    lw,
    lb, lh, lbu, lhu,
    sw,
    sb, sh,
    ecall,
    ebreak,  ///< loads; executing it is a fault
    unimp,   ///< fence, CSR instructions, mret, wfi: they load, executing one is a fault (ABI.md 1.2)
};
inline constexpr size_t NUM_OPCODES = static_cast<size_t>(Opcode::unimp) + 1;

/// One class per chip of MACHINE.md 3: opcodes whose records are kept together.
enum class InstructionClass : uint8_t {
    add_sub, addi, bitwise, shift_left, shift_right, less_than, upper, mul, mulh, div_rem,
    branch_equal, branch_less, jal, jalr, load_word, load_sub, store_word, store_sub, ecall, trap,
};
// clang-format on
inline constexpr size_t NUM_INSTRUCTION_CLASSES = static_cast<size_t>(InstructionClass::trap) + 1;

/// Assembler names, in the order of Opcode.
inline constexpr std::array<std::string_view, NUM_OPCODES> OPCODE_NAMES = {
    "add",   "sub",  "addi", "and", "or",   "xor",  "andi",  "ori", "xori",  "sll",   "slli",   "srl",
    "sra",   "srli", "srai", "slt", "sltu", "slti", "sltiu", "lui", "auipc", "mul",   "mulh",   "mulhsu",
    "mulhu", "div",  "divu", "rem", "remu", "beq",  "bne",   "blt", "bge",   "bltu",  "bgeu",   "jal",
    "jalr",  "lw",   "lb",   "lh",  "lbu",  "lhu",  "sw",    "sb",  "sh",    "ecall", "ebreak", "unimp"};

constexpr std::string_view opcode_name(Opcode op) { return OPCODE_NAMES[static_cast<size_t>(op)]; }

constexpr InstructionClass class_of(Opcode op) {
    using enum InstructionClass;
    constexpr std::array<InstructionClass, NUM_OPCODES> CLASSES = {
        add_sub,     add_sub,     addi,        bitwise,     bitwise,     bitwise,      bitwise,      bitwise,
        bitwise,     shift_left,  shift_left,  shift_right, shift_right, shift_right,  shift_right,  less_than,
        less_than,   less_than,   less_than,   upper,       upper,       mul,          mulh,         mulh,
        mulh,        div_rem,     div_rem,     div_rem,     div_rem,     branch_equal, branch_equal, branch_less,
        branch_less, branch_less, branch_less, jal,         jalr,        load_word,    load_sub,     load_sub,
        load_sub,    load_sub,    store_word,  store_sub,   store_sub,   ecall,        trap,         trap};
    return CLASSES[static_cast<size_t>(op)];
}

/// Register-immediate forms of ALU opcodes: no access for rs2, the operand is the immediate.
constexpr bool has_immediate_operand(Opcode op) {
    switch (op) {
        case Opcode::addi:
        case Opcode::andi:
        case Opcode::ori:
        case Opcode::xori:
        case Opcode::slli:
        case Opcode::srli:
        case Opcode::srai:
        case Opcode::slti:
        case Opcode::sltiu:
            return true;
        default:
            return false;
    }
}

/// A decoded instruction. Fields an opcode does not have are 0.
/// imm: sign-extended immediate (I, S, B, J forms); shift amount 0..31 for slli/srli/srai; the whole upper word, low 12
/// bits zero, for lui and auipc.
struct Instruction {
    Opcode op = Opcode::unimp;
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
    int32_t imm = 0;
    friend bool operator==(const Instruction&, const Instruction&) = default;
};

}  // namespace ashlar::rv32
