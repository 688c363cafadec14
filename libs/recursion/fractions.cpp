// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/fractions.hpp"

#include "libs/iop/transcript.hpp"

namespace ashlar::recursion {

Element eq_points(Emitter& e, const Element& count, const Element& x, const Element& y) {
    const Element one = Expression::constant(&e, F::TWO) - e.one();
    const Element start[] = {one, x, y};
    const auto last = e.repeat(count, start, [&](std::span<const Element> v) {
        const Element a = e.load(v[1], 0), b = e.load(v[2], 0);
        // 1 - a - b + 2 a b = a (2 b - 1) + (1 - b)
        const Element slope = b * F::TWO - F::ONE, base = F::ONE - b, factor = a * slope + base;
        return std::vector<Expression>{v[0] * factor, v[1] + F::ONE, v[2] + F::ONE};
    });
    return last[0];
}

FractionClaims verify_fraction_layers(Emitter& e, Transcript& transcript, const Element& layers,
                                      const FractionClaims& top, uint32_t most) {
    enum : size_t { P = STATE_CELLS, Q, POINT, COORDINATES };
    std::vector<Element> start = transcript.state();
    for (const Element& x : {top.p, top.q, top.point, top.coordinates}) start.push_back(x);
    const auto last = e.repeat(layers, start, [&](std::span<const Element> v) {
        Transcript inner = transcript;
        inner.resume(v.first(STATE_CELLS), hash::RATE);
        inner.absorb(F::from_canonical(static_cast<uint32_t>(iop::Tag::layer)));
        const Element lambda = inner.challenge();
        // The child bit's challenge comes first in the new point.
        const Element point = e.frame(most + 1), rho = point + F::ONE;
        const Element claim = verify_rounds(e, inner, v[COORDINATES], 3, lambda * v[Q] + v[P], rho);
        const Element ends = e.advice(4), p0 = ends, p1 = e.at(ends, 1), q0 = e.at(ends, 2), q1 = e.at(ends, 3);
        for (uint32_t k = 0; k < 4; k++) inner.absorb(e.at(ends, k));
        const Element eq = eq_points(e, v[COORDINATES], v[POINT], rho);
        const Element crossed = p0 * q1 + p1 * q0, product = q0 * q1, expected = lambda * product + crossed;
        e.assert_equal(eq * expected, claim);
        const Element tau = inner.challenge(e.next_value(0));
        e.assert_pointee(point, 0, tau);
        std::vector<Expression> after;
        for (const Element& x : inner.state()) after.push_back(x);
        const Element p_slope = p1 - p0, q_slope = q1 - q0;
        after.push_back(p_slope * tau + p0);
        after.push_back(q_slope * tau + q0);
        after.push_back(point);
        after.push_back(v[COORDINATES] + F::ONE);
        return after;
    });
    transcript.resume(std::span(last).first(STATE_CELLS), 5);
    return {last[P], last[Q], last[POINT], last[COORDINATES]};
}

}  // namespace ashlar::recursion
