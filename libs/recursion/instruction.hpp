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
    OP_WINDOW = 64,      ///< d = five coefficients of x, y from the r-th on, r = 1..4; + 8 (r - 1); + 1, 2, 4 (x, y, d)
    OP_EXTRACT = 96,     ///< d = coefficient r of x; + 8 r; + 1, 4 if x, d are global
    OP_PERMUTE = 160,    ///< Poseidon2: three cells of the rate, two of the capacity -> five; + 1, 2, 4, 8, 16
    OP_OPEN = 192,       ///< the leaf at an index of a tree, weighed; + 1, 2, 4, 8, 16
    OP_WEIGHT = 224,     ///< value = prod_l (1 - rho_l) + z^(2^l) rho_l; + 1, 2, 4
    OP_INDEX = 232,      ///< low bits of an element of F, and a root of unity to that power; + 1, 2, 4
};

/// One instruction. Fields by operation:
///   arithmetic  offsets of a, b, c, d; s
///   deref       offset of the operand, of the pointer, and what is added to it
///   constant    offset of the operand; five coefficients
///   branch      offset of the operand; target pc; delta
///   call        offset of the operand; target pc
///   return      offset of the operand
///   window      offsets of x, y, d
///   extract     offsets of x (twice, so that an unused operand is where another is), d
///   permute     offsets of the rate's cells, of the first of the capacity's, of the first of the result
///   open        offsets of index, pointer to the weights, length, first cell of the root, value; depth
///   weight      offsets of the pointer to rho, z, value; number of factors
///   index       offsets of the element, the index, the power; number of bits, root of unity - 1
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
