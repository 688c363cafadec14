// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/canonical_word.hpp"
#include "libs/hash/digest.hpp"

namespace ashlar::chips {

/// VERIFY_PICO_PROOF: reads 8 words at a0 (at t) and 8 at a1 (at t + 1) and sets the 9 words of the deferred chain, at
/// t + 2, to H24(the 9 words, then the 16 words as 32 limbs): hash::hash_elements over 41 elements, three permutations
/// looked up on BUS_PERMUTATION (MACHINE.md 5).
///
/// The chain's old words are below p: they are 0 in the image and nothing but this chip writes them.
struct DeferredChainChip {
    static constexpr std::string_view NAME = "deferred_chain";
    static constexpr std::array CALLS = {Syscall::VERIFY_PICO_PROOF};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t DIGEST = hash::DIGEST_SIZE, RATE = hash::RATE;
    static constexpr size_t LENGTH = DIGEST + 32;  ///< elements hashed
    static constexpr size_t BLOCKS = (LENGTH + RATE - 1) / RATE;
    static_assert(BLOCKS == 3);

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> key, values;
        MemoryAccess<T> key_access[8], values_access[8], chain_access[DIGEST];
        T state[BLOCKS][24];  ///< outputs of the permutations
        CanonicalWord<T> result[DIGEST];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::VERIFY_PICO_PROOF), m.key, 8, m.values, 8);
        const V at_values = m.t + F::ONE, at_chain = m.t + 2_f;
        std::array<V, LENGTH> input;
        for (size_t i = 0; i < 8; i++) {
            const F offset = F::from_canonical(static_cast<uint32_t>(i));
            memory_read(b, flag, V(word_of(m.key.first) + offset), m.t, m.key_access[i]);
            memory_read(b, flag, V(word_of(m.values.first) + offset), at_values, m.values_access[i]);
            for (size_t k = 0; k < 2; k++) {
                input[DIGEST + 2 * i + k] = m.key_access[i].prev[k];
                input[DIGEST + 16 + 2 * i + k] = m.values_access[i].prev[k];
            }
        }
        for (size_t i = 0; i < DIGEST; i++) {
            const auto& prev = m.chain_access[i].prev;
            check_canonical(b, flag, m.result[i], m.state[BLOCKS - 1][i]);
            memory_write(b, flag, V(F::from_canonical(rv32::WORD_DEFERRED_CHAIN + static_cast<uint32_t>(i))), at_chain,
                         m.chain_access[i], m.result[i].limb[0], m.result[i].limb[1]);
            input[i] = prev[0] + prev[1] * F::from_canonical(1 << 16);
        }
        for (size_t block = 0; block < BLOCKS; block++) {
            std::array<V, 48> message;
            for (size_t i = 0; i < 24; i++) {
                message[i] = block > 0 ? m.state[block - 1][i] : V(F::ZERO);
                message[24 + i] = m.state[block][i];
            }
            for (size_t i = 0; i < RATE && block * RATE + i < LENGTH; i++) message[i] = input[block * RATE + i];
            if (block == 0) {
                message[hash::LENGTH_POSITION] = F::from_canonical(LENGTH);
                message[hash::DOMAIN_POSITION] = F::from_canonical(static_cast<uint32_t>(hash::Domain::other));
            }
            b.send(BUS_PERMUTATION, flag, std::span<const V>(message));
        }
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        Main<F>& m = *rows;
        m.is_real = F::ONE;
        m.t = F::from_canonical(call.t);
        chips::fill(m.key, call.a0, 8);
        chips::fill(m.values, call.a1, 8);
        std::array<F, LENGTH> input;
        const auto take = [](MemoryAccess<F>& a, const rv32::WordAccess& w) { chips::fill(a, w.t, w.t_prev, w.prev); };
        for (size_t i = 0; i < 8; i++) {
            take(m.key_access[i], accesses[i]);
            take(m.values_access[i], accesses[8 + i]);
            for (size_t k = 0; k < 2; k++) {
                input[DIGEST + 2 * i + k] = m.key_access[i].prev[k];
                input[DIGEST + 16 + 2 * i + k] = m.values_access[i].prev[k];
            }
        }
        for (size_t i = 0; i < DIGEST; i++) {
            take(m.chain_access[i], accesses[16 + i]);
            input[i] = F::reduce(accesses[16 + i].prev);
        }
        auto state = hash::first_state(hash::Domain::other, LENGTH);
        for (size_t block = 0; block < BLOCKS; block++) {
            for (size_t i = 0; i < RATE && block * RATE + i < LENGTH; i++) state[i] = input[block * RATE + i];
            hash::Poseidon2<24>::permute(state);
            std::copy(state.begin(), state.end(), m.state[block]);
        }
        bool ok = true;
        for (size_t i = 0; i < DIGEST; i++) {
            const uint32_t word = accesses[16 + i].value;
            ok &= word == state[i].canonical();
            chips::fill(m.result[i], word);
        }
        return ok;
    }
};

}  // namespace ashlar::chips
