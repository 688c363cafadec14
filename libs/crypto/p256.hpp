// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"

namespace ashlar::crypto {

/// Whether (r, s) is an ECDSA signature of `digest` under the public key (x, y) on secp256r1. Numbers are 32 bytes,
/// most significant first. False for r or s outside [1, n), coordinates that are not reduced and points off the curve
/// (EIP-7951).
bool p256_verify(const Bytes32& digest, const Bytes32& r, const Bytes32& s, const Bytes32& x, const Bytes32& y);

}  // namespace ashlar::crypto
