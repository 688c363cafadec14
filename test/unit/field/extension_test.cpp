// SPDX-License-Identifier: Apache-2.0
#include "libs/field/extension.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <random>

using namespace ashlar::field;

namespace {

using Canonical = std::array<uint32_t, 5>;

Ext ext(const Canonical& v) {
    Ext r;
    for (int i = 0; i < 5; i++) r.c[i] = F::from_canonical(v[i]);
    return r;
}
Canonical canonical(const Ext& x) {
    Canonical r;
    for (int i = 0; i < 5; i++) r[i] = x.c[i].canonical();
    return r;
}
Ext random_ext(std::mt19937_64& rng) {
    Ext r;
    for (F& v : r.c) v = F::from_canonical(rng() % F::P);
    return r;
}

// Oracle: schoolbook product of degree 8, then x^5 = 1 - x^2 applied from the top.
Ext naive_product(const Ext& a, const Ext& b) {
    F t[9] = {};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) t[i + j] += a.c[i] * b.c[j];
    for (int k = 8; k >= 5; k--) {
        t[k - 5] += t[k];
        t[k - 3] -= t[k];
    }
    return {{t[0], t[1], t[2], t[3], t[4]}};
}

}  // namespace

TEST_CASE("extension known answers") {
    CHECK(canonical(ext({1, 2, 3, 4, 5}) * ext({6, 7, 8, 9, 10})) == Canonical{70, 125, 61, 14, 25});
    const Ext a = ext({123456789, 987654321, 555555555, 2130706432, 1}),
              b = ext({42, 2000000000, 7, 1999999999, 1234567890});
    CHECK(canonical(a * b) == Canonical{65304486, 959482833, 922561125, 185771704, 1257535661});
    CHECK(canonical(a.inverse()) == Canonical{1287555742, 794224148, 848654102, 549883361, 18517999});
    const Ext x = ext({0, 1, 0, 0, 0});
    CHECK(x.pow(5) + x.square() == Ext::one());
}

TEST_CASE("extension laws") {
    std::mt19937_64 rng(5);
    CHECK(Ext::ZERO.inverse() == Ext::ZERO);
    CHECK(Ext::ONE.inverse() == Ext::ONE);
    for (int i = 0; i < 3000; i++) {
        const Ext a = random_ext(rng), b = random_ext(rng), c = random_ext(rng);
        const F s = F::from_canonical(rng() % F::P);
        REQUIRE(a * b == naive_product(a, b));
        REQUIRE(a * b == b * a);
        REQUIRE((a + b) * c == a * c + b * c);
        REQUIRE((a * b) * c == a * (b * c));
        REQUIRE(a - b == a + (-b));
        REQUIRE(a.square() == a * a);
        REQUIRE(a.cube() == a * a * a);
        REQUIRE(a * s == a * Ext::from_base(s));
        REQUIRE(s - a == Ext::from_base(s) - a);
        REQUIRE(a - s == a - Ext::from_base(s));
        REQUIRE(s + a == Ext::from_base(s) + a);
        if (i < 200) {
            REQUIRE(a * a.inverse() == Ext::ONE);
            REQUIRE(a.frobenius() == a.pow(F::P));
            REQUIRE(a.frobenius2() == a.pow(F::P).pow(F::P));
        }
    }
}

TEST_CASE("extension products of the largest representatives") {
    Ext top;
    for (F& v : top.c) v = F::from_monty(F::P - 1);
    CHECK(top * top == naive_product(top, top));
    CHECK(top.square() == naive_product(top, top));
    for (unsigned mask = 0; mask < 1024; mask++) {
        Ext a = Ext::ZERO, b = Ext::ZERO;
        for (int k = 0; k < 5; k++) {
            if (mask >> k & 1) a.c[k] = F::from_monty(F::P - 1);
            if (mask >> (k + 5) & 1) b.c[k] = F::from_monty(F::P - 1);
        }
        REQUIRE(a * b == naive_product(a, b));
    }
}

TEST_CASE("extension arrays are five planes") {
    F planes[5 * 7] = {};
    const ExtPtr p{planes, 7};
    const Ext a = ext({1, 2, 3, 4, 5});
    ext_set(p + 2, 1, a);
    for (uint32_t k = 0; k < 5; k++) CHECK(planes[7 * k + 3].canonical() == k + 1);
    CHECK(ext_get(ExtSpan(p, 7), 3) == a);
}
