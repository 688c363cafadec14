// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

namespace ashlar::chips {

/// A syscall the proof knows (machine.md section 3, guest-abi.md section 3).
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
inline constexpr uint32_t CALL_VERIFY_PICO_PROOF = 0x0000001b;
inline constexpr uint32_t CALL_HINT_LEN = 0x000000f0;
inline constexpr uint32_t CALL_HINT_READ = 0x000000f1;
inline constexpr uint32_t CALL_SHA_EXTEND = 0x00300105;
inline constexpr uint32_t CALL_SHA_COMPRESS = 0x00010106;
inline constexpr uint32_t CALL_KECCAK_PERMUTE = 0x00010109;
inline constexpr uint32_t CALL_UINT256_MUL = 0x0001011d;
inline constexpr uint32_t CALL_SECP256K1_ADD = 0x0001010a;
inline constexpr uint32_t CALL_SECP256K1_DOUBLE = 0x0000010b;
inline constexpr uint32_t CALL_SECP256K1_DECOMPRESS = 0x0000010c;

/// The call table. A word that is not here has no ecall row: a program that makes such a call runs, but cannot be
/// proven.
inline constexpr std::array<ProvableCall, 16> PROVABLE_CALLS = {{
    {.word = CALL_HALT, .has_chip = true, .returns = false, .free = false, .halts = true},
    {.word = CALL_WRITE, .has_chip = false, .returns = false, .free = false, .halts = false},
    {.word = CALL_ENTER_UNCONSTRAINED, .has_chip = false, .returns = true, .free = false, .halts = false},
    {.word = CALL_EXIT_UNCONSTRAINED, .has_chip = false, .returns = true, .free = false, .halts = false},
    {.word = CALL_COMMIT, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_COMMIT_DEFERRED_PROOFS, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_VERIFY_PICO_PROOF, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_HINT_LEN, .has_chip = false, .returns = true, .free = true, .halts = false},
    {.word = CALL_HINT_READ, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_SHA_EXTEND, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_SHA_COMPRESS, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_KECCAK_PERMUTE, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_UINT256_MUL, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_SECP256K1_ADD, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_SECP256K1_DOUBLE, .has_chip = true, .returns = false, .free = false, .halts = false},
    {.word = CALL_SECP256K1_DECOMPRESS, .has_chip = true, .returns = false, .free = false, .halts = false},
}};

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
