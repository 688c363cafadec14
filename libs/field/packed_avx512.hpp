// SPDX-License-Identifier: Apache-2.0
#pragma once
#if defined(__AVX512F__)
#include <immintrin.h>

#include "libs/field/koala_bear.hpp"

namespace ashlar::field {

/// Lane of 16 elements of F in one 512-bit vector, Montgomery form, each reduced.
///
/// Products use the 32 x 32 -> 64 multiplier on even and odd positions; the Montgomery quotient is signed, so that a
/// difference of two reduced values can enter a product without being corrected first (sub_mul).
class PackedAvx512 {
  public:
    static constexpr size_t WIDTH = 16;
    using Register = __m512i;

    PackedAvx512() = default;
    ASHLAR_INLINE explicit PackedAvx512(__m512i v) : v_(v) {}
    ASHLAR_INLINE static PackedAvx512 zero() { return PackedAvx512(_mm512_setzero_si512()); }
    ASHLAR_INLINE static PackedAvx512 one() { return broadcast(KoalaBear::one()); }
    ASHLAR_INLINE static PackedAvx512 broadcast(KoalaBear x) {
        return PackedAvx512(_mm512_set1_epi32(static_cast<int>(x.monty())));
    }
    ASHLAR_INLINE static PackedAvx512 load(const KoalaBear* p) { return PackedAvx512(_mm512_loadu_si512(p)); }
    ASHLAR_INLINE void store(KoalaBear* p) const { _mm512_storeu_si512(p, v_); }
    ASHLAR_INLINE __m512i raw() const { return v_; }

    ASHLAR_INLINE friend PackedAvx512 operator+(PackedAvx512 a, PackedAvx512 b) {
        return subtract_p(_mm512_add_epi32(a.v_, b.v_));
    }
    ASHLAR_INLINE friend PackedAvx512 operator-(PackedAvx512 a, PackedAvx512 b) {
        return add_p(_mm512_sub_epi32(a.v_, b.v_));
    }
    ASHLAR_INLINE PackedAvx512 operator-() const { return zero() - *this; }
    ASHLAR_INLINE friend PackedAvx512 operator*(PackedAvx512 a, PackedAvx512 b) { return multiply(a.v_, b.v_); }
    ASHLAR_INLINE friend PackedAvx512 operator+(PackedAvx512 a, KoalaBear b) { return a + broadcast(b); }
    ASHLAR_INLINE friend PackedAvx512 operator-(PackedAvx512 a, KoalaBear b) { return a - broadcast(b); }
    ASHLAR_INLINE friend PackedAvx512 operator*(PackedAvx512 a, KoalaBear b) { return a * broadcast(b); }
    ASHLAR_INLINE friend PackedAvx512 operator+(KoalaBear a, PackedAvx512 b) { return broadcast(a) + b; }
    ASHLAR_INLINE friend PackedAvx512 operator-(KoalaBear a, PackedAvx512 b) { return broadcast(a) - b; }
    ASHLAR_INLINE friend PackedAvx512 operator*(KoalaBear a, PackedAvx512 b) { return broadcast(a) * b; }
    ASHLAR_INLINE PackedAvx512& operator+=(PackedAvx512 o) { return *this = *this + o; }
    ASHLAR_INLINE PackedAvx512& operator-=(PackedAvx512 o) { return *this = *this - o; }
    ASHLAR_INLINE PackedAvx512& operator*=(PackedAvx512 o) { return *this = *this * o; }

    ASHLAR_INLINE PackedAvx512 doubled() const { return *this + *this; }
    ASHLAR_INLINE PackedAvx512 square() const { return *this * *this; }
    ASHLAR_INLINE PackedAvx512 cube() const { return cube_signed(v_); }
    ASHLAR_INLINE PackedAvx512 halved() const {
        const __mmask16 odd = _mm512_test_epi32_mask(v_, _mm512_set1_epi32(1));
        const __m512i h = _mm512_srli_epi32(v_, 1);
        return PackedAvx512(_mm512_mask_add_epi32(h, odd, h, _mm512_set1_epi32((KoalaBear::P + 1) / 2)));
    }
    ASHLAR_INLINE PackedAvx512 pow_two(unsigned n) const {
        PackedAvx512 r = *this;
        for (unsigned i = 0; i < n; i++) r = r.square();
        return r;
    }
    /// 1/x in each position; 0 for 0.
    ASHLAR_INLINE PackedAvx512 inverse() const {
        const PackedAvx512 x2 = square() * *this, x3 = x2.square() * *this, x6 = x3.pow_two(3) * x3;
        const PackedAvx512 x12 = x6.pow_two(6) * x6, x24 = x12.pow_two(12) * x12;
        return x6.pow_two(25) * x24;
    }
    /// (a - b) c.
    ASHLAR_INLINE static PackedAvx512 sub_mul(PackedAvx512 a, PackedAvx512 b, PackedAvx512 c) {
        return multiply(_mm512_sub_epi32(a.v_, b.v_), c.v_);
    }

    /// Elements of the concatenation a, b at even and at odd positions.
    ASHLAR_INLINE static Pair<PackedAvx512> deinterleave(PackedAvx512 a, PackedAvx512 b) {
        const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        return {PackedAvx512(_mm512_permutex2var_epi32(a.v_, even, b.v_)),
                PackedAvx512(_mm512_permutex2var_epi32(a.v_, odd, b.v_))};
    }
    /// The inverse of deinterleave: a0 b0 a1 b1 ...
    ASHLAR_INLINE static Pair<PackedAvx512> interleave(PackedAvx512 a, PackedAvx512 b) {
        const __m512i lo = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const __m512i hi = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        return {PackedAvx512(_mm512_permutex2var_epi32(a.v_, lo, b.v_)),
                PackedAvx512(_mm512_permutex2var_epi32(a.v_, hi, b.v_))};
    }

    // Building blocks for tuned code (Poseidon2). "Signed" values are int32 in each position, congruent mod p.
    ASHLAR_INLINE static __m512i p_vector() { return _mm512_set1_epi32(KoalaBear::P); }
    /// x in [0, 2p) -> [0, p).
    ASHLAR_INLINE static PackedAvx512 subtract_p(__m512i x) {
        return PackedAvx512(_mm512_min_epu32(x, _mm512_sub_epi32(x, p_vector())));
    }
    /// x in (-p, p) -> [0, p).
    ASHLAR_INLINE static PackedAvx512 add_p(__m512i x) {
        return PackedAvx512(_mm512_min_epu32(x, _mm512_add_epi32(x, p_vector())));
    }
    ASHLAR_INLINE static __m512i odd(__m512i x) {
        return _mm512_castps_si512(_mm512_movehdup_ps(_mm512_castsi512_ps(x)));
    }
    /// High halves of the 64-bit products: those of `e` to even positions, those of `o` stay odd.
    ASHLAR_INLINE static __m512i merge_high(__m512i e, __m512i o) {
        return _mm512_castps_si512(_mm512_mask_movehdup_ps(_mm512_castsi512_ps(o), 0x5555, _mm512_castsi512_ps(e)));
    }
    /// Products of the low halves of 64-bit positions. Written as instructions, because compilers that see that only
    /// half of a quotient is used replace the 32 x 32 multiplier by the several times slower 64-bit product.
    ASHLAR_INLINE static __m512i multiply_low_signed(__m512i a, __m512i b) {
        __m512i r;
        __asm__("vpmuldq %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
        return r;
    }
    ASHLAR_INLINE static __m512i multiply_low_unsigned(__m512i a, __m512i b) {
        __m512i r;
        __asm__("vpmuludq %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
        return r;
    }
    /// x - q p with q = x p^-1 mod 2^32: low halves 0, high halves in (-p, p) for |x| < p 2^31.
    ASHLAR_INLINE static __m512i cancel_low(__m512i x) {
        const __m512i q = multiply_low_signed(x, _mm512_set1_epi32(static_cast<int>(KoalaBear::P_INVERSE)));
        return _mm512_sub_epi64(x, multiply_low_signed(q, p_vector()));
    }
    /// Product of two signed values.
    ASHLAR_INLINE static PackedAvx512 multiply(__m512i a, __m512i b) {
        const __m512i e = cancel_low(_mm512_mul_epi32(a, b)), o = cancel_low(_mm512_mul_epi32(odd(a), odd(b)));
        return add_p(merge_high(e, o));
    }
    /// Cube of any int32: the square stays a signed value in split form.
    ASHLAR_INLINE static PackedAvx512 cube_signed(__m512i x) {
        const __m512i xo = odd(x);
        const __m512i se = odd(cancel_low(_mm512_mul_epi32(x, x))), so = odd(cancel_low(_mm512_mul_epi32(xo, xo)));
        return add_p(merge_high(cancel_low(_mm512_mul_epi32(se, x)), cancel_low(_mm512_mul_epi32(so, xo))));
    }

  private:
    __m512i v_;
};

template <>
class ProductSum<PackedAvx512> {
  public:
    using L = PackedAvx512;
    ASHLAR_INLINE ProductSum() : even_(_mm512_setzero_si512()), odd_(_mm512_setzero_si512()) {}
    ASHLAR_INLINE void add(L a, L b) {
        even_ = correct(_mm512_add_epi64(even_, _mm512_mul_epu32(a.raw(), b.raw())));
        odd_ = correct(_mm512_add_epi64(odd_, _mm512_mul_epu32(L::odd(a.raw()), L::odd(b.raw()))));
    }
    ASHLAR_INLINE void add(L a, L b, L c, L d) {
        even_ = correct(_mm512_add_epi64(
            even_, _mm512_add_epi64(_mm512_mul_epu32(a.raw(), b.raw()), _mm512_mul_epu32(c.raw(), d.raw()))));
        odd_ = correct(_mm512_add_epi64(odd_, _mm512_add_epi64(_mm512_mul_epu32(L::odd(a.raw()), L::odd(b.raw())),
                                                               _mm512_mul_epu32(L::odd(c.raw()), L::odd(d.raw())))));
    }
    ASHLAR_INLINE L reduce() const { return L::add_p(L::merge_high(cancel_low(even_), cancel_low(odd_))); }

    /// x in [0, p 2^32): high half of x - q p in (-p, p), unsigned form of PackedAvx512::cancel_low.
    ASHLAR_INLINE static __m512i cancel_low(__m512i x) {
        const __m512i q = L::multiply_low_unsigned(x, _mm512_set1_epi32(static_cast<int>(KoalaBear::P_INVERSE)));
        return _mm512_sub_epi64(x, L::multiply_low_unsigned(q, L::p_vector()));
    }
    /// x in [0, 2p 2^32) -> [0, p 2^32); works on the high halves alone.
    ASHLAR_INLINE static __m512i correct(__m512i x) {
        const __m512i p_high = _mm512_set1_epi64(static_cast<long long>(uint64_t{KoalaBear::P} << 32));
        return _mm512_min_epu32(x, _mm512_sub_epi32(x, p_high));
    }

  private:
    __m512i even_, odd_;
};

}  // namespace ashlar::field
#endif
