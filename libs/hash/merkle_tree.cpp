// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/merkle_tree.hpp"

namespace ashlar::hash {

size_t MerkleTree::level_offset(unsigned depth, unsigned level) {
    // Level l has 2^(depth - l) digests; all levels before it have 2^(depth + 1) - 2^(depth + 1 - l).
    return DIGEST_SIZE * ((size_t{2} << depth) - (size_t{2} << depth >> level));
}

MerkleTree::MerkleTree(const LeafMatrix& leaves, exec::ThreadPool& pool, exec::Isa isa)
    : depth_(leaves.log_rows), levels_(DIGEST_SIZE * ((size_t{2} << leaves.log_rows) - 1)) {
    const BulkHash& hash = bulk_hash(isa);
    F* const data = levels_.data();
    constexpr size_t GRAIN = 64;  // some microseconds of hashing
    pool.parallel_for(leaves.rows(), LEAF_GRAIN,
                      [&](size_t begin, size_t end) { hash.hash_leaves(leaves, data, begin, end); });
    for (unsigned level = 1; level <= depth_; level++) {
        const F* below = data + level_offset(depth_, level - 1);
        F* out = data + level_offset(depth_, level);
        const size_t n = leaves.rows() >> level;
        pool.parallel_for(n, GRAIN, [&](size_t begin, size_t end) { hash.hash_level(below, out, n, begin, end); });
    }
}

Digest MerkleTree::node(unsigned level, size_t i) const {
    const size_t n = size_t{1} << (depth_ - level);
    const F* planes = levels_.data() + level_offset(depth_, level);
    Digest d;
    for (size_t k = 0; k < DIGEST_SIZE; k++) d[k] = planes[k * n + i];
    return d;
}

std::vector<NodeIndex> sibling_nodes(unsigned depth, std::span<const uint32_t> indices) {
    std::vector<uint32_t> known(indices.begin(), indices.end());
    std::vector<NodeIndex> out;
    for (unsigned level = 0; level < depth; level++) {
        size_t parents = 0;
        for (size_t k = 0; k < known.size(); k++) {
            const uint32_t i = known[k];
            if (i % 2 == 0 && k + 1 < known.size() && known[k + 1] == i + 1)
                k++;
            else
                out.push_back({level, i ^ 1});
            known[parents++] = i >> 1;
        }
        known.resize(parents);
    }
    return out;
}

std::vector<Digest> MerkleTree::siblings(std::span<const uint32_t> indices) const {
    std::vector<Digest> out;
    for (const NodeIndex& at : sibling_nodes(depth_, indices)) out.push_back(node(at.level, at.i));
    return out;
}

}  // namespace ashlar::hash
