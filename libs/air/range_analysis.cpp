// SPDX-License-Identifier: Apache-2.0
#include "libs/air/range_analysis.hpp"

#include <algorithm>

namespace ashlar::air {

namespace {

constexpr Wide LIMIT = Wide{1} << 120;

Wide clamp(Wide x) { return std::clamp(x, -LIMIT, LIMIT); }

Wide product(Wide a, Wide b) {
    Wide r;
    if (__builtin_mul_overflow(a, b, &r)) return (a < 0) == (b < 0) ? LIMIT : -LIMIT;
    return clamp(r);
}

}  // namespace

Interval operator+(const Interval& a, const Interval& b) { return {clamp(a.lo + b.lo), clamp(a.hi + b.hi)}; }
Interval operator-(const Interval& a, const Interval& b) { return {clamp(a.lo - b.hi), clamp(a.hi - b.lo)}; }
Interval operator*(const Interval& a, const Interval& b) {
    const Wide c[4] = {product(a.lo, b.lo), product(a.lo, b.hi), product(a.hi, b.lo), product(a.hi, b.hi)};
    return {*std::min_element(c, c + 4), *std::max_element(c, c + 4)};
}
Interval hull(const Interval& a, const Interval& b) { return {std::min(a.lo, b.lo), std::max(a.hi, b.hi)}; }

Interval constant_interval(F c) {
    const Wide v = c.canonical(), x = v > F::P / 2 ? v - Wide{F::P} : v;
    return {x, x};
}

std::vector<Interval> boolean_intervals(const Expressions& expressions, const std::vector<uint32_t>& booleans) {
    std::vector<char> boolean(expressions.size(), 0);
    for (uint32_t b : booleans) boolean[b] = 1;
    std::vector<Interval> out(expressions.size());
    for (uint32_t i = 0; i < out.size(); i++) {
        const Node& n = expressions[i];
        Interval r = ELEMENTS;
        switch (n.op) {
            case Op::constant:
                r = constant_interval(F::from_canonical(n.a));
                break;
            case Op::column:
                break;
            case Op::add:
                r = out[n.a] + out[n.b];
                break;
            case Op::sub:
                r = out[n.a] - out[n.b];
                break;
            case Op::mul:
                r = out[n.a] * out[n.b];
                if (n.a == n.b) r.lo = std::max(r.lo, Wide{0});
                break;
        }
        if (boolean[i]) r = {std::max(r.lo, Wide{0}), std::min(r.hi, Wide{1})};
        out[i] = r;
    }
    return out;
}

}  // namespace ashlar::air
