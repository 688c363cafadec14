// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

constexpr uint32_t P = 0x4000, Q = 0x8000;
using Words = std::vector<uint32_t>;

Words small(uint32_t x) { return {x, 0, 0, 0, 0, 0, 0, 0}; }
Words modulus() { return {Ed25519Modulus::WORDS.begin(), Ed25519Modulus::WORDS.end()}; }
Words plus_modulus(Words a) {
    uint64_t carry = 0;
    for (size_t i = 0; i < 8; i++) {
        carry += uint64_t{a[i]} + Ed25519Modulus::WORDS[i];
        a[i] = static_cast<uint32_t>(carry);
        carry >>= 32;
    }
    REQUIRE(carry == 0);
    return a;
}
/// 0 - a.
Words negative(const Words& a) {
    const auto& f = prime_field<Ed25519Modulus>();
    const auto d = Ed25519::decode(f.negate(Ed25519::encode(a.data())));
    return {d.begin(), d.end()};
}

/// Decompressions of random y, with signs 0 and 1, top bit set and not; the buffers follow each other from P on.
Machine decompressions(Random& random, size_t count) {
    Machine m;
    for (uint32_t made = 0; made < count;) {
        auto y = random_words(random, 8);
        const uint32_t pointer = P + 64 * made;
        Machine probe;
        probe.write(pointer, concat({random_words(random, 8), y}));
        if (probe.call(Syscall::ED_DECOMPRESS, pointer, made % 2)) continue;
        m.write(pointer, concat({random_words(random, 8), y}));
        REQUIRE(m.call(Syscall::ED_DECOMPRESS, pointer, made % 2) == nullptr);
        made++;
    }
    return m;
}

template <class Chip>
std::vector<std::string> last_problems(const Machine& m) {
    Rows<Chip> rows(1);
    const auto& call = m.chunk.calls[m.chunk.calls.size() - 1];
    CHECK_FALSE(Chip::fill(call, &m.chunk.accesses[call.first_access], &rows[0].main));
    return check<Chip>(m, rows);
}

}  // namespace

TEST_CASE("ed25519 additions are provable: points, doubling, neutral, off the curve, unreduced") {
    Random random(1);
    const Machine points = decompressions(random, 2);
    const auto a = points.read(P, 16), b = points.read(P + 64, 16);
    Machine m;
    const auto add = [&](const Words& p, const Words& q) {
        m.write(P, p);
        m.write(Q, q);
        REQUIRE(m.call(Syscall::ED_ADD, P, Q) == nullptr);
    };
    const Words neutral = concat({small(0), small(1)}), ones(16, 0xffffffff);
    add(a, b);
    add(a, a);
    add(a, neutral);
    add(neutral, neutral);
    add(random_words(random, 16), random_words(random, 16));
    add(ones, ones);
    add(concat({modulus(), modulus()}), ones);
    add(concat({negative(small(1)), negative(small(1))}), a);
    REQUIRE(m.call(Syscall::ED_ADD, P, P) == nullptr);
    REQUIRE(m.call(Syscall::ED_ADD, P, P + 32) == nullptr);
    check_table<EdwardsAddChip>(m, 10, random);
}

TEST_CASE("wrong or unreduced ed25519 sums are not provable") {
    for (int variant = 0; variant < 3; variant++) {
        // (0, 1) + (0, 1) = (0, 1)
        Machine m;
        const Words neutral = concat({small(0), small(1)});
        m.write(P, neutral);
        m.write(Q, neutral);
        const Words result = concat({variant == 0 ? plus_modulus(small(0)) : small(0),
                                     variant == 1 ? plus_modulus(small(1)) : small(variant == 2 ? 2 : 1)});
        m.call(Syscall::ED_ADD, P, Q, &result);
        CHECK_FALSE(last_problems<EdwardsAddChip>(m).empty());
    }
}

TEST_CASE("an ed25519 addition with a zero denominator is not provable") {
    const auto& f = prime_field<Ed25519Modulus>();
    const auto inverse = f.inverse(Ed25519::encode(Ed25519::CURVE_D.data()));
    for (const auto& x2 : {Ed25519::decode(inverse), Ed25519::decode(f.negate(inverse))}) {
        Machine m;
        m.write(P, concat({small(1), small(1)}));
        m.write(Q, concat({{x2.begin(), x2.end()}, small(1)}));
        const Words some(16, 7);
        CHECK(m.call(Syscall::ED_ADD, P, Q, &some) != nullptr);
        CHECK_FALSE(last_problems<EdwardsAddChip>(m).empty());
    }
}

TEST_CASE("ed25519 decompressions are provable and every column counts") {
    Random random(2);
    Machine m = decompressions(random, 6);
    // y = 1: x = 0, sign 0; the same unreduced, and with the ignored top bit.
    for (auto y : {small(1), plus_modulus(small(1))}) {
        for (uint32_t top : {0u, 0x80000000u}) {
            y[7] |= top;
            m.write(Q, concat({random_words(random, 8), y}));
            REQUIRE(m.call(Syscall::ED_DECOMPRESS, Q, 0) == nullptr);
            CHECK(m.read(Q, 8) == small(0));
        }
    }
    check_table<EdwardsDecompressChip>(m, 10, random);
}

TEST_CASE("ed25519 decompression faults and lies are not provable") {
    Random random(3);
    const Machine honest = decompressions(random, 1);
    const auto x = honest.read(P, 8), y = honest.read(P + 32, 8);
    const auto attempt = [&](const Words& y_word, uint32_t sign, const Words& result) {
        Machine m;
        m.write(P, concat({small(5), y_word}));
        m.call(Syscall::ED_DECOMPRESS, P, sign, &result);
        return last_problems<EdwardsDecompressChip>(m);
    };
    CHECK_FALSE(attempt(y, 0, negative(x)).empty());       // the other root
    CHECK_FALSE(attempt(y, 1, x).empty());                 // the other sign
    CHECK_FALSE(attempt(y, 1, plus_modulus(x)).empty());   // the other parity by adding p
    CHECK_FALSE(attempt(small(1), 1, modulus()).empty());  // x = 0 with sign 1, as p
    CHECK_FALSE(attempt(small(1), 1, small(0)).empty());   // x = 0 with sign 1
    // y = 0 has the roots of -1: a fault all the same, also as p.
    Machine zero;
    zero.write(P, concat({small(5), small(0)}));
    CHECK(zero.call(Syscall::ED_DECOMPRESS, P, 0) != nullptr);
    const auto& f = prime_field<Ed25519Modulus>();
    auto exponent = f.modulus();
    rv32::bigint::sub_from(exponent, rv32::bigint::from_u64<4>(1));
    rv32::bigint::shift_right_1(exponent);
    rv32::bigint::shift_right_1(exponent);
    const auto root_of_minus_one = Ed25519::decode(f.pow(f.small(2), exponent));
    Words root(root_of_minus_one.begin(), root_of_minus_one.end());
    for (const Words& y_zero : {small(0), modulus()}) {
        const auto problems = attempt(y_zero, root[0] & 1, root);
        CHECK(problems.size() == 1);  // only the inequality stands in the way
    }
    // No root.
    for (uint32_t i = 2;; i++) {
        Machine m;
        m.write(P, concat({small(5), small(i)}));
        const Words some = random_below(random, Ed25519Modulus::WORDS);
        if (m.call(Syscall::ED_DECOMPRESS, P, some[0] & 1, &some) == nullptr) continue;
        CHECK_FALSE(last_problems<EdwardsDecompressChip>(m).empty());
        break;
    }
    // A sign that is no bit.
    for (uint32_t bad : {2u, 0x10000u}) {
        Machine m;
        m.write(P, concat({small(5), y}));
        CHECK(m.call(Syscall::ED_DECOMPRESS, P, bad, &x) != nullptr);
        auto call = m.chunk.calls[0];
        call.a1 = x[0] & 1;
        Rows<EdwardsDecompressChip> rows(1);
        REQUIRE(EdwardsDecompressChip::fill(call, m.chunk.accesses.data(), &rows[0].main));
        CHECK_FALSE(check<EdwardsDecompressChip>(m, rows).empty());
        rows[0].main.sign = F::reduce(bad);
        CHECK_FALSE(check<EdwardsDecompressChip>(m, rows).empty());
    }
}
