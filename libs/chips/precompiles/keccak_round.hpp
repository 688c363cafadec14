// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <string_view>

#include "libs/chips/precompiles/curves.hpp"
#include "libs/chips/precompiles/keccak_state.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::chips {

/// One round of Keccak-f[1600]: 24 rows a call, chained by BUS_KECCAK from round 0 to 24 (the ends are
/// KeccakMemoryChip's).
///
/// Columns are the bits after theta (chi needs them) and theta's effect D on each column of the state. The state before
/// the round is bits xor D, of degree 2, and goes into the message as it stands; the state after it has degree 3 and
/// needs one column per message element.
///
/// Let S(x, z) be the sum of the bits (x, 0..4, z), P = S mod 2 the parity after theta, and C = P ^ D the one before.
/// theta says D(x, z) = C(x-1, z) ^ C(x+1, z-1), that is
///   D(x, z) + D(x-1, z) + D(x+1, z-1) + S(x-1, z) + S(x+1, z-1) is even.
/// These sums are at most 13; one lookup takes those of x = 0..4 as digits in base 16. C is the one preimage of P under
/// theta on parities, which is a bijection; so D and C are determined by the bits.
struct KeccakRoundChip {
    static constexpr std::string_view NAME = "keccak_round";
    static constexpr std::array CALLS = {Syscall::KECCAK_PERMUTE};
    static constexpr size_t ROWS_PER_CALL = KECCAK_ROUNDS;

    template <class T>
    struct Main {
        T t;          ///< of the call
        T coarse[6];  ///< round / 4, one-hot
        T fine[4];    ///< round % 4, one-hot
        T bits[25][64];
        T effect[5][64];
        T iota[7];  ///< lane 0's bits where the round constant may be set, xor the constant
        T word[KECCAK_WORDS];
        T check[KECCAK_CHECKS];
    };

    template <class B>
    static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        // The round's number.
        V flag = m.coarse[0], same = m.fine[0], round = m.fine[1] + m.fine[2] * 2_f + m.fine[3] * 3_f;
        for (const V& c : m.coarse) b.boolean(c);
        for (const V& f : m.fine) b.boolean(f);
        for (size_t i = 1; i < 6; i++) {
            flag += m.coarse[i];
            round += m.coarse[i] * F::from_canonical(static_cast<uint32_t>(4 * i));
        }
        for (size_t i = 1; i < 4; i++) same += m.fine[i];
        b.boolean(flag);
        b.zero(flag - same);

        for (const auto& lane : m.bits)
            for (const V& bit : lane) b.boolean(bit);
        const auto sign = [](const V& bit) { return F::ONE - bit - bit; };
        for (const auto& column : m.effect)
            for (const V& bit : column) b.boolean(bit);
        // theta
        const auto sum_columns = [&m](size_t z) {  // D + S of (0..4, z)
            std::array<V, 5> sums;
            for (size_t x = 0; x < 5; x++) {
                sums[x] = m.effect[x][z];
                for (size_t y = 0; y < 5; y++) sums[x] += m.bits[x + 5 * y][z];
            }
            return sums;
        };
        std::array<V, 5> before = sum_columns(63);
        for (size_t z = 0; z < 64; z++) {
            const std::array<V, 5> here = sum_columns(z);
            V digits = V(F::ZERO);
            for (size_t x = 5; x-- > 0;)
                digits = digits * F::from_canonical(16) + m.effect[x][z] + here[(x + 4) % 5] + before[(x + 1) % 5];
            b.send(BUS_EVEN, flag, {digits});
            before = here;
        }
        KeccakState<V> in;
        for (size_t lane = 0; lane < 25; lane++) {
            for (size_t part = 0; part < 4; part++) {
                V sum = V(F::ZERO);
                for (size_t i = 16; i-- > 0;) {
                    const V &bit = m.bits[lane][16 * part + i], &d = m.effect[lane % 5][16 * part + i];
                    sum = sum + sum + bit + d - (bit * d) * 2_f;
                }
                (part % 2 == 0 ? in.low : in.high)[2 * lane + part / 2] = sum;
            }
        }
        const auto received = in.message(m.t, round);
        b.receive(BUS_KECCAK, flag, std::span<const V>(received));

        // iota on lane 0, before chi's other half is added to it
        for (size_t k = 0; k < 7; k++) {
            V constant = V(F::ZERO);
            for (size_t i = 0; i < 6; i++) {
                V sum = V(F::ZERO);
                bool any = false;
                for (size_t j = 0; j < 4; j++) {
                    if (!KECCAK_IOTA[4 * i + j][k]) continue;
                    sum += m.fine[j];
                    any = true;
                }
                if (any) constant += m.coarse[i] * sum;
            }
            const V& bit = m.bits[0][KECCAK_IOTA_BITS[k]];
            b.zero(bit + constant - bit * constant * 2_f - m.iota[k]);
        }
        // rho, pi, chi
        const auto rotated = [&m](size_t x, size_t y, size_t z) -> const V& {
            const size_t lane = (x + 3 * y) % 5 + 5 * x;
            return m.bits[lane][(z + 64 - KECCAK_ROTATION[lane]) % 64];
        };
        KeccakState<V> out;
        for (size_t y = 0; y < 5; y++) {
            for (size_t x = 0; x < 5; x++) {
                const size_t lane = x + 5 * y;
                for (size_t part = 0; part < 4; part++) {
                    V sum = V(F::ZERO);
                    for (size_t i = 16; i-- > 0;) {
                        const size_t z = 16 * part + i;
                        const V& first = lane == 0 && (z == 63 || (z & (z + 1)) == 0)
                                             ? m.iota[static_cast<size_t>(std::countr_one(z))]
                                             : rotated(x, y, z);
                        const V both =
                            rotated((x + 2) % 5, y, z) - rotated((x + 1) % 5, y, z) * rotated((x + 2) % 5, y, z);
                        sum = sum + sum + first + both * sign(first);
                    }
                    (part % 2 == 0 ? out.low : out.high)[2 * lane + part / 2] = sum;
                }
            }
        }
        for (size_t i = 0; i < KECCAK_WORDS; i++) b.zero(out.word(i) - m.word[i]);
        for (size_t g = 0; g < KECCAK_CHECKS; g++) b.zero(out.check(g) - m.check[g]);
        std::array<V, KECCAK_MESSAGE> sent;
        sent[0] = m.t;
        sent[1] = round + F::ONE;
        std::copy_n(m.word, KECCAK_WORDS, sent.begin() + 2);
        std::copy_n(m.check, KECCAK_CHECKS, sent.begin() + 2 + KECCAK_WORDS);
        b.send(BUS_KECCAK, flag, std::span<const V>(sent));
    }

    static bool fill(const rv32::CallRecord& call, const rv32::WordAccess* accesses, Main<F>* rows);
    /// The cells of a round that follow from the lanes after theta, which become those after the round.
    static void fill_after_theta(Main<F>& row, size_t round, uint64_t (&lanes)[25]);
};
static_assert(KECCAK_IOTA_BITS[6] == 63 && std::countr_one(std::size_t{31}) == 5);

}  // namespace ashlar::chips
