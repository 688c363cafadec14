// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/reduction.hpp"

namespace ashlar::chips {

/// p := 2 p on an affine point by the tangent (ABI.md 5.5). p at a0 is overwritten at t + 1, a1 is ignored.
/// Provable only if both coordinates are reduced and y is not 0.
///
/// 3 x^2 as one product sum and twice the slope as another would leave no room for a carry of 16 bits; so 3 x mod M is
/// witnessed, and so is w = 2 slope instead of the slope: w y = 3 x^2 + A, 4 x' = w^2 - 8 x, 2 y' = w (x - x') - 2 y.
template <class Curve>
struct CurveDoubleChip {
    using M = typename Curve::Modulus;
    using D = ModulusDigits<M>;
    static constexpr std::string_view NAME = Curve::DOUBLE_NAME;
    static constexpr std::array CALLS = {Curve::DOUBLE};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = D::BYTES;
    static constexpr unsigned TRIPLE_BITS = 2;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> p;
        T a1[2];
        T px[N], py[N];
        T triple[N];  ///< 3 x mod M, not necessarily reduced
        T triple_quotient;
        T triple_carry[D::LIMBS - 1];
        T w[N];
        T x[N], y[N];
        AccessTime<T> times[N / 2];
        Reduction<T, M> slope_reduction, x_reduction, y_reduction;
        LessThanModulus<T, M> px_less, py_less, x_less, y_less;
        T y_inverse;  ///< of the sum of y's bytes
    };

    template <class V>
    struct Values {
        V flag;
        Digits<V, N> px, py, triple, w, x, y;
    };

    /// 3 x = triple + quotient M.
    template <class V>
    static constexpr LimbSum<V, D::LIMBS> triple_sum(const Values<V>& v, const V& quotient) {
        LimbSum<V, D::LIMBS> sum;
        sum.add_bytes(v.px, 3);
        sum.add_bytes(v.triple, -1);
        for (size_t i = 0; i < D::LIMBS; i++) sum.s[i] -= scale(quotient, D::LIMB[i]);
        return sum;
    }
    template <class V>
    static constexpr ReductionSum<V, M> slope_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.triple, v.px);
        sum.add_product(v.w, v.py, -1);
        sum.s[0] += scale(v.flag, Curve::A);
        sum.add_constant(square_of_modulus<M>(1), v.flag);
        return sum;
    }
    template <class V>
    static constexpr ReductionSum<V, M> x_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.w, v.w);
        sum.add_bytes(v.px, -8);
        sum.add_bytes(v.x, -4);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{12}), v.flag);
        return sum;
    }
    template <class V>
    static constexpr ReductionSum<V, M> y_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.w, difference(v.px, v.x));
        sum.add_bytes(v.py, -2);
        sum.add_bytes(v.y, -2);
        sum.add_constant(square_of_modulus<M>(4), v.flag);
        return sum;
    }
    static constexpr Values<Range> RANGES = {Range(0, 1),    BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>,
                                             BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>};
    static constexpr CarryPlan TRIPLE_PLAN = plan_carries(triple_sum(RANGES, Range(0, (1 << TRIPLE_BITS) - 1)));
    static constexpr CarryPlan SLOPE_PLAN = plan_reduction<M>(slope_sum(RANGES));
    static constexpr CarryPlan X_PLAN = plan_reduction<M>(x_sum(RANGES));
    static constexpr CarryPlan Y_PLAN = plan_reduction<M>(y_sum(RANGES));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(TRIPLE_PLAN.sound() && SLOPE_PLAN.sound() && X_PLAN.sound() && Y_PLAN.sound());
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Curve::DOUBLE), m.p, N / 2, m.a1[0], m.a1[1]);
        replace_two(b, flag, V(word_of(m.p.first)), V(m.t + F::ONE), m.times, m.px, m.x, m.py, m.y);

        check_all_bytes(b, flag, m.px, m.py, m.triple, m.w, m.x, m.y);
        const Values<V> v = {flag, digits(m.px), digits(m.py), digits(m.triple), digits(m.w), digits(m.x), digits(m.y)};
        check_less<M>(b, flag, v.px, m.px_less);
        check_less<M>(b, flag, v.py, m.py_less);
        check_less<M>(b, flag, v.x, m.x_less);
        check_less<M>(b, flag, v.y, m.y_less);
        V y_bytes = m.py[0];
        for (size_t i = 1; i < N; i++) y_bytes += m.py[i];
        b.zero(y_bytes * m.y_inverse - flag);

        range_check(b, flag, TRIPLE_BITS, m.triple_quotient);
        b.bound(m.triple_quotient, 0, (1 << TRIPLE_BITS) - 1);
        check_zero(b, flag, triple_sum(v, m.triple_quotient), m.triple_carry, TRIPLE_PLAN);
        check_reduction<M>(b, flag, slope_sum(v), m.slope_reduction, SLOPE_PLAN);
        check_reduction<M>(b, flag, x_sum(v), m.x_reduction, X_PLAN);
        check_reduction<M>(b, flag, y_sum(v), m.y_reduction, Y_PLAN);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        constexpr size_t W = D::NUM_WORDS;
        const OperandWords<2 * W> p(accesses);
        const auto& field = prime_field<M>();
        const auto x = field.encode(rv32::bigint::from_words<W / 2>(p.before.data()));
        const auto y = field.encode(rv32::bigint::from_words<W / 2>(p.before.data() + W));
        if (rv32::bigint::is_zero(y)) return false;
        auto numerator = field.mul(field.small(3), field.square(x));
        numerator = field.sub(numerator, field.small(-Curve::A));
        uint32_t w[W];
        rv32::bigint::to_words<W / 2>(field.decode(field.mul(numerator, field.inverse(y))), w);
        return fill(call, accesses, w, *rows);
    }

    /// With twice the slope of the caller's choice.
    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, const uint32_t* w, Main<F>& m) {
        constexpr size_t W = D::NUM_WORDS;
        const OperandWords<2 * W> p(accesses);
        m.is_real = F::ONE;
        m.t = F::from_canonical(call.t);
        chips::fill(m.p, call.a0, 2 * W);
        fill_limbs(m.a1, call.a1);
        fill_times(m.times, accesses);
        const uint32_t *px = p.before.data(), *py = px + W, *x = p.after.data(), *y = x + W;
        // 3 x = triple + quotient M.
        const auto& field = prime_field<M>();
        uint32_t triple[W];
        const auto plain_x = rv32::bigint::from_words<W / 2>(px);
        rv32::bigint::to_words<W / 2>(field.decode(field.mul(field.small(3), field.encode(plain_x))), triple);
        fill_bytes(m.px, px), fill_bytes(m.py, py), fill_bytes(m.triple, triple), fill_bytes(m.w, w);
        fill_bytes(m.x, x), fill_bytes(m.y, y);
        const Values<int64_t> v = {1,
                                   byte_digits<N>(px),
                                   byte_digits<N>(py),
                                   byte_digits<N>(triple),
                                   byte_digits<N>(w),
                                   byte_digits<N>(x),
                                   byte_digits<N>(y)};
        bool ok = false;
        for (int64_t quotient = 0; quotient < 3 && !ok; quotient++) {
            m.triple_quotient = F::from_canonical(static_cast<uint32_t>(quotient));
            ok = fill_carries(triple_sum(v, quotient), m.triple_carry);
        }
        ok &= fill_less<M>(m.px_less, px);
        ok &= fill_less<M>(m.py_less, py);
        ok &= fill_less<M>(m.x_less, x);
        ok &= fill_less<M>(m.y_less, y);
        F y_bytes = F::ZERO;
        for (const F& byte : m.py) y_bytes += byte;
        m.y_inverse = y_bytes.inverse();
        ok &= !y_bytes.is_zero();
        ok &= fill_reduction<M>(slope_sum(v), m.slope_reduction);
        ok &= fill_reduction<M>(x_sum(v), m.x_reduction);
        ok &= fill_reduction<M>(y_sum(v), m.y_reduction);
        return ok;
    }
};

}  // namespace ashlar::chips
