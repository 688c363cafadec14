// SPDX-License-Identifier: Apache-2.0
#include "libs/air/range_analysis.hpp"

#include <algorithm>
#include <unordered_map>

namespace ashlar::air {

namespace {

using Wide = __int128;
constexpr Wide LIMIT = Wide{1} << 120;

Wide clamp(Wide x) { return std::clamp(x, -LIMIT, LIMIT); }

Wide product(Wide a, Wide b) {
    Wide r;
    if (__builtin_mul_overflow(a, b, &r)) return (a < 0) == (b < 0) ? LIMIT : -LIMIT;
    return clamp(r);
}

Interval times(const Interval& a, const Interval& b) {
    const Wide c[4] = {product(a.lo, b.lo), product(a.lo, b.hi), product(a.hi, b.lo), product(a.hi, b.hi)};
    return {*std::min_element(c, c + 4), *std::max_element(c, c + 4)};
}

}  // namespace

std::vector<Interval> intervals(const ChipStructure& chip, bool only_booleans) {
    std::unordered_map<uint32_t, Interval> declared;
    auto declare = [&](uint32_t node, Wide lo, Wide hi) {
        auto [it, inserted] = declared.try_emplace(node, Interval{lo, hi});
        if (!inserted) it->second = {std::max(it->second.lo, lo), std::min(it->second.hi, hi)};
    };
    for (uint32_t b : chip.booleans) declare(b, 0, 1);
    if (!only_booleans)
        for (const auto& b : chip.bounds) declare(b.value, b.lo, b.hi);
    std::vector<Interval> out(chip.expressions.size());
    for (uint32_t i = 0; i < out.size(); i++) {
        const Node& n = chip.expressions[i];
        Interval r;
        switch (n.op) {
            case Op::constant: {
                const Wide c = n.a > F::P / 2 ? Wide{n.a} - Wide{F::P} : Wide{n.a};
                r = {c, c};
                break;
            }
            case Op::column:
                r = {0, Wide{F::P} - 1};
                break;
            case Op::add:
                r = {clamp(out[n.a].lo + out[n.b].lo), clamp(out[n.a].hi + out[n.b].hi)};
                break;
            case Op::sub:
                r = {clamp(out[n.a].lo - out[n.b].hi), clamp(out[n.a].hi - out[n.b].lo)};
                break;
            case Op::mul:
                r = times(out[n.a], out[n.b]);
                if (n.a == n.b) r.lo = std::max(r.lo, Wide{0});
                break;
        }
        if (auto it = declared.find(i); it != declared.end()) {
            // A column's declaration replaces [0, p-1]: it may be a signed reading of the same element.
            if (n.op == Op::column)
                r = it->second;
            else
                r = {std::max(r.lo, it->second.lo), std::min(r.hi, it->second.hi)};
        }
        out[i] = r;
    }
    return out;
}

std::vector<std::string> check_integer_equations(const ChipStructure& chip) {
    const std::vector<Interval> r = intervals(chip);
    std::vector<std::string> out;
    for (const auto& e : chip.integer_equations) {
        const Wide lo = r[e.lhs].lo - r[e.rhs].hi, hi = r[e.lhs].hi - r[e.rhs].lo;
        if (lo <= -Wide{F::P} || hi >= Wide{F::P})
            out.push_back(chip.name + ": constraint " + std::to_string(e.constraint) +
                          " is meant over the integers, but its sides can differ by p");
    }
    return out;
}

}  // namespace ashlar::air
