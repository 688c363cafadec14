// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/base/bytes.hpp"

/// The operations of EIP-2537 on its encodings: a field element is 64 bytes, most significant first, of which the first
/// 16 are zero; a G1 point is x, y (128 bytes), a G2 point x.c0, x.c1, y.c0, y.c1 (256 bytes); zeros are infinity. Each
/// returns nullopt for an input of another length, elements that are not reduced and points off the curve.
namespace ashlar::crypto::bls12_381 {

/// Two points; no subgroup check.
std::optional<Bytes> g1_add(BytesView input);
std::optional<Bytes> g2_add(BytesView input);
/// One or more of (point, 32-byte scalar of any value); the points must have order r.
std::optional<Bytes> g1_multiply_sum(BytesView input);
std::optional<Bytes> g2_multiply_sum(BytesView input);
/// One or more of (G1 point, G2 point), both of order r: whether the product of the pairings is one.
std::optional<bool> pairing_check(BytesView input);
/// A field element, mapped to the group by RFC 9380 (simplified SWU, isogeny, cofactor cleared).
std::optional<Bytes> map_to_g1(BytesView input);
std::optional<Bytes> map_to_g2(BytesView input);

/// Whether `proof` shows that the polynomial committed to by `commitment` (48 bytes each, compressed points) takes the
/// value y at z (32 bytes each, most significant first, below r). False for malformed input too. Source: EIP-4844,
/// verify_kzg_proof.
bool verify_kzg_proof(BytesView commitment, BytesView z, BytesView y, BytesView proof);

}  // namespace ashlar::crypto::bls12_381
