// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/field/extension.hpp"

/// Scalar helpers that prover and verifier share. Bit l of an index belongs to coordinate l of a point.
namespace ashlar::iop {

using field::Ext;
using field::F;
using Point = std::vector<Ext>;
using PointView = std::span<const Ext>;

/// eq(point, i) for i = 0 .. 2^n - 1.
inline std::vector<Ext> eq_table(PointView point) {
    std::vector<Ext> t(size_t{1} << point.size());
    t[0] = Ext::one();
    for (size_t l = 0, size = 1; l < point.size(); l++, size *= 2)
        for (size_t i = 0; i < size; i++) {
            t[size + i] = t[i] * point[l];
            t[i] -= t[size + i];
        }
    return t;
}

/// eq(point, bits of i).
inline Ext eq_index(PointView point, uint64_t i) {
    Ext r = Ext::one();
    for (size_t l = 0; l < point.size(); l++) r *= i >> l & 1 ? point[l] : F::ONE - point[l];
    return r;
}

/// x y + (1 - x) (1 - y).
inline Ext eq_factor(const Ext& x, const Ext& y) {
    const Ext xy = x * y;
    return xy + xy - x - y + F::ONE;
}

/// eq of two points of the same length.
inline Ext eq_points(PointView a, PointView b) {
    Ext r = Ext::one();
    for (size_t l = 0; l < a.size(); l++) r *= eq_factor(a[l], b[l]);
    return r;
}

/// Sum of eq(point, i) over i < a.
inline Ext eq_below(PointView point, uint64_t a) {
    if (a >> point.size()) return Ext::one();
    Ext acc = Ext::one(), sum = Ext::zero();
    for (size_t l = point.size(); l-- > 0;) {
        const Ext high = acc * point[l];
        if (a >> l & 1) {
            sum += acc - high;
            acc = high;
        } else {
            acc -= high;
        }
    }
    return sum;
}

/// Value at `point` of the multilinear polynomial with these values on the cube.
inline Ext multilinear_at(std::vector<Ext> values, PointView point) {
    size_t n = values.size();
    for (const Ext& r : point) {
        n /= 2;
        for (size_t i = 0; i < n; i++) values[i] = values[2 * i] + (values[2 * i + 1] - values[2 * i]) * r;
    }
    return values[0];
}

/// sum of coefficients[i] z^i.
inline Ext horner(std::span<const Ext> coefficients, const Ext& z) {
    Ext r = Ext::zero();
    for (size_t i = coefficients.size(); i-- > 0;) r = r * z + coefficients[i];
    return r;
}

/// Value at r of the polynomial of degree < N with values ys at 0, 1, .., N - 1.
template <size_t N>
Ext interpolate(const std::array<Ext, N>& ys, const Ext& r) {
    static constexpr auto WEIGHTS = [] {
        std::array<F, N> w{};
        for (size_t i = 0; i < N; i++) {
            F d = F::one();
            for (size_t j = 0; j < N; j++)
                if (j != i) d *= F::from_int(static_cast<int32_t>(i) - static_cast<int32_t>(j));
            w[i] = d.inverse();
        }
        return w;
    }();
    Ext sum = Ext::zero();
    for (size_t i = 0; i < N; i++) {
        Ext term = ys[i] * WEIGHTS[i];
        for (size_t j = 0; j < N; j++)
            if (j != i) term *= r - F::from_canonical(static_cast<uint32_t>(j));
        sum += term;
    }
    return sum;
}

/// A sumcheck round sends g(0), g(2), .., g(d); g(1) = claim - g(0) is never sent. Returns g(r).
template <size_t SENT>
Ext sumcheck_next(const Ext& claim, const std::array<Ext, SENT>& sent, const Ext& r) {
    std::array<Ext, SENT + 1> ys;
    ys[0] = sent[0];
    ys[1] = claim - sent[0];
    for (size_t i = 1; i < SENT; i++) ys[i + 1] = sent[i];
    return interpolate(ys, r);
}

/// Tensor (1, z^(2^l)) over the variables of rho at rho: prod ((1 - rho_l) + z^(2^l) rho_l).
inline Ext power_weight_at(Ext z, PointView rho) {
    Ext r = Ext::one();
    for (const Ext& x : rho) {
        r *= F::ONE - x + z * x;
        z = z.square();
    }
    return r;
}

}  // namespace ashlar::iop
