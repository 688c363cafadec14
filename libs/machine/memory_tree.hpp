// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "libs/chips/boundary.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/rv32/program.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::machine {

using hash::Digest;

inline constexpr unsigned TREE_DEPTH = chips::MEMORY_TREE_DEPTH;
static_assert((uint64_t{1} << TREE_DEPTH) * rv32::LEAF_WORDS == uint64_t{1} << 29);

/// Digest of eight words (16 limbs, word by word, low limb first).
Digest leaf_digest(std::span<const uint32_t, rv32::LEAF_WORDS> words);
/// Digests of an absent subtree by level; level 0 is a leaf of zeros.
const std::array<Digest, TREE_DEPTH + 1>& absent_digests();

/// What a chunk does to the tree: the rows of chips memory_leaf and merkle_node.
struct BoundaryUpdate {
    Digest root_in, root_out;
    std::vector<chips::BoundaryLeaf> leaves;  ///< points into the touched leaves it was made from
    std::vector<chips::BoundaryNode> nodes;   ///< by level, the root last
};

/// The four leaves that hold the reserved words, and what leads from them to the root.
struct ReservedOpening {
    static constexpr unsigned NUM_LEAVES = 4;
    static constexpr unsigned PATH = TREE_DEPTH - 2;
    std::array<uint32_t, NUM_LEAVES * rv32::LEAF_WORDS> words{};
    std::array<Digest, PATH> siblings{};  ///< from the leaves' common ancestor up

    /// Root of the tree with these leaves there.
    Digest root() const;
};

/// The memory image as a Merkle tree of depth 26 over leaves of 8 words, sparse: what is absent is zero.
class MemoryTree {
  public:
    MemoryTree();
    /// The initial image of a program.
    MemoryTree(const rv32::Program& program, exec::ThreadPool& pool);

    const Digest& root() const { return node(TREE_DEPTH, 0); }
    /// Replaces the touched leaves (sorted by leaf, each once) and says what changed. `in` of each leaf must be what
    /// the tree holds; the caller's records guarantee it, and root_in shows it to the verifier.
    BoundaryUpdate update(std::span<const rv32::TouchedLeaf> touched, exec::ThreadPool& pool);
    /// `words` are the reserved words as the tree holds them.
    ReservedOpening open_reserved(const std::array<uint32_t, 32>& words) const;

  private:
    const Digest& node(unsigned level, uint32_t index) const;
    std::array<std::unordered_map<uint32_t, Digest>, TREE_DEPTH + 1> levels_;
};

}  // namespace ashlar::machine
