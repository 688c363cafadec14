// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/hash/digest.hpp"

/// Poseidon2 in bulk, for provers: hand-tuned per instruction set, called through a table of functions.
namespace ashlar::hash {

/// A matrix stored by columns, one row per leaf: column c is data[c * stride .. c * stride + 2^log_rows). With
/// `bit_reversed`, leaf i is stored at position reverse(i), as the NTT leaves it. A row of E elements is five columns
/// each.
struct LeafMatrix {
    const F* data = nullptr;
    size_t stride = 0;
    size_t width = 0;
    unsigned log_rows = 0;
    bool bit_reversed = false;

    size_t rows() const { return size_t{1} << log_rows; }
    /// Where leaf i is stored inside each column.
    size_t position(size_t i) const {
        if (!bit_reversed) return i;
        size_t r = 0;
        for (unsigned b = 0; b < log_rows; b++) r |= (i >> b & 1) << (log_rows - 1 - b);
        return r;
    }
    void read_row(size_t i, F* out) const {
        const size_t at = position(i);
        for (size_t c = 0; c < width; c++) out[c] = data[c * stride + at];
    }
};

/// Ranges of leaves are handed out in multiples of this many.
inline constexpr size_t LEAF_GRAIN = 256;

/// All functions work in the calling thread on [begin, end).
struct BulkHash {
    /// Digests of end - begin leaves, to nine planes: element k of leaf i at out[k * 2^log_rows + i]. Which leaves a
    /// range stands for depends on the storage; ranges that cover [0, 2^log_rows) cover all leaves. begin is a multiple
    /// of LEAF_GRAIN, and so is end unless it is 2^log_rows.
    void (*hash_leaves)(const LeafMatrix& leaves, F* out, size_t begin, size_t end);
    /// Nodes begin .. end - 1 of a level of n nodes from the 2n digests below, both in nine planes.
    void (*hash_level)(const F* below, F* out, size_t n, size_t begin, size_t end);
    /// n independent permutations of width 24.
    void (*permute)(Poseidon2<24>::State* states, size_t n);
};

/// The functions for an instruction set that the processor supports.
const BulkHash& bulk_hash(exec::Isa isa);

}  // namespace ashlar::hash
