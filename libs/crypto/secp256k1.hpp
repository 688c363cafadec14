// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// Recovers the public key (x then y, 32 bytes each, most significant first) of an ECDSA signature on secp256k1.
///
/// @param digest  the signed hash.
/// @param r, s    most significant byte first; must lie in [1, n).
/// @param y_odd   parity of the y coordinate of the point that r comes from.
/// @param beyond_order  whether that point's abscissa is r + n and not r; no Ethereum transaction can say so.
/// @return nullopt if r or s is out of range, there is no such abscissa, or the key is the point at infinity. Source:
/// SEC 1, 4.1.6.
std::optional<FixedBytes<64>> recover_public_key(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool y_odd,
                                                 bool beyond_order = false);

/// Whether (r, s) is an ECDSA signature of `digest` under the public key (x then y) on secp256k1; a large s is as good
/// as a small one. Numbers are 32 bytes, most significant first. False for r or s outside [1, n), coordinates that are
/// not reduced and points off the curve. Source: SEC 1, 4.1.4.
bool secp256k1_verify(const Bytes32& digest, const Bytes32& r, const Bytes32& s, const FixedBytes<64>& key);

/// The last 20 bytes of the key's keccak256.
Address public_key_address(const FixedBytes<64>& key);

/// The address of the recovered key; nullopt as above.
std::optional<Address> recover_address(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool y_odd);

/// True if s <= n / 2, as transactions must have it (EIP-2).
bool is_low_s(const Bytes32& s);

}  // namespace ashlar::crypto
