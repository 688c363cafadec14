// SPDX-License-Identifier: Apache-2.0
#include "libs/poly/multilinear.hpp"

#include <array>

#include "libs/poly/sumcheck.hpp"

namespace ashlar::poly {
namespace {

template <class T>
Ext evaluate_any(std::span<const T> values, PointView point) {
    // Weights per index cost one product each, as folding does, but leave the values in their field.
    const std::vector<Ext> eq = eq_table(point);
    Ext sum = Ext::zero();
    for (size_t i = 0; i < values.size() && i < eq.size(); i++) sum += eq[i] * values[i];
    return sum;
}

template <class T, class Z>
Z horner_any(std::span<const T> coefficients, const Z& z) {
    Z s = Z::zero();
    for (size_t i = coefficients.size(); i-- > 0;) s = s * z + coefficients[i];
    return s;
}

template <class Z>
Ext power_weight_any(Z z, PointView rho) {
    Ext r = Ext::one();
    for (const Ext& x : rho) {
        r *= F::one() + x * (z - Z::one());
        z = z.square();
    }
    return r;
}

// 1 / k! for k < MAX_NODES.
constexpr auto INVERSE_FACTORIALS = [] {
    std::array<F, MAX_NODES> r{};
    F factorial = F::one();
    for (uint32_t k = 0; k < MAX_NODES; k++) {
        if (k > 0) factorial *= F::from_canonical(k);
        r[k] = factorial.inverse();
    }
    return r;
}();

}  // namespace

std::vector<Ext> eq_table(PointView point) {
    std::vector<Ext> t(size_t{1} << point.size());
    t[0] = Ext::one();
    for (size_t l = 0; l < point.size(); l++)
        for (size_t i = 0; i < size_t{1} << l; i++) {
            const Ext high = t[i] * point[l];
            t[i + (size_t{1} << l)] = high;
            t[i] -= high;
        }
    return t;
}

Ext eq_index(PointView point, uint64_t i) {
    Ext r = Ext::one();
    for (size_t l = 0; l < point.size(); l++) r *= l < 64 && (i >> l & 1) ? point[l] : F::one() - point[l];
    return r;
}

Ext eq_points(PointView a, PointView b) {
    Ext r = Ext::one();
    for (size_t l = 0; l < a.size() && l < b.size(); l++) r *= eq_factor(a[l], b[l]);
    return r;
}

Ext eq_below(PointView point, uint64_t a) {
    const size_t n = point.size();
    if (n < 64 && a >= uint64_t{1} << n) return Ext::one();
    Ext prefix = Ext::one(), sum = Ext::zero();  // prefix: eq over the bits of a seen so far, from the top
    for (size_t l = n; l-- > 0;) {
        const Ext one_branch = prefix * point[l];
        if (l < 64 && (a >> l & 1)) {
            sum += prefix - one_branch;
            prefix = one_branch;
        } else {
            prefix -= one_branch;
        }
    }
    return sum;
}

Ext evaluate(std::span<const Ext> values, PointView point) { return evaluate_any(values, point); }
Ext evaluate(std::span<const F> values, PointView point) { return evaluate_any(values, point); }

Ext lagrange(std::span<const Ext> ys, const Ext& r) {
    const size_t n = ys.size();
    if (n > MAX_NODES) __builtin_trap();
    // Newton's form: with differences d_k of order k at 0, the value is sum_k d_k r (r - 1) .. (r - k + 1) / k!.
    std::array<Ext, MAX_NODES> d;
    for (size_t i = 0; i < n; i++) d[i] = ys[i];
    for (size_t k = 1; k < n; k++)
        for (size_t i = n; i-- > k;) d[i] -= d[i - 1];
    Ext sum = Ext::zero();
    for (size_t k = n; k-- > 0;) {
        const Ext term = d[k] * INVERSE_FACTORIALS[k];
        sum = k + 1 == n ? term : sum * (r - F::from_canonical(static_cast<uint32_t>(k))) + term;
    }
    return sum;
}

Ext sumcheck_next(const Ext& claim, std::span<const Ext> sent, const Ext& r) {
    if (sent.empty() || sent.size() >= MAX_NODES) __builtin_trap();
    return sumcheck_claim(claim, sent, r);
}

F horner(std::span<const F> coefficients, F z) { return horner_any(coefficients, z); }
Ext horner(std::span<const F> coefficients, const Ext& z) { return horner_any(coefficients, z); }
Ext horner(std::span<const Ext> coefficients, const Ext& z) { return horner_any(coefficients, z); }

Ext power_weight(F z, PointView rho) { return power_weight_any(z, rho); }
Ext power_weight(const Ext& z, PointView rho) { return power_weight_any(z, rho); }

}  // namespace ashlar::poly
