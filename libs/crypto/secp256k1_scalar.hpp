// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/glv.hpp"

/// Numbers of secp256k1 and how scalars are cut for a double multiplication; internal to libs/crypto.
namespace ashlar::crypto::secp256k1 {

/// Source of the curve's numbers: SEC 2, 2.4.1.
/// The ABI's SECP256K1_FP calls are not used: UINT256_MUL does the same.
struct BaseParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff,
                                            0xffffffffffffffff};
};
struct ScalarParameters : WithoutCalls {
    static constexpr size_t BITS = 256;
    static constexpr uint64_t MODULUS[4] = {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe,
                                            0xffffffffffffffff};
};
using Base = Field<BaseParameters>;
using Scalar = Field<ScalarParameters>;
using Word = limbs::Word;
using Words = Base::Words;
using limbs::words_of;

inline constexpr Words GENERATOR_X =
    words_of({0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac});
inline constexpr Words GENERATOR_Y =
    words_of({0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465});
/// The curve has an endomorphism (x, y) -> (BETA x, y), which multiplies by LAMBDA; BETA^3 = 1 mod p, LAMBDA^3 = 1 mod
/// n.
inline constexpr Words BETA =
    words_of({0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710});
/// How it splits scalars (glv.hpp): |low|, |high| < 2^127.4 for every k.
struct Lattice {
    static constexpr Words LAMBDA =
        words_of({0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0});
    static constexpr Words B1 = words_of({0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0});
    static constexpr Words B2 = words_of({0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0});
    static constexpr Words G1 =
        words_of({0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd});
    static constexpr Words G2 =
        words_of({0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828});
    /// round(a * b / 2^384).
    static Words scaled_product(const Words& a, const Words& b) {
        constexpr size_t HALF = Base::N / 2;
        const Words high = high_product(a, b);
        Words r{};
        for (size_t i = 0; i < HALF; i++) r[i] = high[i + HALF];
        Word carry = high[HALF - 1] >> (limbs::BITS<Word> - 1);
        for (size_t i = 0; carry && i < HALF; i++) carry = ++r[i] == 0;
        return r;
    }
};

/// Digits -8 .. 7 in base 16 of a half scalar's magnitude: adding 8 in every place makes them nibbles.
struct Digits {
    explicit Digits(const HalfScalar& k) {
        constexpr Word EIGHTS = static_cast<Word>(0x8888888888888888);
        Word carry = 0;
        for (size_t i = 0; i < HALF; i++) biased[i] = limbs::add_carry(k.magnitude[i], EIGHTS, carry);
        top = carry;
    }
    /// Digit i plus 8.
    unsigned at(unsigned i) const {
        constexpr unsigned PER_WORD = 2 * sizeof(Word);
        return static_cast<unsigned>(biased[i / PER_WORD] >> (4 * (i % PER_WORD))) & 15;
    }
    static constexpr size_t HALF = Base::N / 2;
    bool top;
    Word biased[HALF];
};
inline constexpr unsigned ZERO_DIGIT = 8;

}  // namespace ashlar::crypto::secp256k1
