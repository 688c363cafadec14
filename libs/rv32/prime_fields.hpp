// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/rv32/bigint.hpp"

/// The fields and curves of ABI.md 5.5 to 5.7.
namespace ashlar::rv32 {

inline constexpr PrimeField<4> SECP256K1_FIELD{
    bigint::from_hex<4>("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")};
inline constexpr PrimeField<4> SECP256K1_SCALARS{
    bigint::from_hex<4>("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")};
inline constexpr PrimeField<4> SECP256R1_FIELD{
    bigint::from_hex<4>("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff")};
inline constexpr PrimeField<4> BN254_FIELD{
    bigint::from_hex<4>("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47")};
inline constexpr PrimeField<4> ED25519_FIELD{
    bigint::from_hex<4>("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")};
inline constexpr PrimeField<6> BLS12381_FIELD{bigint::from_hex<6>(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab")};

}  // namespace ashlar::rv32
