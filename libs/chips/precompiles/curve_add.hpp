// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/reduction.hpp"

namespace ashlar::chips {

/// p := p + q on affine points by the chord (ABI.md 5.5). p at a0 is overwritten at t + 1, q at a1 read at t.
/// Provable only if all four coordinates are reduced and the abscissas differ.
template <class Curve>
struct CurveAddChip {
    using M = typename Curve::Modulus;
    using D = ModulusDigits<M>;
    static constexpr std::string_view NAME = Curve::ADD_NAME;
    static constexpr std::array CALLS = {Curve::ADD};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = D::BYTES;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> p, q;
        T px[N], py[N], qx[N], qy[N];
        T slope[N];
        T x[N], y[N];
        AccessTime<T> q_times[N / 2], p_times[N / 2];
        Reduction<T, M> slope_reduction, x_reduction, y_reduction;
        LessThanModulus<T, M> px_less, py_less, qx_less, qy_less, x_less, y_less;
        Different<T, N> different;
    };

    template <class V>
    struct Values {
        V flag;
        Digits<V, N> px, py, qx, qy, slope, x, y;
    };

    /// slope (qx - px) = qy - py.
    template <class V>
    static constexpr ReductionSum<V, M> slope_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.slope, difference(v.qx, v.px));
        sum.add_bytes(difference(v.py, v.qy));
        sum.add_constant(square_of_modulus<M>(1), v.flag);
        return sum;
    }
    /// x = slope^2 - px - qx.
    template <class V>
    static constexpr ReductionSum<V, M> x_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.slope, v.slope);
        sum.add_bytes(v.px, -1);
        sum.add_bytes(v.qx, -1);
        sum.add_bytes(v.x, -1);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{3}), v.flag);
        return sum;
    }
    /// y = slope (px - x) - py.
    template <class V>
    static constexpr ReductionSum<V, M> y_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.slope, difference(v.px, v.x));
        sum.add_bytes(v.py, -1);
        sum.add_bytes(v.y, -1);
        sum.add_constant(square_of_modulus<M>(2), v.flag);
        return sum;
    }
    static constexpr Values<Range> RANGES = {Range(0, 1),    BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>,
                                             BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>};
    static constexpr CarryPlan SLOPE_PLAN = plan_reduction<M>(slope_sum(RANGES));
    static constexpr CarryPlan X_PLAN = plan_reduction<M>(x_sum(RANGES));
    static constexpr CarryPlan Y_PLAN = plan_reduction<M>(y_sum(RANGES));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(SLOPE_PLAN.sound() && X_PLAN.sound() && Y_PLAN.sound());
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Curve::ADD), m.p, N / 2, m.q, N / 2);
        read_two(b, flag, V(word_of(m.q.first)), m.t, m.q_times, m.qx, m.qy);
        replace_two(b, flag, V(word_of(m.p.first)), V(m.t + F::ONE), m.p_times, m.px, m.x, m.py, m.y);

        check_all_bytes(b, flag, m.px, m.py, m.qx, m.qy, m.slope, m.x, m.y);
        const Values<V> v = {flag,         digits(m.px),    digits(m.py), digits(m.qx),
                             digits(m.qy), digits(m.slope), digits(m.x),  digits(m.y)};
        check_less<M>(b, flag, v.px, m.px_less);
        check_less<M>(b, flag, v.py, m.py_less);
        check_less<M>(b, flag, v.qx, m.qx_less);
        check_less<M>(b, flag, v.qy, m.qy_less);
        check_less<M>(b, flag, v.x, m.x_less);
        check_less<M>(b, flag, v.y, m.y_less);
        check_different(b, flag, v.px, v.qx, m.different);
        check_reduction<M>(b, flag, slope_sum(v), m.slope_reduction, SLOPE_PLAN);
        check_reduction<M>(b, flag, x_sum(v), m.x_reduction, X_PLAN);
        check_reduction<M>(b, flag, y_sum(v), m.y_reduction, Y_PLAN);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        constexpr size_t W = D::NUM_WORDS;
        const OperandWords<2 * W> q(accesses), p(accesses + 2 * W);
        const auto& field = prime_field<M>();
        const auto element = [&](const uint32_t* w) { return field.encode(rv32::bigint::from_words<W / 2>(w)); };
        const auto dx = field.sub(element(q.before.data()), element(p.before.data()));
        if (rv32::bigint::is_zero(dx)) return false;
        const auto dy = field.sub(element(q.before.data() + W), element(p.before.data() + W));
        uint32_t slope[W];
        rv32::bigint::to_words<W / 2>(field.decode(field.mul(dy, field.inverse(dx))), slope);
        return fill(call, accesses, slope, *rows);
    }

    /// With a slope of the caller's choice.
    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, const uint32_t* slope,
                     Main<F>& m) {
        constexpr size_t W = D::NUM_WORDS;
        const OperandWords<2 * W> q(accesses), p(accesses + 2 * W);
        m.is_real = F::ONE;
        fill_call(call, accesses, m.t, m.p, m.p_times, m.q, m.q_times);
        const uint32_t *px = p.before.data(), *py = px + W, *qx = q.before.data(), *qy = qx + W, *x = p.after.data(),
                       *y = x + W;
        fill_bytes(m.px, px), fill_bytes(m.py, py), fill_bytes(m.qx, qx), fill_bytes(m.qy, qy);
        fill_bytes(m.slope, slope), fill_bytes(m.x, x), fill_bytes(m.y, y);
        const Values<int64_t> v = {1,
                                   byte_digits<N>(px),
                                   byte_digits<N>(py),
                                   byte_digits<N>(qx),
                                   byte_digits<N>(qy),
                                   byte_digits<N>(slope),
                                   byte_digits<N>(x),
                                   byte_digits<N>(y)};
        bool ok = fill_less<M>(m.px_less, px);
        ok &= fill_less<M>(m.py_less, py);
        ok &= fill_less<M>(m.qx_less, qx);
        ok &= fill_less<M>(m.qy_less, qy);
        ok &= fill_less<M>(m.x_less, x);
        ok &= fill_less<M>(m.y_less, y);
        ok &= fill_different(m.different, digits(m.px), digits(m.qx));
        ok &= fill_reduction<M>(slope_sum(v), m.slope_reduction);
        ok &= fill_reduction<M>(x_sum(v), m.x_reduction);
        ok &= fill_reduction<M>(y_sum(v), m.y_reduction);
        return ok;
    }
};

}  // namespace ashlar::chips
