// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "libs/chips/gadgets/lookup.hpp"

/// The state of Keccak-f[1600] as it travels on BUS_KECCAK: (t of the call, round, 50 words mod p, 7 checks).
///
/// A 32-bit word mod p is one element but not one word: w, w + p and w + 2p are the same. The checks tell them apart:
/// each is sum_j 3^j high_j over the high limbs of 7 or 8 words. Two words that are equal mod p differ by k p, |k| <=
/// 2, so their high limbs differ by 0, +-0x7f00, +-0x7f01, +-0xfe00 or +-0xfe01; no non-zero choice of such differences
/// makes a check 0 (`keccak_test` tries them all). Both ends of a message are 32-bit words (bits, or 16-bit limbs), so
/// equal messages are equal states, in 57 elements instead of 100 limbs.
namespace ashlar::chips {

inline constexpr size_t KECCAK_WORDS = 50;
inline constexpr size_t KECCAK_CHECKS = 7;
inline constexpr size_t KECCAK_ROUNDS = 24;
inline constexpr size_t KECCAK_MESSAGE = 2 + KECCAK_WORDS + KECCAK_CHECKS;

/// Which check a word is in, and its coefficient there.
constexpr size_t keccak_check_of(size_t word) { return word / 7 < KECCAK_CHECKS ? word / 7 : KECCAK_CHECKS - 1; }
constexpr uint32_t keccak_coefficient(size_t word) {
    uint32_t c = 1;
    for (size_t j = 7 * keccak_check_of(word); j < word; j++) c *= 3;
    return c;
}

template <class V>
struct KeccakState {
    std::array<V, KECCAK_WORDS> low, high;  ///< 16-bit limbs of the words

    V word(size_t i) const { return low[i] + high[i] * F::from_canonical(1 << 16); }
    V check(size_t group) const {
        V sum = V(F::ZERO);
        for (size_t i = 0; i < KECCAK_WORDS; i++)
            if (keccak_check_of(i) == group) sum += high[i] * F::from_canonical(keccak_coefficient(i));
        return sum;
    }
    std::array<V, KECCAK_MESSAGE> message(const V& t, const V& round) const {
        std::array<V, KECCAK_MESSAGE> m;
        m[0] = t;
        m[1] = round;
        for (size_t i = 0; i < KECCAK_WORDS; i++) m[2 + i] = word(i);
        for (size_t g = 0; g < KECCAK_CHECKS; g++) m[2 + KECCAK_WORDS + g] = check(g);
        return m;
    }
};

/// FIPS 202, 3.2.2: rotation of lane x + 5y, from t -> (t + 1)(t + 2) / 2 along the path of step 3.
inline constexpr std::array<unsigned, 25> KECCAK_ROTATION = [] {
    std::array<unsigned, 25> r{};
    size_t x = 1, y = 0;
    for (unsigned t = 0; t < 24; t++) {
        r[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
        const size_t next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
    return r;
}();

/// Bits of a round constant that are ever set: 2^j - 1 (FIPS 202, 3.2.5).
inline constexpr std::array<size_t, 7> KECCAK_IOTA_BITS = {0, 1, 3, 7, 15, 31, 63};

/// FIPS 202, algorithm 5: the linear feedback shift register behind the round constants.
inline constexpr std::array<std::array<bool, 7>, KECCAK_ROUNDS> KECCAK_IOTA = [] {
    std::array<std::array<bool, 7>, KECCAK_ROUNDS> rc{};
    unsigned r = 1;
    for (auto& round : rc) {
        for (bool& bit : round) {
            bit = (r & 1) != 0;
            r = (r & 0x80) != 0 ? r << 1 ^ 0x171 : r << 1;
        }
    }
    return rc;
}();

}  // namespace ashlar::chips
