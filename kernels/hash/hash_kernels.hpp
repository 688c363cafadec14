// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/base/error.hpp"
#include "libs/field/koala_bear.hpp"

/// Launchers of Poseidon2 in bulk. Pointers are device pointers; work is queued on the default stream. Layouts are
/// those of hash::BulkHash, so that trees are the same on either side.
namespace ashlar::cuda {

using field::F;

/// n permutations of width 24 in place, states in planes: element k of state i at d_states[k n + i].
Result<void, Error> permute_states(F* d_states, size_t n);

/// The same code compiled for the host, states in host memory: for checks on machines without a device.
void permute_states_on_host(F* states, size_t n);

/// Digests of 2^log_rows leaves from `width` columns at a distance of `stride`; element k of leaf i at d_out[k
/// 2^log_rows + i]. With bit_reversed, leaf i is stored at position reverse(i).
Result<void, Error> hash_leaves(const F* d_columns, size_t stride, size_t width, unsigned log_rows, bool bit_reversed,
                                F* d_out);

/// One block of 15 columns of all leaves, which stand bit-reversed, goes into the sponges: streaming the columns of a
/// matrix through this gives what hash_leaves does, and memory holds 15 columns and the sponges' nine kept elements.
struct LeafBlock {
    const F* columns;  // 15 of them, at a distance of `stride`; what a short block lacks holds what `rest` says
    size_t stride;
    unsigned log_rows;
    size_t first_width;  // of the whole matrix in its first block, 0 in the others
    F* capacity;         // nine planes of 2^log_rows, written by each block for the next
    F* rest;             // the next block's columns (may be `columns`); from column `next_count` on the rate's elements
    unsigned next_count;  // columns of the next block; 0: this is the last
    F* digests;           // written by the last block, as by hash_leaves
};
Result<void, Error> absorb_leaves(const LeafBlock& block);

/// The least nonce below p that makes `bits` low bits of the permuted state's element 0 vanish; states are those with
/// the nonce at `position`. Waits for the result.
HostResult<F> grind(const std::array<F, 24>& state, unsigned position, unsigned bits);

/// One level: n nodes from the 2n digests below, both in nine planes.
Result<void, Error> hash_level(const F* d_below, size_t n, F* d_out);

}  // namespace ashlar::cuda
