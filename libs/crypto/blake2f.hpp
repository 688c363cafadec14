// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ashlar::crypto {

/// The compression function F of BLAKE2b with a free number of rounds (RFC 7693, 3.2; EIP-152).
/// @param h  state, overwritten.  @param m  message block.  @param t  offset counter, low word first.
void blake2f(uint32_t rounds, uint64_t h[8], const uint64_t m[16], const uint64_t t[2], bool final_block);

}  // namespace ashlar::crypto
