// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/bn254.hpp"

#include "libs/crypto/bn254_split.hpp"
#include "libs/crypto/pairing.hpp"

namespace ashlar::crypto::bn254 {

struct FpParameters {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d,
                                            0x30644e72e131a029};
    using Call = guest::Syscall;
    static constexpr Call ADD = Call::BN254_FP_ADD, SUB = Call::BN254_FP_SUB, MUL = Call::BN254_FP_MUL;
    static constexpr Call FP2_ADD = Call::BN254_FP2_ADD, FP2_SUB = Call::BN254_FP2_SUB, FP2_MUL = Call::BN254_FP2_MUL;
};
using Fp = Field<FpParameters>;
using E = Fp2<Fp>;

struct Tower {
    using Fp = bn254::Fp;
    static constexpr Twist TWIST = Twist::divides;
    /// xi = 9 + u.
    static E xi() { return {Fp::from_u64(9), Fp::one()}; }
    static void multiply_xi(E& a) {
#ifdef __riscv
        static constexpr E XI{Fp::constant({9}), Fp::constant({1})};
        a *= XI;
#else
        const E t = a.twice().twice().twice();
        a = {t.c0 + a.c0 - a.c1, t.c1 + a.c1 + a.c0};
#endif
    }
};
using F12 = Fp12<Tower>;

struct G1 {
    using F = Fp;
    static constexpr bool A_IS_ZERO = true;
    static constexpr guest::Syscall ADD = guest::Syscall::BN254_ADD, DOUBLE = guest::Syscall::BN254_DOUBLE;
    static Fp b() { return Fp::from_u64(3); }
};
struct G2 {
    using F = E;
    static constexpr bool A_IS_ZERO = true;
    static constexpr guest::Syscall ADD = NO_CALL, DOUBLE = NO_CALL;
    static const E& b() {
        static const E b = E{Fp::from_u64(3), Fp{}} * Tower::xi().inverse();
        return b;
    }
};

namespace {

/// The curve's parameter; p and r are polynomials in it.
constexpr uint64_t X = 4965661367192848881;

bool all_zero(BytesView b) {
    for (uint8_t x : b)
        if (x) return false;
    return true;
}

std::optional<Affine<Fp>> decode_g1(BytesView in) {
    if (all_zero(in)) return Affine<Fp>::at_infinity();
    const auto x = Fp::from_be(in.data()), y = Fp::from_be(in.data() + 32);
    if (!x || !y) return std::nullopt;
    const Affine<Fp> p{*x, *y, false};
    if (!on_curve<G1>(p)) return std::nullopt;
    return p;
}
FixedBytes<64> encode(const Affine<Fp>& p) {
    FixedBytes<64> out;
    if (!p.infinity) {
        p.x.to_be(out.data());
        p.y.to_be(out.data() + 32);
    }
    return out;
}

/// The image under the Frobenius endomorphism is [6 x^2] q exactly for the points of order r: 6 x^2 = t - 1 is a root
/// of the endomorphism's characteristic polynomial modulo r, and that polynomial's value there is r.
bool in_subgroup(const Affine<E>& q) {
    const auto once = multiply_u64<G2>(q, X).affine();
    auto s = multiply_u64<G2>(once, X);  // x^2 q
    const auto xx = s.affine();
    s.twice();
    s.add(xx);
    s.twice();
    return s.affine() == twisted_frobenius<Tower>(q);
}
std::optional<Affine<E>> decode_g2(BytesView in) {
    if (all_zero(in)) return Affine<E>::at_infinity();
    const auto x1 = Fp::from_be(in.data()), x0 = Fp::from_be(in.data() + 32), y1 = Fp::from_be(in.data() + 64),
               y0 = Fp::from_be(in.data() + 96);
    if (!x0 || !x1 || !y0 || !y1) return std::nullopt;
    const Affine<E> q{{*x0, *x1}, {*y0, *y1}, false};
    if (!on_curve<G2>(q) || !in_subgroup(q)) return std::nullopt;
    return q;
}

/// Non-adjacent form of 6 x + 2, which has 65 bits, least significant digit first.
constexpr size_t LOOP_DIGITS = 66;
constexpr std::array<int8_t, LOOP_DIGITS> LOOP = [] {
    std::array<int8_t, LOOP_DIGITS> digits{};
    // 6 x + 2 = 2 (3 x + 1), and 3 x + 1 < 2^64.
    static_assert(X < (uint64_t{1} << 63) / 3 * 2);
    uint64_t n = 3 * X + 1;
    bool overflow = false;
    for (size_t i = 1; i < LOOP_DIGITS; i++) {
        if (n & 1) {
            digits[i] = (n & 3) == 1 ? 1 : -1;
            if (digits[i] == 1) {
                n -= 1;
            } else {
                n += 1;
                overflow = n == 0;
            }
        }
        n = n >> 1 | static_cast<uint64_t>(overflow) << 63;
        overflow = false;
    }
    return digits;
}();

/// Product of the Miller functions. Source: Vercauteren, "Optimal pairings", IEEE Trans. Inf. Theory 56 (2010).
F12 miller_loop(const std::vector<PairingInput<Tower>>& pairs) {
    std::vector<MillerPoint<Tower>> points;
    points.reserve(pairs.size());
    for (const auto& pair : pairs) points.emplace_back(pair);
    F12 f = F12::one();
    size_t top = LOOP_DIGITS - 1;
    while (LOOP[top] == 0) top--;
    for (size_t i = top; i-- > 0;) {
        f.square_in_place();
        for (size_t k = 0; k < pairs.size(); k++) {
            points[k].twice(f);
            if (LOOP[i] == 1)
                points[k].add(f, pairs[k].q);
            else if (LOOP[i] == -1)
                points[k].add(f, -pairs[k].q);
        }
    }
    for (size_t k = 0; k < pairs.size(); k++) {
        const auto q1 = twisted_frobenius<Tower>(pairs[k].q);
        points[k].add(f, q1);
        points[k].add(f, -twisted_frobenius<Tower>(q1));
    }
    return f;
}

/// f^(2 x (6 x^2 + 3 x + 1) (p^12 - 1) / r). Source: Fuentes-Castaneda, Knapp, Rodriguez-Henriquez, SAC 2011.
F12 final_exponentiation(const F12& in) {
    const F12 f = easy_part(in);
    auto power_minus_x = [](const F12& a) { return a.cyclotomic_power(X).conjugate(); };
    const F12 y0 = power_minus_x(f), y1 = y0.cyclotomic_square(), y3 = y1.cyclotomic_square() * y1;
    const F12 y4 = power_minus_x(y3), y6 = power_minus_x(y4.cyclotomic_square());
    const F12 y8 = y6.conjugate() * y4 * y3.conjugate(), y9 = y8 * y1;
    const F12 y13 = y9.frobenius() * (y8 * y4 * f);
    const F12 y14 = y8.frobenius().frobenius() * y13;
    return (f.conjugate() * y9).frobenius().frobenius().frobenius() * y14;
}

}  // namespace

std::optional<FixedBytes<64>> add(BytesView a_bytes, BytesView b_bytes) {
    const auto a = decode_g1(a_bytes), b = decode_g1(b_bytes);
    if (!a || !b) return std::nullopt;
    Sum<G1> s(*a);
    s.add(*b);
    return encode(s.affine());
}

std::optional<FixedBytes<64>> multiply(BytesView point, BytesView scalar) {
    const auto p = decode_g1(point);
    if (!p) return std::nullopt;
#ifdef __riscv
    // A doubling is one call here: halving their number would cost more than it saves.
    Words256 k{};
    for (size_t i = 0; i < 32; i++)
        k[i / sizeof(limbs::Word)] |= static_cast<limbs::Word>(scalar[31 - i]) << (8 * (i % sizeof(limbs::Word)));
    return encode(multiply_sum<G1>({*p}, {k}).affine());
#else
    if (p->infinity) return encode(*p);
    // Two scalars of half the size share their doublings.
    HalfScalar low, high;
    split<Lattice>(Scalar::reduce_be(scalar.data()), low, high);
    const Affine<Fp> image{p->x * Fp::from_words(BETA), p->y};
    const std::vector<Affine<Fp>> points{low.negative ? -*p : *p, high.negative ? -image : image};
    return encode(multiply_sum<G1>(points, {low.magnitude, high.magnitude}).affine());
#endif
}

std::optional<bool> pairing_check(BytesView pairs) {
    if (pairs.size() % 192 != 0) return std::nullopt;
    std::vector<PairingInput<Tower>> inputs;
    for (size_t i = 0; i < pairs.size(); i += 192) {
        const auto p = decode_g1(pairs.subspan(i, 64));
        const auto q = decode_g2(pairs.subspan(i + 64, 128));
        if (!p || !q) return std::nullopt;
        if (!p->infinity && !q->infinity) inputs.push_back({*p, *q});
    }
    if (inputs.empty()) return true;
    return final_exponentiation(miller_loop(inputs)) == F12::one();
}

}  // namespace ashlar::crypto::bn254
