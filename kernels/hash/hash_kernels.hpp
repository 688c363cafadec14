// SPDX-License-Identifier: Apache-2.0
#pragma once
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

/// One level: n nodes from the 2n digests below, both in nine planes.
Result<void, Error> hash_level(const F* d_below, size_t n, F* d_out);

}  // namespace ashlar::cuda
