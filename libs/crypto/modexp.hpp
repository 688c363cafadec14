// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// base^exponent mod modulus on unsigned numbers of any length, most significant byte first; 0^0 = 1, anything mod 0 or
/// 1 is 0.
/// @return as many bytes as `modulus` has.
Bytes modexp(BytesView base, BytesView exponent, BytesView modulus);

}  // namespace ashlar::crypto
