// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/bits.hpp"
#include "libs/chips/precompiles/call.hpp"

namespace ashlar::chips {

/// SHA_EXTEND (ABI.md 5.1), the call's own row: reads w[0..16) at a0 at time t and starts the rounds, which write
/// w[16..64). Provable only with a1 = 0.
struct ShaExtendChip {
    static constexpr std::string_view NAME = "sha_extend";
    static constexpr std::array CALLS = {Syscall::SHA_EXTEND};
    static constexpr size_t ROWS_PER_CALL = 1;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> w;
        MemoryAccess<T> access[16];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::SHA_EXTEND), m.w, 64, V(F::ZERO), V(F::ZERO));
        const V first = word_of(m.w.first);
        std::array<V, 3 + 32> window;
        window[0] = m.t;
        window[1] = V(F::ZERO);
        window[2] = first;
        for (size_t i = 0; i < 16; i++) {
            memory_read(b, flag, V(first + F::from_canonical(static_cast<uint32_t>(i))), m.t, m.access[i]);
            for (size_t half = 0; half < 2; half++) window[3 + 2 * i + half] = m.access[i].prev[half];
        }
        b.send(BUS_SHA_EXTEND, flag, std::span<const V>(window));
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

/// Four words of SHA_EXTEND: 12 rows a call. Chained by BUS_SHA_EXTEND: (t, step, word of w[0], the 16 words before the
/// row's own as limbs). Step 0 comes from the call alone and the last row passes nothing on, so all 12 rows are there.
struct ShaExtendRoundsChip {
    static constexpr std::string_view NAME = "sha_extend_rounds";
    static constexpr std::array CALLS = {Syscall::SHA_EXTEND};
    static constexpr size_t ROWS_PER_CALL = 12;

    template <class T>
    struct Main {
        T t;
        T coarse[4];           ///< step / 3, one-hot
        T fine[3];             ///< step % 3, one-hot
        T goes_on;             ///< not the last step
        T first;               ///< word of w[0]
        WordBits<T> early[4];  ///< window 1..4
        WordBits<T> late[2];   ///< window 14, 15
        T other[10][2];        ///< window 0, 5..13
        WordBits<T> result[4];
        CarryBits<T, 2> carry[4][2];
        MemoryAccess<T> access[4];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        V flag = m.coarse[0], same = m.fine[0] + m.fine[1] + m.fine[2], step = m.fine[1] + m.fine[2] * 2_f;
        for (const V& c : m.coarse) b.boolean(c);
        for (const V& f : m.fine) b.boolean(f);
        for (size_t i = 1; i < 4; i++) {
            flag += m.coarse[i];
            step += m.coarse[i] * F::from_canonical(static_cast<uint32_t>(3 * i));
        }
        b.boolean(flag);
        b.zero(flag - same);
        b.boolean(m.goes_on);
        b.zero(flag - m.coarse[3] * m.fine[2] - m.goes_on);

        for (const auto& w : m.early) check_bits(b, w);
        for (const auto& w : m.late) check_bits(b, w);
        for (const auto& w : m.result) check_bits(b, w);
        std::array<V, 2 * 20> window;  // the 16 words before, then the results
        for (size_t half = 0; half < 2; half++) {
            window[half] = m.other[0][half];
            for (size_t i = 0; i < 4; i++) window[2 * (1 + i) + half] = limb(m.early[i], half);
            for (size_t i = 0; i < 9; i++) window[2 * (5 + i) + half] = m.other[1 + i][half];
            for (size_t i = 0; i < 2; i++) window[2 * (14 + i) + half] = limb(m.late[i], half);
            for (size_t i = 0; i < 4; i++) window[2 * (16 + i) + half] = limb(m.result[i], half);
        }
        // The limbs are those of words: of memory, then of the results before.
        for (const auto& w : m.other)
            for (const V& x : w) b.bound(x, 0, 65535);
        const auto message = [&](const V& number, size_t from) {
            std::array<V, 3 + 32> values;
            values[0] = m.t;
            values[1] = number;
            values[2] = m.first;
            for (size_t i = 0; i < 32; i++) values[3 + i] = window[2 * from + i];
            return values;
        };
        const auto received = message(step, 0), sent = message(step + F::ONE, 4);
        b.receive(BUS_SHA_EXTEND, flag, std::span<const V>(received));
        b.send(BUS_SHA_EXTEND, m.goes_on, std::span<const V>(sent));

        // FIPS 180-4, 6.2.2 step 1.
        for (size_t j = 0; j < 4; j++) {
            const WordBits<V>& two_before = j < 2 ? m.late[j] : m.result[j - 2];
            V carry = V(F::ZERO);
            for (size_t half = 0; half < 2; half++) {
                const V sum = sigma<true>(two_before, half, 17, 19, 10) + window[2 * (j + 9) + half] +
                              sigma<true>(m.early[j], half, 7, 18, 3) + window[2 * j + half] + carry;
                carry = carry_value(b, m.carry[j][half]);
                b.equal_integers(sum, window[2 * (16 + j) + half] + carry * F::from_canonical(1 << 16));
            }
            memory_write(b, flag, V(m.first + step * 4_f + F::from_canonical(static_cast<uint32_t>(16 + j))),
                         V(m.t + F::ONE), m.access[j], window[2 * (16 + j)], window[2 * (16 + j) + 1]);
        }
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

}  // namespace ashlar::chips
