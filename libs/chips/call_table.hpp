// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

#include "libs/abi/syscalls.hpp"

namespace ashlar::chips {

using guest::Syscall;

/// A syscall the proof knows (MACHINE.md 3, ABI.md 3).
struct ProvableCall {
    uint32_t word;
    bool has_chip;  ///< its chip receives (t, id, a0, a1) on BUS_CALL
    bool returns;   ///< t0 is overwritten
    bool free;      ///< with a value of the prover's choice, else with 0
    bool halts;     ///< the next pc is 0

    constexpr uint32_t id() const { return word & 0xff; }
    /// By how much it advances the clock: 4 and byte 2 of the word.
    constexpr uint32_t advance() const { return 4 + (word >> 16 & 0xff); }
};

inline constexpr uint32_t CALL_HALT = 0x00000000;
inline constexpr uint32_t CALL_WRITE = 0x00000002;
inline constexpr uint32_t CALL_ENTER_UNCONSTRAINED = 0x00000003;
inline constexpr uint32_t CALL_EXIT_UNCONSTRAINED = 0x00000004;
inline constexpr uint32_t CALL_COMMIT = 0x00000010;
inline constexpr uint32_t CALL_COMMIT_DEFERRED_PROOFS = 0x0000001a;
inline constexpr uint32_t CALL_HINT_LEN = 0x000000f0;
inline constexpr uint32_t CALL_HINT_READ = 0x000000f1;

/// A call whose chip does all of it.
constexpr ProvableCall chip_call(Syscall call) {
    return {.word = static_cast<uint32_t>(call), .has_chip = true, .returns = false, .free = false, .halts = false};
}

/// The call table: every call of the ABI. A word that is not here has no ecall row.
inline constexpr std::array<ProvableCall, 42> PROVABLE_CALLS = {{
    {.word = CALL_HALT, .has_chip = true, .returns = false, .free = false, .halts = true},
    {.word = CALL_WRITE, .has_chip = false, .returns = false, .free = false, .halts = false},
    {.word = CALL_ENTER_UNCONSTRAINED, .has_chip = false, .returns = true, .free = false, .halts = false},
    {.word = CALL_EXIT_UNCONSTRAINED, .has_chip = false, .returns = true, .free = false, .halts = false},
    {.word = CALL_HINT_LEN, .has_chip = false, .returns = true, .free = true, .halts = false},
    chip_call(Syscall::COMMIT),
    chip_call(Syscall::COMMIT_DEFERRED_PROOFS),
    chip_call(Syscall::VERIFY_PICO_PROOF),
    chip_call(Syscall::HINT_READ),
    chip_call(Syscall::SHA_EXTEND),
    chip_call(Syscall::SHA_COMPRESS),
    chip_call(Syscall::KECCAK_PERMUTE),
    chip_call(Syscall::UINT256_MUL),
    chip_call(Syscall::SECP256K1_ADD),
    chip_call(Syscall::SECP256K1_DOUBLE),
    chip_call(Syscall::SECP256K1_DECOMPRESS),
    chip_call(Syscall::SECP256R1_ADD),
    chip_call(Syscall::SECP256R1_DOUBLE),
    chip_call(Syscall::SECP256R1_DECOMPRESS),
    chip_call(Syscall::BN254_ADD),
    chip_call(Syscall::BN254_DOUBLE),
    chip_call(Syscall::BLS12381_ADD),
    chip_call(Syscall::BLS12381_DOUBLE),
    chip_call(Syscall::BLS12381_DECOMPRESS),
    chip_call(Syscall::BLS12381_FP_ADD),
    chip_call(Syscall::BLS12381_FP_SUB),
    chip_call(Syscall::BLS12381_FP_MUL),
    chip_call(Syscall::BLS12381_FP2_ADD),
    chip_call(Syscall::BLS12381_FP2_SUB),
    chip_call(Syscall::BLS12381_FP2_MUL),
    chip_call(Syscall::BN254_FP_ADD),
    chip_call(Syscall::BN254_FP_SUB),
    chip_call(Syscall::BN254_FP_MUL),
    chip_call(Syscall::BN254_FP2_ADD),
    chip_call(Syscall::BN254_FP2_SUB),
    chip_call(Syscall::BN254_FP2_MUL),
    chip_call(Syscall::SECP256K1_FP_ADD),
    chip_call(Syscall::SECP256K1_FP_SUB),
    chip_call(Syscall::SECP256K1_FP_MUL),
    chip_call(Syscall::ED_ADD),
    chip_call(Syscall::ED_DECOMPRESS),
    chip_call(Syscall::POSEIDON2_PERMUTE),
}};

/// Whether a program whose guest field is or is not KoalaBear can prove a call: POSEIDON2_PERMUTE has a chip for
/// KoalaBear only, so other programs' call tables lack it.
constexpr bool is_provable(uint32_t word, bool koala_bear) {
    return koala_bear || word != static_cast<uint32_t>(Syscall::POSEIDON2_PERMUTE);
}

/// Entry of a word, or null.
constexpr const ProvableCall* find_call(uint32_t word) {
    for (const ProvableCall& c : PROVABLE_CALLS)
        if (c.word == word) return &c;
    return nullptr;
}

/// The most a call adds to the clock.
constexpr uint32_t max_call_advance() {
    uint32_t most = 0;
    for (const ProvableCall& c : PROVABLE_CALLS) most = c.advance() > most ? c.advance() : most;
    return most;
}

}  // namespace ashlar::chips
