// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/layers/layer_columns.hpp"

/// Values of a layer's polynomial between two halves of its columns.
namespace ashlar::iop::layers {

/// A message's polynomial of degree D in X is known from D values and the claim. They are those at 0, at infinity (the
/// leading coefficient), and at -1, 2, -2 as far as needed.
inline constexpr size_t MAX_POINTS = 5;
inline constexpr int POINTS[MAX_POINTS] = {0, 0, -1, 2, -2};

template <class L>
ASHLAR_INLINE Extension<L> at_point(size_t point, const Extension<L>& low, const Extension<L>& step) {
    switch (point) {
        case 0:
            return low;
        case 1:
            return step;
        case 2:
            return low - step;
        case 3:
            return low + step.doubled();
        default:
            return low - step.doubled();
    }
}

/// The form times its constant (2 for chi), made homogeneous: its part of highest degree at infinity.
template <Form FORM, size_t FACTORS, class L>
ASHLAR_INLINE Extension<L> form_at(size_t point, const Extension<L>* columns, const uint32_t* f) {
    if constexpr (FORM == Form::chi) {
        const Extension<L>&b = columns[f[0]], &c = columns[f[1]];
        if (point == 1) return b * c;
        const L one = L::one();
        return one.doubled() - (b + one) * (one - c);
    } else if constexpr (FACTORS == 2) {
        return columns[f[0]] * columns[f[1]];
    } else {
        static_assert(FACTORS == 4);
        return (columns[f[0]] * columns[f[1]]) * (columns[f[2]] * columns[f[3]]);
    }
}

/// Adds the cluster's value at each point to sums.
template <Form FORM, size_t FACTORS, class L>
ASHLAR_INLINE void add_cluster(const Cluster& c, const Extension<L>* low, const Extension<L>* step, ExtSum<L>* sums) {
    Extension<L> at[MAX_CLUSTER];
    for (size_t p = 0; p <= FACTORS; p++) {
        for (size_t i = 0; i < c.columns.size(); i++) at[i] = at_point(p, low[i], step[i]);
        ExtSum<L> s = sums[p];
        for (const Cluster::Member& m : c.members) s.add(at[m.linear], form_at<FORM, FACTORS, L>(p, at, m.factors));
        sums[p] = s;
    }
}

/// Coefficients 0 .. degree of the polynomial with these values at the points and `at_one` at 1.
inline std::vector<Ext> coefficients(std::span<const Ext> values, const Ext& at_one) {
    const size_t d = values.size();
    std::vector<Ext> c(d + 1);
    c[d] = values[1];
    // What is left has degree d - 1 and d known values: at 0, 1, -1, (2, -2).
    std::vector<F> x{F::ZERO, F::ONE};
    std::vector<Ext> y{values[0], at_one - c[d]};
    for (size_t p = 2; p < d; p++) {
        x.push_back(F::from_int(POINTS[p]));
        y.push_back(values[p] - c[d] * x.back().pow(d));
    }
    // Newton's divided differences, then Horner.
    for (size_t j = 1; j < d; j++)
        for (size_t i = d; i-- > j;) y[i] = (y[i] - y[i - 1]) * (x[i] - x[i - j]).inverse();
    std::vector<Ext> poly(d, Ext::zero());
    for (size_t i = d; i-- > 0;) {
        for (size_t j = d; j-- > 1;) poly[j] = poly[j - 1] - poly[j] * x[i];
        poly[0] = y[i] - poly[0] * x[i];
    }
    std::copy(poly.begin(), poly.end(), c.begin());
    return c;
}

}  // namespace ashlar::iop::layers
