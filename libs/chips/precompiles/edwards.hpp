// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/decompression.hpp"
#include "libs/chips/precompiles/reduction.hpp"

/// ed25519 (ABI.md 5.6): -x^2 + y^2 = 1 + d x^2 y^2.
namespace ashlar::chips {

struct Ed25519 {
    using M = Ed25519Modulus;
    using D = ModulusDigits<M>;
    static constexpr size_t N = D::BYTES, W = D::NUM_WORDS;
    static constexpr std::array<uint32_t, W> CURVE_D = {0x135978a3, 0x75eb4dca, 0x4141d8ab, 0x00700a4d,
                                                        0x7779e898, 0x8cc74079, 0x2b6ffe73, 0x52036cee};

    template <class V>
    using Number = Digits<V, N>;
    template <class V>
    using Sum = ReductionSum<V, M>;

    /// The words of a constant as digits.
    template <class V>
    static constexpr Number<V> constant(const std::array<uint32_t, W>& words) {
        Number<V> r;
        for (size_t i = 0; i < N; i++) r[i] = integer<V>(words[i / 4] >> (8 * (i % 4)) & 0xff);
        return r;
    }
    static constexpr Number<Range> RANGE = BYTE_RANGES<N>;

    /// a b - product, product < M.
    template <class V>
    static constexpr Sum<V> product_sum(const V& flag, const Number<V>& a, const Number<V>& b,
                                        const Number<V>& product) {
        Sum<V> sum;
        sum.add_product(a, b);
        sum.add_bytes(product, -1);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{1}), flag);
        return sum;
    }
    template <class = void>
    static constexpr CarryPlan PRODUCT_PLAN = plan_reduction<M>([] {
        ReductionSum<Range, Ed25519Modulus> sum;
        constexpr auto range = BYTE_RANGES<ModulusDigits<Ed25519Modulus>::BYTES>;
        sum.add_product(range, range);
        sum.add_bytes(range, -1);
        sum.add_constant(multiple_of_modulus<Ed25519Modulus>(std::array<int32_t, 1>{1}), Range(0, 1));
        return sum;
    }());

    using Plain = std::array<uint32_t, W>;
    static auto encode(const uint32_t* words) {
        return prime_field<M>().encode(rv32::bigint::from_words<W / 2>(words));
    }
    static Plain decode(const rv32::Limbs<W / 2>& element) {
        Plain p;
        rv32::bigint::to_words<W / 2>(prime_field<M>().decode(element), p.data());
        return p;
    }
};

/// ED_ADD: p := p + q by the complete law; p at a0 is overwritten at t + 1, q at a1 read at t. Operands may be
/// unreduced. Provable only if no denominator 1 +- d x1 x2 y1 y2 is 0 (they are not for points on the curve).
struct EdwardsAddChip : Ed25519 {
    static constexpr std::string_view NAME = "ed25519_add";
    static constexpr std::array CALLS = {Syscall::ED_ADD};
    static constexpr size_t ROWS_PER_CALL = 1;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> p, q;
        T x1[N], y1[N], x2[N], y2[N];
        T xx[N], yy[N];  ///< x1 x2 and y1 y2 mod M
        T xxyy[N];       ///< their product mod M
        T e[N];          ///< d times it, reduced
        T x[N], y[N];
        AccessTime<T> q_times[N / 2], p_times[N / 2];
        Reduction<T, M> xx_reduction, yy_reduction, xxyy_reduction, e_reduction, x_reduction, y_reduction;
        LessThanModulus<T, M> e_less, x_less, y_less;
        Different<T, N> not_one, not_minus_one;
    };

    template <class V>
    struct Values {
        V flag;
        Number<V> x1, y1, x2, y2, xx, yy, e, x, y;
    };
    /// x (1 + e) = x1 y2 + y1 x2; the products may have unreduced factors.
    template <class V>
    static constexpr Sum<V> x_sum(const Values<V>& v) {
        Sum<V> sum;
        sum.add_product(v.x, v.e);
        sum.add_bytes(v.x);
        sum.add_product(v.x1, v.y2, -1);
        sum.add_product(v.y1, v.x2, -1);
        std::array<int32_t, D::LIMBS + 1> factor{};
        factor[D::LIMBS] = 5;  // 5 M 2^256 > 2^513
        sum.add_constant(multiple_of_modulus<M>(factor), v.flag);
        return sum;
    }
    /// y (1 - e) = y1 y2 + x1 x2.
    template <class V>
    static constexpr Sum<V> y_sum(const Values<V>& v) {
        Sum<V> sum;
        sum.add_product(v.y, v.e, -1);
        sum.add_bytes(v.y);
        sum.add_bytes(v.yy, -1);
        sum.add_bytes(v.xx, -1);
        sum.add_constant(square_of_modulus<M>(3), v.flag);
        return sum;
    }

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m);
    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

/// ED_DECOMPRESS: the buffer at a0 holds x, written at t + 1, then y, read at t, whose top bit is ignored; a1 is the
/// parity of x. Provable only if the sign is 0 or 1, y is not 0 mod M, and x exists with that parity (so x = 0 only
/// with sign 0); x is written reduced. y may be unreduced.
struct EdwardsDecompressChip : Ed25519 {
    static constexpr std::string_view NAME = "ed25519_decompress";
    static constexpr std::array CALLS = {Syscall::ED_DECOMPRESS};
    static constexpr size_t ROWS_PER_CALL = 1;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> buffer;
        T sign;
        T y[N], x[N];
        T y_top;  ///< bit 255
        T yy[N];  ///< y^2 mod M
        T e[N];   ///< d y^2 mod M
        T xx[N];  ///< x^2 mod M
        T half;   ///< x's lowest byte is 2 half + sign
        T old_x[D::LIMBS];
        AccessTime<T> y_times[N / 4], x_times[N / 4];
        Reduction<T, M> yy_reduction, e_reduction, xx_reduction, curve_reduction;
        LessThanModulus<T, M> x_less;
        Different<T, N> not_zero, not_modulus;  ///< y without its top bit
    };

    template <class V>
    struct Values {
        V flag;
        Number<V> yy, e, xx;
    };
    /// xx (e + 1) = yy - 1.
    template <class V>
    static constexpr Sum<V> curve_sum(const Values<V>& v) {
        Sum<V> sum;
        sum.add_product(v.xx, v.e);
        sum.add_bytes(v.xx);
        sum.add_bytes(v.yy, -1);
        sum.s[0] += v.flag;
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{1}), v.flag);
        return sum;
    }

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m);
    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

template <class = void>
inline constexpr CarryPlan ED_X_PLAN = plan_reduction<Ed25519Modulus>(EdwardsAddChip::x_sum(
    EdwardsAddChip::Values<Range>{Range(0, 1), Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE,
                                  Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE}));
template <class = void>
inline constexpr CarryPlan ED_Y_PLAN = plan_reduction<Ed25519Modulus>(EdwardsAddChip::y_sum(
    EdwardsAddChip::Values<Range>{Range(0, 1), Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE,
                                  Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE}));
template <class = void>
inline constexpr CarryPlan ED_CURVE_PLAN = plan_reduction<Ed25519Modulus>(EdwardsDecompressChip::curve_sum(
    EdwardsDecompressChip::Values<Range>{Range(0, 1), Ed25519::RANGE, Ed25519::RANGE, Ed25519::RANGE}));

template <class B>
void EdwardsAddChip::eval(B& b, const Main<typename B::Value>& m) {
    using V = typename B::Value;
    static_assert(PRODUCT_PLAN<>.sound() && ED_X_PLAN<>.sound() && ED_Y_PLAN<>.sound());
    const V& flag = m.is_real;
    b.boolean(flag);
    receive_call(b, flag, m.t, id_value<V>(Syscall::ED_ADD), m.p, N / 2, m.q, N / 2);
    read_two(b, flag, V(word_of(m.q.first)), m.t, m.q_times, m.x2, m.y2);
    replace_two(b, flag, V(word_of(m.p.first)), V(m.t + F::ONE), m.p_times, m.x1, m.x, m.y1, m.y);
    check_all_bytes(b, flag, m.x1, m.y1, m.x2, m.y2, m.xx, m.yy, m.xxyy, m.e, m.x, m.y);
    const Values<V> v = {flag,         digits(m.x1), digits(m.y1), digits(m.x2), digits(m.y2),
                         digits(m.xx), digits(m.yy), digits(m.e),  digits(m.x),  digits(m.y)};
    const Number<V> xxyy = digits(m.xxyy);
    check_reduction<M>(b, flag, product_sum(flag, v.x1, v.x2, v.xx), m.xx_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, product_sum(flag, v.y1, v.y2, v.yy), m.yy_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, product_sum(flag, v.xx, v.yy, xxyy), m.xxyy_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, product_sum(flag, constant<V>(CURVE_D), xxyy, v.e), m.e_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, x_sum(v), m.x_reduction, ED_X_PLAN<>);
    check_reduction<M>(b, flag, y_sum(v), m.y_reduction, ED_Y_PLAN<>);
    check_less<M>(b, flag, v.e, m.e_less);
    check_less<M>(b, flag, v.x, m.x_less);
    check_less<M>(b, flag, v.y, m.y_less);
    // e = 1 and e = M - 1 make a denominator 0.
    std::array<uint32_t, W> one{}, minus_one = M::WORDS;
    one[0] = 1;
    minus_one[0]--;
    check_different(b, flag, v.e, constant<V>(one), m.not_one);
    check_different(b, flag, v.e, constant<V>(minus_one), m.not_minus_one);
}

template <class B>
void EdwardsDecompressChip::eval(B& b, const Main<typename B::Value>& m) {
    using V = typename B::Value;
    static_assert(PRODUCT_PLAN<>.sound() && ED_CURVE_PLAN<>.sound());
    const V& flag = m.is_real;
    receive_decompression(b, flag, m.t, Syscall::ED_DECOMPRESS, m.buffer, m.sign, m.y_times, m.y, m.x_times, m.old_x,
                          m.x);
    check_all_bytes(b, flag, m.y, m.x, m.yy, m.e, m.xx);
    // y without bit 255.
    Number<V> y = digits(m.y);
    b.boolean(m.y_top);
    y[N - 1] = m.y[N - 1] - m.y_top * F::from_canonical(128);
    range_check(b, flag, 7u, y[N - 1]);
    b.bound(y[N - 1], 0, 127);
    const Number<V> x = digits(m.x);
    const Values<V> v = {flag, digits(m.yy), digits(m.e), digits(m.xx)};
    check_reduction<M>(b, flag, product_sum(flag, y, y, v.yy), m.yy_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, product_sum(flag, constant<V>(CURVE_D), v.yy, v.e), m.e_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, product_sum(flag, x, x, v.xx), m.xx_reduction, PRODUCT_PLAN<>);
    check_reduction<M>(b, flag, curve_sum(v), m.curve_reduction, ED_CURVE_PLAN<>);
    check_less<M>(b, flag, x, m.x_less);
    // y < 2^255 is 0 mod M if it is 0 or M.
    check_different(b, flag, y, filled<V, N>(V(F::ZERO)), m.not_zero);
    check_different(b, flag, y, constant<V>(M::WORDS), m.not_modulus);
    check_parity(b, flag, m.sign, m.x[0], m.half);
}

}  // namespace ashlar::chips
