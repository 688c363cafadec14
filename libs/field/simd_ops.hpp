// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/packed_avx2.hpp"
#include "libs/field/packed_avx512.hpp"

namespace ashlar::field {

/// 32-bit vector operations under one name for both AVX widths, for hand-tuned code over PackedAvx2 and PackedAvx512.
template <class L>
struct SimdOps;

#if defined(__AVX512F__)
template <>
struct SimdOps<PackedAvx512> {
    using R = __m512i;
    ASHLAR_INLINE static R set1(uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
    ASHLAR_INLINE static R add(R a, R b) { return _mm512_add_epi32(a, b); }
    ASHLAR_INLINE static R sub(R a, R b) { return _mm512_sub_epi32(a, b); }
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
    /// table[index] for indices below 16.
    static constexpr bool HAS_LOOKUP_16 = true;
    ASHLAR_INLINE static R lookup_16(const uint32_t* table, R index) {
        return _mm512_permutexvar_epi32(index, _mm512_loadu_si512(table));
    }
};
#endif

#if defined(__AVX2__)
template <>
struct SimdOps<PackedAvx2> {
    using R = __m256i;
    ASHLAR_INLINE static R set1(uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
    ASHLAR_INLINE static R add(R a, R b) { return _mm256_add_epi32(a, b); }
    ASHLAR_INLINE static R sub(R a, R b) { return _mm256_sub_epi32(a, b); }
    ASHLAR_INLINE static R bit_and(R a, R b) { return _mm256_and_si256(a, b); }
    template <unsigned K>
    ASHLAR_INLINE static R shift_left(R a) {
        return _mm256_slli_epi32(a, K);
    }
    template <unsigned K>
    ASHLAR_INLINE static R shift_right(R a) {
        return _mm256_srli_epi32(a, K);
    }
    ASHLAR_INLINE static R mul_high_16(R a, R b) { return _mm256_mulhi_epu16(a, b); }
    static constexpr bool HAS_LOOKUP_16 = false;
};
#endif

}  // namespace ashlar::field
