// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/call_table.hpp"

namespace ashlar::rv32 {
namespace {

using enum PointerRegister;

constexpr CallShape in_place(uint8_t words, Precompile f) { return {none, 0, 0, a0, 0, words, true, f}; }
/// out at a0 is overwritten, in at a1 only read.
constexpr CallShape binary(uint8_t out_words, uint8_t in_words, Precompile f) {
    return {a1, 0, in_words, a0, 0, out_words, true, f};
}
/// One buffer at a0: the first half is written, the second read.
constexpr CallShape decompress(uint8_t half, Precompile f) { return {a0, half, half, a0, 0, half, false, f}; }

}  // namespace

constexpr std::array<CallInfo, NUM_CALLS> CALLS = {{
    {Syscall::HALT, "HALT"},
    {Syscall::WRITE, "WRITE"},
    {Syscall::ENTER_UNCONSTRAINED, "ENTER_UNCONSTRAINED"},
    {Syscall::EXIT_UNCONSTRAINED, "EXIT_UNCONSTRAINED"},
    {Syscall::COMMIT, "COMMIT"},
    {Syscall::COMMIT_DEFERRED_PROOFS, "COMMIT_DEFERRED_PROOFS"},
    {Syscall::VERIFY_PICO_PROOF, "VERIFY_PICO_PROOF"},
    {Syscall::HINT_LEN, "HINT_LEN"},
    {Syscall::HINT_READ, "HINT_READ"},
    {Syscall::SHA_EXTEND, "SHA_EXTEND", {a0, 0, 16, a0, 16, 48, false, precompile::sha_extend}},
    {Syscall::SHA_COMPRESS, "SHA_COMPRESS", {a0, 0, 64, a1, 0, 8, true, precompile::sha_compress}},
    {Syscall::KECCAK_PERMUTE, "KECCAK_PERMUTE", in_place(50, precompile::keccak_permute)},
    {Syscall::POSEIDON2_PERMUTE, "POSEIDON2_PERMUTE", {a0, 0, 16, a1, 0, 16, false, precompile::poseidon2_permute}},
    {Syscall::UINT256_MUL, "UINT256_MUL", binary(8, 16, precompile::uint256_mul)},
    {Syscall::ED_ADD, "ED_ADD", binary(16, 16, precompile::ed_add)},
    {Syscall::ED_DECOMPRESS, "ED_DECOMPRESS", decompress(8, precompile::ed_decompress)},
    {Syscall::SECP256K1_ADD, "SECP256K1_ADD", binary(16, 16, precompile::secp256k1_add)},
    {Syscall::SECP256K1_DOUBLE, "SECP256K1_DOUBLE", in_place(16, precompile::secp256k1_double)},
    {Syscall::SECP256K1_DECOMPRESS, "SECP256K1_DECOMPRESS", decompress(8, precompile::secp256k1_decompress)},
    {Syscall::SECP256R1_ADD, "SECP256R1_ADD", binary(16, 16, precompile::secp256r1_add)},
    {Syscall::SECP256R1_DOUBLE, "SECP256R1_DOUBLE", in_place(16, precompile::secp256r1_double)},
    {Syscall::SECP256R1_DECOMPRESS, "SECP256R1_DECOMPRESS", decompress(8, precompile::secp256r1_decompress)},
    {Syscall::BN254_ADD, "BN254_ADD", binary(16, 16, precompile::bn254_add)},
    {Syscall::BN254_DOUBLE, "BN254_DOUBLE", in_place(16, precompile::bn254_double)},
    {Syscall::BLS12381_ADD, "BLS12381_ADD", binary(24, 24, precompile::bls12381_add)},
    {Syscall::BLS12381_DOUBLE, "BLS12381_DOUBLE", in_place(24, precompile::bls12381_double)},
    {Syscall::BLS12381_DECOMPRESS, "BLS12381_DECOMPRESS", decompress(12, precompile::bls12381_decompress)},
    {Syscall::BLS12381_FP_ADD, "BLS12381_FP_ADD", binary(12, 12, precompile::bls12381_fp_add)},
    {Syscall::BLS12381_FP_SUB, "BLS12381_FP_SUB", binary(12, 12, precompile::bls12381_fp_sub)},
    {Syscall::BLS12381_FP_MUL, "BLS12381_FP_MUL", binary(12, 12, precompile::bls12381_fp_mul)},
    {Syscall::BLS12381_FP2_ADD, "BLS12381_FP2_ADD", binary(24, 24, precompile::bls12381_fp2_add)},
    {Syscall::BLS12381_FP2_SUB, "BLS12381_FP2_SUB", binary(24, 24, precompile::bls12381_fp2_sub)},
    {Syscall::BLS12381_FP2_MUL, "BLS12381_FP2_MUL", binary(24, 24, precompile::bls12381_fp2_mul)},
    {Syscall::BN254_FP_ADD, "BN254_FP_ADD", binary(8, 8, precompile::bn254_fp_add)},
    {Syscall::BN254_FP_SUB, "BN254_FP_SUB", binary(8, 8, precompile::bn254_fp_sub)},
    {Syscall::BN254_FP_MUL, "BN254_FP_MUL", binary(8, 8, precompile::bn254_fp_mul)},
    {Syscall::BN254_FP2_ADD, "BN254_FP2_ADD", binary(16, 16, precompile::bn254_fp2_add)},
    {Syscall::BN254_FP2_SUB, "BN254_FP2_SUB", binary(16, 16, precompile::bn254_fp2_sub)},
    {Syscall::BN254_FP2_MUL, "BN254_FP2_MUL", binary(16, 16, precompile::bn254_fp2_mul)},
    {Syscall::SECP256K1_FP_ADD, "SECP256K1_FP_ADD", binary(8, 8, precompile::secp256k1_fp_add)},
    {Syscall::SECP256K1_FP_SUB, "SECP256K1_FP_SUB", binary(8, 8, precompile::secp256k1_fp_sub)},
    {Syscall::SECP256K1_FP_MUL, "SECP256K1_FP_MUL", binary(8, 8, precompile::secp256k1_fp_mul)},
}};

namespace {

constexpr uint8_t ABSENT = 0xFF;
constexpr std::array<uint8_t, 256> make_index() {
    std::array<uint8_t, 256> r{};
    r.fill(ABSENT);
    for (size_t i = 0; i < NUM_CALLS; i++) r[static_cast<uint32_t>(CALLS[i].word) & 0xFF] = static_cast<uint8_t>(i);
    return r;
}
constexpr auto INDEX_OF_ID = make_index();

}  // namespace

std::optional<size_t> find_call(uint32_t word) {
    const uint8_t i = INDEX_OF_ID[word & 0xFF];
    if (i == ABSENT || static_cast<uint32_t>(CALLS[i].word) != word) return std::nullopt;
    return i;
}

}  // namespace ashlar::rv32
