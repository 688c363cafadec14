// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/decompression.hpp"
#include "libs/chips/precompiles/reduction.hpp"

namespace ashlar::chips {

/// How the sign argument names one of the two roots: the parity of the reduced y, or whether y is the larger of y and
/// M - y.
enum class RootChoice { parity, order };

/// Columns that prove y <= (M - 1) / 2 for sign 0, y > (M - 1) / 2 for sign 1, y < M being known: the highest limb that
/// differs from the bound's decides.
template <class T, class M>
struct HalfOrder {
    T chosen[ModulusDigits<M>::LIMBS - 1];  ///< the last choice, limb LIMBS - 1, is the rest
    T margin;                               ///< bound's limb minus y's at the choice
};

template <class M>
struct HalfModulus {
    using D = ModulusDigits<M>;
    /// (M - 1) / 2 and (M + 1) / 2.
    static constexpr std::array<int32_t, D::LIMBS> BELOW = [] {
        std::array<int32_t, D::LIMBS> h{};
        for (size_t i = 0; i < D::LIMBS; i++)
            h[i] = D::LIMB[i] >> 1 | (i + 1 < D::LIMBS ? (D::LIMB[i + 1] & 1) << 15 : 0);
        return h;
    }();
    static constexpr std::array<int32_t, D::LIMBS> ABOVE = [] {
        auto h = BELOW;
        for (size_t i = 0; i < D::LIMBS; i++) {
            h[i] = (h[i] + 1) & 0xffff;
            if (h[i] != 0) break;
        }
        return h;
    }();
};

/// One interaction.
template <class M, class B, class V>
void check_half_order(B& b, const V& flag, const V& sign, const Digits<V, ModulusDigits<M>::BYTES>& y,
                      const HalfOrder<V, M>& c) {
    using D = ModulusDigits<M>;
    using H = HalfModulus<M>;
    V rest = flag, below = integer<V>(0), margin = integer<V>(0);
    for (const V& chosen : c.chosen) {
        b.boolean(chosen);
        rest -= chosen;
    }
    b.boolean(rest);
    for (size_t i = 0; i < D::LIMBS; i++) {
        const V away = F::from_int(H::ABOVE[i]) + sign * F::from_int(H::BELOW[i] - H::ABOVE[i]) - limb(y, i);
        if (i > 0) b.zero(below * away);
        const V& chosen = i + 1 < D::LIMBS ? c.chosen[i] : rest;
        margin += chosen * away;
        below += chosen;
    }
    b.zero(margin - c.margin);
    range_check(b, flag, 16u, V((F::ONE - sign * 2_f) * c.margin - flag));
}

template <class M>
bool fill_half_order(HalfOrder<F, M>& c, bool sign, const uint32_t* y) {
    using D = ModulusDigits<M>;
    using H = HalfModulus<M>;
    for (F& f : c.chosen) f = F::ZERO;
    for (size_t i = D::LIMBS; i-- > 0;) {
        const int32_t away =
            (sign ? H::BELOW[i] : H::ABOVE[i]) - static_cast<int32_t>(y[i / 2] >> (16 * (i % 2)) & 0xffff);
        if (away == 0) continue;
        if (i + 1 < D::LIMBS) c.chosen[i] = F::ONE;
        c.margin = F::from_int(away);
        return sign ? away < 0 : away > 0;
    }
    return false;
}

/// The parity's columns: y's lowest byte is 2 half + sign.
template <class T>
struct Parity {
    T half;
};

/// y with y^2 = x^3 + A x + B and the wanted sign (ABI.md 5.5). The buffer at a0 holds y, which is written at t + 1,
/// then x, which is read at t; a1 is the sign. Provable only if the sign is 0 or 1 and x is reduced; y is written
/// reduced.
template <class Curve, RootChoice CHOICE>
struct CurveDecompressChip {
    using M = typename Curve::Modulus;
    using D = ModulusDigits<M>;
    static constexpr std::string_view NAME = Curve::DECOMPRESS_NAME;
    static constexpr std::array CALLS = {Curve::DECOMPRESS};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t N = D::BYTES;

    template <class T>
    using Choice = std::conditional_t<CHOICE == RootChoice::parity, Parity<T>, HalfOrder<T, M>>;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> buffer;
        T sign;
        T x[N], y[N];
        T square[N];  ///< x^2 mod M, not necessarily reduced
        T old_y[D::LIMBS];
        AccessTime<T> x_times[N / 4], y_times[N / 4];
        Reduction<T, M> square_reduction, y_reduction;
        LessThanModulus<T, M> x_less, y_less;
        Choice<T> choice;
    };

    template <class V>
    struct Values {
        V flag;
        Digits<V, N> x, y, square;
    };
    template <class V>
    static constexpr ReductionSum<V, M> square_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.x, v.x);
        sum.add_bytes(v.square, -1);
        sum.add_constant(multiple_of_modulus<M>(std::array<int32_t, 1>{1}), v.flag);
        return sum;
    }
    template <class V>
    static constexpr ReductionSum<V, M> y_sum(const Values<V>& v) {
        ReductionSum<V, M> sum;
        sum.add_product(v.y, v.y);
        sum.add_product(v.square, v.x, -1);
        if constexpr (Curve::A != 0) sum.add_bytes(v.x, -Curve::A);
        for (size_t i = 0; i < D::LIMBS; i++)
            sum.s[i] -= scale(v.flag, int64_t{Curve::B[i / 2] >> (16 * (i % 2)) & 0xffff});
        sum.add_constant(square_of_modulus<M>(1), v.flag);
        return sum;
    }
    static constexpr Values<Range> RANGES = {Range(0, 1), BYTE_RANGES<N>, BYTE_RANGES<N>, BYTE_RANGES<N>};
    static constexpr CarryPlan SQUARE_PLAN = plan_reduction<M>(square_sum(RANGES));
    static constexpr CarryPlan Y_PLAN = plan_reduction<M>(y_sum(RANGES));

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        static_assert(SQUARE_PLAN.sound() && Y_PLAN.sound());
        const V& flag = m.is_real;
        receive_decompression(b, flag, m.t, Curve::DECOMPRESS, m.buffer, m.sign, m.x_times, m.x, m.y_times, m.old_y,
                              m.y);
        check_all_bytes(b, flag, m.x, m.y, m.square);
        const Values<V> v = {flag, digits(m.x), digits(m.y), digits(m.square)};
        check_less<M>(b, flag, v.x, m.x_less);
        check_less<M>(b, flag, v.y, m.y_less);
        check_reduction<M>(b, flag, square_sum(v), m.square_reduction, SQUARE_PLAN);
        check_reduction<M>(b, flag, y_sum(v), m.y_reduction, Y_PLAN);
        if constexpr (CHOICE == RootChoice::parity) {
            check_parity(b, flag, m.sign, m.y[0], m.choice.half);
        } else {
            check_half_order<M>(b, flag, m.sign, v.y, m.choice);
        }
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        constexpr size_t W = D::NUM_WORDS;
        Main<F>& m = *rows;
        const OperandWords<W> x_words(accesses), y_words(accesses + W);
        const uint32_t *x = x_words.before.data(), *y = y_words.after.data();
        if (!fill_decompression(call, accesses, m.is_real, m.t, m.buffer, m.sign, m.x_times, m.y_times, m.old_y))
            return false;
        const auto& field = prime_field<M>();
        uint32_t square[W];
        rv32::bigint::to_words<W / 2>(field.decode(field.square(field.encode(rv32::bigint::from_words<W / 2>(x)))),
                                      square);
        fill_bytes(m.x, x), fill_bytes(m.y, y), fill_bytes(m.square, square);
        const Values<int64_t> v = {1, byte_digits<N>(x), byte_digits<N>(y), byte_digits<N>(square)};
        bool ok = fill_less<M>(m.x_less, x);
        ok &= fill_less<M>(m.y_less, y);
        ok &= fill_reduction<M>(square_sum(v), m.square_reduction);
        ok &= fill_reduction<M>(y_sum(v), m.y_reduction);
        if constexpr (CHOICE == RootChoice::parity) {
            ok &= fill_parity(m.choice.half, call.a1, y[0]);
        } else {
            ok &= fill_half_order<M>(m.choice, call.a1 == 1, y);
        }
        return ok;
    }
};

}  // namespace ashlar::chips
