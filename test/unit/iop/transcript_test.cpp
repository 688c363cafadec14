// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"
#include "test/support/hash_vectors.hpp"

namespace {
using namespace ashlar;
using namespace ashlar::iop;
using poly::Ext;
using poly::F;
using poly::Point;
using namespace ashlar::field::literals;
}  // namespace

TEST_CASE("transcript: known answers") {
    const auto expected = test::hash_vectors().at("transcript");
    Transcript tr;
    for (uint32_t i = 0; i < 20; i++) tr.absorb(F::reduce(i));
    std::vector<uint32_t> got;
    for (int i = 0; i < 17; i++) got.push_back(tr.squeeze().canonical());
    tr.absorb(7_f);
    got.push_back(tr.squeeze().canonical());
    got.push_back(tr.check_pow(3, 5_f));
    got.push_back(tr.squeeze().canonical());
    REQUIRE(got == expected);
}

TEST_CASE("a challenge after a proof of work comes from a permutation of its own") {
    Transcript a;
    a.absorb(1_f);
    Transcript b = a;
    (void)a.check_pow(4, 9_f);
    b.absorb(9_f);
    (void)b.squeeze();
    auto state = b.state();
    hash::Poseidon2<24>::permute(state);
    CHECK(a.squeeze() == state[0]);
    CHECK_FALSE(b.squeeze() == state[0]);
}

TEST_CASE("absorbing drops unread output; a nonce is part of the transcript") {
    Transcript a, b;
    a.absorb(1_f);
    b.absorb(1_f);
    (void)a.squeeze();
    a.absorb(2_f);
    b.absorb(2_f);
    REQUIRE_FALSE(a.squeeze() == b.squeeze());
    Transcript c = b;
    REQUIRE(c.check_pow(0, 5_f));
    REQUIRE(c.squeeze() == Transcript(b).squeeze());
    uint32_t passed = 0;
    for (uint32_t n = 0; n < 64; n++) passed += Transcript(b).check_pow(3, F::reduce(n));
    REQUIRE(passed > 0);
    REQUIRE(passed < 32);
}

TEST_CASE("multilinear helpers agree with sums over the cube") {
    Transcript tr;
    Point x;
    for (int i = 0; i < 5; i++) x.push_back(tr.challenge());
    const std::vector<Ext> table = poly::eq_table(x);
    Ext sum = Ext::zero();
    for (uint64_t i = 0; i < 34; i++) {
        REQUIRE(poly::eq_below(x, i) == sum);
        if (i < 32) {
            REQUIRE(poly::eq_index(x, i) == table[i]);
            sum += table[i];
        }
    }
    Point y(x.rbegin(), x.rend());
    REQUIRE(poly::eq_points(x, y) == poly::evaluate(table, y));
    const Ext z = tr.challenge();
    std::vector<Ext> powers{Ext::one()};
    for (int i = 1; i < 32; i++) powers.push_back(powers.back() * z);
    REQUIRE(poly::power_weight(z, x) == poly::evaluate(powers, x));
    // A cubic from its values; the missing one from the claim.
    const Ext c[4] = {tr.challenge(), tr.challenge(), tr.challenge(), tr.challenge()};
    auto at = [&](const Ext& v) { return poly::horner(c, v); };
    auto number = [](uint32_t v) { return Ext::from_base(F::reduce(v)); };
    const std::array<Ext, 3> sent{at(number(0)), at(number(2)), at(number(3))};
    REQUIRE(poly::sumcheck_next(at(number(0)) + at(number(1)), sent, z) == at(z));
}
