// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

/// Eight key recoveries at once with the 52-bit multiplications of AVX-512 (IFMA); internal to libs/crypto, host only.
namespace ashlar::crypto::secp256k1 {

inline constexpr unsigned LANES = 8;
/// Windows of four bits in a half scalar, and one for the carry out of the top one.
inline constexpr unsigned WINDOWS = 33;
/// Multiples 1 .. 255 of a point and that of its 128-bit shift, entry [shifted][multiple]: x and y in limbs of 52 bits.
using GeneratorLimbs = std::array<std::array<std::array<uint64_t, 10>, 256>, 2>;

/// What eight recoveries need: R by its abscissa and parity, and u1 G + u2 R by digits. u2 = low + high lambda.
struct LaneBatch {
    uint64_t x[5][LANES];        ///< limbs of R's abscissa, below p
    uint8_t odd;                 ///< a bit a lane: parity of R's ordinate
    int8_t low[WINDOWS][LANES];  ///< signed digits in base 16, least significant first, -8 .. 8
    int8_t high[WINDOWS][LANES];
    uint8_t generator[32][LANES];  ///< bytes of u1, least significant first
    // Results.
    uint64_t key_x[5][LANES], key_y[5][LANES];  ///< limbs, not below p
    uint8_t valid;                              ///< R is a point and the key is not infinite
    uint8_t exceptional;                        ///< two equal or opposite points met: the lane's result is worthless
};

/// Made on first use.
const GeneratorLimbs& generator_limbs();

/// Whether this processor can run `recover_lanes`.
bool lanes_supported();
void recover_lanes(LaneBatch& batch, const GeneratorLimbs& generator);

}  // namespace ashlar::crypto::secp256k1
