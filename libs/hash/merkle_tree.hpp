// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/exec/buffer.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/hash/bulk.hpp"

namespace ashlar::hash {

/// Node i of a level; level 0 are the leaves.
struct NodeIndex {
    unsigned level;
    size_t i;
};
/// The siblings that check_opening expects for these leaves (strictly ascending), in its order.
std::vector<NodeIndex> sibling_nodes(unsigned depth, std::span<const uint32_t> indices);

/// A Merkle tree over the rows of a matrix, as the prover keeps it: all levels, each as nine planes. It does not keep
/// the rows.
class MerkleTree {
  public:
    MerkleTree() = default;
    /// Hashes the leaves and all levels above with the pool's threads.
    MerkleTree(const LeafMatrix& leaves, exec::ThreadPool& pool, exec::Isa isa);

    unsigned depth() const { return depth_; }
    Digest root() const { return node(depth_, 0); }
    /// Node i of a level; level 0 are the leaves, level depth() the root.
    Digest node(unsigned level, size_t i) const;
    /// The siblings that check_opening expects for these leaves (strictly ascending).
    std::vector<Digest> siblings(std::span<const uint32_t> indices) const;

  private:
    static size_t level_offset(unsigned depth, unsigned level);
    unsigned depth_ = 0;
    exec::Buffer<F> levels_;
};

}  // namespace ashlar::hash
