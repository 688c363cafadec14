// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/lane.hpp"

/// Functors over a lane for the prover; run them with a backend's launch (libs/exec, kernels/). Inputs and outputs are
/// distinct arrays unless said otherwise. E arrays are planes.
namespace ashlar::poly {

using field::ConstExtPtr;
using field::Ext;
using field::Extension;
using field::ExtPtr;
using field::F;

/// Doubles an eq table in place: t[i + half] = t[i] r, t[i] = t[i] (1 - r), for i < half.
struct EqDouble {
    ExtPtr t;
    size_t half;
    Ext r;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const auto x = Extension<L>::load(t, i), high = x * Extension<L>::broadcast(r);
        high.store(t, i + half);
        (x - high).store(t, i);
    }
};

/// Binds the lowest variable: out[i] = in[2i] + (in[2i+1] - in[2i]) r.
struct FoldLow {
    ConstExtPtr in;
    ExtPtr out;
    Ext r;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        Extension<L> even, odd;
        load_pairs<L>(in, i, even, odd);
        (even + (odd - even) * Extension<L>::broadcast(r)).store(out, i);
    }
    /// even = in[2i], in[2i+2], ..; odd = in[2i+1], in[2i+3], ..
    template <class L>
    ASHLAR_INLINE static void load_pairs(ConstExtPtr in, size_t i, Extension<L>& even, Extension<L>& odd) {
        for (size_t k = 0; k < Ext::DEGREE; k++) {
            const F* p = in.plane(k) + 2 * i;
            const auto both = L::deinterleave(L::load(p), L::load(p + L::WIDTH));
            even.c[k] = both.first;
            odd.c[k] = both.second;
        }
    }
};

/// FoldLow of an array of F.
struct FoldLowBase {
    const F* in;
    ExtPtr out;
    Ext r;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const auto both = L::deinterleave(L::load(in + 2 * i), L::load(in + 2 * i + L::WIDTH));
        (Extension<L>::broadcast(r) * (both.second - both.first) + both.first).store(out, i);
    }
};

/// Binds the variable of weight 2^log_stride: out[j 2^s + i] = a + (b - a) r with a = in[2j 2^s + i], b = in[(2j+1) 2^s
/// + i]. A lane must not cross a stride: 2^log_stride >= L::WIDTH (or L = F).
struct FoldStride {
    ConstExtPtr in;
    ExtPtr out;
    unsigned log_stride;
    Ext r;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const size_t at = ((i >> log_stride) << log_stride) + i;
        const auto a = Extension<L>::load(in, at), b = Extension<L>::load(in, at + (size_t{1} << log_stride));
        (a + (b - a) * Extension<L>::broadcast(r)).store(out, i);
    }
};

/// FoldStride of an array of F.
struct FoldStrideBase {
    const F* in;
    ExtPtr out;
    unsigned log_stride;
    Ext r;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        const size_t at = ((i >> log_stride) << log_stride) + i;
        const L a = L::load(in + at), b = L::load(in + at + (size_t{1} << log_stride));
        (Extension<L>::broadcast(r) * (b - a) + a).store(out, i);
    }
};

/// out[i] = sum over c < count of weights[c] slices[c stride + i], slices of F, weights in E (an array of structs).
struct CombineSlices {
    const F* slices;
    size_t stride, count;
    const Ext* weights;
    ExtPtr out;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        field::ProductSum<L> sum[Ext::DEGREE];
        for (size_t c = 0; c < count; c++) {
            const L x = L::load(slices + c * stride + i);
            for (size_t k = 0; k < Ext::DEGREE; k++) sum[k].add(x, L::broadcast(weights[c].c[k]));
        }
        for (size_t k = 0; k < Ext::DEGREE; k++) sum[k].reduce().store(out.plane(k) + i);
    }
};

/// Doubles a table of powers in place: t[i + half] = t[i] power for i < half, with power = x^half.
struct PowerDouble {
    ExtPtr t;
    size_t half;
    Ext power;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        (Extension<L>::load(t, i) * Extension<L>::broadcast(power)).store(t, i + half);
    }
};

}  // namespace ashlar::poly
