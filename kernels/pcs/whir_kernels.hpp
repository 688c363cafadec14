// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "libs/base/error.hpp"
#include "libs/field/extension.hpp"

/// Launchers of the opening's kernels; what each computes is said at the step of libs/pcs/backend.hpp that uses it.
/// Pointers are device pointers (E arrays in planes, or of structs where they are `const Ext*`); work is queued on the
/// default stream.
namespace ashlar::cuda {

using field::ConstExtPtr;
using field::Ext;
using field::ExtPtr;
using field::F;

/// Zeros in all five planes, n elements each.
Result<void, Error> clear(ExtPtr d_out, size_t n);
Result<void, Error> clear(F* d_out, size_t n);
/// out[i] = sum over b < 2^g of cells[i 2^g + b] low[b], i < n.
Result<void, Error> reduce_segments(const F* d_cells, unsigned g, const Ext* d_low, ExtPtr d_out, size_t n);
/// Sum of x[i] y[i], i < n; waits for the result.
HostResult<Ext> dot(ConstExtPtr d_x, ConstExtPtr d_y, size_t n);
/// out[i] = first z^i, i < 2^log.
Result<void, Error> fill_powers(const Ext& first, const Ext& z, unsigned log, ExtPtr d_out);

/// A run of segments with its eq table.
struct DeviceRun {
    uint64_t first;
    ConstExtPtr eq;
    uint64_t size;
    Ext factor;
};
/// sums[i] = factor sum of reduced[first + x] eq[x], x < size, for `count` runs.
Result<void, Error> run_sums(ConstExtPtr d_reduced, const DeviceRun* d_runs, size_t count, Ext* d_sums);
/// out[first + x] = factor eq[x].
Result<void, Error> run_weights(const DeviceRun* d_runs, size_t count, ExtPtr d_out);

/// Sums of f w at X = 0 and X = 2 over pairs of rows of 2^log_length; waits for the result.
HostResult<std::array<Ext, 2>> pair_sums(ConstExtPtr d_f, ConstExtPtr d_w, unsigned log_length, size_t pairs);
/// out[b] = sum over slices a of eq[a] slice_a[b], b < 2^log: main_count slices at d_main, then `prep_count` at d_prep.
Result<void, Error> fold_slices(const F* d_main, size_t main_count, const F* d_prep, size_t prep_count, const Ext* d_eq,
                                unsigned log, ExtPtr d_out);
/// out[b] += w[b / 2^g] low[b mod 2^g], b < n.
Result<void, Error> add_expanded(ConstExtPtr d_w, const Ext* d_low, unsigned g, size_t n, ExtPtr d_out);
/// out[i] += x[i].
Result<void, Error> add(ConstExtPtr d_x, size_t n, ExtPtr d_out);

/// out[j 2^log + b] = z_j^(b 2^shift), b < 2^log, for `count` elements z.
Result<void, Error> power_tables(const F* d_z, size_t count, unsigned shift, unsigned log, F* d_out);
/// w[b] += sum_j factors[j] low[j][b mod 2^low_log] high[j][b / 2^low_log], b < 2^(low_log + high_log).
Result<void, Error> add_query_powers(const F* d_low, unsigned low_log, const F* d_high, unsigned high_log,
                                     const Ext* d_factors, size_t count, ExtPtr d_w);

/// out[i out_stride + c] = columns[c stride + positions[i]] for c < width, i < count.
Result<void, Error> gather_rows(const F* d_columns, size_t stride, size_t width, const uint32_t* d_positions,
                                size_t count, F* d_out, size_t out_stride);
/// Digests from planes: out[9 j + k] = tree[start + k distance] with places[j] = {start, distance}.
struct DigestPlace {
    uint64_t start, distance;
};
Result<void, Error> gather_digests(const F* d_tree, const DigestPlace* d_places, size_t count, F* d_out);

}  // namespace ashlar::cuda
