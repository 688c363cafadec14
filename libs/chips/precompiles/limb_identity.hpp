// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>

#include "libs/chips/gadgets/lookup.hpp"
#include "libs/chips/precompiles/modulus.hpp"

/// Equations over large integers, by limbs.
///
/// An identity sum_k s_k 2^(16 k) = 0 is written once, as a function template of the value type V: the builder's values
/// in eval, int64_t to fill the trace, Range to find at compile time what carries it needs. Factors of products are
/// bytes: byte i of one times the 16-bit window b_j + 256 b_{j+1} of the other, so that s_k holds positions 2k and
/// 2k + 1 of the byte product and one carry serves both. Each s_k stays below p in absolute value together with its
/// carries; that is asserted here and checked again by the range analyser.
namespace ashlar::chips {

/// An integer interval; arithmetic as of sets.
struct Range {
    int64_t lo = 0, hi = 0;
    constexpr Range() = default;
    constexpr Range(int64_t value) : lo(value), hi(value) {}
    constexpr Range(int64_t l, int64_t h) : lo(l), hi(h) {}
    friend constexpr Range operator+(const Range& a, const Range& b) { return {a.lo + b.lo, a.hi + b.hi}; }
    friend constexpr Range operator-(const Range& a, const Range& b) { return {a.lo - b.hi, a.hi - b.lo}; }
    friend constexpr Range operator*(const Range& a, const Range& b) {
        const int64_t c[4] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
        return {*std::min_element(c, c + 4), *std::max_element(c, c + 4)};
    }
    constexpr Range& operator+=(const Range& o) { return *this = *this + o; }
    constexpr Range& operator-=(const Range& o) { return *this = *this - o; }
};

inline constexpr Range BYTE_RANGE = {0, 255};
inline constexpr Range LIMB_RANGE = {0, 65535};

template <class V>
inline constexpr bool IS_INTEGER = std::same_as<V, Range> || std::same_as<V, int64_t>;

/// The integer c as a value of type V.
template <class V>
constexpr V integer(int64_t c) {
    if constexpr (IS_INTEGER<V>)
        return V(c);
    else
        return V(F::from_int(static_cast<int32_t>(c)));
}
/// c x.
template <class V>
constexpr V scale(const V& x, int64_t c) {
    if constexpr (IS_INTEGER<V>)
        return x * V(c);
    else
        return c == 1 ? x : c == -1 ? V(-x) : V(x * F::from_int(static_cast<int32_t>(c)));
}

template <class V, size_t N>
using Digits = std::array<V, N>;

template <class V, size_t N>
constexpr Digits<V, N> filled(const V& x) {
    Digits<V, N> a;
    a.fill(x);
    return a;
}

/// Digits of a column array.
template <class V, size_t N>
constexpr Digits<V, N> digits(const V (&a)[N]) {
    Digits<V, N> r;
    for (size_t i = 0; i < N; i++) r[i] = a[i];
    return r;
}

/// a - b, digit by digit.
template <class V, size_t N>
constexpr Digits<V, N> difference(const Digits<V, N>& a, const Digits<V, N>& b) {
    Digits<V, N> r;
    for (size_t i = 0; i < N; i++) r[i] = a[i] - b[i];
    return r;
}
/// c a, digit by digit.
template <class V, size_t N>
constexpr Digits<V, N> scaled(const Digits<V, N>& a, int64_t c) {
    Digits<V, N> r;
    for (size_t i = 0; i < N; i++) r[i] = scale(a[i], c);
    return r;
}

/// 16-bit limb i of a number in bytes.
template <class V, size_t N>
constexpr V limb(const Digits<V, N>& bytes, size_t i) {
    return bytes[2 * i] + scale(bytes[2 * i + 1], 256);
}

/// The left side of an identity: sum_k s[k] 2^(16 k).
template <class V, size_t POSITIONS>
struct LimbSum {
    Digits<V, POSITIONS> s = filled<V, POSITIONS>(integer<V>(0));

    /// += c a b, factors in bytes.
    template <size_t A, size_t B>
    constexpr void add_product(const Digits<V, A>& a, const Digits<V, B>& b, int64_t c = 1) {
        static_assert((A + B - 2) / 2 < POSITIONS);
        // window[j + 1] = b_j + 256 b_{j+1}, j from -1.
        Digits<V, B + 1> window;
        window[0] = scale(b[0], 256);
        for (size_t j = 0; j + 1 < B; j++) window[j + 1] = b[j] + scale(b[j + 1], 256);
        window[B] = b[B - 1];
        for (size_t k = 0; k < POSITIONS; k++) {
            V sum = integer<V>(0);
            bool any = false;
            for (size_t i = 0; i < A; i++) {
                if (2 * k + 1 < i || 2 * k + 1 - i > B) continue;
                sum += a[i] * window[2 * k + 1 - i];
                any = true;
            }
            if (any) s[k] += scale(sum, c);
        }
    }
    /// += c times a number in bytes.
    template <size_t A>
    constexpr void add_bytes(const Digits<V, A>& a, int64_t c = 1) {
        for (size_t i = 0; i < A / 2; i++) s[i] += scale(limb(a, i), c);
    }
    /// += flag times the constant with these base 2^16 digits; one digit may lie beyond the last position.
    template <size_t N>
    constexpr void add_constant(const std::array<int32_t, N>& constant, const V& flag) {
        for (size_t i = 0; i < N; i++) {
            if (constant[i] == 0) continue;
            if (i < POSITIONS)
                s[i] += scale(flag, constant[i]);
            else
                s.at(i - 1) += scale(flag, int64_t{constant[i]} << 16);
        }
    }
};

/// Range of the carries of an identity: carry + shift < 2^bits.
///
/// Plans are found at compile time and that takes a while: each chip asserts in eval that its plans are sound, so that
/// only sources which evaluate the chip pay for it.
struct CarryPlan {
    unsigned bits = 0;
    int64_t shift = 0;
    /// Bounds of s_k + carry_{k-1} - 2^16 carry_k over all k, for any carries the range check allows.
    Range reach;
    constexpr bool sound() const { return bits <= 16 && reach.lo > -int64_t{F::P} && reach.hi < int64_t{F::P}; }
};

template <size_t POSITIONS>
constexpr CarryPlan plan_carries(const LimbSum<Range, POSITIONS>& sum) {
    Range carry, all;
    for (size_t k = 0; k + 1 < POSITIONS; k++) {
        carry = {(sum.s[k].lo + carry.lo) >> 16, (sum.s[k].hi + carry.hi) >> 16};
        all = {std::min(all.lo, carry.lo), std::max(all.hi, carry.hi)};
    }
    CarryPlan plan;
    while (all.hi - all.lo >= int64_t{1} << plan.bits) plan.bits++;
    Range widest = sum.s[0];
    for (const Range& s : sum.s) widest = {std::min(widest.lo, s.lo), std::max(widest.hi, s.hi)};
    // Any shift in [-all.lo, -all.lo + slack] admits every carry; take the one that balances both ends of `reach`.
    const int64_t room = (int64_t{1} << plan.bits) - 1, slack = room - (all.hi - all.lo);
    const int64_t balanced = (room - ((widest.hi + widest.lo) >> 16)) / 2;
    plan.shift = std::clamp(balanced, -all.lo, -all.lo + slack);
    const Range allowed = {-plan.shift, (int64_t{1} << plan.bits) - 1 - plan.shift};
    plan.reach = {widest.lo + allowed.lo - (allowed.hi << 16), widest.hi + allowed.hi - (allowed.lo << 16)};
    return plan;
}

/// carry_{k-1} + s_k = 2^16 carry_k for every k, with no carry into the first and out of the last position.
/// POSITIONS - 1 interactions.
template <class B, class V, size_t POSITIONS>
void check_zero(B& b, const V& flag, const LimbSum<V, POSITIONS>& sum, const V (&carry)[POSITIONS - 1],
                const CarryPlan& plan) {
    for (size_t k = 0; k + 1 < POSITIONS; k++) {
        range_check(b, flag, plan.bits, V(carry[k] + scale(flag, plan.shift)));
        b.bound(carry[k], -plan.shift, (int64_t{1} << plan.bits) - 1 - plan.shift);
    }
    for (size_t k = 0; k < POSITIONS; k++) {
        const V left = k == 0 ? sum.s[0] : V(sum.s[k] + carry[k - 1]);
        b.equal_integers(left, k + 1 < POSITIONS ? V(carry[k] * F::from_canonical(1 << 16)) : V(F::ZERO));
    }
}

/// Carries of a sum that is 0. False if it is not.
template <size_t POSITIONS>
bool fill_carries(const LimbSum<int64_t, POSITIONS>& sum, F (&carry)[POSITIONS - 1]) {
    int64_t c = 0;
    for (size_t k = 0; k < POSITIONS; k++) {
        c += sum.s[k];
        if (c & 0xffff) return false;
        c >>= 16;
        if (k + 1 < POSITIONS) carry[k] = F::from_int(static_cast<int32_t>(c));
    }
    return c == 0;
}

}  // namespace ashlar::chips
