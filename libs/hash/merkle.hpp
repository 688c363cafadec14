// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/base/result.hpp"
#include "libs/hash/digest.hpp"

/// Merkle trees over rows of elements: what a verifier needs. Freestanding; every input gets an answer.
namespace ashlar::hash {

enum class MerkleError {
    indices,    ///< not strictly ascending, none, or past the last leaf
    row_count,  ///< number of opened elements is not indices * leaf width
    too_few_siblings,
    too_many_siblings,
    root,
};

/// Permutes n states that have nothing to do with each other: one by one, or in lanes (bulk.hpp).
using PermuteStates = void (*)(Poseidon2<24>::State* states, size_t n);
void permute_each(Poseidon2<24>::State* states, size_t n);

/// Number of siblings in the opening of `indices` (strictly ascending) in a tree of `depth` levels above the leaves.
size_t sibling_count(unsigned depth, std::span<const uint32_t> indices);

/// Checks that rows are the leaves at `indices` of the tree with this root (PROTOCOL.md 1 and 5).
///
/// @param indices   strictly ascending, below 2^depth.
/// @param rows      [indices.size() * leaf_width] elements, row by row.
/// @param siblings  digests not computable from the rows: by level from the leaves up, ascending; none may be left
/// over.
/// @param permute   is given the leaves' blocks, then the nodes of a level, together.
Result<void, MerkleError> check_opening(const Digest& root, unsigned depth, std::span<const uint32_t> indices,
                                        size_t leaf_width, std::span<const F> rows, std::span<const Digest> siblings,
                                        PermuteStates permute = permute_each);

}  // namespace ashlar::hash
