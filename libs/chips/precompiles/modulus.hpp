// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

/// Moduli of the field operations, as data and in the digit forms that the constraints use.
namespace ashlar::chips {

/// SEC 2, section 2.4.1: 2^256 - 2^32 - 977.
struct Secp256k1Modulus {
    static constexpr std::array<uint32_t, 8> WORDS = {0xfffffc2f, 0xfffffffe, 0xffffffff, 0xffffffff,
                                                      0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
};
/// SEC 2, section 2.4.2: 2^256 - 2^224 + 2^192 + 2^96 - 1.
struct Secp256r1Modulus {
    static constexpr std::array<uint32_t, 8> WORDS = {0xffffffff, 0xffffffff, 0xffffffff, 0x00000000,
                                                      0x00000000, 0x00000000, 0x00000001, 0xffffffff};
};
/// Base field of alt_bn128 (EIP-196).
struct Bn254Modulus {
    static constexpr std::array<uint32_t, 8> WORDS = {0xd87cfd47, 0x3c208c16, 0x6871ca8d, 0x97816a91,
                                                      0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72};
};
/// Base field of BLS12-381 (EIP-2537).
struct Bls12381Modulus {
    static constexpr std::array<uint32_t, 12> WORDS = {0xffffaaab, 0xb9feffff, 0xb153ffff, 0x1eabfffe,
                                                       0xf6b0f624, 0x6730d2a0, 0xf38512bf, 0x64774b84,
                                                       0x434bacd7, 0x4b1ba7b6, 0x397fe69a, 0x1a0111ea};
};
/// 2^255 - 19 (RFC 8032).
struct Ed25519Modulus {
    static constexpr std::array<uint32_t, 8> WORDS = {0xffffffed, 0xffffffff, 0xffffffff, 0xffffffff,
                                                      0xffffffff, 0xffffffff, 0xffffffff, 0x7fffffff};
};

/// Digits of a modulus M and what follows from them.
template <class M>
struct ModulusDigits {
    static constexpr size_t NUM_WORDS = M::WORDS.size();
    static constexpr size_t LIMBS = 2 * NUM_WORDS;  ///< 16-bit limbs of an element
    static constexpr size_t BYTES = 4 * NUM_WORDS;

    static constexpr std::array<int32_t, LIMBS> LIMB = [] {
        std::array<int32_t, LIMBS> d{};
        for (size_t i = 0; i < LIMBS; i++) d[i] = static_cast<int32_t>(M::WORDS[i / 2] >> (16 * (i % 2)) & 0xffff);
        return d;
    }();
    static constexpr std::array<int32_t, BYTES> BYTE = [] {
        std::array<int32_t, BYTES> d{};
        for (size_t i = 0; i < BYTES; i++) d[i] = LIMB[i / 2] >> (8 * (i % 2)) & 0xff;
        return d;
    }();
    /// Signed base 2^16 digits of least absolute value of a multiple of the modulus, one more than limbs.
    static constexpr std::array<int32_t, LIMBS + 1> signed_digits(int32_t multiple) {
        std::array<int32_t, LIMBS + 1> d{};
        int32_t carry = 0;
        for (size_t i = 0; i < LIMBS; i++) {
            const int32_t x = multiple * LIMB[i] + carry;
            carry = (x + 0x8000) >> 16;
            d[i] = x - (carry << 16);
        }
        d[LIMBS] = carry;
        return d;
    }
    /// Whether 16-bit quotient digits times these digits stay small.
    static constexpr bool small_digits(int32_t multiple) {
        int64_t sum = 0;
        for (int32_t d : signed_digits(multiple)) sum += d < 0 ? -d : d;
        return sum <= 2048;
    }
    /// A pseudo-Mersenne prime, or half of such a number (2^255 - 19): then quotients have 16-bit digits, half as many
    /// columns as bytes. They count multiples of MULTIPLE M, and with MULTIPLE = 2 a bit says whether M remains.
    static constexpr bool SPARSE = small_digits(1) || small_digits(2);
    static constexpr int32_t MULTIPLE = SPARSE && !small_digits(1) ? 2 : 1;
    static constexpr std::array<int32_t, LIMBS + 1> SIGNED = signed_digits(MULTIPLE);
    /// How many of the highest limbs are 0xffff.
    static constexpr size_t TOP_RUN = [] {
        size_t n = 0;
        while (n < LIMBS && LIMB[LIMBS - 1 - n] == 0xffff) n++;
        return n;
    }();
};

/// Base 2^16 digits of factor * M, for adding a multiple of the modulus that keeps a sum from being negative.
/// @param factor  its 16-bit limbs, low first
template <class M, size_t N>
constexpr auto multiple_of_modulus(const std::array<int32_t, N>& factor) {
    using D = ModulusDigits<M>;
    std::array<int32_t, D::LIMBS + N> out{};
    std::array<int64_t, D::LIMBS + N + 1> sum{};
    for (size_t i = 0; i < N; i++) {
        int64_t carry = 0;
        for (size_t j = 0; j < D::LIMBS; j++) {
            const int64_t x = sum[i + j] + static_cast<int64_t>(factor[i]) * D::LIMB[j] + carry;
            sum[i + j] = x & 0xffff;
            carry = x >> 16;
        }
        sum[i + D::LIMBS] += carry;
    }
    for (size_t i = 0; i < out.size(); i++) out[i] = static_cast<int32_t>(sum[i]);
    return out;
}

/// Digits of (M + extra) * M: at least every |a b| + extra M with a, b < M.
template <class M>
constexpr auto square_of_modulus(int32_t extra) {
    using D = ModulusDigits<M>;
    std::array<int32_t, D::LIMBS + 1> factor{};
    int32_t carry = extra;
    for (size_t i = 0; i < D::LIMBS; i++) {
        const int32_t x = D::LIMB[i] + carry;
        factor[i] = x & 0xffff;
        carry = x >> 16;
    }
    factor[D::LIMBS] = carry;
    return multiple_of_modulus<M>(factor);
}

}  // namespace ashlar::chips
