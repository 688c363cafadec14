// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/exec/cpu_backend.hpp"
#include "libs/poly/kernels.hpp"

/// Whole-array operations of the prover over a CPU backend. Templates on the backend: call them from sources compiled
/// per instruction set.
namespace ashlar::poly {

/// out[i] = scale eq(point, i), i < 2^n.
template <class Backend>
void fill_eq(const Backend& backend, std::span<const Ext> point, const Ext& scale, ExtPtr out) {
    field::ext_set(out, 0, scale);
    for (size_t l = 0; l < point.size(); l++) backend.launch(size_t{1} << l, EqDouble{out, size_t{1} << l, point[l]});
}

/// out[i] = scale x^i, i < 2^log_n.
template <class Backend>
void fill_powers(const Backend& backend, const Ext& x, const Ext& scale, unsigned log_n, ExtPtr out) {
    field::ext_set(out, 0, scale);
    Ext power = x;
    for (unsigned l = 0; l < log_n; l++, power = power.square())
        backend.launch(size_t{1} << l, PowerDouble{out, size_t{1} << l, power});
}

/// out[i] = in[2i] + (in[2i+1] - in[2i]) r for i < n.
template <class Backend>
void fold_low(const Backend& backend, ConstExtPtr in, size_t n, const Ext& r, ExtPtr out) {
    backend.launch(n, FoldLow{in, out, r});
}
template <class Backend>
void fold_low(const Backend& backend, const F* in, size_t n, const Ext& r, ExtPtr out) {
    backend.launch(n, FoldLowBase{in, out, r});
}

/// See FoldStride; any log_stride (lanes are used where they fit). n is the number of outputs.
template <class Backend>
void fold_stride(const Backend& backend, ConstExtPtr in, size_t n, unsigned log_stride, const Ext& r, ExtPtr out) {
    const FoldStride kernel{in, out, log_stride, r};
    if (size_t{1} << log_stride >= Backend::Lane::WIDTH)
        backend.launch(n, kernel);
    else
        exec::CpuBackend<F>(backend.pool()).launch(n, kernel);
}
template <class Backend>
void fold_stride(const Backend& backend, const F* in, size_t n, unsigned log_stride, const Ext& r, ExtPtr out) {
    const FoldStrideBase kernel{in, out, log_stride, r};
    if (size_t{1} << log_stride >= Backend::Lane::WIDTH)
        backend.launch(n, kernel);
    else
        exec::CpuBackend<F>(backend.pool()).launch(n, kernel);
}

/// Sums over i < n of columns[j][i] weights[i], for each column j: with eq weights, the columns' values at a point.
template <class Backend>
std::vector<Ext> weighted_sums(const Backend& backend, std::span<const F* const> columns, size_t n,
                               ConstExtPtr weights) {
    using L = typename Backend::Lane;
    std::vector<Ext> total(columns.size(), Ext::zero());
    std::mutex mutex;
    // A block's weights stay in the first-level cache while all columns pass.
    constexpr size_t BLOCK = 1024;
    backend.pool().parallel_for(n, BLOCK, [&](size_t begin, size_t end) {
        std::vector<Ext> part(columns.size(), Ext::zero());
        for (size_t from = begin; from < end; from += BLOCK) {
            const size_t to = std::min(from + BLOCK, end);
            for (size_t j = 0; j < columns.size(); j++) {
                field::ProductSum<L> wide[Ext::DEGREE];
                field::ProductSum<F> tail[Ext::DEGREE];
                size_t i = from;
                for (; i + L::WIDTH <= to; i += L::WIDTH) {
                    const L x = L::load(columns[j] + i);
                    for (size_t k = 0; k < Ext::DEGREE; k++) wide[k].add(x, L::load(weights.plane(k) + i));
                }
                for (; i < to; i++)
                    for (size_t k = 0; k < Ext::DEGREE; k++) tail[k].add(columns[j][i], weights.plane(k)[i]);
                for (size_t k = 0; k < Ext::DEGREE; k++)
                    part[j].c[k] += field::lane_sum(wide[k].reduce()) + tail[k].reduce();
            }
        }
        const std::lock_guard lock(mutex);
        for (size_t j = 0; j < columns.size(); j++) total[j] += part[j];
    });
    return total;
}

}  // namespace ashlar::poly
