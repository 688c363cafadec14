// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/ssz.hpp"

#include <algorithm>

#include "libs/hash/sha256.hpp"

namespace ashlar::ethereum::ssz {

namespace {

constexpr size_t CHUNK = 32;

Bytes32 combine(const Bytes32& left, const Bytes32& right) {
    uint8_t both[2 * CHUNK];
    std::memcpy(both, left.data(), CHUNK);
    std::memcpy(both + CHUNK, right.data(), CHUNK);
    return hash::sha256({both, sizeof both});
}

/// Root of a tree with `width` leaves, a power of two; those behind `leaves` are zero.
Bytes32 tree_root(std::span<const Bytes32> leaves, size_t width) {
    Roots level(leaves.begin(), leaves.end());
    Bytes32 empty;  // a subtree of this height without leaves
    for (; width > 1; width /= 2) {
        for (size_t i = 0; i < level.size(); i += 2)
            level[i / 2] = combine(level[i], i + 1 < level.size() ? level[i + 1] : empty);
        level.resize((level.size() + 1) / 2);
        empty = combine(empty, empty);
    }
    return level.empty() ? empty : level[0];
}

/// EIP-7916: a tree of 1 leaf, one of 4, one of 16 and so on, each left of the root of what follows it.
Bytes32 progressive_root(std::span<const Bytes32> leaves) {
    std::vector<std::span<const Bytes32>> trees;
    for (size_t width = 1; !leaves.empty(); width *= 4) {
        const size_t n = std::min(width, leaves.size());
        trees.push_back(leaves.first(n));
        leaves = leaves.subspan(n);
    }
    Bytes32 root;
    for (size_t i = trees.size(); i-- > 0;) root = combine(tree_root(trees[i], size_t{1} << (2 * i)), root);
    return root;
}

Roots pack(BytesView bytes) {
    Roots chunks((bytes.size() + CHUNK - 1) / CHUNK);
    for (size_t i = 0; i < chunks.size(); i++)
        std::memcpy(chunks[i].data(), bytes.data() + CHUNK * i, std::min(CHUNK, bytes.size() - CHUNK * i));
    return chunks;
}

Bytes32 mix_in_length(const Bytes32& root, size_t length) { return combine(root, uint64_root(length)); }

}  // namespace

Bytes32 uint64_root(uint64_t value) {
    Bytes32 root;
    store_le64(root.data(), value);
    return root;
}

Bytes32 container_root(std::span<const Bytes32> fields) {
    size_t width = 1;
    while (width < fields.size()) width *= 2;
    return tree_root(fields, width);
}

Bytes32 progressive_container_root(std::span<const Bytes32> fields) {
    Bytes32 active;
    for (size_t i = 0; i < fields.size(); i++) active[i / 8] |= static_cast<uint8_t>(1u << (i % 8));
    return combine(progressive_root(fields), active);
}

Bytes32 progressive_list_root(std::span<const Bytes32> elements) {
    return mix_in_length(progressive_root(elements), elements.size());
}

Bytes32 progressive_bytes_root(BytesView bytes) { return mix_in_length(progressive_root(pack(bytes)), bytes.size()); }

Bytes32 vector_root(BytesView bytes) { return container_root(pack(bytes)); }

Bytes32 short_list_root(BytesView bytes) { return mix_in_length(vector_root(bytes), bytes.size()); }

}  // namespace ashlar::ethereum::ssz
