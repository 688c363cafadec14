// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>

#include "libs/hash/digest.hpp"
#include "libs/rv32/record.hpp"

/// Leaves of the memory tree and the opening of the reserved ones: what a verifier needs of it.
namespace ashlar::machine {

using hash::Digest;

inline constexpr unsigned TREE_DEPTH = 26;
static_assert((uint64_t{1} << TREE_DEPTH) * rv32::LEAF_WORDS == uint64_t{1} << 29);

/// Digest of eight words (16 limbs, word by word, low limb first).
Digest leaf_digest(std::span<const uint32_t, rv32::LEAF_WORDS> words);
/// Digests of an absent subtree by level; level 0 is a leaf of zeros.
const std::array<Digest, TREE_DEPTH + 1>& absent_digests();

/// The four leaves that hold the reserved words, and what leads from them to the root.
struct ReservedOpening {
    static constexpr uint32_t FIRST_LEAF = rv32::RESERVED_WORD / rv32::LEAF_WORDS;
    static constexpr unsigned NUM_LEAVES = 4;
    static constexpr unsigned PATH = TREE_DEPTH - 2;
    std::array<uint32_t, NUM_LEAVES * rv32::LEAF_WORDS> words{};
    std::array<Digest, PATH> siblings{};  ///< from the leaves' common ancestor up

    /// Root of the tree with these leaves there.
    Digest root() const;
};

}  // namespace ashlar::machine
