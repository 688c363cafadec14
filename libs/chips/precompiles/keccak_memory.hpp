// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/keccak_state.hpp"

namespace ashlar::chips {

/// KECCAK_PERMUTE (ABI.md 5.2), the call's own row: 50 words at a0 are overwritten at t + 1; the rounds between the
/// old and the new ones are KeccakRoundChip's. Provable only with a1 = 0.
struct KeccakMemoryChip {
    static constexpr std::string_view NAME = "keccak_memory";
    static constexpr std::array CALLS = {Syscall::KECCAK_PERMUTE};
    static constexpr size_t ROWS_PER_CALL = 1;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> state;
        MemoryAccess<T> access[KECCAK_WORDS];
        T result[KECCAK_WORDS][2];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::KECCAK_PERMUTE), m.state, KECCAK_WORDS, V(F::ZERO), V(F::ZERO));
        const V first = word_of(m.state.first), later = m.t + F::ONE;
        KeccakState<V> before, after;
        for (size_t i = 0; i < KECCAK_WORDS; i++) {
            memory_write(b, flag, V(first + F::from_canonical(static_cast<uint32_t>(i))), later, m.access[i],
                         m.result[i][0], m.result[i][1]);
            range_check(b, flag, 16u, m.result[i][0]);
            range_check(b, flag, 16u, m.result[i][1]);
            before.low[i] = m.access[i].prev[0];
            before.high[i] = m.access[i].prev[1];
            after.low[i] = m.result[i][0];
            after.high[i] = m.result[i][1];
        }
        const auto start = before.message(m.t, V(F::ZERO));
        const auto end = after.message(m.t, V(F::from_canonical(KECCAK_ROUNDS)));
        b.send(BUS_KECCAK, flag, std::span<const V>(start));
        b.receive(BUS_KECCAK, flag, std::span<const V>(end));
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        Main<F>& m = *rows;
        m.is_real = F::ONE;
        m.t = F::from_canonical(call.t);
        chips::fill(m.state, call.a0, KECCAK_WORDS);
        for (size_t i = 0; i < KECCAK_WORDS; i++) {
            chips::fill(m.access[i], accesses[i].t, accesses[i].t_prev, accesses[i].prev);
            fill_limbs(m.result[i], accesses[i].value);
        }
        return call.a1 == 0;
    }
};

}  // namespace ashlar::chips
