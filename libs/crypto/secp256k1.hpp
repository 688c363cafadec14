// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// Recovers the public key (x then y, 32 bytes each, most significant first) of an ECDSA signature on secp256k1.
///
/// @param digest  the signed hash.
/// @param r, s    most significant byte first; must lie in [1, n).
/// @param y_odd   parity of the y coordinate of the point whose abscissa is r. (An abscissa of r + n is not
/// expressible.)
/// @return nullopt if r or s is out of range, r is no abscissa, or the key is the point at infinity. Source: SEC
/// 1, 4.1.6.
std::optional<FixedBytes<64>> recover_public_key(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool y_odd);

/// The last 20 bytes of the key's keccak256.
Address public_key_address(const FixedBytes<64>& key);

/// The address of the recovered key; nullopt as above.
std::optional<Address> recover_address(const Bytes32& digest, const Bytes32& r, const Bytes32& s, bool y_odd);

/// True if s <= n / 2, as transactions must have it (EIP-2).
bool is_low_s(const Bytes32& s);

}  // namespace ashlar::crypto
