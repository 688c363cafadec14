// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/bls12_381.hpp"
#include "libs/crypto/bls12_381_encoding.hpp"
#include "libs/crypto/bls12_381_isogeny.hpp"

namespace ashlar::crypto::bls12_381 {
namespace {

/// The parameters of the simplified SWU map (RFC 9380, 8.8.1 and 8.8.2) and the coefficients of the isogeny behind it.
struct MapToG1 {
    using F = Fp;
    static F a() {
        return constant({0x5cf428082d584c1d, 0x98936f8da0e0f97f, 0xd8e8981aefd881ac, 0xb0ea985383ee66a8,
                         0x3d693a02c96d4982, 0x00144698a3b8e943});
    }
    static F b() {
        return constant({0xd1cc48e98e172be0, 0x5a23215a316ceaa5, 0xa0b9c14fcef35ef5, 0x2016c1f0f24f4070,
                         0x018b12e8753eee3b, 0x12e2908d11688030});
    }
    static F z() { return Fp::from_u64(11); }
    static bool sign(const F& x) { return x.is_odd(); }
    template <size_t N>
    static std::vector<F> coefficients(const uint64_t (&table)[N][6]) {
        std::vector<F> c;
        for (const auto& w : table) c.push_back(constant(w));
        return c;
    }
    static std::vector<F> x_numerator() { return coefficients(G1_X_NUMERATOR); }
    static std::vector<F> x_denominator() { return coefficients(G1_X_DENOMINATOR); }
    static std::vector<F> y_numerator() { return coefficients(G1_Y_NUMERATOR); }
    static std::vector<F> y_denominator() { return coefficients(G1_Y_DENOMINATOR); }
};
struct MapToG2 {
    using F = E;
    static F a() { return {Fp{}, Fp::from_u64(240)}; }
    static F b() { return {Fp::from_u64(1012), Fp::from_u64(1012)}; }
    static F z() { return {-Fp::from_u64(2), -Fp::one()}; }
    static bool sign(const F& x) { return x.c0.is_zero() ? x.c1.is_odd() : x.c0.is_odd(); }
    template <size_t N>
    static std::vector<F> coefficients(const uint64_t (&table)[N][6]) {
        std::vector<F> c;
        for (size_t i = 0; i < N; i += 2) c.push_back({constant(table[i]), constant(table[i + 1])});
        return c;
    }
    static std::vector<F> x_numerator() { return coefficients(G2_X_NUMERATOR); }
    static std::vector<F> x_denominator() { return coefficients(G2_X_DENOMINATOR); }
    static std::vector<F> y_numerator() { return coefficients(G2_Y_NUMERATOR); }
    static std::vector<F> y_denominator() { return coefficients(G2_Y_DENOMINATOR); }
};

template <class F>
F evaluate(const std::vector<F>& coefficients, const F& x) {
    F r = coefficients.back();
    for (size_t i = coefficients.size() - 1; i-- > 0;) r = r * x + coefficients[i];
    return r;
}

/// RFC 9380, 6.6.2 and 6.6.3: simplified SWU on the isogenous curve, then the isogeny.
template <class M>
Affine<typename M::F> map_to_curve(const typename M::F& u) {
    using F = typename M::F;
    static const F a = M::a(), b = M::b(), z = M::z(), minus_b_over_a = -b * a.inverse();
    const F zu2 = z * u.square(), t = zu2.square() + zu2;
    F x = t.is_zero() ? b * (z * a).inverse() : minus_b_over_a * (F::one() + t.inverse());
    auto y = ((x.square() + a) * x + b).sqrt();
    if (!y) {
        x = zu2 * x;
        y = ((x.square() + a) * x + b).sqrt();  // one of the two is a square
    }
    if (M::sign(u) != M::sign(*y)) y = -*y;

    static const auto x_num = M::x_numerator(), x_den = M::x_denominator(), y_num = M::y_numerator(),
                      y_den = M::y_denominator();
    const F dx = evaluate(x_den, x), dy = evaluate(y_den, x), inverse = (dx * dy).inverse();
    if (inverse.is_zero()) return Affine<F>::at_infinity();  // a pole of the isogeny
    return {evaluate(x_num, x) * inverse * dy, *y * evaluate(y_num, x) * inverse * dx, false};
}

/// RFC 9380, 8.8.1: times 1 - x, where x = -X.
Affine<Fp> clear_cofactor(const Affine<Fp>& p) {
    auto s = multiply_u64<G1>(p, X);
    s.add(p);
    return s.affine();
}
/// Source: Budroni, Pintore, eprint 2017/419 (RFC 9380, G.3): (x^2 - x - 1) q + (x - 1) psi(q) + psi^2(2 q), where x =
/// -X.
Affine<E> clear_cofactor(const Affine<E>& q) {
    auto psi = [](const Affine<E>& a) { return twisted_frobenius<Tower>(a); };
    const Affine<E> xq = -multiply_u64<G2>(q, X).affine(), psi_q = psi(q);
    Sum<G2> inner(xq);
    inner.add(psi_q);
    const Affine<E> x_inner = -multiply_u64<G2>(inner.affine(), X).affine();  // x^2 q + x psi(q)
    Sum<G2> r(q);
    r.twice();
    r = Sum<G2>(psi(psi(r.affine())));
    r.add(x_inner);
    r.add(-psi_q);
    r.add(-xq);
    r.add(-q);
    return r.affine();
}

}  // namespace

std::optional<Bytes> map_to_g1(BytesView input) {
    if (input.size() != FP_SIZE) return std::nullopt;
    const auto u = decode_fp(input.data());
    if (!u) return std::nullopt;
    return encode(clear_cofactor(map_to_curve<MapToG1>(*u)));
}

std::optional<Bytes> map_to_g2(BytesView input) {
    if (input.size() != 2 * FP_SIZE) return std::nullopt;
    const auto c0 = decode_fp(input.data()), c1 = decode_fp(input.data() + FP_SIZE);
    if (!c0 || !c1) return std::nullopt;
    return encode(clear_cofactor(map_to_curve<MapToG2>(E{*c0, *c1})));
}

}  // namespace ashlar::crypto::bls12_381
