// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/chips/gadgets/lookup.hpp"
#include "libs/hash/digest.hpp"
#include "libs/rv32/record.hpp"

/// Memory across chunks: leaves and nodes of the memory image's tree (MACHINE.md 2).
namespace ashlar::chips {

inline constexpr unsigned MEMORY_TREE_DEPTH = 26;
inline constexpr size_t DIGEST_SIZE = hash::DIGEST_SIZE;

/// Looks up digest = first nine of permute(left 9, right 9, six zeros).
template <class B, class V>
ASHLAR_INLINE void check_node(B& b, const V& flag, const V (&left)[9], const V (&right)[9], const V (&digest)[9]) {
    V message[28];
    for (size_t i = 0; i < 9; i++) message[i] = left[i], message[9 + i] = right[i], message[19 + i] = digest[i];
    message[18] = F::from_canonical(static_cast<uint32_t>(hash::Domain::node));
    b.send(BUS_HASH, flag, std::span<const V>(message));
}

/// Looks up digest = first nine of permute(16 limbs, seven zeros, 4).
template <class B, class V>
ASHLAR_INLINE void check_leaf(B& b, const V& flag, const V (&limbs)[8][2], const V (&digest)[9]) {
    V message[28];
    for (size_t i = 0; i < 16; i++) message[i] = limbs[i / 2][i % 2];
    message[16] = message[17] = F::ZERO;
    message[18] = F::from_canonical(static_cast<uint32_t>(hash::Domain::memory_leaf));
    for (size_t i = 0; i < 9; i++) message[19 + i] = digest[i];
    b.send(BUS_HASH, flag, std::span<const V>(message));
}

/// A leaf on the memory boundary and its two digests.
struct BoundaryLeaf {
    const rv32::TouchedLeaf* leaf;
    hash::Digest in, out;
};

/// A touched leaf of eight words: its words enter memory at time 0 and leave it at the time of their last access; an
/// untouched word leaves at 0. The tree says at most once that leaf L goes from digest_in to digest_out.
struct MemoryLeafChip {
    static constexpr std::string_view NAME = "memory_leaf";
    template <class T>
    struct Main {
        T is_real;
        T leaf;
        T in[8][2];
        T t[8];
        T out[8][2];
        T digest_in[DIGEST_SIZE], digest_out[DIGEST_SIZE];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V node[20];
        node[0] = F::ZERO;
        node[1] = m.leaf;
        for (size_t i = 0; i < DIGEST_SIZE; i++) node[2 + i] = m.digest_in[i], node[11 + i] = m.digest_out[i];
        b.receive(BUS_TREE, m.is_real, std::span<const V>(node));
        for (uint32_t i = 0; i < 8; i++) {
            const V word = m.leaf * 8_f + F::from_canonical(i);
            b.send(BUS_MEMORY, m.is_real, {word, F::ZERO, m.in[i][0], m.in[i][1]});
            b.receive(BUS_MEMORY, m.is_real, {word, m.t[i], m.out[i][0], m.out[i][1]});
        }
        check_leaf(b, m.is_real, m.in, m.digest_in);
        check_leaf(b, m.is_real, m.out, m.digest_out);
    }

    static void fill_row(Main<F>& m, const BoundaryLeaf& r) {
        m.is_real = F::ONE;
        m.leaf = F::from_canonical(r.leaf->leaf);
        for (size_t i = 0; i < 8; i++) {
            m.in[i][0] = F::from_canonical(r.leaf->in[i] & 0xffff);
            m.in[i][1] = F::from_canonical(r.leaf->in[i] >> 16);
            m.t[i] = F::from_canonical(r.leaf->t[i]);
            m.out[i][0] = F::from_canonical(r.leaf->out[i] & 0xffff);
            m.out[i][1] = F::from_canonical(r.leaf->out[i] >> 16);
        }
        for (size_t i = 0; i < DIGEST_SIZE; i++) m.digest_in[i] = r.in[i], m.digest_out[i] = r.out[i];
    }
};

/// An inner node above touched leaves, before and after the chunk.
struct BoundaryNode {
    uint32_t level;  ///< 1..26
    uint32_t index;
    hash::Digest in, out;
    hash::Digest child_in[2], child_out[2];
    bool opened[2];
};

/// An inner node: passes what happened to each opened child down; a child that is not opened has not changed.
struct MerkleNodeChip {
    static constexpr std::string_view NAME = "merkle_node";
    template <class T>
    struct Child {
        T is_open;
        T in[DIGEST_SIZE], out[DIGEST_SIZE];
    };
    template <class T>
    struct Main {
        T is_real;
        T level, index;
        T in[DIGEST_SIZE], out[DIGEST_SIZE];
        Child<T> child[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V node[20];
        node[0] = m.level;
        node[1] = m.index;
        for (size_t i = 0; i < DIGEST_SIZE; i++) node[2 + i] = m.in[i], node[11 + i] = m.out[i];
        b.receive(BUS_TREE, m.is_real, std::span<const V>(node));
        for (uint32_t c = 0; c < 2; c++) {
            const Child<V>& child = m.child[c];
            b.boolean(child.is_open);
            b.zero(child.is_open * (F::ONE - m.is_real));
            node[0] = m.level - F::ONE;
            node[1] = m.index * 2_f + F::from_canonical(c);
            for (size_t i = 0; i < DIGEST_SIZE; i++) {
                b.zero((F::ONE - child.is_open) * (child.in[i] - child.out[i]));
                node[2 + i] = child.in[i], node[11 + i] = child.out[i];
            }
            b.send(BUS_TREE, child.is_open, std::span<const V>(node));
        }
        check_node(b, m.is_real, m.child[0].in, m.child[1].in, m.in);
        check_node(b, m.is_real, m.child[0].out, m.child[1].out, m.out);
    }

    static void fill_row(Main<F>& m, const BoundaryNode& r) {
        m.is_real = F::ONE;
        m.level = F::from_canonical(r.level);
        m.index = F::from_canonical(r.index);
        for (size_t i = 0; i < DIGEST_SIZE; i++) m.in[i] = r.in[i], m.out[i] = r.out[i];
        for (size_t c = 0; c < 2; c++) {
            m.child[c].is_open = F::from_canonical(r.opened[c]);
            for (size_t i = 0; i < DIGEST_SIZE; i++)
                m.child[c].in[i] = r.child_in[c][i], m.child[c].out[i] = r.child_out[c][i];
        }
    }
};

}  // namespace ashlar::chips
