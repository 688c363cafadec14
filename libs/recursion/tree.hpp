// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/boundary.hpp"
#include "libs/recursion/permute.hpp"

/// Openings of Merkle trees. Opened rows and siblings are advice of these tables and never in memory; what ties them is
/// the tree bus, up to the root in memory.
namespace ashlar::recursion {

/// Opens a leaf: the row of `length` elements at `index` of the tree at `root`, as a sum weighed with the cells that a
/// pointer finds. Index, pointer and length are elements of F in memory.
struct OpenChip {
    static constexpr std::string_view NAME = "open";
    enum : uint32_t { INDEX, POINTER, LENGTH, ROOT, VALUE };
    template <class T>
    struct Main {
        T is_real;
        State<T> state;
        Operand<T> operand[5];
        T depth;
        T index, pointer, length;
        T hashed[24];  ///< the permutation's last state; the leaf's digest is at its beginning
        T value[5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V op = F::from_canonical(OP_OPEN);
        for (uint32_t k = 0; k < 5; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(b, m.is_real, m.state, op,
                   {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, m.operand[3].offset,
                    m.operand[4].offset, m.depth});
        memory_base_cell(b, m.is_real, address(m.state, m.operand[INDEX]), m.index);
        memory_base_cell(b, m.is_real, address(m.state, m.operand[POINTER]), m.pointer);
        memory_base_cell(b, m.is_real, address(m.state, m.operand[LENGTH]), m.length);
        memory_cell(b, m.is_real, address(m.state, m.operand[VALUE]), m.value);
        // The leaf's hash begins with its length and ends, all of it absorbed and weighed. Two openings with the same
        // pointer and length may exchange their ends: both are sums and digests of one row each.
        V leaf[32];
        for (V& x : leaf) x = V(F::ZERO);
        leaf[0] = m.pointer;
        leaf[1] = leaf[2] = m.length;
        const auto first = first_state(m.length);
        for (size_t i = 0; i < 24; i++) leaf[3 + i] = first[i];
        b.send(BUS_LEAF, m.is_real, std::span<const V>(leaf));
        leaf[0] = m.pointer + m.length;
        leaf[2] = V(F::ZERO);
        for (size_t i = 0; i < 24; i++) leaf[3 + i] = m.hashed[i];
        for (size_t k = 0; k < 5; k++) leaf[27 + k] = m.value[k];
        b.receive(BUS_LEAF, m.is_real, std::span<const V>(leaf));
        V node[12];
        node[0] = address(m.state, m.operand[ROOT]);
        node[1] = m.depth;
        node[2] = m.index;
        for (size_t i = 0; i < hash::DIGEST_SIZE; i++) node[3 + i] = m.hashed[i];
        b.send(BUS_TREE, m.is_real, std::span<const V>(node));
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r, const PermutationState& hashed) {
        m.is_real = F::ONE;
        m.state = r.state();
        const uint32_t flags = r.instruction.op - OP_OPEN;
        for (size_t k = 0; k < 5; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        m.depth = r.instruction.field[5];
        m.index = r.memory[r.address(INDEX, flags >> INDEX & 1)].c[0];
        m.pointer = r.memory[r.address(POINTER, flags >> POINTER & 1)].c[0];
        m.length = r.memory[r.address(LENGTH, flags >> LENGTH & 1)].c[0];
        for (size_t i = 0; i < 24; i++) m.hashed[i] = hashed[i];
        fill(m.value, r.memory[r.address(VALUE, flags >> VALUE & 1)]);
    }

    /// The first state of a leaf's hash (libs/hash/digest.hpp).
    template <class V>
    ASHLAR_INLINE static std::array<V, 24> first_state(const V& length) {
        std::array<V, 24> s;
        for (V& x : s) x = V(F::ZERO);
        s[22] = length;
        s[23] = F::from_canonical(static_cast<uint32_t>(hash::Domain::leaf));
        return s;
    }
    static PermutationState first_state(uint32_t length) { return first_state(F::from_canonical(length)); }
};

/// What a row of a leaf's hash starts from.
struct LeafBlock {
    uint32_t pointer, length, left;
    PermutationState state;
    Ext sum;
    std::span<const F> elements;  ///< up to 15
};

/// Up to 15 elements of a leaf: absorbed, and added to the weighed sum. Only the last block may be short.
struct LeafChip {
    static constexpr std::string_view NAME = "leaf";
    static constexpr size_t RATE = hash::RATE;
    template <class T>
    struct Main {
        T pointer, length, left;
        T active[RATE];  ///< whether there is an i-th element; the first is the row's own flag
        T state[24];
        T element[RATE];
        T out[24];
        T sum[5];
        T weight[RATE][5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.active[0];
        V count = V(F::ZERO), sum[5], permutation[48];
        for (size_t k = 0; k < 5; k++) sum[k] = m.sum[k];
        for (size_t i = 0; i < 24; i++) permutation[i] = m.state[i], permutation[24 + i] = m.out[i];
        for (uint32_t i = 0; i < RATE; i++) {
            b.boolean(m.active[i]);
            if (i > 0) b.zero(m.active[i] * (F::ONE - m.active[i - 1]));
            b.zero(m.element[i] * (F::ONE - m.active[i]));
            count += m.active[i];
            permutation[i] = m.element[i] + (F::ONE - m.active[i]) * m.state[i];
            memory_cell(b, m.active[i], V(m.pointer + F::from_canonical(i)), m.weight[i]);
            for (size_t k = 0; k < 5; k++) sum[k] += m.weight[i][k] * m.element[i];
        }
        if constexpr (B::READS_INTEGERS) b.bound(count, 0, RATE);
        const V left = m.left - count;
        b.zero((real - m.active[RATE - 1]) * left);
        b.send(chips::BUS_PERMUTATION, real, std::span<const V>(permutation));
        V leaf[32];
        leaf[0] = m.pointer;
        leaf[1] = m.length;
        leaf[2] = m.left;
        for (size_t i = 0; i < 24; i++) leaf[3 + i] = m.state[i];
        for (size_t k = 0; k < 5; k++) leaf[27 + k] = m.sum[k];
        b.receive(BUS_LEAF, real, std::span<const V>(leaf));
        leaf[0] = m.pointer + count;
        leaf[2] = left;
        for (size_t i = 0; i < 24; i++) leaf[3 + i] = m.out[i];
        for (size_t k = 0; k < 5; k++) leaf[27 + k] = sum[k];
        b.send(BUS_LEAF, real, std::span<const V>(leaf));
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const LeafBlock& r, const Memory& memory) {
        m.pointer = F::from_canonical(r.pointer);
        m.length = F::from_canonical(r.length);
        m.left = F::from_canonical(r.left);
        PermutationState s = r.state;
        for (size_t i = 0; i < 24; i++) m.state[i] = s[i];
        for (size_t i = 0; i < r.elements.size(); i++) {
            m.active[i] = F::ONE;
            s[i] = m.element[i] = r.elements[i];
            fill(m.weight[i], memory[r.pointer + i]);
        }
        hash::Poseidon2<24>::permute(s);
        for (size_t i = 0; i < 24; i++) m.out[i] = s[i];
        fill(m.sum, r.sum);
    }
};

/// An inner node of a tree that was opened, by the address of the tree's root.
struct OpenedNode {
    uint32_t tree, level, index;
    hash::Digest left, right;
    friend bool operator==(const OpenedNode&, const OpenedNode&) = default;
};

/// An inner node: whoever asks for a child of it is answered, as often as they like; it asks for itself once. Levels
/// grow by one on each step down from the root, so a chain of answers ends at the root and nowhere else.
struct TreeNodeChip {
    static constexpr std::string_view NAME = "tree_node";
    static constexpr bool FREE_MULTIPLICITIES = true;
    template <class T>
    struct Main {
        T is_real;
        T tree, level, index;
        T child[2][hash::DIGEST_SIZE];
        T digest[hash::DIGEST_SIZE];
        T asked[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V node[12];
        node[0] = m.tree;
        node[1] = m.level;
        node[2] = m.index;
        for (size_t i = 0; i < hash::DIGEST_SIZE; i++) node[3 + i] = m.digest[i];
        b.send(BUS_TREE, m.is_real, std::span<const V>(node));
        chips::check_node(b, m.is_real, m.child[0], m.child[1], m.digest);
        for (uint32_t c = 0; c < 2; c++) {
            b.zero(m.asked[c] * (F::ONE - m.is_real));
            node[1] = m.level + F::ONE;
            node[2] = m.index * 2_f + F::from_canonical(c);
            for (size_t i = 0; i < hash::DIGEST_SIZE; i++) node[3 + i] = m.child[c][i];
            b.receive(BUS_TREE, m.asked[c], std::span<const V>(node));
        }
    }

    /// `asked` is left to whoever counts.
    static void fill_row(Main<F>& m, const OpenedNode& r) {
        m.is_real = F::ONE;
        m.tree = F::from_canonical(r.tree);
        m.level = F::from_canonical(r.level);
        m.index = F::from_canonical(r.index);
        const hash::Digest d = hash::hash_node(r.left, r.right);
        for (size_t i = 0; i < hash::DIGEST_SIZE; i++)
            m.child[0][i] = r.left[i], m.child[1][i] = r.right[i], m.digest[i] = d[i];
    }
};

/// The root of a tree: what memory holds at the tree's address, nine elements in two cells.
struct TreeRootChip {
    static constexpr std::string_view NAME = "tree_root";
    static constexpr bool FREE_MULTIPLICITIES = true;
    template <class T>
    struct Main {
        T is_real;
        T tree;
        T digest[hash::DIGEST_SIZE];
        T asked;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& x = m.is_real;
        b.boolean(x);
        b.zero(m.asked * (F::ONE - x));
        const auto& d = m.digest;
        b.send(BUS_MEMORY, x, {m.tree, d[0], d[1], d[2], d[3], d[4]});
        b.send(BUS_MEMORY, x, {m.tree + F::ONE, d[5], d[6], d[7], d[8], V(F::ZERO)});
        b.receive(BUS_TREE, m.asked,
                  {m.tree, V(F::ZERO), V(F::ZERO), d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8]});
    }

    template <class Memory>
    static void fill_row(Main<F>& m, uint32_t tree, const Memory& memory) {
        m.is_real = F::ONE;
        m.tree = F::from_canonical(tree);
        for (size_t i = 0; i < hash::DIGEST_SIZE; i++) m.digest[i] = memory[tree + i / 5].c[i % 5];
    }
};

}  // namespace ashlar::recursion
