// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

/// The buses of the field machine, with each message and its sides. "Sent" adds the multiplicity, "received" subtracts
/// it; per message the sum over all tables and the verifier's own messages is 0. The permutation's buses are those of
/// libs/chips/buses.hpp, whose chip is used as it is.
namespace ashlar::recursion {

enum Bus : uint32_t {
    /// (pc, fp, gp). A step receives its own and sends the next one's.
    BUS_STATE = 64,
    /// Lookup: (pc, op, six fields), the program's entry (instruction.hpp).
    BUS_PROGRAM = 65,
    /// Lookup: (address, five coefficients): the value of a cell of memory.
    BUS_MEMORY = 66,
    /// (row): the rows of the memory table follow each other on it, so that each address occurs once.
    BUS_MEMORY_ROW = 67,
    /// (pointer to the next weight, length, elements left, state[24], weighed sum[5]) of a leaf that is being hashed.
    BUS_LEAF = 68,
    /// Lookup: (tree, level, index, digest[9]): a node of the tree whose root is in the cells from address `tree` on.
    /// The root is at level 0.
    BUS_TREE = 69,
    /// Lookup: (pointer to rho, number of factors, z, value[5]).
    BUS_WEIGHT = 70,
};

}  // namespace ashlar::recursion
