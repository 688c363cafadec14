// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/merkle.hpp"

namespace ashlar::hash {
namespace {

bool valid_indices(unsigned depth, std::span<const uint32_t> indices) {
    if (indices.empty() || depth > 31 || indices.back() >> depth != 0) return false;
    for (size_t i = 1; i < indices.size(); i++)
        if (indices[i - 1] >= indices[i]) return false;
    return true;
}

}  // namespace

size_t sibling_count(unsigned depth, std::span<const uint32_t> indices) {
    std::vector<uint32_t> known(indices.begin(), indices.end());
    size_t count = 0;
    for (unsigned level = 0; level < depth; level++) {
        size_t parents = 0;
        for (size_t k = 0; k < known.size(); k++) {
            const bool pair = known[k] % 2 == 0 && k + 1 < known.size() && known[k + 1] == known[k] + 1;
            const uint32_t parent = known[k] >> 1;
            if (pair)
                k++;
            else
                count++;
            known[parents++] = parent;
        }
        known.resize(parents);
    }
    return count;
}

Result<void, MerkleError> check_opening(const Digest& root, unsigned depth, std::span<const uint32_t> indices,
                                        size_t leaf_width, std::span<const F> rows, std::span<const Digest> siblings) {
    if (!valid_indices(depth, indices)) return Fail{MerkleError::indices};
    if (leaf_width == 0 ? !rows.empty() : rows.size() / leaf_width != indices.size() || rows.size() % leaf_width != 0)
        return Fail{MerkleError::row_count};
    std::vector<Digest> leaves;
    leaves.reserve(indices.size());
    for (size_t i = 0; i < indices.size(); i++)
        leaves.push_back(hash_elements(rows.subspan(i * leaf_width, leaf_width), Domain::leaf));
    std::vector<uint32_t> known(indices.begin(), indices.end());
    size_t used = 0;
    for (unsigned level = 0; level < depth; level++) {
        // Parents overwrite the list from its start; they never overtake the children still to be read.
        size_t parents = 0;
        for (size_t k = 0; k < known.size(); k++) {
            const uint32_t i = known[k];
            const Digest own = leaves[k];
            Digest parent;
            if (i % 2 == 0 && k + 1 < known.size() && known[k + 1] == i + 1) {
                parent = hash_node(own, leaves[++k]);
            } else {
                if (used == siblings.size()) return Fail{MerkleError::too_few_siblings};
                const Digest& other = siblings[used++];
                parent = i % 2 == 0 ? hash_node(own, other) : hash_node(other, own);
            }
            known[parents] = i >> 1;
            leaves[parents++] = parent;
        }
        known.resize(parents);
        leaves.resize(parents);
    }
    if (used != siblings.size()) return Fail{MerkleError::too_many_siblings};
    if (leaves[0] != root) return Fail{MerkleError::root};
    return {};
}

}  // namespace ashlar::hash
