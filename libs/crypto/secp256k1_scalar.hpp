// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/high_product.hpp"

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

/// A 256-bit constant from its four 64-bit words, least significant first.
constexpr Words words_of(const std::array<uint64_t, 4>& a) {
    Words w{};
    for (size_t i = 0; i < w.size(); i++)
        w[i] = static_cast<Word>(a[i * sizeof(Word) / 8] >> (8 * (i * sizeof(Word) % 8)));
    return w;
}

inline constexpr Words GENERATOR_X =
    words_of({0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac});
inline constexpr Words GENERATOR_Y =
    words_of({0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465});
/// The curve has an endomorphism (x, y) -> (BETA x, y), which multiplies by LAMBDA; BETA^3 = 1 mod p, LAMBDA^3 = 1 mod
/// n.
inline constexpr Words BETA =
    words_of({0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710});
inline constexpr Words LAMBDA =
    words_of({0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0});
// Short basis (A1, -B1), (A2, B2 = A1) of the lattice of (a, b) with a + b LAMBDA = 0 mod n, and round(2^384 B / n).
inline constexpr Words B1 = words_of({0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0});
inline constexpr Words B2 = words_of({0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0});
inline constexpr Words G1 = words_of({0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd});
inline constexpr Words G2 = words_of({0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828});

/// round(a * b / 2^384).
inline Words scaled_product(const Words& a, const Words& b) {
    constexpr size_t HALF = Base::N / 2;
    const Words high = high_product(a, b);
    Words r{};
    for (size_t i = 0; i < HALF; i++) r[i] = high[i + HALF];
    Word carry = high[HALF - 1] >> (limbs::BITS<Word> - 1);
    for (size_t i = 0; carry && i < HALF; i++) carry = ++r[i] == 0;
    return r;
}

/// A scalar of absolute value below 2^128.
struct HalfScalar {
    bool negative = false;
    Words magnitude{};
};
inline HalfScalar signed_value(const Scalar& k) {
    HalfScalar h;
    h.magnitude = k.words();
    for (size_t i = Base::N / 2; i < Base::N; i++)
        if (h.magnitude[i]) h.negative = true;
    if (h.negative) h.magnitude = (-k).words();
    return h;
}
/// k = low + high LAMBDA mod n. Source: Gallant, Lambert, Vanstone, CRYPTO 2001. |low|, |high| < 2^127.4 for every k.
inline void split(const Scalar& k, HalfScalar& low, HalfScalar& high) {
    const Words w = k.words();
    const Scalar c1 = Scalar::from_words(scaled_product(w, G1)), c2 = Scalar::from_words(scaled_product(w, G2));
    const Scalar k2 = c1 * Scalar::from_words(B1) - c2 * Scalar::from_words(B2);
    high = signed_value(k2);
    low = signed_value(k - k2 * Scalar::from_words(LAMBDA));
}

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
