// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>
#include <unordered_map>
#include <vector>

#include "libs/chips/boundary.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/machine/reserved.hpp"
#include "libs/rv32/program.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::machine {

/// What a chunk does to the tree: the rows of chips memory_leaf and merkle_node.
struct BoundaryUpdate {
    Digest root_in, root_out;
    std::vector<chips::BoundaryLeaf> leaves;  ///< points into the touched leaves it was made from
    std::vector<chips::BoundaryNode> nodes;   ///< by level, the root last
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
    /// Takes the latest update back.
    void revert(const BoundaryUpdate& update);
    /// `words` are the reserved words as the tree holds them.
    ReservedOpening open_reserved(const std::array<uint32_t, 32>& words) const;

  private:
    const Digest& node(unsigned level, uint32_t index) const;
    std::array<std::unordered_map<uint32_t, Digest>, TREE_DEPTH + 1> levels_;
};

}  // namespace ashlar::machine
