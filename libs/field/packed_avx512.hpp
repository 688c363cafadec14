// SPDX-License-Identifier: Apache-2.0
#pragma once
#if defined(__AVX512F__)
#include <immintrin.h>

#include "libs/field/packed_simd.hpp"

namespace ashlar::field {

/// Operations on 512-bit vectors, as in SimdAvx2.
struct SimdAvx512 {
    using R = __m512i;
    static constexpr size_t WIDTH = 16;

    ASHLAR_INLINE static R load(const void* p) { return _mm512_loadu_si512(p); }
    ASHLAR_INLINE static void store(void* p, R a) { _mm512_storeu_si512(p, a); }
    ASHLAR_INLINE static R zero() { return _mm512_setzero_si512(); }
    ASHLAR_INLINE static R set1(uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
    ASHLAR_INLINE static R set1_64(uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }
    ASHLAR_INLINE static R add(R a, R b) { return _mm512_add_epi32(a, b); }
    ASHLAR_INLINE static R sub(R a, R b) { return _mm512_sub_epi32(a, b); }
    ASHLAR_INLINE static R add_64(R a, R b) { return _mm512_add_epi64(a, b); }
    ASHLAR_INLINE static R sub_64(R a, R b) { return _mm512_sub_epi64(a, b); }
    /// Of unsigned numbers.
    ASHLAR_INLINE static R min(R a, R b) { return _mm512_min_epu32(a, b); }
    ASHLAR_INLINE static R bit_and(R a, R b) { return _mm512_and_si512(a, b); }
    template <unsigned K>
    ASHLAR_INLINE static R shift_left(R a) {
        return _mm512_slli_epi32(a, K);
    }
    template <unsigned K>
    ASHLAR_INLINE static R shift_right(R a) {
        return _mm512_srli_epi32(a, K);
    }
    /// High halves of 16-bit unsigned products.
    ASHLAR_INLINE static R mul_high_16(R a, R b) { return _mm512_mulhi_epu16(a, b); }
    /// 64-bit products of the even positions.
    ASHLAR_INLINE static R multiply_signed(R a, R b) { return _mm512_mul_epi32(a, b); }
    ASHLAR_INLINE static R multiply_unsigned(R a, R b) { return _mm512_mul_epu32(a, b); }
    /// Products of the low halves of 64-bit positions. Written as instructions, because compilers that see that only
    /// half of a quotient is used replace the 32 x 32 multiplier by the several times slower 64-bit product.
    ASHLAR_INLINE static R multiply_low_signed(R a, R b) {
        R r;
        __asm__("vpmuldq %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
        return r;
    }
    ASHLAR_INLINE static R multiply_low_unsigned(R a, R b) {
        R r;
        __asm__("vpmuludq %2, %1, %0" : "=v"(r) : "v"(a), "v"(b));
        return r;
    }
    ASHLAR_INLINE static R odd(R x) { return _mm512_castps_si512(_mm512_movehdup_ps(_mm512_castsi512_ps(x))); }
    ASHLAR_INLINE static R merge_high(R e, R o) {
        return _mm512_castps_si512(_mm512_mask_movehdup_ps(_mm512_castsi512_ps(o), 0x5555, _mm512_castsi512_ps(e)));
    }
    ASHLAR_INLINE static R halve(R a, uint32_t constant) {
        const __mmask16 is_odd = _mm512_test_epi32_mask(a, set1(1));
        const R half = shift_right<1>(a);
        return _mm512_mask_add_epi32(half, is_odd, half, set1(constant));
    }
    ASHLAR_INLINE static Pair<R> deinterleave(R a, R b) {
        const R even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        const R odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        return {_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b)};
    }
    ASHLAR_INLINE static Pair<R> interleave(R a, R b) {
        const R lo = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const R hi = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        return {_mm512_permutex2var_epi32(a, lo, b), _mm512_permutex2var_epi32(a, hi, b)};
    }
    /// So many bytes, each in its position.
    ASHLAR_INLINE static R load_bytes(const uint8_t* p) {
        return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    /// table[index mod 16].
    static constexpr bool HAS_LOOKUP_16 = true;
    ASHLAR_INLINE static R lookup_16(const uint32_t* table, R index) {
        return _mm512_permutexvar_epi32(index, _mm512_loadu_si512(table));
    }
};

using PackedAvx512 = PackedSimd<SimdAvx512>;

}  // namespace ashlar::field
#endif
