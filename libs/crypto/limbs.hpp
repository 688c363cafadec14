// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

/// Arithmetic on arrays of machine words, least significant first. A word is 64 bits on the host and 32 bits in the
/// guest; everything is templated on it, so that the host tests run both widths.
namespace ashlar::crypto::limbs {

template <class W>
struct Wide;
template <>
struct Wide<uint32_t> {
    using type = uint64_t;
};
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 Uint128;
template <>
struct Wide<uint64_t> {
    using type = Uint128;
};
#endif
template <class W>
using WideOf = typename Wide<W>::type;
template <class W>
inline constexpr unsigned BITS = 8 * sizeof(W);

/// The widest limb whose product is native: 64 bits, or 32 on a 32-bit machine.
#ifdef __riscv
using Word = uint32_t;
#else
using Word = uint64_t;
#endif

/// A constant from its 64-bit words, least significant first.
template <size_t N>
constexpr std::array<Word, 8 * N / sizeof(Word)> words_of(const uint64_t (&a)[N]) {
    std::array<Word, 8 * N / sizeof(Word)> w{};
    for (size_t i = 0; i < w.size(); i++)
        w[i] = static_cast<Word>(a[i * sizeof(Word) / 8] >> (8 * (i * sizeof(Word) % 8)));
    return w;
}

/// a + b + carry; carry is 0 or 1 before and after.
template <class W>
constexpr W add_carry(W a, W b, W& carry) {
    if constexpr (sizeof(W) == 8) {
        if (!std::is_constant_evaluated()) {
            unsigned long long out;
            const W sum = __builtin_addcll(a, b, carry, &out);
            carry = out;
            return sum;
        }
        const auto t = static_cast<WideOf<W>>(a) + b + carry;
        carry = static_cast<W>(t >> 64);
        return static_cast<W>(t);
    } else {
        const W s = a + b, r = s + carry;
        carry = static_cast<W>(s < a) | static_cast<W>(r < s);
        return r;
    }
}

/// a - b - borrow; borrow is 0 or 1 before and after.
template <class W>
constexpr W sub_borrow(W a, W b, W& borrow) {
    if constexpr (sizeof(W) == 8) {
        if (!std::is_constant_evaluated()) {
            unsigned long long out;
            const W difference = __builtin_subcll(a, b, borrow, &out);
            borrow = out;
            return difference;
        }
    }
    const W d = a - b, r = d - borrow;
    borrow = static_cast<W>(a < b) | static_cast<W>(d < borrow);
    return r;
}

/// a * b + c + d, which never overflows two words; returns the low word, `high` gets the other.
template <class W>
constexpr W mul_add(W a, W b, W c, W d, W& high) {
    const auto t = static_cast<WideOf<W>>(a) * b + c + d;
    high = static_cast<W>(t >> BITS<W>);
    return static_cast<W>(t);
}

/// r := a + b over n words; returns the carry. r may be a or b.
template <class W>
constexpr W add(W* r, const W* a, const W* b, size_t n) {
    W c = 0;
    for (size_t i = 0; i < n; i++) r[i] = add_carry(a[i], b[i], c);
    return c;
}
/// r := a - b over n words; returns the borrow. r may be a or b.
template <class W>
constexpr W sub(W* r, const W* a, const W* b, size_t n) {
    W c = 0;
    for (size_t i = 0; i < n; i++) r[i] = sub_borrow(a[i], b[i], c);
    return c;
}
/// -1, 0 or 1 as a < b, a = b, a > b.
template <class W>
constexpr int compare(const W* a, const W* b, size_t n) {
    for (size_t i = n; i-- > 0;)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
}
template <class W>
constexpr bool is_zero(const W* a, size_t n) {
    W acc = 0;
    for (size_t i = 0; i < n; i++) acc |= a[i];
    return acc == 0;
}
/// Number of words up to and including the highest that is not zero.
template <class W>
constexpr size_t significant(const W* a, size_t n) {
    while (n > 0 && a[n - 1] == 0) n--;
    return n;
}
/// r[0 .. na+nb) := a * b; r must overlap neither.
template <class W>
constexpr void mul(W* r, const W* a, size_t na, const W* b, size_t nb) {
    for (size_t i = 0; i < na + nb; i++) r[i] = 0;
    for (size_t i = 0; i < na; i++) {
        W carry = 0;
        for (size_t j = 0; j < nb; j++) r[i + j] = mul_add(a[i], b[j], r[i + j], carry, carry);
        r[i + nb] = carry;
    }
}

template <class W>
constexpr unsigned count_leading_zeros(W x) {
    if constexpr (sizeof(W) == 8)
        return x ? static_cast<unsigned>(__builtin_clzll(x)) : 64;
    else
        return x ? static_cast<unsigned>(__builtin_clz(x)) : 32;
}

/// floor((B^2 - 1) / d) - B for a d with its top bit set, B = 2^BITS.
/// Source: Moeller, Granlund, "Improved division by invariant integers" (2011).
template <class W>
constexpr W reciprocal(W d) {
    if constexpr (sizeof(W) == 8) {
        return static_cast<W>(((static_cast<WideOf<W>>(~d) << 64) | ~W{0}) / d);
    } else {
        // Two digits of 16 bits each; the hardware divides 32 by 32 bits only.
        W rem = ~d;
        const W dh = d >> 16, dl = d & 0xffff;
        W q = 0;
        for (int step = 0; step < 2; step++) {
            W digit = rem / dh;
            W r = rem % dh;
            while (digit > 0xffff || digit * dl > ((r << 16) | 0xffff)) {
                digit--;
                r += dh;
                if (r > 0xffff) break;
            }
            rem = ((rem << 16) | 0xffff) - digit * d;
            q = q << 16 | digit;
        }
        return q;
    }
}

/// (high, low) / d for high < d, d with its top bit set and v = reciprocal(d); high becomes the remainder.
template <class W>
constexpr W divide_2_by_1(W& high, W low, W d, W v) {
    auto q = static_cast<WideOf<W>>(v) * high + ((static_cast<WideOf<W>>(high) << BITS<W>) | low);
    W q1 = static_cast<W>(q >> BITS<W>) + 1;
    const W q0 = static_cast<W>(q);
    W r = low - q1 * d;
    if (r > q0) {
        q1--;
        r += d;
    }
    if (r >= d) {
        q1++;
        r -= d;
    }
    high = r;
    return q1;
}

/// Divides u (nu words, one spare word u[nu] for the caller to own) by v (nv words, v[nv-1] != 0, nv <= nu).
///
/// @param q  quotient, nu - nv + 1 words, or null when it is not wanted.
/// @param u  nu + 1 words, u[nu] is overwritten; the remainder ends in u[0 .. nv), the words above are zero.
/// @param v  nv words; left shifted to normal form and back.
/// Source: Knuth, TAOCP 4.3.1, algorithm D.
template <class W>
constexpr void divide(W* q, W* u, size_t nu, W* v, size_t nv) {
    constexpr unsigned B = BITS<W>;
    const unsigned shift = count_leading_zeros(v[nv - 1]);
    auto shift_left = [shift](W* a, size_t n) {
        W carry = 0;
        for (size_t i = 0; i < n; i++) {
            const W x = a[i];
            a[i] = x << shift | carry;
            carry = x >> (B - shift);
        }
        return carry;
    };
    auto shift_right = [shift](W* a, size_t n) {
        for (size_t i = 0; i < n; i++) a[i] = a[i] >> shift | (i + 1 < n ? a[i + 1] << (B - shift) : W{0});
    };
    u[nu] = 0;
    if (shift) {
        shift_left(v, nv);
        u[nu] = shift_left(u, nu);
    }
    const W d = v[nv - 1], inv = reciprocal(d);
    if (nv == 1) {
        W rem = u[nu];
        for (size_t i = nu; i-- > 0;) {
            const W digit = divide_2_by_1(rem, u[i], d, inv);
            if (q) q[i] = digit;
            u[i] = 0;
        }
        u[nu] = 0;
        u[0] = rem;
    } else {
        const W second = v[nv - 2];
        for (size_t j = nu - nv + 1; j-- > 0;) {
            W digit, rem = u[j + nv];
            bool fits = true;
            if (rem >= d) {  // then rem = d: the digit is B - 1 or less
                digit = ~W{0};
                rem = u[j + nv - 1] + d;
                fits = rem >= d;  // the remainder still fits a word
            } else {
                digit = divide_2_by_1(rem, u[j + nv - 1], d, inv);
            }
            while (fits &&
                   static_cast<WideOf<W>>(digit) * second > ((static_cast<WideOf<W>>(rem) << B) | u[j + nv - 2])) {
                digit--;
                rem += d;
                fits = rem >= d;
            }
            W borrow = 0, carry = 0;
            for (size_t i = 0; i < nv; i++) {
                const W low = mul_add(digit, v[i], carry, W{0}, carry);
                u[i + j] = sub_borrow(u[i + j], low, borrow);
            }
            u[j + nv] = sub_borrow(u[j + nv], carry, borrow);
            if (borrow) {
                digit--;
                u[j + nv] += add(u + j, u + j, v, nv);
            }
            if (q) q[j] = digit;
        }
    }
    if (shift) {
        shift_right(u, nv);
        shift_right(v, nv);
    }
}

}  // namespace ashlar::crypto::limbs
