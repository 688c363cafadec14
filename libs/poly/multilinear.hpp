// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/field/extension.hpp"

/// Multilinear polynomials at points of E, as the verifier needs them (the prover's bulk forms are in kernels.hpp).
///
/// Index convention: coordinate l of a point belongs to bit l of an index, bit 0 the lowest (PROTOCOL.md
/// section 1).
namespace ashlar::poly {

using field::Ext;
using field::F;
using Point = std::vector<Ext>;
using PointView = std::span<const Ext>;

/// eq(point, i) for i = 0 .. 2^n - 1, n = point.size().
std::vector<Ext> eq_table(PointView point);

/// eq(point, bits of i); bits of i from n on are ignored.
Ext eq_index(PointView point, uint64_t i);

/// eq of one coordinate: x y + (1 - x)(1 - y).
inline Ext eq_factor(const Ext& x, const Ext& y) { return F::one() - x - y + (x * y).doubled(); }

/// eq of two points of the same dimension (the shorter one's, if they differ).
Ext eq_points(PointView a, PointView b);

/// Sum of eq(point, i) over i < a; 1 for a >= 2^n.
Ext eq_below(PointView point, uint64_t a);

/// Value at `point` of the multilinear polynomial with `values` on the cube; values.size() = 2^n.
Ext evaluate(std::span<const Ext> values, PointView point);
Ext evaluate(std::span<const F> values, PointView point);

/// Value at r of the polynomial of degree < n with values ys at 0, 1, .., n - 1. n = ys.size() <= MAX_NODES.
inline constexpr size_t MAX_NODES = 16;
Ext lagrange(std::span<const Ext> ys, const Ext& r);

/// g(r) for a sumcheck round of degree d = sent.size(): `sent` is g(0), g(2), .., g(d) and g(1) = claim - g(0).
/// 1 <= d < MAX_NODES.
Ext sumcheck_next(const Ext& claim, std::span<const Ext> sent, const Ext& r);

/// sum of coefficients[i] z^i.
F horner(std::span<const F> coefficients, F z);
Ext horner(std::span<const F> coefficients, const Ext& z);
Ext horner(std::span<const Ext> coefficients, const Ext& z);

/// Value at rho of the multilinear weight with value z^b at index b: prod over l of (1 - rho_l) + z^(2^l) rho_l.
Ext power_weight(F z, PointView rho);
Ext power_weight(const Ext& z, PointView rho);

}  // namespace ashlar::poly
