// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/bits.hpp"
#include "libs/chips/precompiles/call.hpp"

namespace ashlar::chips {

/// SHA_COMPRESS (ABI.md 5.1), the call's own row: adds the rounds' result to the 8 words of h at a1, which are
/// overwritten at t + 1. Provable only if w and h are different addresses.
struct ShaCompressChip {
    static constexpr std::string_view NAME = "sha_compress";
    static constexpr std::array CALLS = {Syscall::SHA_COMPRESS};
    static constexpr size_t ROWS_PER_CALL = 1;

    template <class T>
    struct Main {
        T is_real;
        T t;
        Operand<T> w, h;
        T inverse;  ///< of the difference of the pointers
        MemoryAccess<T> access[8];
        T end[8][2];  ///< working variables after the last round
        T carry[8][2];
        T result[8][2];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& flag = m.is_real;
        b.boolean(flag);
        receive_call(b, flag, m.t, id_value<V>(Syscall::SHA_COMPRESS), m.w, 64, m.h, 8);
        const V w = word_of(m.w.first), h = word_of(m.h.first);
        b.zero((w - h) * m.inverse - flag);
        std::array<V, 3 + 16> start, end;
        start[0] = end[0] = m.t;
        start[1] = V(F::ZERO);
        end[1] = V(F::from_canonical(16));
        start[2] = end[2] = w;
        for (size_t i = 0; i < 8; i++) {
            V carry = V(F::ZERO);
            for (size_t half = 0; half < 2; half++) {
                const V sum = m.access[i].prev[half] + m.end[i][half] + carry;
                carry = m.carry[i][half];
                b.boolean(carry);
                b.bound(m.access[i].prev[half], 0, 65535);
                b.bound(m.end[i][half], 0, 65535);
                b.bound(m.result[i][half], 0, 65535);
                b.equal_integers(sum, m.result[i][half] + carry * F::from_canonical(1 << 16));
                range_check(b, flag, 16u, m.result[i][half]);
                start[3 + 2 * i + half] = m.access[i].prev[half];
                end[3 + 2 * i + half] = m.end[i][half];
            }
            memory_write(b, flag, V(h + F::from_canonical(static_cast<uint32_t>(i))), V(m.t + F::ONE), m.access[i],
                         m.result[i][0], m.result[i][1]);
        }
        b.send(BUS_SHA_COMPRESS, flag, std::span<const V>(start));
        b.receive(BUS_SHA_COMPRESS, flag, std::span<const V>(end));
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

/// Four rounds of SHA_COMPRESS: 16 rows a call, chained by BUS_SHA_COMPRESS from step 0 to 16: (t, step, word of w[0],
/// a .. h as limbs). Reads its four words of w at time t.
struct ShaCompressRoundsChip {
    static constexpr std::string_view NAME = "sha_compress_rounds";
    static constexpr std::array CALLS = {Syscall::SHA_COMPRESS};
    static constexpr size_t ROWS_PER_CALL = 16;
    /// FIPS 180-4, 4.2.2.
    static const std::array<uint32_t, 64> K;

    template <class T>
    struct Main {
        T t;
        T coarse[4];             ///< step / 4, one-hot
        T fine[4];               ///< step % 4, one-hot
        T first;                 ///< word of w[0]
        WordBits<T> a[3], e[3];  ///< a, b, c and e, f, g
        T d[2], h[2];
        WordBits<T> new_a[4], new_e[4];  ///< after each round
        CarryBits<T, 3> carry_e[4][2];
        CarryBits<T, 2> carry_a[4][2];  ///< plus 1
        MemoryAccess<T> access[4];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        V flag = m.coarse[0], same = m.fine[0], step = V(F::ZERO);
        for (const V& c : m.coarse) b.boolean(c);
        for (const V& f : m.fine) b.boolean(f);
        for (size_t i = 1; i < 4; i++) {
            flag += m.coarse[i];
            same += m.fine[i];
            step += m.coarse[i] * F::from_canonical(static_cast<uint32_t>(4 * i)) +
                    m.fine[i] * F::from_canonical(static_cast<uint32_t>(i));
        }
        b.boolean(flag);
        b.zero(flag - same);
        for (const auto* words : {m.a, m.e})
            for (size_t i = 0; i < 3; i++) check_bits(b, words[i]);
        for (const auto* words : {m.new_a, m.new_e})
            for (size_t i = 0; i < 4; i++) check_bits(b, words[i]);

        // Variables by age: a(j, 0) is a before round j, a(j, 1) is b, a(j, 2) is c; d and h of round 0 are limbs.
        const auto a = [&m](size_t j, size_t age) -> const WordBits<V>& {
            return j > age ? m.new_a[j - 1 - age] : m.a[age - j];
        };
        const auto e = [&m](size_t j, size_t age) -> const WordBits<V>& {
            return j > age ? m.new_e[j - 1 - age] : m.e[age - j];
        };
        const auto message = [&](const V& number, size_t j) {
            std::array<V, 3 + 16> values;
            values[0] = m.t;
            values[1] = number;
            values[2] = m.first;
            for (size_t half = 0; half < 2; half++) {
                for (size_t age = 0; age < 3; age++) {
                    values[3 + 2 * age + half] = limb(a(j, age), half);
                    values[11 + 2 * age + half] = limb(e(j, age), half);
                }
                values[9 + half] = j == 0 ? m.d[half] : limb(a(j, 3), half);
                values[17 + half] = j == 0 ? m.h[half] : limb(e(j, 3), half);
            }
            return values;
        };
        const auto received = message(step, 0), sent = message(step + F::ONE, 4);
        b.receive(BUS_SHA_COMPRESS, flag, std::span<const V>(received));
        b.send(BUS_SHA_COMPRESS, flag, std::span<const V>(sent));

        // d and h are limbs of words: of memory, or of the rounds before.
        for (const auto* limbs : {&m.d, &m.h})
            for (const V& x : *limbs) b.bound(x, 0, 65535);
        for (size_t j = 0; j < 4; j++) {
            V carry_e = V(F::ZERO), carry_a = V(F::ZERO);
            for (size_t half = 0; half < 2; half++) {
                b.bound(m.access[j].prev[half], 0, 65535);
                V constant = V(F::ZERO);
                for (size_t i = 0; i < 4; i++) {
                    V sum = V(F::ZERO);
                    for (size_t k = 0; k < 4; k++)
                        sum += m.fine[k] * F::from_canonical(K[16 * i + 4 * k + j] >> (16 * half) & 0xffff);
                    constant += m.coarse[i] * sum;
                }
                const V d = j == 0 ? m.d[half] : limb(a(j, 3), half);
                const V h = j == 0 ? m.h[half] : limb(e(j, 3), half);
                const V choice = limb_of_bits<V>(half, [&](size_t i) {
                    return e(j, 2).bit[i] + e(j, 0).bit[i] * (e(j, 1).bit[i] - e(j, 2).bit[i]);
                });
                const V majority = limb_of_bits<V>(half, [&](size_t i) {
                    const V &x = a(j, 0).bit[i], &y = a(j, 1).bit[i], &z = a(j, 2).bit[i];
                    return x * (y + z) + y * z * (F::ONE - x - x);
                });
                const V new_a = limb(m.new_a[j], half), new_e = limb(m.new_e[j], half);
                const V sum_e = d + h + sigma<false>(e(j, 0), half, 6, 11, 25) + choice + constant +
                                m.access[j].prev[half] + carry_e;
                carry_e = carry_value(b, m.carry_e[j][half]);
                b.equal_integers(sum_e, new_e + carry_e * F::from_canonical(1 << 16));
                // new a = T1 + T2 = new e - d + T2
                const V sum_a = new_e - d + sigma<false>(a(j, 0), half, 2, 13, 22) + majority + carry_a;
                carry_a = carry_value(b, m.carry_a[j][half]) - flag;
                b.equal_integers(sum_a, new_a + carry_a * F::from_canonical(1 << 16));
            }
            memory_read(b, flag, V(m.first + step * 4_f + F::from_canonical(static_cast<uint32_t>(j))), m.t,
                        m.access[j]);
        }
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
};

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
inline constexpr std::array<uint32_t, 64> ShaCompressRoundsChip::K = [] {
    std::array<uint32_t, 64> k{};
    size_t n = 0;
    for (uint64_t candidate = 2; n < k.size(); candidate++) {
        bool prime = true;
        for (uint64_t d = 2; d * d <= candidate; d++) prime = prime && candidate % d != 0;
        if (!prime) continue;
        // floor(cube root of candidate 2^96), by bisection: below 2^35.
        __extension__ using Wide = unsigned __int128;
        Wide low = 0, high = Wide{1} << 36;
        while (high - low > 1) {
            const Wide middle = (low + high) / 2;
            (middle * middle * middle <= Wide{candidate} << 96 ? low : high) = middle;
        }
        k[n++] = static_cast<uint32_t>(low);
    }
    return k;
}();
static_assert(ShaCompressRoundsChip::K[0] == 0x428a2f98 && ShaCompressRoundsChip::K[63] == 0xc67178f2);

}  // namespace ashlar::chips
