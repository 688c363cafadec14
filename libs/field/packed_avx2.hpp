// SPDX-License-Identifier: Apache-2.0
#pragma once
#if defined(__AVX2__)
#include <immintrin.h>

#include "libs/field/koala_bear.hpp"

namespace ashlar::field {

/// Lane of 8 elements of F in one 256-bit vector, Montgomery form, each reduced.
///
/// Products use the 32 x 32 -> 64 multiplier on even and odd positions; the Montgomery quotient is signed, so that a
/// difference of two reduced values can enter a product without being corrected first (sub_mul).
class PackedAvx2 {
  public:
    static constexpr size_t WIDTH = 8;
    using Register = __m256i;

    PackedAvx2() = default;
    ASHLAR_INLINE explicit PackedAvx2(__m256i v) : v_(v) {}
    ASHLAR_INLINE static PackedAvx2 zero() { return PackedAvx2(_mm256_setzero_si256()); }
    ASHLAR_INLINE static PackedAvx2 one() { return broadcast(KoalaBear::one()); }
    ASHLAR_INLINE static PackedAvx2 broadcast(KoalaBear x) {
        return PackedAvx2(_mm256_set1_epi32(static_cast<int>(x.monty())));
    }
    ASHLAR_INLINE static PackedAvx2 load(const KoalaBear* p) {
        return PackedAvx2(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }
    ASHLAR_INLINE void store(KoalaBear* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v_); }
    ASHLAR_INLINE __m256i raw() const { return v_; }

    ASHLAR_INLINE friend PackedAvx2 operator+(PackedAvx2 a, PackedAvx2 b) {
        return subtract_p(_mm256_add_epi32(a.v_, b.v_));
    }
    ASHLAR_INLINE friend PackedAvx2 operator-(PackedAvx2 a, PackedAvx2 b) {
        return add_p(_mm256_sub_epi32(a.v_, b.v_));
    }
    ASHLAR_INLINE PackedAvx2 operator-() const { return zero() - *this; }
    ASHLAR_INLINE friend PackedAvx2 operator*(PackedAvx2 a, PackedAvx2 b) { return multiply(a.v_, b.v_); }
    ASHLAR_INLINE friend PackedAvx2 operator+(PackedAvx2 a, KoalaBear b) { return a + broadcast(b); }
    ASHLAR_INLINE friend PackedAvx2 operator-(PackedAvx2 a, KoalaBear b) { return a - broadcast(b); }
    ASHLAR_INLINE friend PackedAvx2 operator*(PackedAvx2 a, KoalaBear b) { return a * broadcast(b); }
    ASHLAR_INLINE friend PackedAvx2 operator+(KoalaBear a, PackedAvx2 b) { return broadcast(a) + b; }
    ASHLAR_INLINE friend PackedAvx2 operator-(KoalaBear a, PackedAvx2 b) { return broadcast(a) - b; }
    ASHLAR_INLINE friend PackedAvx2 operator*(KoalaBear a, PackedAvx2 b) { return broadcast(a) * b; }
    ASHLAR_INLINE PackedAvx2& operator+=(PackedAvx2 o) { return *this = *this + o; }
    ASHLAR_INLINE PackedAvx2& operator-=(PackedAvx2 o) { return *this = *this - o; }
    ASHLAR_INLINE PackedAvx2& operator*=(PackedAvx2 o) { return *this = *this * o; }

    ASHLAR_INLINE PackedAvx2 doubled() const { return *this + *this; }
    ASHLAR_INLINE PackedAvx2 square() const { return *this * *this; }
    ASHLAR_INLINE PackedAvx2 cube() const { return cube_signed(v_); }
    ASHLAR_INLINE PackedAvx2 halved() const {
        const __m256i one_bit = _mm256_and_si256(v_, _mm256_set1_epi32(1));
        const __m256i mask = _mm256_sub_epi32(_mm256_setzero_si256(), one_bit);
        const __m256i half = _mm256_and_si256(mask, _mm256_set1_epi32((KoalaBear::P + 1) / 2));
        return PackedAvx2(_mm256_add_epi32(_mm256_srli_epi32(v_, 1), half));
    }
    ASHLAR_INLINE PackedAvx2 pow_two(unsigned n) const {
        PackedAvx2 r = *this;
        for (unsigned i = 0; i < n; i++) r = r.square();
        return r;
    }
    /// 1/x in each position; 0 for 0.
    ASHLAR_INLINE PackedAvx2 inverse() const {
        const PackedAvx2 x2 = square() * *this, x3 = x2.square() * *this, x6 = x3.pow_two(3) * x3;
        const PackedAvx2 x12 = x6.pow_two(6) * x6, x24 = x12.pow_two(12) * x12;
        return x6.pow_two(25) * x24;
    }
    /// (a - b) c.
    ASHLAR_INLINE static PackedAvx2 sub_mul(PackedAvx2 a, PackedAvx2 b, PackedAvx2 c) {
        return multiply(_mm256_sub_epi32(a.v_, b.v_), c.v_);
    }

    /// Elements of the concatenation a, b at even and at odd positions.
    ASHLAR_INLINE static Pair<PackedAvx2> deinterleave(PackedAvx2 a, PackedAvx2 b) {
        const __m256 x = _mm256_castsi256_ps(a.v_), y = _mm256_castsi256_ps(b.v_);
        const __m256i even = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88));  // a0 a2 b0 b2 a4 a6 b4 b6
        const __m256i odd = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xdd));
        return {PackedAvx2(_mm256_permute4x64_epi64(even, 0xd8)), PackedAvx2(_mm256_permute4x64_epi64(odd, 0xd8))};
    }
    /// The inverse of deinterleave: a0 b0 a1 b1 ...
    ASHLAR_INLINE static Pair<PackedAvx2> interleave(PackedAvx2 a, PackedAvx2 b) {
        const __m256i lo = _mm256_unpacklo_epi32(a.v_, b.v_), hi = _mm256_unpackhi_epi32(a.v_, b.v_);
        return {PackedAvx2(_mm256_permute2x128_si256(lo, hi, 0x20)),
                PackedAvx2(_mm256_permute2x128_si256(lo, hi, 0x31))};
    }

    // Building blocks for tuned code (Poseidon2). "Signed" values are int32 in each position, congruent mod p.
    ASHLAR_INLINE static __m256i p_vector() { return _mm256_set1_epi32(KoalaBear::P); }
    /// x in [0, 2p) -> [0, p).
    ASHLAR_INLINE static PackedAvx2 subtract_p(__m256i x) {
        return PackedAvx2(_mm256_min_epu32(x, _mm256_sub_epi32(x, p_vector())));
    }
    /// x in (-p, p) -> [0, p).
    ASHLAR_INLINE static PackedAvx2 add_p(__m256i x) {
        return PackedAvx2(_mm256_min_epu32(x, _mm256_add_epi32(x, p_vector())));
    }
    ASHLAR_INLINE static __m256i odd(__m256i x) {
        return _mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(x)));
    }
    /// High halves of the 64-bit products: those of `e` to even positions, those of `o` stay odd.
    ASHLAR_INLINE static __m256i merge_high(__m256i e, __m256i o) { return _mm256_blend_epi32(odd(e), o, 0xaa); }
    /// Products of the low halves of 64-bit positions. Written as instructions, because compilers that see that only
    /// half of a quotient is used replace the 32 x 32 multiplier by the several times slower 64-bit product.
    ASHLAR_INLINE static __m256i multiply_low_signed(__m256i a, __m256i b) {
        __m256i r;
        __asm__("vpmuldq %2, %1, %0" : "=x"(r) : "x"(a), "x"(b));
        return r;
    }
    ASHLAR_INLINE static __m256i multiply_low_unsigned(__m256i a, __m256i b) {
        __m256i r;
        __asm__("vpmuludq %2, %1, %0" : "=x"(r) : "x"(a), "x"(b));
        return r;
    }
    /// x - q p with q = x p^-1 mod 2^32: low halves 0, high halves in (-p, p) for |x| < p 2^31.
    ASHLAR_INLINE static __m256i cancel_low(__m256i x) {
        const __m256i q = multiply_low_signed(x, _mm256_set1_epi32(static_cast<int>(KoalaBear::P_INVERSE)));
        return _mm256_sub_epi64(x, multiply_low_signed(q, p_vector()));
    }
    /// Product of two signed values.
    ASHLAR_INLINE static PackedAvx2 multiply(__m256i a, __m256i b) {
        const __m256i e = cancel_low(_mm256_mul_epi32(a, b)), o = cancel_low(_mm256_mul_epi32(odd(a), odd(b)));
        return add_p(merge_high(e, o));
    }
    /// Cube of any int32: the square stays a signed value in split form.
    ASHLAR_INLINE static PackedAvx2 cube_signed(__m256i x) {
        const __m256i xo = odd(x);
        const __m256i se = odd(cancel_low(_mm256_mul_epi32(x, x))), so = odd(cancel_low(_mm256_mul_epi32(xo, xo)));
        return add_p(merge_high(cancel_low(_mm256_mul_epi32(se, x)), cancel_low(_mm256_mul_epi32(so, xo))));
    }

  private:
    __m256i v_;
};

template <>
class ProductSum<PackedAvx2> {
  public:
    using L = PackedAvx2;
    ASHLAR_INLINE ProductSum() : even_(_mm256_setzero_si256()), odd_(_mm256_setzero_si256()) {}
    ASHLAR_INLINE void add(L a, L b) {
        even_ = correct(_mm256_add_epi64(even_, _mm256_mul_epu32(a.raw(), b.raw())));
        odd_ = correct(_mm256_add_epi64(odd_, _mm256_mul_epu32(L::odd(a.raw()), L::odd(b.raw()))));
    }
    ASHLAR_INLINE void add(L a, L b, L c, L d) {
        even_ = correct(_mm256_add_epi64(
            even_, _mm256_add_epi64(_mm256_mul_epu32(a.raw(), b.raw()), _mm256_mul_epu32(c.raw(), d.raw()))));
        odd_ = correct(_mm256_add_epi64(odd_, _mm256_add_epi64(_mm256_mul_epu32(L::odd(a.raw()), L::odd(b.raw())),
                                                               _mm256_mul_epu32(L::odd(c.raw()), L::odd(d.raw())))));
    }
    ASHLAR_INLINE L reduce() const { return L::add_p(L::merge_high(cancel_low(even_), cancel_low(odd_))); }

    /// x in [0, p 2^32): high half of x - q p in (-p, p), unsigned form of PackedAvx2::cancel_low.
    ASHLAR_INLINE static __m256i cancel_low(__m256i x) {
        const __m256i q = L::multiply_low_unsigned(x, _mm256_set1_epi32(static_cast<int>(KoalaBear::P_INVERSE)));
        return _mm256_sub_epi64(x, L::multiply_low_unsigned(q, L::p_vector()));
    }
    /// x in [0, 2p 2^32) -> [0, p 2^32); works on the high halves alone.
    ASHLAR_INLINE static __m256i correct(__m256i x) {
        const __m256i p_high = _mm256_set1_epi64x(static_cast<long long>(uint64_t{KoalaBear::P} << 32));
        return _mm256_min_epu32(x, _mm256_sub_epi32(x, p_high));
    }

  private:
    __m256i even_, odd_;
};

}  // namespace ashlar::field
#endif
