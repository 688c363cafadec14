// SPDX-License-Identifier: Apache-2.0
#include "test/unit/field/lane_checks.hpp"

#include <random>

#include "libs/field/lane.hpp"

namespace ashlar::test::ASHLAR_ISA {
namespace {

using namespace ashlar::field;
using L = ashlar::field::ASHLAR_ISA::Lane;
constexpr size_t W = L::WIDTH;

struct Values {
    F v[W];
    L lane() const { return L::load(v); }
};

// Half of the values are at the ends of the range, where reductions go wrong.
F random_value(std::mt19937_64& rng) {
    const uint64_t r = rng();
    const uint32_t small = static_cast<uint32_t>(r >> 8) % 4;
    switch (r & 7) {
        case 0:
            return F::from_monty(small);
        case 1:
            return F::from_monty(F::P - 1 - small);
        case 2:
            return F::from_monty((F::P - 1) / 2 + small);
        default:
            return F::from_monty(static_cast<uint32_t>(r >> 32) % F::P);
    }
}
Values random_values(std::mt19937_64& rng) {
    Values r;
    for (F& x : r.v) x = random_value(rng);
    return r;
}

template <class Scalar>
std::string differs(const char* what, L got, Scalar want) {
    F out[W];
    got.store(out);
    for (size_t i = 0; i < W; i++)
        if (!(out[i] == want(i))) return std::string(what) + " at position " + std::to_string(i);
    return "";
}

#define CHECK_LANE(what, got, want) \
    if (std::string why_ = differs(what, got, [&](size_t i) { return want; }); !why_.empty()) return why_

std::string arithmetic(uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (int round = 0; round < 5000; round++) {
        const Values a = random_values(rng), b = random_values(rng), c = random_values(rng);
        const F s = random_value(rng);
        const L x = a.lane(), y = b.lane(), z = c.lane();
        CHECK_LANE("+", x + y, a.v[i] + b.v[i]);
        CHECK_LANE("-", x - y, a.v[i] - b.v[i]);
        CHECK_LANE("*", x * y, a.v[i] * b.v[i]);
        CHECK_LANE("negation", -x, -a.v[i]);
        CHECK_LANE("constants", s * x + s - (s - x), s * a.v[i] + s - (s - a.v[i]));
        CHECK_LANE("doubled", x.doubled(), a.v[i] + a.v[i]);
        CHECK_LANE("halved", x.halved(), a.v[i].halved());
        CHECK_LANE("square", x.square(), a.v[i] * a.v[i]);
        CHECK_LANE("cube", x.cube(), a.v[i] * a.v[i] * a.v[i]);
        CHECK_LANE("sub_mul", L::sub_mul(x, y, z), (a.v[i] - b.v[i]) * c.v[i]);
        if (round < 100) CHECK_LANE("inverse", x.inverse(), a.v[i].inverse());
        F sum = F::zero();
        for (F v : a.v) sum += v;
        if (!(lane_sum(x) == sum)) return "lane_sum";
    }
    CHECK_LANE("zero", L::zero(), (static_cast<void>(i), F::ZERO));
    CHECK_LANE("one", L::one(), (static_cast<void>(i), F::ONE));
    return "";
}

struct ExtValues {
    F planes[5 * W];
    ConstExtPtr pointer() const { return {planes, W}; }
    Extension<L> lane() const { return Extension<L>::load(pointer()); }
    Ext at(size_t i) const { return ext_get(pointer(), i); }
};
ExtValues random_exts(std::mt19937_64& rng) {
    ExtValues r;
    for (F& x : r.planes) x = random_value(rng);
    return r;
}
template <class Scalar>
std::string ext_differs(const char* what, const Extension<L>& got, Scalar want) {
    ExtValues out;
    got.store({out.planes, W});
    for (size_t i = 0; i < W; i++)
        if (!(out.at(i) == want(i))) return std::string(what) + " at position " + std::to_string(i);
    return "";
}
#define CHECK_EXT(what, got, want) \
    if (std::string why_ = ext_differs(what, got, [&](size_t i) { return want; }); !why_.empty()) return why_

std::string extension(uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (int round = 0; round < 3000; round++) {
        const ExtValues a = random_exts(rng), b = random_exts(rng);
        const Values v = random_values(rng);
        const F s = random_value(rng);
        const Extension<L> x = a.lane(), y = b.lane();
        CHECK_EXT("E +", x + y, a.at(i) + b.at(i));
        CHECK_EXT("E -", x - y, a.at(i) - b.at(i));
        CHECK_EXT("E negation", -x, -a.at(i));
        CHECK_EXT("E *", x * y, a.at(i) * b.at(i));
        CHECK_EXT("E square", x.square(), a.at(i).square());
        CHECK_EXT("E * lane", x * v.lane(), a.at(i) * v.v[i]);
        CHECK_EXT("lane - E", v.lane() - x, v.v[i] - a.at(i));
        CHECK_EXT("E with F", s * x + s - (s - x), s * a.at(i) + s - (s - a.at(i)));
        CHECK_EXT("E broadcast", Extension<L>::broadcast(b.at(0)) * x, b.at(0) * a.at(i));
        if (round < 50) CHECK_EXT("E inverse", x.inverse(), a.at(i).inverse());
    }
    return "";
}

std::string product_sum(uint64_t seed) {
    std::mt19937_64 rng(seed);
    for (int round = 0; round < 300; round++) {
        ProductSum<L> s;
        ProductSum<F> t[W];
        for (int k = 0; k < 20; k++) {
            Values x[4];
            for (Values& v : x) {
                v = random_values(rng);
                if (round == 0)
                    for (F& e : v.v) e = F::from_monty(F::P - 1);
            }
            if (k % 3 == 0)
                s.add(x[0].lane(), x[1].lane());
            else
                s.add(x[0].lane(), x[1].lane(), x[2].lane(), x[3].lane());
            for (size_t i = 0; i < W; i++) {
                if (k % 3 == 0)
                    t[i].add(x[0].v[i], x[1].v[i]);
                else
                    t[i].add(x[0].v[i], x[1].v[i], x[2].v[i], x[3].v[i]);
            }
            CHECK_LANE("ProductSum", s.reduce(), t[i].reduce());
        }
    }
    return "";
}

std::string shuffles(uint64_t seed) {
    std::mt19937_64 rng(seed);
    const Values a = random_values(rng), b = random_values(rng);
    const auto at = [&](size_t i) { return i < W ? a.v[i] : b.v[i - W]; };
    const auto [even, odd] = L::deinterleave(a.lane(), b.lane());
    CHECK_LANE("deinterleave even", even, at(2 * i));
    CHECK_LANE("deinterleave odd", odd, at(2 * i + 1));
    const auto [lo, hi] = L::interleave(even, odd);
    CHECK_LANE("interleave low", lo, a.v[i]);
    CHECK_LANE("interleave high", hi, b.v[i]);
    Values m[W];
    L rows[W];
    for (size_t r = 0; r < W; r++) m[r] = random_values(rng), rows[r] = m[r].lane();
    transpose(rows);
    for (size_t r = 0; r < W; r++) CHECK_LANE("transpose", rows[r], m[i].v[r]);
    return "";
}

}  // namespace

extern const LaneChecks LANE_CHECKS{W, arithmetic, extension, product_sum, shuffles};

}  // namespace ashlar::test::ASHLAR_ISA
