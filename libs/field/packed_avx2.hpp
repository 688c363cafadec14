// SPDX-License-Identifier: Apache-2.0
#pragma once
#if defined(__AVX2__)
#include <immintrin.h>

#include "libs/field/packed_simd.hpp"

namespace ashlar::field {

/// Operations on 256-bit vectors.
struct SimdAvx2 {
    using R = __m256i;
    static constexpr size_t WIDTH = 8;

    ASHLAR_INLINE static R load(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
    ASHLAR_INLINE static void store(void* p, R a) { _mm256_storeu_si256(static_cast<__m256i*>(p), a); }
    ASHLAR_INLINE static R zero() { return _mm256_setzero_si256(); }
    ASHLAR_INLINE static R set1(uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
    ASHLAR_INLINE static R set1_64(uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }
    ASHLAR_INLINE static R add(R a, R b) { return _mm256_add_epi32(a, b); }
    ASHLAR_INLINE static R sub(R a, R b) { return _mm256_sub_epi32(a, b); }
    ASHLAR_INLINE static R add_64(R a, R b) { return _mm256_add_epi64(a, b); }
    ASHLAR_INLINE static R sub_64(R a, R b) { return _mm256_sub_epi64(a, b); }
    /// Of unsigned numbers.
    ASHLAR_INLINE static R min(R a, R b) { return _mm256_min_epu32(a, b); }
    ASHLAR_INLINE static R bit_and(R a, R b) { return _mm256_and_si256(a, b); }
    template <unsigned K>
    ASHLAR_INLINE static R shift_left(R a) {
        return _mm256_slli_epi32(a, K);
    }
    template <unsigned K>
    ASHLAR_INLINE static R shift_right(R a) {
        return _mm256_srli_epi32(a, K);
    }
    /// High halves of 16-bit unsigned products.
    ASHLAR_INLINE static R mul_high_16(R a, R b) { return _mm256_mulhi_epu16(a, b); }
    /// 64-bit products of the even positions.
    ASHLAR_INLINE static R multiply_signed(R a, R b) { return _mm256_mul_epi32(a, b); }
    ASHLAR_INLINE static R multiply_unsigned(R a, R b) { return _mm256_mul_epu32(a, b); }
    /// Products of the low halves of 64-bit positions. Written as instructions, because compilers that see that only
    /// half of a quotient is used replace the 32 x 32 multiplier by the several times slower 64-bit product.
    ASHLAR_INLINE static R multiply_low_signed(R a, R b) {
        R r;
        __asm__("vpmuldq %2, %1, %0" : "=x"(r) : "x"(a), "x"(b));
        return r;
    }
    ASHLAR_INLINE static R multiply_low_unsigned(R a, R b) {
        R r;
        __asm__("vpmuludq %2, %1, %0" : "=x"(r) : "x"(a), "x"(b));
        return r;
    }
    /// The odd positions, moved to even ones.
    ASHLAR_INLINE static R odd(R x) { return _mm256_castps_si256(_mm256_movehdup_ps(_mm256_castsi256_ps(x))); }
    /// High halves of the 64-bit products: those of `e` to even positions, those of `o` stay odd.
    ASHLAR_INLINE static R merge_high(R e, R o) { return _mm256_blend_epi32(odd(e), o, 0xaa); }
    /// a / 2, rounded down, plus the constant where a is odd.
    ASHLAR_INLINE static R halve(R a, uint32_t constant) {
        const R mask = sub(zero(), bit_and(a, set1(1)));
        const R half = bit_and(mask, set1(constant));
        return add(shift_right<1>(a), half);
    }
    ASHLAR_INLINE static Pair<R> deinterleave(R a, R b) {
        const __m256 x = _mm256_castsi256_ps(a), y = _mm256_castsi256_ps(b);
        const R even = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0x88));  // a0 a2 b0 b2 a4 a6 b4 b6
        const R odd = _mm256_castps_si256(_mm256_shuffle_ps(x, y, 0xdd));
        return {_mm256_permute4x64_epi64(even, 0xd8), _mm256_permute4x64_epi64(odd, 0xd8)};
    }
    ASHLAR_INLINE static Pair<R> interleave(R a, R b) {
        const R lo = _mm256_unpacklo_epi32(a, b), hi = _mm256_unpackhi_epi32(a, b);
        return {_mm256_permute2x128_si256(lo, hi, 0x20), _mm256_permute2x128_si256(lo, hi, 0x31)};
    }
    /// So many bytes, each in its position.
    ASHLAR_INLINE static R load_bytes(const uint8_t* p) {
        return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    /// table[index mod 16].
    ASHLAR_INLINE static R lookup_16(const uint32_t* table, R index) {
        const __m256 low = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(load(table), index));
        const __m256 high = _mm256_castsi256_ps(_mm256_permutevar8x32_epi32(load(table + 8), index));
        return _mm256_castps_si256(_mm256_blendv_ps(low, high, _mm256_castsi256_ps(shift_left<28>(index))));
    }
    static constexpr bool HAS_LOOKUP_16 = false;  // three instructions
};

using PackedAvx2 = PackedSimd<SimdAvx2>;

}  // namespace ashlar::field
#endif
