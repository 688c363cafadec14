// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/reserved.hpp"

namespace ashlar::machine {

Digest leaf_digest(std::span<const uint32_t, rv32::LEAF_WORDS> words) {
    std::array<field::F, 16> limbs;
    for (size_t i = 0; i < rv32::LEAF_WORDS; i++) {
        limbs[2 * i] = field::F::from_canonical(words[i] & 0xffff);
        limbs[2 * i + 1] = field::F::from_canonical(words[i] >> 16);
    }
    return hash::hash_memory_leaf(limbs);
}

const std::array<Digest, TREE_DEPTH + 1>& absent_digests() {
    static const auto digests = [] {
        std::array<Digest, TREE_DEPTH + 1> d;
        d[0] = leaf_digest(std::array<uint32_t, rv32::LEAF_WORDS>{});
        for (unsigned level = 1; level <= TREE_DEPTH; level++) d[level] = hash::hash_node(d[level - 1], d[level - 1]);
        return d;
    }();
    return digests;
}

Digest ReservedOpening::root() const {
    std::array<Digest, NUM_LEAVES> d;
    for (unsigned i = 0; i < NUM_LEAVES; i++)
        d[i] = leaf_digest(
            std::span<const uint32_t, rv32::LEAF_WORDS>(words.data() + i * rv32::LEAF_WORDS, rv32::LEAF_WORDS));
    Digest r = hash::hash_node(hash::hash_node(d[0], d[1]), hash::hash_node(d[2], d[3]));
    uint32_t index = FIRST_LEAF >> 2;
    for (unsigned i = 0; i < PATH; i++, index >>= 1)
        r = index & 1 ? hash::hash_node(siblings[i], r) : hash::hash_node(r, siblings[i]);
    return r;
}

}  // namespace ashlar::machine
