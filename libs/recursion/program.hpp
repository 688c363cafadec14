// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/recursion/instruction.hpp"

namespace ashlar::recursion {

/// A cell by its offset from fp or from gp.
struct CellRef {
    uint32_t offset = 0;
    bool is_global = false;
    friend bool operator==(const CellRef&, const CellRef&) = default;
};

/// What a run does before the instruction at `pc`, besides what instructions force: how the prover finds a witness. No
/// proof knows of it.
struct Hint {
    enum class Kind : uint8_t {
        input,  ///< the next elements of the advice go into `size` cells from `cell` on
        frame,  ///< a pointer to `size` fresh cells goes into `cell`
        loop,   ///< the same for `size` (count + 1) cells, count the number in the cell `count`
    };
    uint32_t pc = 0;
    Kind kind = Kind::input;
    CellRef cell;
    uint32_t size = 1;
    CellRef count = {};
};

/// A program of the field machine: what a key commits to, and how to run it.
struct Program {
    std::vector<Instruction> code;  ///< of pc ENTRY_PC on
    std::vector<Hint> hints;        ///< by pc, ascending
    uint32_t num_output = 0;        ///< cells from FIRST_PUBLIC on that a proof makes public
    uint32_t main_cells = 0;        ///< of the first frame, which begins at address 0

    const Instruction* at(uint32_t pc) const {
        return pc >= ENTRY_PC && pc - ENTRY_PC < code.size() ? &code[pc - ENTRY_PC] : nullptr;
    }
};

}  // namespace ashlar::recursion
