// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

constexpr uint32_t X = 0x4000, Y = 0x8000;

template <class Chip>
std::vector<std::string> last_problems(const Machine& m) {
    Rows<Chip> rows(1);
    const auto& call = m.chunk.calls[m.chunk.calls.size() - 1];
    CHECK_FALSE(Chip::fill(call, &m.chunk.accesses[call.first_access], &rows[0].main));
    return check<Chip>(m, rows);
}

/// Coordinates of an operand: 1 for Fp, 2 for Fp2.
template <class Chip>
constexpr size_t DEGREE =
    std::is_same_v<Chip, QuadraticOperationChip<Bn254Fp2>> || std::is_same_v<Chip, QuadraticOperationChip<Bls12381Fp2>>
        ? 2
        : 1;

/// All three operations on random, extreme, equal and (where the ABI computes) unreduced operands.
template <class Chip>
Machine operations(Random& random) {
    constexpr size_t W = Chip::D::NUM_WORDS, N = W * DEGREE<Chip>;
    const auto& modulus = Chip::M::WORDS;
    Machine m;
    std::vector<uint32_t> largest, zero(N, 0), ones(N, 0xffffffff);
    for (size_t i = 0; i < N; i++) largest.push_back(modulus[i % W] - (i % W == 0 ? 1 : 0));
    const auto reduced = [&] {
        std::vector<uint32_t> v;
        for (size_t i = 0; i < DEGREE<Chip>; i++) {
            const auto part = random_below(random, modulus);
            v.insert(v.end(), part.begin(), part.end());
        }
        return v;
    };
    for (Syscall word : Chip::CALLS) {
        const std::pair<std::vector<uint32_t>, std::vector<uint32_t>> operands[] = {
            {reduced(), reduced()}, {reduced(), reduced()},
            {largest, largest},     {zero, largest},
            {zero, zero},           {ones, ones},
            {ones, reduced()},      {random_words(random, N), zero},
            {largest, ones},        {zero, ones}};
        for (const auto& [x, y] : operands) {
            m.write(X, x);
            m.write(Y, y);
            // Fp2 subtraction of a far too large operand faults.
            Machine probe;
            probe.write(X, x);
            probe.write(Y, y);
            if (probe.call(word, X, Y)) continue;
            REQUIRE(m.call(word, X, Y) == nullptr);
        }
        REQUIRE(m.call(word, X, X) == nullptr);
        REQUIRE(m.call(word, X, X + 4) == nullptr);
    }
    return m;
}

}  // namespace

TEMPLATE_TEST_CASE("field operations are provable and every column counts", "", FieldOperationChip<Secp256k1Fp>,
                   FieldOperationChip<Bn254Fp>, FieldOperationChip<Bls12381Fp>, QuadraticOperationChip<Bn254Fp2>,
                   QuadraticOperationChip<Bls12381Fp2>) {
    Random random(1);
    const Machine m = operations<TestType>(random);
    const auto rows = rows_of<TestType>(m);
    REQUIRE(rows.size() >= 3 * 8);
    CHECK(check<TestType>(m, rows) == std::vector<std::string>{});
    CHECK(unnoticed_columns<TestType>(m, rows, random) == std::vector<size_t>{});
}

TEMPLATE_TEST_CASE("a wrong or unreduced result of a field operation is not provable", "",
                   FieldOperationChip<Secp256k1Fp>, FieldOperationChip<Bn254Fp>, QuadraticOperationChip<Bn254Fp2>) {
    constexpr size_t W = TestType::D::NUM_WORDS, N = W * DEGREE<TestType>;
    for (Syscall word : TestType::CALLS) {
        // 2 op 1 is small, so that result + M fits.
        std::vector<uint32_t> two(N, 0), one(N, 0);
        two[0] = 2;
        one[0] = 1;
        Machine honest;
        honest.write(X, two);
        honest.write(Y, one);
        REQUIRE(honest.call(word, X, Y) == nullptr);
        for (bool unreduced : {false, true}) {
            auto result = honest.read(X, N);
            if (unreduced) {
                uint64_t carry = 0;
                for (size_t i = 0; i < W; i++) {
                    carry += uint64_t{result[i]} + TestType::M::WORDS[i];
                    result[i] = static_cast<uint32_t>(carry);
                    carry >>= 32;
                }
            } else {
                result[W - 1] ^= 1;
            }
            Machine m;
            m.write(X, two);
            m.write(Y, one);
            m.call(word, X, Y, &result);
            const auto problems = last_problems<TestType>(m);
            CHECK_FALSE(problems.empty());
            if (unreduced) CHECK(problems.size() <= (DEGREE<TestType> == 1 ? 32 : 100));
        }
    }
}

TEST_CASE("the call's id decides the operation") {
    Random random(2);
    Machine m;
    m.write(X, random_below(random, Bn254Modulus::WORDS));
    m.write(Y, random_below(random, Bn254Modulus::WORDS));
    REQUIRE(m.call(Syscall::BN254_FP_ADD, X, Y) == nullptr);
    // The same row as an answer to a subtraction: the call is what the CPU says.
    m.chunk.calls[0].word = static_cast<uint32_t>(Syscall::BN254_FP_SUB);
    CHECK_FALSE(last_problems<FieldOperationChip<Bn254Fp>>(m).empty());
    Rows<FieldOperationChip<Bn254Fp>> rows(1);
    auto call = m.chunk.calls[0];
    call.word = static_cast<uint32_t>(Syscall::BN254_FP_ADD);
    REQUIRE(FieldOperationChip<Bn254Fp>::fill(call, m.chunk.accesses.data(), &rows[0].main));
    CHECK_FALSE(check<FieldOperationChip<Bn254Fp>>(m, rows).empty());
}

TEST_CASE("an Fp2 subtraction with b > a + M is not provable, with b = a + M it is") {
    const auto& modulus = Bn254Modulus::WORDS;
    for (size_t coordinate : {size_t{0}, size_t{1}}) {
        for (uint32_t over : {0u, 1u}) {
            std::vector<uint32_t> a(16, 0), b(16, 0);
            a[8 * coordinate] = 9;
            std::copy(modulus.begin(), modulus.end(), b.begin() + static_cast<std::ptrdiff_t>(8 * coordinate));
            b[8 * coordinate] += 9 + over;
            Machine m;
            m.write(X, a);
            m.write(Y, b);
            if (over == 0) {
                REQUIRE(m.call(Syscall::BN254_FP2_SUB, X, Y) == nullptr);
                const auto rows = rows_of<QuadraticOperationChip<Bn254Fp2>>(m);
                CHECK(check<QuadraticOperationChip<Bn254Fp2>>(m, rows) == std::vector<std::string>{});
            } else {
                // a - b = -M - 1 = M - 1 mod M.
                std::vector<uint32_t> result(16, 0);
                std::copy(modulus.begin(), modulus.end(), result.begin() + static_cast<std::ptrdiff_t>(8 * coordinate));
                result[8 * coordinate] -= 1;
                CHECK(m.call(Syscall::BN254_FP2_SUB, X, Y, &result) != nullptr);
                CHECK_FALSE(last_problems<QuadraticOperationChip<Bn254Fp2>>(m).empty());
            }
        }
    }
}

// --- UINT256_MUL ---

namespace {

Machine multiplications(Random& random) {
    Machine m;
    const auto multiply = [&](const std::vector<uint32_t>& x, const std::vector<uint32_t>& y,
                              const std::vector<uint32_t>& modulus) {
        m.write(X, x);
        m.write(Y, concat({y, modulus}));
        REQUIRE(m.call(Syscall::UINT256_MUL, X, Y) == nullptr);
    };
    const std::vector<uint32_t> zero(8, 0), ones(8, 0xffffffff),
        one = {1, 0, 0, 0, 0, 0, 0, 0}, small = {977, 0, 0, 0, 0, 0, 0, 0}, half = {0, 0, 0, 0, 0x12345, 0, 0, 0};
    for (int i = 0; i < 4; i++) multiply(random_words(random, 8), random_words(random, 8), random_words(random, 8));
    multiply(random_words(random, 8), random_words(random, 8), zero);
    multiply(ones, ones, zero);
    multiply(ones, ones, ones);
    multiply(zero, ones, zero);
    multiply(zero, zero, ones);
    // Quotients of more than 256 bits.
    multiply(ones, ones, one);
    multiply(ones, ones, small);
    multiply(random_words(random, 8), ones, half);
    // Overlaps: y and m from x on, x inside m.
    REQUIRE(m.call(Syscall::UINT256_MUL, X, X) == nullptr);
    REQUIRE(m.call(Syscall::UINT256_MUL, Y + 40, Y) == nullptr);
    return m;
}

}  // namespace

TEST_CASE("256-bit multiplications are provable for any modulus and quotient, and every column counts") {
    Random random(3);
    const Machine m = multiplications(random);
    check_table<Uint256MulChip>(m, 14, random);
}

TEST_CASE("a 256-bit multiplication with a wrong remainder is not provable") {
    Random random(4);
    const auto x = random_words(random, 8), y = random_words(random, 8);
    std::vector<uint32_t> modulus = random_words(random, 8);
    modulus[7] >>= 2;
    Machine honest;
    honest.write(X, x);
    honest.write(Y, concat({y, modulus}));
    REQUIRE(honest.call(Syscall::UINT256_MUL, X, Y) == nullptr);
    // remainder + m, with a quotient one less.
    auto result = honest.read(X, 8);
    uint64_t carry = 0;
    for (size_t i = 0; i < 8; i++) {
        carry += uint64_t{result[i]} + modulus[i];
        result[i] = static_cast<uint32_t>(carry);
        carry >>= 32;
    }
    REQUIRE(carry == 0);
    Machine m;
    m.write(X, x);
    m.write(Y, concat({y, modulus}));
    m.call(Syscall::UINT256_MUL, X, Y, &result);
    Rows<Uint256MulChip> rows(1);
    CHECK_FALSE(Uint256MulChip::fill(m.chunk.calls[0], m.chunk.accesses.data(), &rows[0].main));
    auto& row = rows[0].main;
    // The adversary's repair: the smaller quotient and its carries.
    Digits<int64_t, 64> quotient;
    bool borrow = true;
    for (size_t i = 0; i < 64; i++) {
        quotient[i] = row.quotient[i].canonical();
        if (borrow) {
            borrow = quotient[i] == 0;
            quotient[i] = borrow ? 255 : quotient[i] - 1;
        }
        row.quotient[i] = F::from_canonical(static_cast<uint32_t>(quotient[i]));
    }
    const Uint256Product::Values<int64_t> v = {
        0,        byte_digits<32>(x.data()),     byte_digits<32>(y.data()), byte_digits<32>(modulus.data()),
        quotient, byte_digits<32>(result.data())};
    REQUIRE(fill_carries(Uint256Product::sum(v), row.carry));
    const auto problems = check<Uint256MulChip>(m, rows);
    CHECK_FALSE(problems.empty());
    CHECK(problems.size() <= 2);
    // m not 0 treated as 2^256.
    Machine plain;
    plain.write(X, x);
    plain.write(Y, concat({y, std::vector<uint32_t>(8, 0)}));
    REQUIRE(plain.call(Syscall::UINT256_MUL, X, Y) == nullptr);
    const auto low = plain.read(X, 8);
    Machine n;
    n.write(X, x);
    n.write(Y, concat({y, modulus}));
    n.call(Syscall::UINT256_MUL, X, Y, &low);
    Uint256MulChip::fill(n.chunk.calls[0], n.chunk.accesses.data(), &rows[0].main);
    rows[0].main.no_modulus = F::ONE;
    CHECK_FALSE(check<Uint256MulChip>(n, rows).empty());
}

TEST_CASE("a modulus of 0 cannot be treated as one") {
    // With m = 0 and no_modulus = 0 the sum would be x y - result: provable for small products but for result < m.
    Machine m;
    const std::vector<uint32_t> x = {3, 0, 0, 0, 0, 0, 0, 0}, result = {15, 0, 0, 0, 0, 0, 0, 0};
    m.write(X, x);
    m.write(Y, {5, 0, 0, 0, 0, 0, 0, 0});
    m.call(Syscall::UINT256_MUL, X, Y, &result);
    auto rows = rows_of<Uint256MulChip>(m);
    REQUIRE(check<Uint256MulChip>(m, rows).empty());
    rows[0].main.no_modulus = F::ZERO;
    CHECK_FALSE(check<Uint256MulChip>(m, rows).empty());
    for (F& f : rows[0].main.chosen) {
        f = F::ONE;
        CHECK_FALSE(check<Uint256MulChip>(m, rows).empty());
        f = F::ZERO;
    }
}

TEST_CASE("multiplications on pointers outside memory or misaligned are not provable") {
    struct Case {
        uint32_t x, y;
        bool provable;
    };
    for (const Case c :
         {Case{0x7800'0000 - 32, Y, true}, Case{X, 0x7800'0000 - 64, true}, Case{0x80, 0x80, true},
          Case{0x7800'0000 - 28, Y, false}, Case{X, 0x7800'0000 - 60, false}, Case{0x7c, Y, false},
          Case{X, 0x7c, false}, Case{X + 2, Y, false}, Case{X, Y + 1, false}, Case{0xffff'fff0, Y, false}}) {
        INFO(c.x << " " << c.y);
        Random random(5);
        Machine m;
        m.write(c.x, random_words(random, 8));
        m.write(c.y, random_words(random, 16));
        REQUIRE(m.call(Syscall::UINT256_MUL, c.x, c.y) == nullptr);
        CHECK(check<Uint256MulChip>(m, rows_of<Uint256MulChip>(m)).empty() == c.provable);
    }
}
