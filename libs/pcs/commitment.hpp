// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/merkle_tree.hpp"
#include "libs/iop/proof.hpp"
#include "libs/iop/trace.hpp"
#include "libs/poly/rs_encoder.hpp"

namespace ashlar::pcs {

using field::Ext;
using field::F;

/// A stack: slices of 2^s cells, one after another; blocks as the layout says, zeros elsewhere.
struct Stack {
    uint64_t slices = 0;
    uint32_t log_slice = 0;
    exec::Buffer<F> cells;

    Stack() = default;
    /// `columns[t][c]` is column c of table t, of which `rows[t]` may be read; rows beyond are stored zeros.
    Stack(const iop::Layout& layout, uint64_t slices, uint32_t log_slice,
          const std::vector<std::vector<const F*>>& columns, const std::vector<uint64_t>& rows, exec::ThreadPool& pool);
    const F* slice(uint64_t i) const { return cells.data() + (i << log_slice); }
};

/// An encoded oracle with its tree: leaf i is the row of all slices at w^i.
struct Codeword {
    hash::LeafMatrix leaves;
    exec::Buffer<F> data;
    hash::MerkleTree tree;

    /// Room for `width` columns of the encoder's domain.
    Codeword(size_t width, uint32_t log_domain);
    void hash_leaves(exec::ThreadPool& pool, exec::Isa isa) { tree = hash::MerkleTree(leaves, pool, isa); }
    iop::TreeOpening open(std::span<const uint32_t> indices) const;
};

}  // namespace ashlar::pcs
