// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/merkle.hpp"

#include <algorithm>

namespace ashlar::hash {
namespace {

bool valid_indices(unsigned depth, std::span<const uint32_t> indices) {
    if (indices.empty() || depth > 31 || indices.back() >> depth != 0) return false;
    for (size_t i = 1; i < indices.size(); i++)
        if (indices[i - 1] >= indices[i]) return false;
    return true;
}

using States = std::vector<Poseidon2<24>::State>;

/// Leaves of rows of one width: the sponges of all rows, block by block.
States hash_rows(std::span<const F> rows, size_t width, size_t n, PermuteStates permute) {
    States states(n, first_state(Domain::leaf, static_cast<uint32_t>(width)));
    for (size_t begin = 0; begin < width; begin += RATE) {
        const size_t count = std::min(RATE, width - begin);
        for (size_t i = 0; i < n; i++) std::copy_n(rows.begin() + i * width + begin, count, states[i].begin());
        permute(states.data(), n);
    }
    return states;
}

}  // namespace

void permute_each(Poseidon2<24>::State* states, size_t n) {
    for (size_t i = 0; i < n; i++) Poseidon2<24>::permute(states[i]);
}

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
                                        size_t leaf_width, std::span<const F> rows, std::span<const Digest> siblings,
                                        PermuteStates permute) {
    if (!valid_indices(depth, indices)) return Fail{MerkleError::indices};
    if (leaf_width == 0 ? !rows.empty() : rows.size() / leaf_width != indices.size() || rows.size() % leaf_width != 0)
        return Fail{MerkleError::row_count};
    // Digests are the first elements of a state; the rest of it is put in order where it is used again.
    States known = hash_rows(rows, leaf_width, indices.size(), permute);
    std::vector<uint32_t> at(indices.begin(), indices.end());
    constexpr auto NODE = first_state(Domain::node);
    size_t used = 0;
    for (unsigned level = 0; level < depth; level++) {
        // Parents overwrite the list from its start; they never overtake the children still to be read.
        size_t parents = 0;
        for (size_t k = 0; k < at.size(); k++) {
            const uint32_t i = at[k];
            Poseidon2<24>::State node = NODE;
            const auto put = [&](bool right, const F* digest) {
                std::copy_n(digest, DIGEST_SIZE, node.begin() + (right ? DIGEST_SIZE : 0));
            };
            put(i & 1, known[k].data());
            if (i % 2 == 0 && k + 1 < at.size() && at[k + 1] == i + 1) {
                put(true, known[++k].data());
            } else {
                if (used == siblings.size()) return Fail{MerkleError::too_few_siblings};
                put(i % 2 == 0, siblings[used++].data());
            }
            at[parents] = i >> 1;
            known[parents++] = node;
        }
        at.resize(parents);
        known.resize(parents);
        permute(known.data(), parents);
    }
    if (used != siblings.size()) return Fail{MerkleError::too_many_siblings};
    if (!std::equal(root.begin(), root.end(), known[0].begin())) return Fail{MerkleError::root};
    return {};
}

}  // namespace ashlar::hash
