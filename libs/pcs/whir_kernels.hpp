// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>

#include "libs/exec/isa.hpp"
#include "libs/field/lane.hpp"

/// Inner loops of the opening, templated on the lane. E arrays are in planes.
namespace ashlar::pcs {

using field::ConstExtPtr;
using field::Ext;
using field::Extension;
using field::ExtPtr;
using field::F;

/// Calls f.template operator()<X>(i) with X = L for whole lanes of [begin, end), then with X = F.
template <class L, class Function>
ASHLAR_INLINE void for_lanes(size_t begin, size_t end, Function&& f) {
    size_t i = begin;
    for (; i + L::WIDTH <= end; i += L::WIDTH) f.template operator()<L>(i);
    for (; i < end; i++) f.template operator()<F>(i);
}

/// out[segment] = sum over b < 2^g of cells[segment 2^g + b] low[b], for segments [begin, end).
template <class L>
void reduce_segments(const F* cells, uint32_t g, std::span<const Ext> low, ExtPtr out, size_t begin, size_t end) {
    const size_t size = size_t{1} << g;
    size_t x = begin;
    if (size >= L::WIDTH) {
        for (; x + L::WIDTH <= end; x += L::WIDTH) {
            field::ProductSum<L> sum[5];
            for (size_t b = 0; b < size; b += L::WIDTH) {
                L tile[L::WIDTH];  // after the transpose: one cell of each segment
                for (size_t j = 0; j < L::WIDTH; j++) tile[j] = L::load(cells + ((x + j) << g) + b);
                field::transpose(tile);
                for (size_t j = 0; j < L::WIDTH; j++)
                    for (size_t k = 0; k < 5; k++) sum[k].add(tile[j], L::broadcast(low[b + j].c[k]));
            }
            for (size_t k = 0; k < 5; k++) sum[k].reduce().store(out.plane(k) + x);
        }
    }
    for (; x < end; x++) {
        field::ProductSum<F> sum[5];
        for (size_t b = 0; b < size; b++)
            for (size_t k = 0; k < 5; k++) sum[k].add(cells[(x << g) + b], low[b].c[k]);
        for (size_t k = 0; k < 5; k++) out.plane(k)[x] = sum[k].reduce();
    }
}

/// out[b] = sum over slices a of eq[a] slices[a][b], b in [begin, end). Two lanes at a time, and the next ones fetched
/// ahead: no hardware prefetcher follows as many streams as there are slices.
template <class L>
void fold_slices(std::span<const F* const> slices, std::span<const Ext> eq, ExtPtr out, size_t begin, size_t end) {
    size_t b = begin;
    for (; b + 2 * L::WIDTH <= end; b += 2 * L::WIDTH) {
        field::ProductSum<L> sum[2][5];
        for (size_t a = 0; a < slices.size(); a++) {
            const F* p = slices[a] + b;
            __builtin_prefetch(p + 4 * L::WIDTH);
            __builtin_prefetch(p + 5 * L::WIDTH);
            const L x = L::load(p), y = L::load(p + L::WIDTH);
            for (size_t k = 0; k < 5; k++) {
                const L e = L::broadcast(eq[a].c[k]);
                sum[0][k].add(x, e);
                sum[1][k].add(y, e);
            }
        }
        for (size_t h = 0; h < 2; h++)
            for (size_t k = 0; k < 5; k++) sum[h][k].reduce().store(out.plane(k) + b + h * L::WIDTH);
    }
    for (; b < end; b++) {
        field::ProductSum<F> sum[5];
        for (size_t a = 0; a < slices.size(); a++)
            for (size_t k = 0; k < 5; k++) sum[k].add(slices[a][b], eq[a].c[k]);
        for (size_t k = 0; k < 5; k++) out.plane(k)[b] = sum[k].reduce();
    }
}

/// sum of a[i] b[i].
template <class L>
Ext dot(ConstExtPtr a, ConstExtPtr b, size_t n) {
    Extension<L> wide = Extension<L>::zero();
    Ext narrow = Ext::zero();
    size_t i = 0;
    for (; i + L::WIDTH <= n; i += L::WIDTH) wide += Extension<L>::load(a, i) * Extension<L>::load(b, i);
    for (; i < n; i++) narrow += field::ext_get(a, i) * field::ext_get(b, i);
    return field::lane_sum(wide) + narrow;
}

/// Pairs of rows of `length` elements of f and w: sums of f w at X = 0 and X = 2, over [begin, end) of each row.
template <class L>
std::array<Ext, 2> sum_row_pairs(ConstExtPtr f, ConstExtPtr w, size_t length, size_t pairs, size_t begin, size_t end) {
    Extension<L> wide[2] = {Extension<L>::zero(), Extension<L>::zero()};
    Ext narrow[2] = {Ext::zero(), Ext::zero()};
    auto add = [&]<class X>(size_t at, size_t hi, Extension<X>(&sums)[2]) {
        using E = Extension<X>;
        const E f0 = E::load(f, at), w0 = E::load(w, at), f1 = E::load(f, hi), w1 = E::load(w, hi);
        sums[0] += f0 * w0;
        sums[1] += (f1.doubled() - f0) * (w1.doubled() - w0);
    };
    for (size_t p = 0; p < pairs; p++) {
        size_t i = begin;
        const size_t lo = 2 * p * length, hi = lo + length;
        for (; i + L::WIDTH <= end; i += L::WIDTH) add(lo + i, hi + i, wide);
        for (; i < end; i++) add(lo + i, hi + i, narrow);
    }
    return {field::lane_sum(wide[0]) + narrow[0], field::lane_sum(wide[1]) + narrow[1]};
}

/// Binds the row variable: row p becomes row 2p + (row 2p + 1 - row 2p) r, in place, at [begin, end) of each row.
template <class L>
void fold_row_pairs(ExtPtr f, size_t length, size_t pairs, const Ext& r, size_t begin, size_t end) {
    for (size_t p = 0; p < pairs; p++)
        for_lanes<L>(begin, end, [&]<class X>(size_t i) {
            using E = Extension<X>;
            const E a = E::load(f, 2 * p * length + i), b = E::load(f, 2 * p * length + length + i);
            (E::broadcast(r) * (b - a) + a).store(f, p * length + i);
        });
}

/// out[x] = in[x] factor.
template <class L>
void scale(ConstExtPtr in, const Ext& factor, ExtPtr out, size_t n) {
    for_lanes<L>(0, n, [&]<class X>(size_t x) {
        using E = Extension<X>;
        (E::load(in, x) * E::broadcast(factor)).store(out, x);
    });
}

/// out[b] += sum_j factors[j] powers[j n + b], b < n.
template <class L>
void add_products(const F* powers, std::span<const Ext> factors, ExtPtr out, size_t n) {
    for_lanes<L>(0, n, [&]<class X>(size_t b) {
        field::ProductSum<X> sum[5];
        for (size_t j = 0; j < factors.size(); j++) {
            const X v = X::load(powers + j * n + b);
            for (size_t k = 0; k < 5; k++) sum[k].add(v, X::broadcast(factors[j].c[k]));
        }
        for (size_t k = 0; k < 5; k++) (sum[k].reduce() + X::load(out.plane(k) + b)).store(out.plane(k) + b);
    });
}

/// The loops above, compiled once per instruction set.
struct WhirKernels {
    void (*reduce_segments)(const F* cells, uint32_t g, std::span<const Ext> low, ExtPtr out, size_t begin, size_t end);
    void (*fold_slices)(std::span<const F* const> slices, std::span<const Ext> eq, ExtPtr out, size_t begin,
                        size_t end);
    Ext (*dot)(ConstExtPtr a, ConstExtPtr b, size_t n);
    void (*scale)(ConstExtPtr in, const Ext& factor, ExtPtr out, size_t n);
    std::array<Ext, 2> (*sum_row_pairs)(ConstExtPtr f, ConstExtPtr w, size_t length, size_t pairs, size_t begin,
                                        size_t end);
    void (*fold_row_pairs)(ExtPtr f, size_t length, size_t pairs, const Ext& r, size_t begin, size_t end);
    void (*add_products)(const F* powers, std::span<const Ext> factors, ExtPtr out, size_t n);
};
ASHLAR_ISA_DECLARE(WhirKernels, WHIR_KERNELS)

}  // namespace ashlar::pcs
