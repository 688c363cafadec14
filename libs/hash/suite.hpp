// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

// The suite in use: the one place to change it. Tests and measurements of another suite name its header instead.
#ifdef ASHLAR_HASH_SUITE
#include ASHLAR_HASH_SUITE
#else
#include "libs/hash/suite_1.hpp"
#endif

namespace ashlar::hash {

/// SHA-256 of everything that makes the proof system's hash what it is, as 8 little-endian words: profiles hold it, and
/// through them keys, transcripts and the headers of proofs. What is hashed, in 32-bit little-endian words:
///   "ASHS"; p, width, exponent, full rounds, partial rounds;
///   M4 row by row; 2 and 1, the blocks of the external matrix on and off its diagonal; the internal diagonal;
///   round constants in the order of their use; position(lane) for lanes 0 .. 23;
///   rate, digest size, position of the length, position of the domain; domains node, leaf, transcript, other, memory
///   leaf; 0 for overwriting; 1 as a proof of work ends with a permutation.
/// Everything over lanes is in their order, elements of F are canonical.
const std::array<uint32_t, 8>& suite_id();

}  // namespace ashlar::hash
