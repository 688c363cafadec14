// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "libs/field/koala_bear.hpp"

namespace ashlar::recursion {

using field::F;

/// Operations as the program table holds them. Flags of an instruction (which operands are global) are added to its
/// number, so numbers stand apart by what their flags can add.
enum Op : uint32_t {
    OP_ARITHMETIC = 16,  ///< d = a b + s c in E; + 1, 2, 4, 8 if a, b, c, d are global
    OP_DEREF = 32,       ///< the cell at (pointer + offset) equals the operand; + 1 if it, + 2 if the pointer is global
    OP_CONSTANT = 36,    ///< the operand is a constant of E; + 1 if it is global
    OP_BRANCH = 40,      ///< to the target, with fp += delta, if the operand is not 0; + 1 if it is global
    OP_CALL = 42,        ///< of a subroutine on the frame that the operand points to; + 1 if it is global ..
    OP_CALL_ENTER = 2,   ///< .. + this if the frame becomes the global one
    OP_RETURN = 46,      ///< to the state that the operand holds; + 1 if it is global
};

/// One instruction. Fields by operation:
///   arithmetic  offsets of a, b, c, d; s
///   deref       offset of the operand, of the pointer, and what is added to it
///   constant    offset of the operand; five coefficients
///   branch      offset of the operand; target pc; delta
///   call        offset of the operand; target pc
///   return      offset of the operand
struct Instruction {
    uint32_t op = 0;
    std::array<F, 6> field{};
    friend bool operator==(const Instruction&, const Instruction&) = default;
};

/// Where a program begins, and the pc that ends it.
inline constexpr uint32_t ENTRY_PC = 1, HALT_PC = 0;

/// Cells that every run starts with: 0 and 1, as the verifier's own messages say; the public values follow.
inline constexpr uint32_t CELL_ZERO = 0, CELL_ONE = 1, FIRST_PUBLIC = 2;

}  // namespace ashlar::recursion
