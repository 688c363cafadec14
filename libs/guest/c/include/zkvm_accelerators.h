/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ZKVM_ACCELERATORS_H
#define ZKVM_ACCELERATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define ZKVM_ALIGN8 alignas(8)
#else
#define ZKVM_ALIGN8 _Alignas(8)
#endif

/* The cryptographic functions of the zkVM standard "C interface for accelerators" (github.com/eth-act/zkvm-standards,
 * May 2026), with its names, types and encodings, so that a program written against it compiles here unchanged. C11 or
 * C++11.
 *
 * Numbers are most significant byte first unless said otherwise. Results may overlap operands. After ZKVM_EFAIL nothing
 * was written. A null pointer where bytes are needed ends the program with exit code 1, so that there is no proof. */

typedef enum {
    ZKVM_EOK = 0,
    ZKVM_EFAIL = -1 /* the operands are not what the function takes: a point off its curve, a number out of range */
} zkvm_status;

typedef struct {
    ZKVM_ALIGN8 uint8_t data[16];
} zkvm_bytes_16;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[32];
} zkvm_bytes_32;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[48];
} zkvm_bytes_48;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[64];
} zkvm_bytes_64;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[96];
} zkvm_bytes_96;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[128];
} zkvm_bytes_128;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[192];
} zkvm_bytes_192;

typedef zkvm_bytes_32 zkvm_keccak256_hash;
typedef zkvm_bytes_32 zkvm_sha256_hash;
typedef zkvm_bytes_32 zkvm_ripemd160_hash; /* 12 zero bytes, then the 20 of the hash */

typedef zkvm_bytes_32 zkvm_secp256k1_hash;
typedef zkvm_bytes_64 zkvm_secp256k1_signature; /* r, s */
typedef zkvm_bytes_64 zkvm_secp256k1_pubkey;    /* x, y */

typedef zkvm_bytes_32 zkvm_secp256r1_hash;
typedef zkvm_bytes_64 zkvm_secp256r1_signature;
typedef zkvm_bytes_64 zkvm_secp256r1_pubkey;

/* EIP-196, EIP-197: x, y; an element of Fp2 has its imaginary part first; zeros are infinity. */
typedef zkvm_bytes_64 zkvm_bn254_g1_point;
typedef zkvm_bytes_128 zkvm_bn254_g2_point;
typedef zkvm_bytes_32 zkvm_bn254_scalar;
typedef struct {
    zkvm_bn254_g1_point g1;
    zkvm_bn254_g2_point g2;
} zkvm_bn254_pairing_pair;

/* EIP-2537 without its padding: 48 bytes an element; an element of Fp2 has its real part first; zeros are infinity. */
typedef zkvm_bytes_48 zkvm_bls12_381_fp;
typedef zkvm_bytes_96 zkvm_bls12_381_fp2;
typedef zkvm_bytes_96 zkvm_bls12_381_g1_point;
typedef zkvm_bytes_192 zkvm_bls12_381_g2_point;
typedef zkvm_bytes_32 zkvm_bls12_381_scalar;
typedef struct {
    zkvm_bls12_381_g1_point point;
    zkvm_bls12_381_scalar scalar;
} zkvm_bls12_381_g1_msm_pair;
typedef struct {
    zkvm_bls12_381_g2_point point;
    zkvm_bls12_381_scalar scalar;
} zkvm_bls12_381_g2_msm_pair;
typedef struct {
    zkvm_bls12_381_g1_point g1;
    zkvm_bls12_381_g2_point g2;
} zkvm_bls12_381_pairing_pair;

typedef zkvm_bytes_64 zkvm_blake2f_state;    /* 8 words of 64 bits, least significant byte first */
typedef zkvm_bytes_128 zkvm_blake2f_message; /* 16 such words */
typedef zkvm_bytes_16 zkvm_blake2f_offset;   /* 2 such words */

typedef zkvm_bytes_48 zkvm_kzg_commitment;
typedef zkvm_bytes_48 zkvm_kzg_proof;
typedef zkvm_bytes_32 zkvm_kzg_field_element;

/* Hashes of any number of bytes; they never fail. */
zkvm_status zkvm_keccak256(const uint8_t* data, size_t len, zkvm_keccak256_hash* output);
zkvm_status zkvm_sha256(const uint8_t* data, size_t len, zkvm_sha256_hash* output);
zkvm_status zkvm_ripemd160(const uint8_t* data, size_t len, zkvm_ripemd160_hash* output);

/* ECDSA. `verified` is false for whatever is not a valid signature, malformed keys and numbers out of range too. */
zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                  const zkvm_secp256k1_pubkey* pubkey, bool* verified);
zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash* msg, const zkvm_secp256r1_signature* sig,
                                  const zkvm_secp256r1_pubkey* pubkey, bool* verified);
/* The public key of a signature. Bit 0 of recid is the parity of the point's y, bit 1 says that its x is r + n; above 3
 * fails. */
zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig, uint8_t recid,
                                     zkvm_secp256k1_pubkey* output);

/* base^exp mod modulus, in mod_len bytes; 0^0 is 1, anything mod 0 is 0 (EIP-198). */
zkvm_status zkvm_modexp(const uint8_t* base, size_t base_len, const uint8_t* exp, size_t exp_len,
                        const uint8_t* modulus, size_t mod_len, uint8_t* output);

/* EIP-196, EIP-197. A scalar may have any value; G2 points outside the subgroup fail; no pairs give true. */
zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point* p1, const zkvm_bn254_g1_point* p2,
                              zkvm_bn254_g1_point* result);
zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point* point, const zkvm_bn254_scalar* scalar,
                              zkvm_bn254_g1_point* result);
zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair* pairs, size_t num_pairs, bool* verified);

/* The compression function of BLAKE2b in place (EIP-152). f is 0 or 1; another value fails. */
zkvm_status zkvm_blake2f(uint32_t rounds, zkvm_blake2f_state* h, const zkvm_blake2f_message* m,
                         const zkvm_blake2f_offset* t, uint8_t f);

/* verify_kzg_proof of EIP-4844. `verified` is false for malformed points and numbers too. */
zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment* commitment, const zkvm_kzg_field_element* z,
                                const zkvm_kzg_field_element* y, const zkvm_kzg_proof* proof, bool* verified);

/* EIP-2537. The sums check the curve only; multiplications and pairings check the subgroup too, and fail for no pairs.
 */
zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point* p1, const zkvm_bls12_381_g1_point* p2,
                              zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point* p1, const zkvm_bls12_381_g2_point* p2,
                              zkvm_bls12_381_g2_point* result);
zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g2_point* result);
zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair* pairs, size_t num_pairs, bool* verified);
zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp* field_element, zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2* field_element, zkvm_bls12_381_g2_point* result);

#ifdef __cplusplus
}
#endif

#endif
