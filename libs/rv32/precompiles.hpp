// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "libs/base/bytes.hpp"
#include "libs/rv32/program.hpp"

/// The computations behind ABI.md 5, on copies of the operands (so that overlaps are well defined).
namespace ashlar::rv32 {

/// Operands of one precompile call: `in` is the read-only one, `out` the one overwritten; lengths as in the call's
/// CallShape.
struct CallOperands {
    const uint32_t* in;
    uint32_t* out;
    uint32_t a0;
    uint32_t a1;
    GuestField field;
};

/// Computes `out`; returns null, or the reason of a guest fault (then `out` is unspecified).
using Precompile = const char* (*)(const CallOperands&);

namespace precompile {

const char* sha_extend(const CallOperands& o);         // in w[0..16), out w[16..64)
const char* sha_compress(const CallOperands& o);       // in w[64], out h[8]
const char* keccak_permute(const CallOperands& o);     // out 25 lanes
const char* poseidon2_permute(const CallOperands& o);  // in 16, out 16

const char* uint256_mul(const CallOperands& o);  // in y[8], m[8]; out x[8]

// Field operations: out := out op in. Unreduced operands count mod p; an Fp2 subtraction with b > a + p faults.
const char* secp256k1_fp_add(const CallOperands& o);
const char* secp256k1_fp_sub(const CallOperands& o);
const char* secp256k1_fp_mul(const CallOperands& o);
const char* bn254_fp_add(const CallOperands& o);
const char* bn254_fp_sub(const CallOperands& o);
const char* bn254_fp_mul(const CallOperands& o);
const char* bn254_fp2_add(const CallOperands& o);
const char* bn254_fp2_sub(const CallOperands& o);
const char* bn254_fp2_mul(const CallOperands& o);
const char* bls12381_fp_add(const CallOperands& o);
const char* bls12381_fp_sub(const CallOperands& o);
const char* bls12381_fp_mul(const CallOperands& o);
const char* bls12381_fp2_add(const CallOperands& o);
const char* bls12381_fp2_sub(const CallOperands& o);
const char* bls12381_fp2_mul(const CallOperands& o);

// Affine points, x then y. Faults of ABI.md 5.5: unreduced coordinates, equal x in an addition, y = 0
// in a doubling; in a decompression x >= p, no square root, or a sign that is neither 0 nor 1.
const char* secp256k1_add(const CallOperands& o);
const char* secp256k1_double(const CallOperands& o);
const char* secp256k1_decompress(const CallOperands& o);  // in x, out y, a1 parity
const char* secp256r1_add(const CallOperands& o);
const char* secp256r1_double(const CallOperands& o);
const char* secp256r1_decompress(const CallOperands& o);
const char* bn254_add(const CallOperands& o);
const char* bn254_double(const CallOperands& o);
const char* bls12381_add(const CallOperands& o);
const char* bls12381_double(const CallOperands& o);
const char* bls12381_decompress(const CallOperands& o);  // a1: 1 takes the larger y

// ed25519, complete law; coordinates count mod p. A zero denominator (only for points off the curve) faults.
const char* ed_add(const CallOperands& o);
const char* ed_decompress(const CallOperands& o);  // in y, out x, a1 parity

}  // namespace precompile

/// Hook 5 (ABI.md 4.2): result buffers, or nullopt where the ABI has a panic (operands not below p or n).
std::optional<std::vector<Bytes>> hook_ecrecover(BytesView input);
/// Hook 8: {[1]} if the 32 bytes decompress to an ed25519 point, else {[0]}.
std::vector<Bytes> hook_ed25519(BytesView input);

/// Poseidon2 of width 16 with the guest ABI's numbers over the given field; inputs mod p, outputs
/// canonical.
void guest_poseidon2(GuestField field, uint32_t state[16]);

}  // namespace ashlar::rv32
