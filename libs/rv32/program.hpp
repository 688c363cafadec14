// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"
#include "libs/rv32/instruction.hpp"

namespace ashlar::rv32 {

/// The field POSEIDON2_PERMUTE works over: a setting of the program, part of its verification key (ABI.md 5.3).
enum class GuestField : uint8_t { koala_bear, baby_bear, mersenne31 };

struct ImageWord {
    uint32_t word;  ///< byte address / 4
    uint32_t value;
};

/// A program as the machine sees it: decoded text and initial memory.
struct Program {
    uint32_t entry = 0;    ///< byte address, a multiple of 4 inside the text
    uint32_t pc_base = 0;  ///< byte address of instructions[0]
    std::vector<Instruction> instructions;
    /// Initial memory, text included: every non-zero word once, ascending. What is not here is 0.
    std::vector<ImageWord> image;
    GuestField field = GuestField::koala_bear;

    uint32_t pc_of(size_t index) const { return pc_base + 4 * static_cast<uint32_t>(index); }
    /// True if pc is a multiple of 4 inside the text.
    bool contains(uint32_t pc) const {
        return pc % 4 == 0 && pc >= pc_base && (pc - pc_base) / 4 < instructions.size();
    }
};

/// Reads an ELF32 file by the rules of ABI.md 1.1 and 1.2, refusing also what the machine cannot represent
/// (MACHINE.md 5): segments outside [0x80, 0x7800'0000), executable segments that overlap or leave a gap,
/// an entry outside the text.
///
/// Error codes: elf_truncated, elf_not_elf32, elf_not_riscv, elf_not_executable, elf_entry, elf_program_headers,
/// elf_segment_address, elf_segment_size, elf_text, elf_instruction (with the pc and the word).
HostResult<Program> load_elf(BytesView file);

}  // namespace ashlar::rv32
