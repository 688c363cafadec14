// SPDX-License-Identifier: Apache-2.0
#include "libs/field/koala_bear.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace ashlar::field;

namespace {

// Oracle: arithmetic on canonical residues with 64-bit remainders.
uint64_t mul_mod(uint64_t a, uint64_t b) { return a * b % F::P; }
uint64_t pow_mod(uint64_t a, uint64_t n) {
    uint64_t r = 1;
    for (; n; n >>= 1, a = mul_mod(a, a))
        if (n & 1) r = mul_mod(r, a);
    return r;
}

}  // namespace

TEST_CASE("constants of the base field") {
    CHECK(F::P == (1u << 31) - (1u << 24) + 1);
    CHECK((F::P - 1) % (1u << F::TWO_ADICITY) == 0);
    CHECK(F::two_adic_generator(24).canonical() == pow_mod(3, 127));
    CHECK(F::two_adic_generator(24).canonical() == 0x6ac49f88);
    for (unsigned n = 1; n <= 24; n++) {
        CHECK(F::two_adic_generator(n).pow_two(n) == F::ONE);
        CHECK(F::two_adic_generator(n).pow_two(n - 1) == -F::ONE);
    }
    CHECK(F::two_adic_generator(0) == F::ONE);
    CHECK((5_f).canonical() == 5);
    CHECK(F{}.canonical() == 0);
}

TEST_CASE("base field agrees with integer arithmetic mod p") {
    std::mt19937_64 rng(1);
    const uint32_t edges[] = {0,          1,          2,         3, F::P - 1, F::P - 2, (F::P - 1) / 2, (F::P + 1) / 2,
                              0x00ffffff, 0x01000000, 0x7e000000};
    const auto check = [](uint32_t x, uint32_t y) {
        const F a = F::from_canonical(x), b = F::from_canonical(y);
        REQUIRE(a.canonical() == x);
        REQUIRE((a + b).canonical() == (uint64_t{x} + y) % F::P);
        REQUIRE((a - b).canonical() == (uint64_t{x} + F::P - y) % F::P);
        REQUIRE((a * b).canonical() == mul_mod(x, y));
        REQUIRE((-a).canonical() == (F::P - x) % F::P);
        REQUIRE((a + b).monty() < F::P);
        REQUIRE((a - b).monty() < F::P);
        REQUIRE((-a).monty() < F::P);
        REQUIRE(a.halved() + a.halved() == a);
        REQUIRE(a.doubled() == a + a);
        REQUIRE(a.cube() == a * a * a);
    };
    for (uint32_t x : edges)
        for (uint32_t y : edges) check(x, y);
    for (int i = 0; i < 20000; i++) check(rng() % F::P, rng() % F::P);
}

TEST_CASE("reduction takes any word") {
    std::mt19937_64 rng(2);
    for (uint64_t x :
         {uint64_t{0}, uint64_t{F::P}, uint64_t{F::P} * 2 + 1, uint64_t{~0u}, ~uint64_t{0}, uint64_t{1} << 32}) {
        CHECK(F::reduce(x).canonical() == x % F::P);
        CHECK(F::reduce(static_cast<uint32_t>(x)).canonical() == static_cast<uint32_t>(x) % F::P);
    }
    for (int i = 0; i < 20000; i++) {
        const uint64_t x = rng();
        REQUIRE(F::reduce(x).canonical() == x % F::P);
        REQUIRE(F::reduce(static_cast<uint32_t>(x)).canonical() == static_cast<uint32_t>(x) % F::P);
    }
    CHECK(F::from_int(-1) == -F::ONE);
    CHECK(F::from_int(-7).canonical() == F::P - 7);
    CHECK(F::from_int(INT32_MIN) + F::reduce(uint32_t{1} << 31) == F::ZERO);
}

TEST_CASE("inverse, power and cube root") {
    std::mt19937_64 rng(3);
    CHECK(F::ZERO.inverse() == F::ZERO);
    for (int i = 0; i < 2000; i++) {
        const F a = F::from_canonical(1 + rng() % (F::P - 1));
        REQUIRE(a * a.inverse() == F::ONE);
        REQUIRE(a.inverse() == a.pow(F::P - 2));
        const uint64_t n = rng() >> 20;
        REQUIRE(a.pow(n).canonical() == pow_mod(a.canonical(), n));
        REQUIRE(a.cube().pow(1420470955) == a);  // x^3 is a permutation
    }
}

TEST_CASE("sum of products reduces once") {
    std::mt19937_64 rng(4);
    for (int round = 0; round < 200; round++) {
        ProductSum<F> s;
        F want = F::ZERO;
        const bool largest = round == 0;
        for (int i = 0; i < 100; i++) {
            F x[4];
            for (F& v : x) v = F::from_monty(largest ? F::P - 1 : rng() % F::P);
            if (i % 3 == 0)
                s.add(x[0], x[1]), want += x[0] * x[1];
            else
                s.add(x[0], x[1], x[2], x[3]), want += x[0] * x[1] + x[2] * x[3];
            REQUIRE(s.reduce() == want);
        }
    }
}
