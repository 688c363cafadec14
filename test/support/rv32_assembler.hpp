// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/rv32/instruction.hpp"

/// Writes small rv32im programs and ELF files for tests.
namespace ashlar::test {

/// Registers by their ABI names.
enum Register : uint8_t {
    ZERO,
    RA,
    SP,
    GP,
    TP,
    T0,
    T1,
    T2,
    S0,
    S1,
    A0,
    A1,
    A2,
    A3,
    A4,
    A5,
    A6,
    A7,  // clang-format off
    S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, T3, T4, T5, T6,  // clang-format on
};

inline constexpr uint32_t TEXT_BASE = 0x0020'0800;
inline constexpr uint32_t DATA_BASE = 0x0040'0000;

/// The machine word of an instruction (immediates must fit).
uint32_t encode(const rv32::Instruction& in);

class Assembler {
  public:
    using Label = size_t;

    /// Byte offset of the next instruction.
    uint32_t here() const { return static_cast<uint32_t>(words_.size() * 4); }
    void word(uint32_t w) { words_.push_back(w); }
    void op(rv32::Opcode o, uint8_t rd, uint8_t rs1, uint8_t rs2) { word(encode({o, rd, rs1, rs2, 0})); }
    void immediate(rv32::Opcode o, uint8_t rd, uint8_t rs1, int32_t imm) { word(encode({o, rd, rs1, 0, imm})); }
    void load(rv32::Opcode o, uint8_t rd, uint8_t base, int32_t offset) { word(encode({o, rd, base, 0, offset})); }
    void store(rv32::Opcode o, uint8_t value, uint8_t base, int32_t offset) {
        word(encode({o, 0, base, value, offset}));
    }
    /// rd := value in two instructions, always.
    void li(uint8_t rd, uint32_t value);
    void ecall() { word(0x73); }
    /// t0 := word, a0, a1 set, ecall.
    void call(uint32_t word, uint32_t a0 = 0, uint32_t a1 = 0);
    /// WRITE(fd, address, size).
    void write(uint32_t fd, uint32_t address, uint32_t size);
    void halt(uint32_t exit_code = 0) { call(0, exit_code); }

    Label label() { return labels_.push_back(UINT32_MAX), labels_.size() - 1; }
    void bind(Label l) { labels_[l] = here(); }
    void branch(rv32::Opcode o, uint8_t rs1, uint8_t rs2, Label to);
    void jal(uint8_t rd, Label to);

    /// The code with all labels resolved.
    std::vector<uint32_t> code() const;

  private:
    std::vector<uint32_t> words_;
    std::vector<uint32_t> labels_;
    std::vector<std::pair<rv32::Instruction, std::pair<size_t, Label>>> fixups_;  // at word index
};

struct ElfSegment {
    uint32_t address;
    Bytes bytes;
    uint32_t memory_size;
    uint32_t flags;  ///< 1 executable, 2 writable, 4 readable
};

/// An ELF32 RISC-V executable with these segments in this order.
Bytes make_elf(const std::vector<ElfSegment>& segments, uint32_t entry);

/// The usual test program: code at TEXT_BASE, which is also the entry, and data at DATA_BASE if any.
Bytes make_elf(const Assembler& code, const std::vector<uint32_t>& data = {}, uint32_t data_memory_size = 0);

Bytes words_to_bytes(const std::vector<uint32_t>& words);

}  // namespace ashlar::test
