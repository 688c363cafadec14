// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/limb_identity.hpp"
#include "libs/chips/precompiles/word_access.hpp"
#include "libs/rv32/bigint.hpp"

/// Numbers in bytes: range checks, memory words, comparison with a modulus.
namespace ashlar::chips {

/// N bytes. N / 2 interactions.
template <class B, class V, size_t N>
void check_bytes(B& b, const V& flag, const V (&bytes)[N]) {
    for (size_t i = 0; i < N; i += 2) {
        byte_pair(b, flag, bytes[i], bytes[i + 1]);
        b.bound(bytes[i], 0, 255);
        b.bound(bytes[i + 1], 0, 255);
    }
}

/// Several numbers.
template <class B, class V, class... Numbers>
void check_all_bytes(B& b, const V& flag, const Numbers&... numbers) {
    (check_bytes(b, flag, numbers), ...);
}
/// What they are then known to be.
template <size_t N>
inline constexpr Digits<Range, N> BYTE_RANGES = filled<Range, N>(BYTE_RANGE);

/// Word i of a number in bytes, as limbs.
template <class V, size_t N>
V word_low(const V (&bytes)[N], size_t i) {
    return bytes[4 * i] + bytes[4 * i + 1] * 256_f;
}
template <class V, size_t N>
V word_high(const V (&bytes)[N], size_t i) {
    return bytes[4 * i + 2] + bytes[4 * i + 3] * 256_f;
}

/// Columns that prove x < M for a number of 16-bit limbs: the highest limb that differs from M's is chosen by a flag
/// and is smaller. The limbs above TOP are 0xffff in M: they are one choice, proven by an inverse (TOP = LIMBS: none
/// such).
template <class T, class M>
struct LessThanModulus {
    static constexpr size_t TOP =
        ModulusDigits<M>::LIMBS - (ModulusDigits<M>::TOP_RUN >= 3 ? ModulusDigits<M>::TOP_RUN : 0);
    static constexpr bool HAS_RUN = TOP < ModulusDigits<M>::LIMBS;
    T chosen[TOP - (HAS_RUN ? 0 : 1)];  ///< limb i is the one; the last choice (the run, or limb TOP - 1) is the rest
    T inverse[HAS_RUN ? 1 : 0 + 1];     ///< of the run's missing amount; unused and 0 without a run
};

/// x < M for range-checked bytes x. One interaction.
template <class M, class B, class V>
void check_less(B& b, const V& flag, const Digits<V, ModulusDigits<M>::BYTES>& x, const LessThanModulus<V, M>& c) {
    using D = ModulusDigits<M>;
    using C = LessThanModulus<V, M>;
    constexpr size_t CHOICES = C::TOP - (C::HAS_RUN ? 0 : 1);
    V rest = flag;
    for (size_t i = 0; i < CHOICES; i++) {
        b.boolean(c.chosen[i]);
        rest -= c.chosen[i];
    }
    b.boolean(rest);
    V below = integer<V>(0), room = integer<V>(0);  // a lower limb is chosen; M_i - 1 - x_i of the chosen one
    for (size_t i = 0; i < C::TOP; i++) {
        if (i > 0) b.zero(below * (limb(x, i) - F::from_int(D::LIMB[i])));
        const V& chosen = i < CHOICES ? c.chosen[i] : rest;
        room += chosen * (integer<V>(D::LIMB[i] - 1) - limb(x, i));
        below += chosen;
    }
    if constexpr (C::HAS_RUN) {
        V missing = integer<V>(0);
        for (size_t i = C::TOP; i < D::LIMBS; i++) missing += integer<V>(0xffff) - limb(x, i);
        b.zero(below * missing);
        b.zero(rest * (missing * c.inverse[0] - F::ONE));
    } else {
        b.zero(c.inverse[0]);
    }
    range_check(b, flag, 16u, room);
}

/// Sets the columns for x < M; x in 32-bit words. False if x >= M.
template <class M>
bool fill_less(LessThanModulus<F, M>& c, const uint32_t* x) {
    using D = ModulusDigits<M>;
    using C = LessThanModulus<F, M>;
    constexpr size_t CHOICES = C::TOP - (C::HAS_RUN ? 0 : 1);
    const auto limb_of = [x](size_t i) { return static_cast<int32_t>(x[i / 2] >> (16 * (i % 2)) & 0xffff); };
    for (F& f : c.chosen) f = F::ZERO;
    c.inverse[0] = F::ZERO;
    if constexpr (C::HAS_RUN) {
        int32_t missing = 0;
        for (size_t i = C::TOP; i < D::LIMBS; i++) missing += 0xffff - limb_of(i);
        if (missing != 0) {
            c.inverse[0] = F::from_int(missing).inverse();
            return true;
        }
    }
    for (size_t i = C::TOP; i-- > 0;) {
        if (limb_of(i) == D::LIMB[i]) continue;
        if (i < CHOICES) c.chosen[i] = F::ONE;
        return limb_of(i) < D::LIMB[i];
    }
    return false;
}

/// Proves that two reduced numbers differ: groups of three bytes, whose differences do not wrap; the inverse of one
/// non-zero difference is enough.
template <class T, size_t BYTES>
struct Different {
    T inverse[(BYTES + 2) / 3];
};

template <class V, size_t BYTES>
V group_difference(const Digits<V, BYTES>& a, const Digits<V, BYTES>& b, size_t group) {
    V d = integer<V>(0);
    for (size_t i = 3 * group; i < 3 * group + 3 && i < BYTES; i++)
        d += scale(V(a[i] - b[i]), int64_t{1} << (8 * (i % 3)));
    return d;
}

template <class B, class V, size_t BYTES>
void check_different(B& b, const V& flag, const Digits<V, BYTES>& x, const Digits<V, BYTES>& y,
                     const Different<V, BYTES>& c) {
    V sum = integer<V>(0);
    for (size_t g = 0; g < (BYTES + 2) / 3; g++) sum += c.inverse[g] * group_difference(x, y, g);
    b.zero(sum - flag);
}
template <size_t BYTES>
bool fill_different(Different<F, BYTES>& c, const Digits<F, BYTES>& x, const Digits<F, BYTES>& y) {
    for (F& f : c.inverse) f = F::ZERO;
    for (size_t g = 0; g < (BYTES + 2) / 3; g++) {
        const F d = group_difference(x, y, g);
        if (d.is_zero()) continue;
        c.inverse[g] = d.inverse();
        return true;
    }
    return false;
}

/// Bytes of 32-bit words.
template <size_t N>
void fill_bytes(F (&bytes)[N], const uint32_t* words) {
    for (size_t i = 0; i < N; i++) bytes[i] = F::from_canonical(words[i / 4] >> (8 * (i % 4)) & 0xff);
}
template <size_t N>
Digits<int64_t, N> byte_digits(const uint32_t* words) {
    Digits<int64_t, N> d;
    for (size_t i = 0; i < N; i++) d[i] = words[i / 4] >> (8 * (i % 4)) & 0xff;
    return d;
}

/// Arithmetic modulo M for filling traces.
template <class M>
const rv32::PrimeField<M::WORDS.size() / 2>& prime_field() {
    constexpr size_t N = M::WORDS.size() / 2;
    static const rv32::PrimeField<N> field(rv32::bigint::from_words<N>(M::WORDS.data()));
    return field;
}

}  // namespace ashlar::chips
