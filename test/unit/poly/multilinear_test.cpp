// SPDX-License-Identifier: Apache-2.0
#include "libs/poly/multilinear.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace ashlar::poly;

namespace {

Ext random_ext(std::mt19937_64& rng) {
    Ext r;
    for (F& v : r.c) v = F::from_canonical(rng() % F::P);
    return r;
}
std::vector<Ext> random_point(std::mt19937_64& rng, size_t n) {
    std::vector<Ext> r(n);
    for (Ext& x : r) x = random_ext(rng);
    return r;
}
// The definition: bind the lowest variable first.
Ext fold_all(std::vector<Ext> a, const std::vector<Ext>& point) {
    for (const Ext& r : point) {
        for (size_t i = 0; i < a.size() / 2; i++) a[i] = a[2 * i] + (a[2 * i + 1] - a[2 * i]) * r;
        a.resize(a.size() / 2);
    }
    return a[0];
}

}  // namespace

TEST_CASE("eq forms agree") {
    std::mt19937_64 rng(31);
    for (size_t n = 0; n <= 6; n++) {
        const auto x = random_point(rng, n), y = random_point(rng, n);
        const auto table = eq_table(x);
        REQUIRE(table.size() == size_t{1} << n);
        Ext below = Ext::zero();
        for (size_t i = 0; i < table.size(); i++) {
            CHECK(eq_index(x, i) == table[i]);
            CHECK(eq_below(x, i) == below);
            below += table[i];
        }
        CHECK(below == Ext::one());
        CHECK(eq_below(x, table.size()) == Ext::one());
        CHECK(eq_below(x, ~uint64_t{0}) == Ext::one());
        CHECK(eq_points(x, y) == fold_all(table, y));
        CHECK(eq_points(x, y) == eq_points(y, x));
    }
    const auto bits = std::vector<Ext>{Ext::one(), Ext::zero(), Ext::one()};
    CHECK(eq_index(bits, 5) == Ext::one());
    CHECK(eq_index(bits, 4) == Ext::zero());
}

TEST_CASE("evaluation binds the lowest variable first") {
    std::mt19937_64 rng(32);
    for (size_t n = 0; n <= 5; n++) {
        const auto point = random_point(rng, n), values = random_point(rng, size_t{1} << n);
        CHECK(evaluate(values, point) == fold_all(values, point));
        std::vector<F> base;
        std::vector<Ext> lifted;
        for (size_t i = 0; i < size_t{1} << n; i++) {
            base.push_back(F::from_canonical(rng() % F::P));
            lifted.push_back(Ext::from_base(base.back()));
        }
        CHECK(evaluate(base, point) == fold_all(lifted, point));
    }
}

TEST_CASE("interpolation recovers polynomials") {
    std::mt19937_64 rng(33);
    for (size_t n = 1; n <= MAX_NODES; n++) {
        const auto coefficients = random_point(rng, n);
        std::vector<Ext> ys;
        for (uint32_t i = 0; i < n; i++) ys.push_back(horner(coefficients, Ext::from_base(F::from_canonical(i))));
        const Ext r = random_ext(rng);
        CHECK(lagrange(ys, r) == horner(coefficients, r));
        for (uint32_t i = 0; i < n; i++) CHECK(lagrange(ys, Ext::from_base(F::from_canonical(i))) == ys[i]);
        if (n >= 2) {
            std::vector<Ext> sent{ys[0]};
            sent.insert(sent.end(), ys.begin() + 2, ys.end());
            CHECK(sumcheck_next(ys[0] + ys[1], sent, r) == horner(coefficients, r));
        }
    }
}

TEST_CASE("horner and power weights") {
    std::mt19937_64 rng(34);
    std::vector<F> base;
    std::vector<Ext> lifted;
    for (int i = 0; i < 9; i++)
        base.push_back(F::from_canonical(rng() % F::P)), lifted.push_back(Ext::from_base(base.back()));
    const F z = F::from_canonical(12345);
    CHECK(Ext::from_base(horner(base, z)) == horner(lifted, Ext::from_base(z)));
    CHECK(horner(base, Ext::from_base(z)) == horner(lifted, Ext::from_base(z)));
    const Ext e = random_ext(rng);
    for (size_t n = 0; n <= 5; n++) {
        const auto rho = random_point(rng, n);
        std::vector<Ext> powers{Ext::one()}, base_powers{Ext::one()};
        while (powers.size() < size_t{1} << n)
            powers.push_back(powers.back() * e), base_powers.push_back(base_powers.back() * z);
        CHECK(power_weight(e, rho) == fold_all(powers, rho));
        CHECK(power_weight(z, rho) == fold_all(base_powers, rho));
    }
}
