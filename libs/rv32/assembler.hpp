// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "libs/rv32/call_table.hpp"
#include "libs/rv32/instruction.hpp"
#include "libs/rv32/make_elf.hpp"
#include "libs/rv32/program.hpp"

/// Writes small rv32im programs for tests, the self-test and the benchmark.
namespace ashlar::rv32 {

/// Registers by their ABI names.
namespace registers {
// clang-format off
enum Register : uint8_t {
    ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5,
    A6, A7, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, T3, T4, T5, T6,
};
// clang-format on
}  // namespace registers

/// Where an assembled program has its code, which is also its entry, and its data.
inline constexpr uint32_t TEXT_BASE = 0x0020'0800;
inline constexpr uint32_t DATA_BASE = 0x0040'0000;

/// Code, instruction after instruction. Operands that an instruction cannot hold, labels that nothing binds and, where
/// a program is asked for, code that load_elf() refuses are mistakes of the caller and trap.
class Assembler {
  public:
    enum class Label : uint32_t {};

    /// Byte offset of the next instruction.
    uint32_t here() const { return static_cast<uint32_t>(words_.size() * 4); }
    /// Any word at all.
    void word(uint32_t w) { words_.push_back(w); }
    void instruction(const Instruction& in);

    void op(Opcode o, uint8_t rd, uint8_t rs1, uint8_t rs2) { instruction({o, rd, rs1, rs2, 0}); }
    /// ALU opcodes with an immediate, and jalr.
    void immediate(Opcode o, uint8_t rd, uint8_t rs1, int32_t imm) { instruction({o, rd, rs1, 0, imm}); }
    void load(Opcode o, uint8_t rd, uint8_t base, int32_t offset) { instruction({o, rd, base, 0, offset}); }
    void store(Opcode o, uint8_t value, uint8_t base, int32_t offset) { instruction({o, 0, base, value, offset}); }
    /// lui or auipc of a value whose low 12 bits are zero.
    void upper(Opcode o, uint8_t rd, uint32_t value) { instruction({o, rd, 0, 0, static_cast<int32_t>(value)}); }
    /// By `offset` bytes from the branch or jump itself.
    void branch(Opcode o, uint8_t rs1, uint8_t rs2, int32_t offset) { instruction({o, 0, rs1, rs2, offset}); }
    void jal(uint8_t rd, int32_t offset) { instruction({Opcode::jal, rd, 0, 0, offset}); }
    void ecall() { instruction({Opcode::ecall, 0, 0, 0, 0}); }

    /// A label to bind later.
    Label label();
    /// A label of the next instruction.
    Label label_here();
    /// Makes `l` a label of the next instruction.
    void bind(Label l) { labels_[static_cast<size_t>(l)] = here(); }
    void branch(Opcode o, uint8_t rs1, uint8_t rs2, Label to);
    void jal(uint8_t rd, Label to);

    /// rd := value, in one instruction if one can.
    void li(uint8_t rd, uint32_t value);
    /// rd := rs.
    void mv(uint8_t rd, uint8_t rs) { immediate(Opcode::addi, rd, rs, 0); }
    /// t0 := word, ecall; a0 and a1 as they are.
    void call(uint32_t word);
    /// The same with a0 and a1 set.
    void call(uint32_t word, uint32_t a0, uint32_t a1 = 0);
    void call(Syscall c) { call(static_cast<uint32_t>(c)); }
    void call(Syscall c, uint32_t a0, uint32_t a1 = 0) { call(static_cast<uint32_t>(c), a0, a1); }
    /// WRITE(fd, address, size).
    void write(uint32_t fd, uint32_t address, uint32_t size);
    void halt(uint32_t exit_code = 0);

    /// The words, with all labels resolved.
    std::vector<uint32_t> code() const;
    /// The program that load_elf() makes of make_elf(*this).
    Program program() const;

  private:
    struct Jump {
        Instruction instruction;
        size_t index;  ///< in words_
        Label to;
    };
    void jump(const Instruction& in, Label to);

    std::vector<uint32_t> words_;
    std::vector<uint32_t> labels_;  ///< byte offsets
    std::vector<Jump> jumps_;
};

/// An executable with the code at TEXT_BASE and, if any, the data at DATA_BASE.
Bytes make_elf(const Assembler& code, const std::vector<uint32_t>& data = {});

}  // namespace ashlar::rv32
