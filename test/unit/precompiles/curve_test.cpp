// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

constexpr uint32_t P_POINTER = 0x4000, Q_POINTER = 0x8000;

/// Arithmetic mod a curve's modulus on words.
template <class M>
struct Words {
    static constexpr size_t W = M::WORDS.size();
    using Value = std::vector<uint32_t>;
    static auto encode(const Value& w) { return prime_field<M>().encode(rv32::bigint::from_words<W / 2>(w.data())); }
    static Value decode(const rv32::Limbs<W / 2>& e) {
        Value w(W);
        rv32::bigint::to_words<W / 2>(prime_field<M>().decode(e), w.data());
        return w;
    }
    static Value small(uint32_t x) {
        Value w(W);
        w[0] = x;
        return w;
    }
    static Value modulus() { return {M::WORDS.begin(), M::WORDS.end()}; }
    static Value random(Random& r) { return random_below(r, M::WORDS); }
    static Value sub(const Value& a, const Value& b) { return decode(prime_field<M>().sub(encode(a), encode(b))); }
    static Value mul(const Value& a, const Value& b) { return decode(prime_field<M>().mul(encode(a), encode(b))); }
    /// a + M, not reduced: only for a small enough that it fits.
    static Value plus_modulus(Value a) {
        uint64_t carry = 0;
        for (size_t i = 0; i < W; i++) {
            carry += uint64_t{a[i]} + M::WORDS[i];
            a[i] = static_cast<uint32_t>(carry);
            carry >>= 32;
        }
        REQUIRE(carry == 0);
        return a;
    }
    /// The third point of a line through p with another abscissa, mirrored.
    static Value third(const Value& px, const Value& py, const Value& other_x, const Value& slope) {
        const Value x = sub(sub(mul(slope, slope), px), other_x), y = sub(mul(slope, sub(px, x)), py);
        return concat({x, y});
    }
};

/// Problems of the one row of the machine's last call, filled as far as it goes.
template <class Chip>
std::vector<std::string> forced_problems(const Machine& m, const uint32_t* slope = nullptr) {
    Rows<Chip> rows(1);
    const auto& call = m.chunk.calls[m.chunk.calls.size() - 1];
    const auto* accesses = &m.chunk.accesses[call.first_access];
    bool filled = true;
    if constexpr (requires { Chip::fill(call, accesses, slope, rows[0].main); }) {
        filled = slope ? Chip::fill(call, accesses, slope, rows[0].main) : Chip::fill(call, accesses, &rows[0].main);
    } else {
        filled = Chip::fill(call, accesses, &rows[0].main);
    }
    CHECK_FALSE(filled);
    return check<Chip>(m, rows);
}

template <class Curve>
Machine additions(Random& random) {
    using C = Words<typename Curve::Modulus>;
    Machine m;
    const auto add = [&](std::initializer_list<std::vector<uint32_t>> p,
                         std::initializer_list<std::vector<uint32_t>> q) {
        m.write(P_POINTER, concat(p));
        m.write(Q_POINTER, concat(q));
        REQUIRE(m.call(Curve::ADD, P_POINTER, Q_POINTER) == nullptr);
    };
    const auto largest = C::sub(C::small(0), C::small(1));
    add({C::random(random), C::random(random)}, {C::random(random), C::random(random)});
    add({C::small(0), C::small(0)}, {C::small(1), C::small(0)});
    add({largest, largest}, {C::small(0), C::small(0)});
    add({C::small(0), largest}, {largest, C::small(0)});
    add({C::small(5), C::small(7)}, {C::small(6), C::small(7)});
    // Again from what is there, q before and behind p by half a point.
    REQUIRE(m.call(Curve::ADD, P_POINTER, P_POINTER + 4 * C::W) == nullptr);
    REQUIRE(m.call(Curve::ADD, P_POINTER, P_POINTER - 4 * C::W) == nullptr);
    return m;
}

template <class Curve>
Machine doublings(Random& random) {
    using C = Words<typename Curve::Modulus>;
    Machine m;
    const auto twice = [&](const std::vector<uint32_t>& x, const std::vector<uint32_t>& y, uint32_t a1) {
        m.write(P_POINTER, concat({x, y}));
        REQUIRE(m.call(Curve::DOUBLE, P_POINTER, a1) == nullptr);
    };
    const auto largest = C::sub(C::small(0), C::small(1));
    twice(C::random(random), C::random(random), 0);
    twice(C::random(random), C::random(random), 0xdeadbeef);
    twice(C::small(0), C::small(1), 0);
    twice(largest, largest, 0);
    twice(largest, C::small(1), 0);
    REQUIRE(m.call(Curve::DOUBLE, P_POINTER, 0) == nullptr);
    return m;
}

}  // namespace

TEMPLATE_TEST_CASE("curve additions are provable", "", Secp256k1, Secp256r1, Bn254, Bls12381) {
    Random random(1);
    const Machine m = additions<TestType>(random);
    const auto rows = rows_of<CurveAddChip<TestType>>(m);
    REQUIRE(rows.size() == 7);
    CHECK(check<CurveAddChip<TestType>>(m, rows) == std::vector<std::string>{});
}

TEMPLATE_TEST_CASE("curve doublings are provable, whatever a1", "", Secp256k1, Secp256r1, Bn254, Bls12381) {
    Random random(2);
    const Machine m = doublings<TestType>(random);
    const auto rows = rows_of<CurveDoubleChip<TestType>>(m);
    REQUIRE(rows.size() == 6);
    CHECK(check<CurveDoubleChip<TestType>>(m, rows) == std::vector<std::string>{});
}

TEMPLATE_TEST_CASE("every column of the curve chips is noticed when it changes", "", Secp256k1, Secp256r1, Bn254,
                   Bls12381) {
    Random random(3);
    const Machine a = additions<TestType>(random);
    CHECK(unnoticed_columns<CurveAddChip<TestType>>(a, rows_of<CurveAddChip<TestType>>(a), random) ==
          std::vector<size_t>{});
    const Machine d = doublings<TestType>(random);
    CHECK(unnoticed_columns<CurveDoubleChip<TestType>>(d, rows_of<CurveDoubleChip<TestType>>(d), random) ==
          std::vector<size_t>{});
}

TEMPLATE_TEST_CASE("adding a point to itself or its negative is not provable, whatever the slope", "", Secp256k1,
                   Secp256r1, Bn254, Bls12381) {
    using C = Words<typename TestType::Modulus>;
    using Chip = CurveAddChip<TestType>;
    Random random(4);
    const auto x = C::random(random), y = C::random(random), slope = C::random(random);
    Machine m;
    m.write(P_POINTER, concat({x, y}));
    m.write(Q_POINTER, concat({x, y}));
    const auto result = C::third(x, y, x, slope);
    CHECK(m.call(TestType::ADD, P_POINTER, Q_POINTER, &result) != nullptr);
    // Only the proof that the abscissas differ stands in the way.
    CHECK(forced_problems<Chip>(m, slope.data()).size() == 1);
    Machine n;
    n.write(P_POINTER, concat({x, y}));
    n.write(Q_POINTER, concat({x, C::sub(C::small(0), y)}));
    CHECK(n.call(TestType::ADD, P_POINTER, Q_POINTER, &result) != nullptr);
    CHECK_FALSE(forced_problems<Chip>(n, slope.data()).empty());
}

TEMPLATE_TEST_CASE("doubling a point with y = 0 is not provable, whatever the slope", "", Secp256k1, Secp256r1, Bn254,
                   Bls12381) {
    using C = Words<typename TestType::Modulus>;
    Random random(5);
    // 3 x^2 + A = 0, so that every slope fits.
    const auto x = C::small(TestType::A == 0 ? 0 : 1), zero = C::small(0);
    const auto slope = C::random(random), w = C::mul(slope, C::small(2));
    Machine m;
    m.write(P_POINTER, concat({x, zero}));
    const auto result = C::third(x, zero, x, slope);
    CHECK(m.call(TestType::DOUBLE, P_POINTER, 0, &result) != nullptr);
    CHECK(forced_problems<CurveDoubleChip<TestType>>(m, w.data()).size() == 1);
}

TEST_CASE("unreduced coordinates are not provable") {
    using C = Words<Secp256k1Modulus>;
    Random random(6);
    for (size_t which = 0; which < 4; which++) {
        std::vector<std::vector<uint32_t>> v = {C::random(random), C::random(random), C::random(random),
                                                C::random(random)};
        v[which] = C::small(77 + static_cast<uint32_t>(which));
        Machine reduced;
        reduced.write(P_POINTER, concat({v[0], v[1]}));
        reduced.write(Q_POINTER, concat({v[2], v[3]}));
        REQUIRE(reduced.call(Syscall::SECP256K1_ADD, P_POINTER, Q_POINTER) == nullptr);
        const auto result = reduced.read(P_POINTER, 16);
        v[which] = C::plus_modulus(v[which]);
        Machine m;
        m.write(P_POINTER, concat({v[0], v[1]}));
        m.write(Q_POINTER, concat({v[2], v[3]}));
        CHECK(m.call(Syscall::SECP256K1_ADD, P_POINTER, Q_POINTER, &result) != nullptr);
        const auto slope = C::mul(C::sub(v[3], v[1]),
                                  C::decode(prime_field<Secp256k1Modulus>().inverse(C::encode(C::sub(v[2], v[0])))));
        // The one comparison, with its lookup and its limbs; all sums hold.
        const auto problems = forced_problems<CurveAddChip<Secp256k1>>(m, slope.data());
        CHECK_FALSE(problems.empty());
        CHECK(problems.size() <= 2);
    }
    for (size_t which = 0; which < 2; which++) {
        std::vector<std::vector<uint32_t>> v = {C::random(random), C::random(random)};
        v[which] = C::small(5);
        Machine reduced;
        reduced.write(P_POINTER, concat({v[0], v[1]}));
        REQUIRE(reduced.call(Syscall::SECP256K1_DOUBLE, P_POINTER, 0) == nullptr);
        const auto result = reduced.read(P_POINTER, 16);
        v[which] = C::plus_modulus(v[which]);
        Machine m;
        m.write(P_POINTER, concat({v[0], v[1]}));
        CHECK(m.call(Syscall::SECP256K1_DOUBLE, P_POINTER, 0, &result) != nullptr);
        CHECK_FALSE(forced_problems<CurveDoubleChip<Secp256k1>>(m).empty());
    }
}

TEMPLATE_TEST_CASE("a sum that is not reduced is not provable", "", Secp256k1, Secp256r1, Bn254, Bls12381) {
    using C = Words<typename TestType::Modulus>;
    Random random(7);
    // px, slope and x3 chosen; qx, py and qy follow, so that x3 = 11 and y3 = 13.
    const auto px = C::random(random), slope = C::random(random), x = C::small(11), y = C::small(13);
    const auto qx = C::sub(C::sub(C::mul(slope, slope), px), x), py = C::sub(C::mul(slope, C::sub(px, x)), y);
    const auto qy = C::sub(py, C::mul(slope, C::sub(px, qx)));
    for (int variant = 0; variant < 3; variant++) {
        Machine m;
        m.write(P_POINTER, concat({px, py}));
        m.write(Q_POINTER, concat({qx, qy}));
        const auto result = concat({variant == 1 ? C::plus_modulus(x) : x, variant == 2 ? C::plus_modulus(y) : y});
        m.call(TestType::ADD, P_POINTER, Q_POINTER, &result);
        if (variant == 0) {
            CHECK(check<CurveAddChip<TestType>>(m, rows_of<CurveAddChip<TestType>>(m)).empty());
        } else {
            const auto problems = forced_problems<CurveAddChip<TestType>>(m);
            CHECK_FALSE(problems.empty());
            CHECK(problems.size() <= 2);
        }
    }
}

TEST_CASE("a wrong sum, or a call that is dropped, repeated or made elsewhere, is not provable") {
    Random random(8);
    Machine m = additions<Secp256k1>(random);
    auto rows = rows_of<CurveAddChip<Secp256k1>>(m);
    auto fewer = rows;
    fewer.pop_back();
    CHECK_FALSE(check<CurveAddChip<Secp256k1>>(m, fewer).empty());
    auto more = rows;
    more.push_back(rows[0]);
    CHECK_FALSE(check<CurveAddChip<Secp256k1>>(m, more).empty());
    auto moved = rows;
    moved[0].main.p.first.quarter += F::ONE;
    CHECK_FALSE(check<CurveAddChip<Secp256k1>>(m, moved).empty());
    // Consistent in the row, not with memory: the sum of another call at this one's time and place.
    auto exchanged = rows;
    std::swap(exchanged[0].main.x, exchanged[1].main.x);
    CHECK_FALSE(check<CurveAddChip<Secp256k1>>(m, exchanged).empty());
    const std::vector<uint32_t> wrong(16, 1);
    m.call(Syscall::SECP256K1_ADD, P_POINTER, Q_POINTER, &wrong);
    CHECK(rows_of<CurveAddChip<Secp256k1>>(m).empty());
    CHECK_FALSE(forced_problems<CurveAddChip<Secp256k1>>(m).empty());
}

TEST_CASE("curve calls on pointers outside memory or misaligned are not provable") {
    using C = Words<Secp256k1Modulus>;
    struct Case {
        uint32_t p, q;
        bool provable;
    };
    for (const Case c :
         {Case{0x7800'0000 - 64, Q_POINTER, true}, Case{P_POINTER, 0x7800'0000 - 64, true}, Case{0x80, Q_POINTER, true},
          Case{0x7800'0000 - 60, Q_POINTER, false}, Case{P_POINTER, 0x7800'0000 - 60, false},
          Case{P_POINTER, 0x7800'0000, false}, Case{0x7c, Q_POINTER, false}, Case{P_POINTER, 0x40, false},
          Case{P_POINTER + 1, Q_POINTER, false}, Case{P_POINTER, Q_POINTER + 2, false},
          Case{P_POINTER, Q_POINTER + 3, false}}) {
        INFO(c.p << " " << c.q);
        Random random(9);
        Machine m;
        m.write(c.p, concat({C::random(random), C::random(random)}));
        m.write(c.q, concat({C::random(random), C::random(random)}));
        REQUIRE(m.call(Syscall::SECP256K1_ADD, c.p, c.q) == nullptr);
        CHECK(check<CurveAddChip<Secp256k1>>(m, rows_of<CurveAddChip<Secp256k1>>(m)).empty() == c.provable);
    }
}

// --- decompression ---

namespace {

template <class Curve, RootChoice CHOICE>
struct Decompression {
    using Chip = CurveDecompressChip<Curve, CHOICE>;
    using C = Words<typename Curve::Modulus>;
    /// Calls for abscissas x = 1, 2, .. and random ones that have a root, with both signs.
    static Machine calls(Random& random, size_t count) {
        Machine m;
        size_t made = 0;
        for (uint32_t i = 1; made < count; i++) {
            const auto x = i % 3 == 0 ? C::small(i) : C::random(random);
            m.write(P_POINTER, concat({random_words(random, C::W), x}));
            Machine probe = m;
            if (probe.call(Curve::DECOMPRESS, P_POINTER, made % 2)) continue;
            REQUIRE(m.call(Curve::DECOMPRESS, P_POINTER, made % 2) == nullptr);
            made++;
        }
        return m;
    }
};
using K1 = Decompression<Secp256k1, RootChoice::parity>;
using R1 = Decompression<Secp256r1, RootChoice::parity>;
using Bls = Decompression<Bls12381, RootChoice::order>;

}  // namespace

TEMPLATE_TEST_CASE("point decompressions are provable and every column counts", "", K1, R1, Bls) {
    using Chip = typename TestType::Chip;
    Random random(10);
    const Machine m = TestType::calls(random, 6);
    check_table<Chip>(m, 6, random);
}

TEMPLATE_TEST_CASE("the other root, no root, an unreduced x or another sign is not provable", "", K1, R1, Bls) {
    using Chip = typename TestType::Chip;
    using C = typename TestType::C;
    const Syscall word = Chip::CALLS[0];
    Random random(11);
    const Machine honest = TestType::calls(random, 2);
    for (uint32_t sign : {0u, 1u}) {
        // The buffer of the last honest call: its y belongs to sign 1.
        const auto y = honest.read(P_POINTER, C::W), x = honest.read(P_POINTER + 4 * C::W, C::W);
        const auto other = C::sub(C::small(0), y);
        Machine m;
        m.write(P_POINTER, concat({C::small(3), x}));
        const auto& wrong = sign == 1 ? other : y;
        REQUIRE(m.call(word, P_POINTER, sign, &wrong) == nullptr);
        CHECK_FALSE(forced_problems<Chip>(m).empty());
        Machine odd;
        odd.write(P_POINTER, concat({C::small(3), x}));
        for (uint32_t bad : {2u, 3u, 0x10000u, 0x10001u}) {
            CHECK(odd.call(word, P_POINTER, bad, &y) != nullptr);
            // Filled as for sign 1, but for what the call says.
            Machine as_one = odd;
            auto& call = as_one.chunk.calls[as_one.chunk.calls.size() - 1];
            call.a1 = 1;
            Rows<Chip> rows(1);
            REQUIRE(Chip::fill(call, &as_one.chunk.accesses[call.first_access], &rows[0].main));
            rows[0].main.sign = F::reduce(bad);
            CHECK_FALSE(check<Chip>(odd, rows).empty());
        }
    }
    for (uint32_t i = 1;; i++) {
        Machine m;
        m.write(P_POINTER, concat({C::small(3), C::small(i)}));
        const auto some = C::random(random);
        if (m.call(word, P_POINTER, some[0] & 1, &some) == nullptr) continue;
        CHECK_FALSE(forced_problems<Chip>(m).empty());
        break;
    }
    if constexpr (TestType::C::W == 8) {
        for (uint32_t i = 1;; i++) {
            Machine reduced;
            reduced.write(P_POINTER, concat({C::small(3), C::small(i)}));
            if (reduced.call(word, P_POINTER, 1)) continue;
            const auto y = reduced.read(P_POINTER, 8);
            Machine m;
            m.write(P_POINTER, concat({C::small(3), C::plus_modulus(C::small(i))}));
            CHECK(m.call(word, P_POINTER, 1, &y) != nullptr);
            CHECK_FALSE(forced_problems<Chip>(m).empty());
            break;
        }
    }
}

TEST_CASE("a root above the modulus, whose parity is the other one, is not provable") {
    using C = Words<Secp256k1Modulus>;
    // y = i small with y^2 - 7 a cube: p = 7 mod 9, so (p + 2) / 9 gives the root.
    const auto& field = prime_field<Secp256k1Modulus>();
    auto exponent = field.modulus();
    rv32::bigint::add_to(exponent, rv32::bigint::from_u64<4>(2));
    rv32::Limbs<4> ninth{};
    uint64_t rest = 0;
    for (size_t i = 256; i-- > 0;) {
        rest = 2 * rest + (exponent[i / 64] >> (i % 64) & 1);
        if (rest >= 9) {
            rest -= 9;
            ninth[i / 64] |= uint64_t{1} << (i % 64);
        }
    }
    REQUIRE(rest == 0);
    for (uint32_t i = 3;; i++) {
        const auto cube = C::encode(C::sub(C::mul(C::small(i), C::small(i)), C::small(7)));
        const auto x = field.pow(cube, ninth);
        if (field.mul(field.square(x), x) != cube) continue;
        Machine m;
        m.write(P_POINTER, concat({C::small(3), C::decode(x)}));
        Machine honest = m;
        REQUIRE(honest.call(Syscall::SECP256K1_DECOMPRESS, P_POINTER, i % 2) == nullptr);
        REQUIRE(honest.read(P_POINTER, 8) == C::small(i));
        const auto above = C::plus_modulus(C::small(i));
        m.call(Syscall::SECP256K1_DECOMPRESS, P_POINTER, 1 - i % 2, &above);
        const auto problems = forced_problems<K1::Chip>(m);
        CHECK_FALSE(problems.empty());
        CHECK(problems.size() <= 2);
        break;
    }
}
