// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/base/bytes.hpp"

/// The curve of EIP-196 and EIP-197 (alt_bn128). Points come and go in those encodings: coordinates of 32 bytes, most
/// significant first; zeros are infinity; an element of Fp2 has its imaginary part first.
namespace ashlar::crypto::bn254 {

/// Sum of two points; nullopt if one is not on the curve or a coordinate is not reduced.
std::optional<FixedBytes<64>> add(BytesView a, BytesView b);

/// `scalar` (32 bytes, any value) times a point; nullopt as above.
std::optional<FixedBytes<64>> multiply(BytesView point, BytesView scalar);

/// Whether the product of the pairings is one. `pairs` is any number of (64 bytes of G1, 128 bytes of G2); nullopt for
/// another length, malformed points, or a G2 point outside the subgroup.
std::optional<bool> pairing_check(BytesView pairs);

}  // namespace ashlar::crypto::bn254
