// SPDX-License-Identifier: Apache-2.0
// Lies about numbers in limbs: products that are right modulo p only at one position of their identity. Their rows are
// those of a call whose result is made up.
#include "test/soundness/lies.hpp"
#include "test/unit/precompiles/harness.hpp"

namespace ashlar::test {

using namespace chips;
using namespace chips::test;

namespace {

constexpr uint32_t A0 = 0x4000, A1 = 0x8000;
using Words = std::vector<uint32_t>;

/// The row of a call on a memory of its own.
template <class Chip>
air::RowOf<Chip, F> filled(const Machine& world) {
    air::RowOf<Chip, F> row{};
    Chip::fill(world.chunk.calls[0], world.chunk.accesses.data(), &row.main);
    return row;
}

/// a b + p 2^(16 j) mod M in place of a b: position j of the identity holds modulo p, and its carry is p / 2^16 off.
template <class Field>
void field_lies(std::vector<Lie>& out) {
    using Chip = FieldOperationChip<Field>;
    using M = typename Chip::M;
    constexpr size_t W = Chip::D::NUM_WORDS;
    const auto& field = prime_field<M>();
    const auto element = [&](const Words& w) { return field.encode(rv32::bigint::from_words<W / 2>(w.data())); };
    Random random(11);
    auto wrap = field.small(F::P);
    for (size_t j = 0; j + 1 < 2 * Chip::D::LIMBS; j++, wrap = field.mul(wrap, field.small(1 << 16))) {
        const Words a = random_below(random, M::WORDS), b = random_below(random, M::WORDS);
        Words result(W);
        rv32::bigint::to_words<W / 2>(field.decode(field.add(field.mul(element(a), element(b)), wrap)), result.data());
        Machine world;
        world.write(A0, a), world.write(A1, b);
        world.call(Chip::CALLS[2], A0, A1, &result);
        auto row = filled<Chip>(world);
        const typename Chip::template Values<int64_t> v = {{0, 0, 1},
                                                           byte_digits<Chip::N>(a.data()),
                                                           byte_digits<Chip::N>(b.data()),
                                                           byte_digits<Chip::N>(result.data())};
        auto sum = Chip::sum(v);
        sum.s[j] += F::P;
        REQUIRE(fill_reduction<M>(sum, row.main.reduction));
        out.push_back(make_lie<Chip>("a product modulo p, position " + std::to_string(j), row));
    }
}

/// Results that are not below the modulus: M and changes of some of its limbs. The row chooses limbs as it likes.
template <class Field>
void comparison_lies(std::vector<Lie>& out) {
    using Chip = FieldOperationChip<Field>;
    using M = typename Chip::M;
    using D = ModulusDigits<M>;
    using Less = LessThanModulus<F, M>;
    constexpr size_t CHOICES = Less::TOP - (Less::HAS_RUN ? 0 : 1);
    struct Limb {
        size_t i;
        int32_t by;  ///< more than M's
    };
    struct Choice {
        size_t i;  ///< CHOICES: the rest, which is not said
        int32_t times;
    };
    const auto lie = [&](std::string what, std::initializer_list<Limb> result_limbs,
                         std::initializer_list<Choice> choices) {
        // result = M + x, x + 0 = result.
        std::array<int64_t, D::LIMBS> x{}, sum{};
        for (size_t i = 0; i < D::LIMBS; i++) sum[i] = D::LIMB[i];
        for (const Limb& l : result_limbs) x[l.i] += l.by, sum[l.i] += l.by;
        for (size_t i = 0; i < D::LIMBS; i++) {
            REQUIRE((sum[i] >= 0 && sum[i] < 1 << 16));
            if (i + 1 < D::LIMBS) x[i + 1] += x[i] >> 16;
            x[i] &= 0xffff;
        }
        Words operand(D::NUM_WORDS), result(D::NUM_WORDS);
        for (size_t i = 0; i < D::LIMBS; i++) {
            operand[i / 2] |= static_cast<uint32_t>(x[i]) << (16 * (i % 2));
            result[i / 2] |= static_cast<uint32_t>(sum[i]) << (16 * (i % 2));
        }
        Machine world;
        world.write(A0, operand), world.write(A1, Words(D::NUM_WORDS));
        world.call(Chip::CALLS[0], A0, A1, &result);
        auto row = filled<Chip>(world);
        const typename Chip::template Values<int64_t> v = {
            {1, 0, 0}, byte_digits<Chip::N>(operand.data()), {}, byte_digits<Chip::N>(result.data())};
        REQUIRE(fill_reduction<M>(Chip::sum(v), row.main.reduction));
        row.main.less = {};
        for (const Choice& c : choices)
            if (c.i < CHOICES) row.main.less.chosen[c.i] = F::from_int(c.times);
        out.push_back(make_lie<Chip>(std::move(what), row));
    };
    lie("M itself is below M", {}, {{0, 1}});
    if constexpr (Less::HAS_RUN) lie("M + 1 is below M in the high limbs", {{0, 1}}, {{CHOICES, 1}});
    for (size_t i = 1; i < Less::TOP; i++)
        if (D::LIMB[i] < 0xffff && D::LIMB[i - 1] > 0)
            lie("a lower limb is less though limb " + std::to_string(i) + " is more", {{i, 1}, {i - 1, -1}},
                {{i - 1, 1}});
    const size_t last = Less::HAS_RUN ? CHOICES - 1 : CHOICES;  // that may be chosen with an equal limb
    for (size_t i = 0; i + 2 <= last; i++)
        if (D::LIMB[i] < 0xfffe)
            lie("limb " + std::to_string(i) + " is chosen -1 times", {{i, 2}}, {{i, -1}, {last - 1, 1}, {last, 1}});
}

/// quotient and remainder of a by b.
template <size_t N>
std::pair<rv32::Limbs<N>, rv32::Limbs<N>> divide(const rv32::Limbs<N>& a, const rv32::Limbs<N>& b) {
    rv32::Limbs<N> q{}, r{};
    for (size_t bit = 64 * N; bit-- > 0;) {
        rv32::bigint::add_to(r, rv32::Limbs<N>(r));
        r[0] |= a[bit / 64] >> (bit % 64) & 1;
        if (rv32::bigint::less(r, b)) continue;
        rv32::bigint::sub_from(r, b);
        q[bit / 64] |= uint64_t{1} << (bit % 64);
    }
    return {q, r};
}

/// The same of x y mod m, whose quotient has 512 bits.
void uint256_lies(std::vector<Lie>& out) {
    using Chip = Uint256MulChip;
    Random random(12);
    for (size_t j = 0; j + 1 < Chip::POSITIONS; j++) {
        const Words x = random_words(random, 8), y = random_words(random, 8);
        Words m = random_words(random, 8);
        m[7] |= 0x8000'0000;
        rv32::Limbs<12> total{}, modulus{};
        const auto product =
            rv32::bigint::multiply(rv32::bigint::from_words<4>(x.data()), rv32::bigint::from_words<4>(y.data()));
        std::copy(product.begin(), product.end(), total.begin());
        rv32::Limbs<12> wrap{};
        wrap[j / 4] = uint64_t{F::P} << (16 * (j % 4));
        if (j % 4 == 3) wrap[j / 4 + 1] = F::P >> 16;
        rv32::bigint::add_to(total, wrap);
        const auto m4 = rv32::bigint::from_words<4>(m.data());
        std::copy(m4.begin(), m4.end(), modulus.begin());
        const auto [q, r] = divide<12>(total, modulus);
        Words quotient(24), result(24);
        rv32::bigint::to_words<12>(q, quotient.data());
        rv32::bigint::to_words<12>(r, result.data());
        result.resize(8);
        Machine world;
        world.write(A0, x), world.write(A1, y), world.write(A1 + 32, m);
        world.call(Syscall::UINT256_MUL, A0, A1, &result);
        auto row = filled<Chip>(world);
        auto& main = row.main;
        fill_bytes(main.quotient, quotient.data());
        const Uint256Product::Values<int64_t> v = {0,
                                                   byte_digits<32>(x.data()),
                                                   byte_digits<32>(y.data()),
                                                   byte_digits<32>(m.data()),
                                                   byte_digits<64>(quotient.data()),
                                                   byte_digits<32>(result.data())};
        auto sum = Uint256Product::sum(v);
        sum.s[j] += F::P;
        REQUIRE(fill_carries(sum, main.carry));
        out.push_back(make_lie<Chip>("a product modulo p, position " + std::to_string(j), row));
    }
}

}  // namespace

std::vector<Lie> limb_lies() {
    std::vector<Lie> out;
    field_lies<Secp256k1Fp>(out);
    comparison_lies<Secp256k1Fp>(out);
    field_lies<Bn254Fp>(out);
    comparison_lies<Bn254Fp>(out);
    field_lies<Bls12381Fp>(out);
    comparison_lies<Bls12381Fp>(out);
    uint256_lies(out);
    return out;
}

}  // namespace ashlar::test
