// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_part.hpp"
#include "libs/chips/precompiles/bits.hpp"
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/word_access.hpp"

namespace ashlar::chips {

/// KECCAK_PERMUTE (ABI.md 5.2): 50 words at a0 are overwritten at t + 1. One row a call: the old words as bits, the new
/// ones as limbs; that these are Keccak-f of those is proven by the layered argument, on every row. Provable only with
/// a1 = 0.
struct KeccakPermuteChip {
    static constexpr std::string_view NAME = "keccak_permute";
    static constexpr std::array CALLS = {Syscall::KECCAK_PERMUTE};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t LANES = 25, WORDS = 2 * LANES;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> state;
        AccessTime<T> access[WORDS];
        T bits[LANES][64];   ///< before
        T result[WORDS][2];  ///< limbs after, less those of Keccak-f of zeros
    };

    /// Keccak-f from `bits` to `result`.
    static const air::LayeredPart& layered();

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        for (const auto& lane : m.bits)
            for (const V& bit : lane) b.boolean(bit);
        receive_call(b, flag, m.t, id_value<V>(Syscall::KECCAK_PERMUTE), m.state, WORDS, V(F::ZERO), V(F::ZERO));
        const V first = word_of(m.state.first), later = m.t + F::ONE;
        const std::vector<F>& of_zeros = layered().zero_limbs;
        for (size_t i = 0; i < WORDS; i++) {
            const auto old = [&](size_t half) {
                return limb_of_bits<V>(half, [&](size_t z) { return m.bits[i / 2][32 * (i % 2) + z]; });
            };
            access_word(b, flag, V(first + F::from_canonical(static_cast<uint32_t>(i))), later, m.access[i], old(0),
                        old(1), V(m.result[i][0] + of_zeros[2 * i]), V(m.result[i][1] + of_zeros[2 * i + 1]));
        }
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

}  // namespace ashlar::chips
