// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"
#include "libs/chips/precompiles/canonical_word.hpp"
#include "libs/hash/poseidon2.hpp"

namespace ashlar::chips {

/// POSEIDON2_PERMUTE over KoalaBear (ABI.md 5.3): 16 words at a0, taken mod p, are read at t; the permutation of
/// width 16 with the guest's constants is written as canonical words to a1 at t + 1. Programs whose guest field is
/// another one have no proof of such a call.
struct Poseidon2PermuteChip {
    static constexpr std::string_view NAME = "poseidon2_permute";
    static constexpr std::array CALLS = {Syscall::POSEIDON2_PERMUTE};
    static constexpr size_t ROWS_PER_CALL = 1;
    static constexpr size_t WIDTH = 16;
    using Parameters = hash::Poseidon2Parameters<WIDTH>;
    static constexpr size_t HALF = Parameters::HALF_FULL_ROUNDS, PARTIAL = Parameters::PARTIAL_ROUNDS;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> in, out;
        MemoryAccess<T> in_access[WIDTH], out_access[WIDTH];
        T full[2 * HALF - 1][WIDTH];  ///< states after the full rounds but the last
        T cubes[PARTIAL];             ///< of element 0 in the partial rounds
        CanonicalWord<T> result[WIDTH];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::POSEIDON2_PERMUTE), m.in, WIDTH, m.out, WIDTH);
        const V in = word_of(m.in.first), out = word_of(m.out.first), later = m.t + F::ONE;
        std::array<V, WIDTH> s;
        for (size_t i = 0; i < WIDTH; i++) {
            const F offset = F::from_canonical(static_cast<uint32_t>(i));
            memory_read(b, flag, V(in + offset), m.t, m.in_access[i]);
            memory_write(b, flag, V(out + offset), later, m.out_access[i], m.result[i].limb[0], m.result[i].limb[1]);
            s[i] = m.in_access[i].prev[0] + m.in_access[i].prev[1] * F::from_canonical(1 << 16);
        }
        external_layer(s);
        const auto full_round = [&](const auto& constants, const V* after) {
            for (size_t i = 0; i < WIDTH; i++) {
                const V x = s[i] + flag * constants[i];
                s[i] = x * x * x;
            }
            external_layer(s);
            for (size_t i = 0; i < WIDTH && after; i++) {
                b.zero(s[i] - after[i]);
                s[i] = after[i];
            }
        };
        for (size_t r = 0; r < HALF; r++) full_round(Parameters::FIRST[r], m.full[r]);
        for (size_t r = 0; r < PARTIAL; r++) {
            const V x = s[0] + flag * Parameters::MIDDLE[r];
            b.zero(x * x * x - m.cubes[r]);
            s[0] = m.cubes[r];
            V sum = s[0];
            for (size_t i = 1; i < WIDTH; i++) sum += s[i];
            for (size_t i = 0; i < WIDTH; i++) s[i] = sum + s[i] * Parameters::DIAGONAL[i];
        }
        for (size_t r = 0; r < HALF; r++)
            full_round(Parameters::LAST[r], r + 1 < HALF ? m.full[HALF + r] : static_cast<const V*>(nullptr));
        for (size_t i = 0; i < WIDTH; i++) check_canonical(b, flag, m.result[i], s[i]);
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows) {
        Main<F>& m = *rows;
        m.is_real = F::ONE;
        m.t = F::from_canonical(call.t);
        chips::fill(m.in, call.a0, WIDTH);
        chips::fill(m.out, call.a1, WIDTH);
        hash::Poseidon2<WIDTH>::State s;
        for (size_t i = 0; i < WIDTH; i++) {
            const auto &in = accesses[i], &out = accesses[WIDTH + i];
            chips::fill(m.in_access[i], in.t, in.t_prev, in.prev);
            chips::fill(m.out_access[i], out.t, out.t_prev, out.prev);
            chips::fill(m.result[i], out.value);
            s[i] = F::reduce(in.prev);
        }
        using Permutation = hash::Poseidon2<WIDTH>;
        Permutation::external_layer(s);
        const auto full_round = [&](const auto& constants, F* after) {
            for (size_t i = 0; i < WIDTH; i++) s[i] = (s[i] + constants[i]).cube();
            Permutation::external_layer(s);
            if (after) std::copy(s.begin(), s.end(), after);
        };
        for (size_t r = 0; r < HALF; r++) full_round(Parameters::FIRST[r], m.full[r]);
        for (size_t r = 0; r < PARTIAL; r++) {
            m.cubes[r] = s[0] = (s[0] + Parameters::MIDDLE[r]).cube();
            Permutation::internal_layer(s);
        }
        for (size_t r = 0; r < HALF; r++) full_round(Parameters::LAST[r], r + 1 < HALF ? m.full[HALF + r] : nullptr);
        bool ok = true;
        for (size_t i = 0; i < WIDTH; i++) ok &= s[i].canonical() == accesses[WIDTH + i].value;
        return ok;
    }

  private:
    template <class V>
    static void external_layer(std::array<V, WIDTH>& s) {
        std::array<V, 4> column;
        for (size_t i = 0; i < WIDTH; i += 4) {
            const V a = s[i], c = s[i + 2];
            const V t = a + s[i + 1] + c + s[i + 3];
            s[i] = t + a + s[i + 1] + s[i + 1];
            s[i + 1] = t + s[i + 1] + c + c;
            s[i + 2] = t + c + s[i + 3] + s[i + 3];
            s[i + 3] = t + s[i + 3] + a + a;
            for (size_t k = 0; k < 4; k++) column[k] = i == 0 ? s[i + k] : V(column[k] + s[i + k]);
        }
        for (size_t i = 0; i < WIDTH; i++) s[i] += column[i % 4];
    }
};

}  // namespace ashlar::chips
