// SPDX-License-Identifier: Apache-2.0
#include "libs/guest/c/include/zkvm_accelerators.h"

#include <algorithm>
#include <cstring>

#include "libs/crypto/blake2f.hpp"
#include "libs/crypto/bls12_381.hpp"
#include "libs/crypto/bn254.hpp"
#include "libs/crypto/modexp.hpp"
#include "libs/crypto/p256.hpp"
#include "libs/crypto/ripemd160.hpp"
#include "libs/crypto/secp256k1.hpp"
#include "libs/guest/runtime.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/hash/sha256.hpp"

using namespace ashlar;

namespace {

/// Ends the program for a null pointer, as the standard asks.
template <class... P>
void require(const P*... pointers) {
    if ((!pointers || ...)) guest::panic("zkvm accelerator: null pointer");
}
/// The `size` bytes at `data`, which may be null if there are none.
BytesView bytes(const uint8_t* data, size_t size) {
    if (size != 0) require(data);
    return {data, size};
}
template <class T>
BytesView view(const T& t) {
    return {t.data, sizeof t.data};
}
template <class T>
Bytes32 part(const T& t, size_t i) {
    return Bytes32::from(view(t).subspan(32 * i, 32));
}
/// What the standard calls failure is that the operation has no result.
template <class Result>
zkvm_status put(const Result& result, uint8_t* out) {
    if (!result) return ZKVM_EFAIL;
    std::copy(result->begin(), result->end(), out);
    return ZKVM_EOK;
}
zkvm_status put(const std::optional<bool>& result, bool* out) {
    if (!result) return ZKVM_EFAIL;
    *out = *result;
    return ZKVM_EOK;
}
template <class Hash>
zkvm_status hash_of(Hash hash, const uint8_t* data, size_t len, uint8_t* out) {
    const auto digest = hash(bytes(data, len));
    std::copy(digest.begin(), digest.end(), out);
    return ZKVM_EOK;
}

/// libs/crypto has the encodings of EIP-2537: elements of 64 bytes, of which the first 16 are zero; the standard has
/// elements of 48.
constexpr size_t ELEMENT = 48, PADDED = 64;
void append_padded(Bytes& to, BytesView elements) {
    for (size_t at = 0; at < elements.size(); at += ELEMENT) {
        to.insert(to.end(), PADDED - ELEMENT, 0);
        const BytesView e = elements.subspan(at, ELEMENT);
        to.insert(to.end(), e.begin(), e.end());
    }
}
template <class... T>
Bytes padded(const T&... operands) {
    Bytes b;
    b.reserve((sizeof operands + ...) * PADDED / ELEMENT);
    (append_padded(b, view(operands)), ...);
    return b;
}
zkvm_status put_unpadded(const std::optional<Bytes>& result, uint8_t* out) {
    if (!result) return ZKVM_EFAIL;
    for (size_t at = 0; at < result->size(); at += PADDED, out += ELEMENT)
        std::memcpy(out, result->data() + at + PADDED - ELEMENT, ELEMENT);
    return ZKVM_EOK;
}
template <class Pair>
Bytes msm_input(const Pair* pairs, size_t n) {
    if (n != 0) require(pairs);
    Bytes b;
    for (size_t i = 0; i < n; i++) {
        append_padded(b, view(pairs[i].point));
        b.insert(b.end(), std::begin(pairs[i].scalar.data), std::end(pairs[i].scalar.data));
    }
    return b;
}

}  // namespace

extern "C" {

zkvm_status zkvm_keccak256(const uint8_t* data, size_t len, zkvm_keccak256_hash* output) {
    require(output);
    return hash_of([](BytesView b) { return hash::keccak256(b); }, data, len, output->data);
}
zkvm_status zkvm_sha256(const uint8_t* data, size_t len, zkvm_sha256_hash* output) {
    require(output);
    return hash_of([](BytesView b) { return hash::sha256(b); }, data, len, output->data);
}
zkvm_status zkvm_ripemd160(const uint8_t* data, size_t len, zkvm_ripemd160_hash* output) {
    require(output);
    constexpr size_t ZEROS = sizeof output->data - 20;
    hash_of([](BytesView b) { return crypto::ripemd160(b); }, data, len, output->data + ZEROS);
    std::memset(output->data, 0, ZEROS);
    return ZKVM_EOK;
}

zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                  const zkvm_secp256k1_pubkey* pubkey, bool* verified) {
    require(msg, sig, pubkey, verified);
    *verified =
        crypto::secp256k1_verify(part(*msg, 0), part(*sig, 0), part(*sig, 1), FixedBytes<64>::from(view(*pubkey)));
    return ZKVM_EOK;
}
zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash* msg, const zkvm_secp256r1_signature* sig,
                                  const zkvm_secp256r1_pubkey* pubkey, bool* verified) {
    require(msg, sig, pubkey, verified);
    *verified = crypto::p256_verify(part(*msg, 0), part(*sig, 0), part(*sig, 1), part(*pubkey, 0), part(*pubkey, 1));
    return ZKVM_EOK;
}
zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig, uint8_t recid,
                                     zkvm_secp256k1_pubkey* output) {
    require(msg, sig, output);
    if (recid > 3) return ZKVM_EFAIL;
    return put(crypto::recover_public_key(part(*msg, 0), part(*sig, 0), part(*sig, 1), recid & 1, recid & 2),
               output->data);
}

zkvm_status zkvm_modexp(const uint8_t* base, size_t base_len, const uint8_t* exp, size_t exp_len,
                        const uint8_t* modulus, size_t mod_len, uint8_t* output) {
    if (mod_len == 0) return ZKVM_EOK;
    require(output);
    const Bytes result = crypto::modexp(bytes(base, base_len), bytes(exp, exp_len), bytes(modulus, mod_len));
    std::copy(result.begin(), result.end(), output);
    return ZKVM_EOK;
}

zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point* p1, const zkvm_bn254_g1_point* p2,
                              zkvm_bn254_g1_point* result) {
    require(p1, p2, result);
    return put(crypto::bn254::add(view(*p1), view(*p2)), result->data);
}
zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point* point, const zkvm_bn254_scalar* scalar,
                              zkvm_bn254_g1_point* result) {
    require(point, scalar, result);
    return put(crypto::bn254::multiply(view(*point), view(*scalar)), result->data);
}
zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair* pairs, size_t num_pairs, bool* verified) {
    require(verified);
    static_assert(sizeof *pairs == 192);
    return put(crypto::bn254::pairing_check(bytes(num_pairs ? pairs->g1.data : nullptr, num_pairs * sizeof *pairs)),
               verified);
}

zkvm_status zkvm_blake2f(uint32_t rounds, zkvm_blake2f_state* h, const zkvm_blake2f_message* m,
                         const zkvm_blake2f_offset* t, uint8_t f) {
    require(h, m, t);
    if (f > 1) return ZKVM_EFAIL;
    uint64_t state[8], block[16], offset[2];  // copies: the machine's byte order is that of the encoding
    std::memcpy(state, h->data, sizeof state);
    std::memcpy(block, m->data, sizeof block);
    std::memcpy(offset, t->data, sizeof offset);
    crypto::blake2f(rounds, state, block, offset, f);
    std::memcpy(h->data, state, sizeof state);
    return ZKVM_EOK;
}

zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment* commitment, const zkvm_kzg_field_element* z,
                                const zkvm_kzg_field_element* y, const zkvm_kzg_proof* proof, bool* verified) {
    require(commitment, z, y, proof, verified);
    *verified = crypto::bls12_381::verify_kzg_proof(view(*commitment), view(*z), view(*y), view(*proof));
    return ZKVM_EOK;
}

zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point* p1, const zkvm_bls12_381_g1_point* p2,
                              zkvm_bls12_381_g1_point* result) {
    require(p1, p2, result);
    return put_unpadded(crypto::bls12_381::g1_add(padded(*p1, *p2)), result->data);
}
zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g1_point* result) {
    require(result);
    return put_unpadded(crypto::bls12_381::g1_multiply_sum(msm_input(pairs, num_pairs)), result->data);
}
zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point* p1, const zkvm_bls12_381_g2_point* p2,
                              zkvm_bls12_381_g2_point* result) {
    require(p1, p2, result);
    return put_unpadded(crypto::bls12_381::g2_add(padded(*p1, *p2)), result->data);
}
zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g2_point* result) {
    require(result);
    return put_unpadded(crypto::bls12_381::g2_multiply_sum(msm_input(pairs, num_pairs)), result->data);
}
zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair* pairs, size_t num_pairs, bool* verified) {
    require(verified);
    if (num_pairs != 0) require(pairs);
    Bytes input;
    for (size_t i = 0; i < num_pairs; i++) {
        append_padded(input, view(pairs[i].g1));
        append_padded(input, view(pairs[i].g2));
    }
    return put(crypto::bls12_381::pairing_check(input), verified);
}
zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp* field_element, zkvm_bls12_381_g1_point* result) {
    require(field_element, result);
    return put_unpadded(crypto::bls12_381::map_to_g1(padded(*field_element)), result->data);
}
zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2* field_element, zkvm_bls12_381_g2_point* result) {
    require(field_element, result);
    return put_unpadded(crypto::bls12_381::map_to_g2(padded(*field_element)), result->data);
}

}  // extern "C"
