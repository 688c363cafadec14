// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/memory_tree.hpp"

#include <algorithm>

namespace ashlar::machine {

namespace {

constexpr size_t GRAIN = 64;

}  // namespace

MemoryTree::MemoryTree() = default;

MemoryTree::MemoryTree(const rv32::Program& program, exec::ThreadPool& pool) {
    std::vector<rv32::TouchedLeaf> leaves;
    for (const rv32::ImageWord& w : program.image) {
        const uint32_t leaf = w.word / rv32::LEAF_WORDS;
        if (leaves.empty() || leaves.back().leaf != leaf) leaves.push_back({leaf, {}, {}, {}});
        leaves.back().out[w.word % rv32::LEAF_WORDS] = w.value;
    }
    update(leaves, pool);
}

const Digest& MemoryTree::node(unsigned level, uint32_t index) const {
    const auto it = levels_[level].find(index);
    return it == levels_[level].end() ? absent_digests()[level] : it->second;
}

BoundaryUpdate MemoryTree::update(std::span<const rv32::TouchedLeaf> touched, exec::ThreadPool& pool) {
    BoundaryUpdate result;
    result.root_in = root();
    result.leaves.resize(touched.size());
    pool.parallel_for(touched.size(), GRAIN, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; i++) {
            const rv32::TouchedLeaf& leaf = touched[i];
            result.leaves[i] = {&leaf, node(0, leaf.leaf), {}};
            result.leaves[i].out = leaf.out == leaf.in ? result.leaves[i].in : leaf_digest(leaf.out);
        }
    });
    for (const auto& leaf : result.leaves)
        if (leaf.out != leaf.in) levels_[0].insert_or_assign(leaf.leaf->leaf, leaf.out);

    std::vector<uint32_t> opened(touched.size());
    for (size_t i = 0; i < touched.size(); i++) opened[i] = touched[i].leaf;
    size_t first = 0;  // of the level's nodes in result.nodes
    for (unsigned level = 1; level <= TREE_DEPTH; level++) {
        first = result.nodes.size();
        for (const uint32_t child : opened) {
            if (result.nodes.size() == first || result.nodes.back().index != child / 2)
                result.nodes.push_back({.level = level,
                                        .index = child / 2,
                                        .in = {},
                                        .out = {},
                                        .child_in = {},
                                        .child_out = {},
                                        .opened = {}});
            result.nodes.back().opened[child % 2] = true;
        }
        if (level == TREE_DEPTH && result.nodes.size() == first)
            result.nodes.push_back(
                {.level = level, .index = 0, .in = {}, .out = {}, .child_in = {}, .child_out = {}, .opened = {}});
        const size_t count = result.nodes.size() - first;
        // Children before the chunk: where a child was opened, its `in` was computed one level down.
        const size_t below_end = first, below_begin = below_end - (level == 1 ? 0 : opened.size());
        for (size_t i = first, below = below_begin, leaf = 0; i < first + count; i++) {
            chips::BoundaryNode& n = result.nodes[i];
            for (uint32_t c = 0; c < 2; c++) {
                if (!n.opened[c]) {
                    n.child_in[c] = n.child_out[c] = node(level - 1, 2 * n.index + c);
                } else if (level == 1) {
                    n.child_in[c] = result.leaves[leaf].in;
                    n.child_out[c] = result.leaves[leaf++].out;
                } else {
                    n.child_in[c] = result.nodes[below].in;
                    n.child_out[c] = result.nodes[below++].out;
                }
            }
            n.in = node(level, n.index);
        }
        pool.parallel_for(count, GRAIN, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++) {
                chips::BoundaryNode& n = result.nodes[first + i];
                n.out = n.child_in[0] == n.child_out[0] && n.child_in[1] == n.child_out[1]
                            ? n.in
                            : hash::hash_node(n.child_out[0], n.child_out[1]);
            }
        });
        opened.resize(count);
        for (size_t i = 0; i < count; i++) {
            const chips::BoundaryNode& n = result.nodes[first + i];
            opened[i] = n.index;
            if (n.out != n.in) levels_[level].insert_or_assign(n.index, n.out);
        }
    }
    result.root_out = root();
    return result;
}

void MemoryTree::revert(const BoundaryUpdate& update) {
    for (const auto& leaf : update.leaves)
        if (leaf.out != leaf.in) levels_[0].insert_or_assign(leaf.leaf->leaf, leaf.in);
    for (const chips::BoundaryNode& n : update.nodes)
        if (n.out != n.in) levels_[n.level].insert_or_assign(n.index, n.in);
}

ReservedOpening MemoryTree::open_reserved(const std::array<uint32_t, 32>& words) const {
    ReservedOpening o;
    o.words = words;
    uint32_t index = ReservedOpening::FIRST_LEAF >> 2;
    for (unsigned i = 0; i < ReservedOpening::PATH; i++, index >>= 1) o.siblings[i] = node(2 + i, index ^ 1);
    return o;
}

}  // namespace ashlar::machine
