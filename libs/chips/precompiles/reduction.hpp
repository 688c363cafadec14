// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/limb_identity.hpp"

/// Congruences modulo a constant: sum = quotient * M as integers, with a witnessed quotient of five bits more than an
/// element. The sum is made non-negative by the caller, with a multiple of M.
namespace ashlar::chips {

/// Positions of an identity with products of two elements, M's multiples included. A sparse modulus' top digit times
/// the quotient's, 2^16 above the last position, is small enough to be added there.
template <class M>
inline constexpr size_t REDUCTION_POSITIONS = 2 * ModulusDigits<M>::LIMBS;
/// Quotient digits below the top one: 16-bit limbs for a sparse modulus, else bytes.
template <class M>
inline constexpr size_t QUOTIENT_DIGITS = ModulusDigits<M>::SPARSE ? ModulusDigits<M>::LIMBS : ModulusDigits<M>::BYTES;
inline constexpr unsigned QUOTIENT_TOP_BITS = 5;

/// LIMBS + BYTES columns about: 48 for a sparse 256-bit modulus, 64 for another one.
template <class T, class M>
struct Reduction {
    T digit[QUOTIENT_DIGITS<M>];
    T top;  ///< digit at 2^(8 BYTES)
    T carry[REDUCTION_POSITIONS<M> - 1];
};
template <class T, class M>
    requires(ModulusDigits<M>::MULTIPLE == 2)
struct Reduction<T, M> {
    T digit[QUOTIENT_DIGITS<M>];
    T top;
    T odd;  ///< the quotient by M is 2 (digits, top) + odd
    T carry[REDUCTION_POSITIONS<M> - 1];
};

template <class V, class M>
using ReductionSum = LimbSum<V, REDUCTION_POSITIONS<M>>;

/// sum -= odd * M.
template <class M, class V>
constexpr void subtract_odd(ReductionSum<V, M>& sum, const V& odd) {
    for (size_t i = 0; i < ModulusDigits<M>::LIMBS; i++) sum.s[i] -= scale(odd, ModulusDigits<M>::LIMB[i]);
}

/// sum -= quotient * MULTIPLE * M.
template <class M, class V>
constexpr void subtract_quotient(ReductionSum<V, M>& sum, const Digits<V, QUOTIENT_DIGITS<M>>& digit, const V& top) {
    using D = ModulusDigits<M>;
    if constexpr (D::SPARSE) {
        for (size_t i = 0; i <= D::LIMBS; i++) {
            if (D::SIGNED[i] == 0) continue;
            for (size_t j = 0; j < D::LIMBS; j++) sum.s[i + j] -= scale(digit[j], D::SIGNED[i]);
            if (i < D::LIMBS)
                sum.s[i + D::LIMBS] -= scale(top, D::SIGNED[i]);
            else
                sum.s[2 * D::LIMBS - 1] -= scale(top, int64_t{D::SIGNED[i]} << 16);
        }
    } else {
        Digits<V, D::BYTES + 1> window;
        window[0] = scale(digit[0], 256);
        for (size_t j = 0; j + 1 < D::BYTES; j++) window[j + 1] = digit[j] + scale(digit[j + 1], 256);
        window[D::BYTES] = digit[D::BYTES - 1];
        for (size_t k = 0; k < REDUCTION_POSITIONS<M>; k++)
            for (size_t i = 0; i < D::BYTES; i++)
                if (D::BYTE[i] != 0 && 2 * k + 1 >= i && 2 * k + 1 - i <= D::BYTES)
                    sum.s[k] -= scale(window[2 * k + 1 - i], D::BYTE[i]);
        for (size_t i = 0; i < D::LIMBS; i++)
            if (D::LIMB[i] != 0) sum.s[D::LIMBS + i] -= scale(top, D::LIMB[i]);
    }
}

template <class M>
constexpr CarryPlan plan_reduction(ReductionSum<Range, M> sum) {
    subtract_quotient<M>(sum, filled<Range, QUOTIENT_DIGITS<M>>(ModulusDigits<M>::SPARSE ? LIMB_RANGE : BYTE_RANGE),
                         Range(0, (1 << QUOTIENT_TOP_BITS) - 1));
    if constexpr (ModulusDigits<M>::MULTIPLE == 2) subtract_odd<M>(sum, Range(0, 1));
    return plan_carries(sum);
}

/// sum = 0 mod M. Every term of the sum must be 0 when flag is. LIMBS + 1 + (positions - 1) interactions.
template <class M, class B, class V>
void check_reduction(B& b, const V& flag, ReductionSum<V, M> sum, const Reduction<V, M>& r, const CarryPlan& plan) {
    using D = ModulusDigits<M>;
    for (size_t i = 0; i < D::LIMBS; i++) {
        if constexpr (D::SPARSE) {
            range_check(b, flag, 16u, r.digit[i]);
            b.bound(r.digit[i], 0, 65535);
        } else {
            byte_pair(b, flag, r.digit[2 * i], r.digit[2 * i + 1]);
            b.bound(r.digit[2 * i], 0, 255);
            b.bound(r.digit[2 * i + 1], 0, 255);
        }
    }
    range_check(b, flag, QUOTIENT_TOP_BITS, r.top);
    b.bound(r.top, 0, (1 << QUOTIENT_TOP_BITS) - 1);
    subtract_quotient<M>(sum, digits(r.digit), r.top);
    if constexpr (D::MULTIPLE == 2) {
        b.boolean(r.odd);
        subtract_odd<M>(sum, r.odd);
    }
    check_zero(b, flag, sum, r.carry, plan);
}

/// Quotient and carries. False if the sum is negative, no multiple of M, or too large for the quotient.
template <class M>
bool fill_reduction(ReductionSum<int64_t, M> sum, Reduction<F, M>& out) {
    using D = ModulusDigits<M>;
    __extension__ using Wide = unsigned __int128;
    constexpr size_t N = D::NUM_WORDS / 2;
    // The sum as a plain integer.
    std::array<uint64_t, 2 * N + 2> r{};
    int64_t carry = 0;
    for (size_t k = 0; k < 4 * r.size(); k++) {
        if (k < sum.s.size()) carry += sum.s[k];
        r[k / 4] |= static_cast<uint64_t>(carry & 0xffff) << (16 * (k % 4));
        carry >>= 16;
    }
    if (carry != 0) return false;
    // Exact division from the low end (Jebelean 1993): each limb of the quotient clears one limb of the sum.
    uint64_t inverse = 1;
    std::array<uint64_t, N> m;
    for (size_t i = 0; i < N; i++) m[i] = M::WORDS[2 * i] | uint64_t{M::WORDS[2 * i + 1]} << 32;
    for (int i = 0; i < 6; i++) inverse *= 2 - m[0] * inverse;
    std::array<uint64_t, N + 1> q{};
    for (size_t i = 0; i <= N; i++) {
        q[i] = r[i] * inverse;
        Wide borrow = 0;
        for (size_t j = 0; i + j < r.size(); j++) {
            const Wide take = (j < N ? Wide{q[i]} * m[j] : Wide{0}) + borrow;
            const uint64_t low = static_cast<uint64_t>(take);
            borrow = (take >> 64) + (r[i + j] < low ? 1 : 0);
            r[i + j] -= low;
        }
        if (borrow != 0) return false;
    }
    for (uint64_t w : r)
        if (w != 0) return false;
    if constexpr (D::MULTIPLE == 2) {
        out.odd = F::from_canonical(static_cast<uint32_t>(q[0] & 1));
        subtract_odd<M>(sum, static_cast<int64_t>(q[0] & 1));
        for (size_t i = 0; i <= N; i++) q[i] = q[i] >> 1 | (i < N ? q[i + 1] << 63 : 0);
    }
    if (q[N] >> QUOTIENT_TOP_BITS) return false;
    Digits<int64_t, QUOTIENT_DIGITS<M>> digit;
    constexpr size_t DIGIT_BITS = D::SPARSE ? 16 : 8;
    for (size_t i = 0; i < digit.size(); i++) {
        digit[i] = static_cast<int64_t>(q[i * DIGIT_BITS / 64] >> (i * DIGIT_BITS % 64) & ((1 << DIGIT_BITS) - 1));
        out.digit[i] = F::from_canonical(static_cast<uint32_t>(digit[i]));
    }
    const int64_t top = static_cast<int64_t>(q[N]);
    out.top = F::from_canonical(static_cast<uint32_t>(top));
    subtract_quotient<M>(sum, digit, top);
    return fill_carries(sum, out.carry);
}

}  // namespace ashlar::chips
