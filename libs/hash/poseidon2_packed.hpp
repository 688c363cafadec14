// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>

#include "libs/field/lane.hpp"
#include "libs/field/simd_ops.hpp"
#include "libs/hash/poseidon2.hpp"

namespace ashlar::hash {

/// L::WIDTH independent permutations of WIDTH elements: position j of s[0], .., s[WIDTH - 1] is one state.
///
/// Costs are counted in vector operations, since two execute per cycle at best: an addition mod p is 3, a product 13.
/// So constants are added without reduction in front of a cube (which takes any int32), and the internal layer
/// multiplies by powers of two through shifts: with x = xh 2^k + xl and p = 127 2^24 + 1, x 2^-k = xh - 127 2^(24-k) xl
/// mod p.
template <size_t WIDTH, class L>
class Poseidon2Packed {
  public:
    using Parameters = Poseidon2Parameters<WIDTH>;

    /// Inputs and outputs reduced.
    ASHLAR_INLINE static void permute(L (&s)[WIDTH]) {
        external_layer(s);
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, CONSTANTS.first[r]);
        for (size_t r = 0; r < Parameters::PARTIAL_ROUNDS; r++) partial_round(s, CONSTANTS.middle[r], INDICES{});
        tighten(s, INDICES{});
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, CONSTANTS.last[r]);
    }

  private:
    using Ops = field::SimdOps<L>;
    using R = typename L::Register;
    using INDICES = std::make_index_sequence<WIDTH>;
    static constexpr uint32_t P = F::P;

    /// Round constants minus p: adding one to a reduced value gives a signed value in (-p, p).
    struct SignedConstants {
        uint32_t first[Parameters::HALF_FULL_ROUNDS][WIDTH];
        uint32_t middle[Parameters::PARTIAL_ROUNDS];
        uint32_t last[Parameters::HALF_FULL_ROUNDS][WIDTH];
    };
    static constexpr SignedConstants CONSTANTS = [] {
        SignedConstants c{};
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++)
            for (size_t i = 0; i < WIDTH; i++) {
                c.first[r][i] = Parameters::FIRST[r][i].monty() - P;
                c.last[r][i] = Parameters::LAST[r][i].monty() - P;
            }
        for (size_t r = 0; r < Parameters::PARTIAL_ROUNDS; r++) c.middle[r] = Parameters::MIDDLE[r].monty() - P;
        return c;
    }();

    ASHLAR_INLINE static L add_constant_and_cube(L x, uint32_t constant) {
        return L::cube_signed(Ops::add(x.raw(), Ops::set1(constant)));
    }
    ASHLAR_INLINE static void full_round(L (&s)[WIDTH], const uint32_t (&constants)[WIDTH]) {
        ASHLAR_UNROLL
        for (size_t i = 0; i < WIDTH; i++) s[i] = add_constant_and_cube(s[i], constants[i]);
        external_layer(s);
    }
    ASHLAR_INLINE static void external_layer(L (&s)[WIDTH]) {
        L column[4];
        ASHLAR_UNROLL
        for (size_t i = 0; i < WIDTH; i += 4) {
            const L ab = s[i] + s[i + 1], cd = s[i + 2] + s[i + 3], all = ab + cd;
            const L with_b = all + s[i + 1], with_d = all + s[i + 3];
            const L twice_a = s[i].doubled(), twice_c = s[i + 2].doubled();
            s[i] = with_b + ab;           // 2a + 3b + c + d
            s[i + 1] = with_b + twice_c;  // a + 2b + 3c + d
            s[i + 2] = with_d + cd;       // a + b + 2c + 3d
            s[i + 3] = with_d + twice_a;  // 3a + b + c + 2d
            ASHLAR_UNROLL
            for (size_t k = 0; k < 4; k++) column[k] = i == 0 ? s[k] : column[k] + s[i + k];
        }
        ASHLAR_UNROLL
        for (size_t i = 0; i < WIDTH; i++) s[i] = s[i] + column[i % 4];
    }

    // Between partial rounds a "loose" element may exceed p by less than 2^24 (it saves its last reduction); the sum of
    // all loose excesses stays below 2^32 - 2p = 2^25 - 2, so that additions in the sum do not overflow.
    static constexpr bool is_loose(size_t i) {
        return Parameters::DIAGONAL_ENTRIES[i].multiplier == 1 && Parameters::DIAGONAL_ENTRIES[i].shift >= 8;
    }
    static constexpr uint64_t loose_excess() {
        uint64_t sum = 0;
        for (size_t i = 0; i < WIDTH; i++)
            if (is_loose(i)) sum += (uint64_t{P} + (1u << 24)) >> Parameters::DIAGONAL_ENTRIES[i].shift;
        return sum;
    }
    static_assert(loose_excess() < (uint64_t{1} << 32) - 2 * uint64_t{P});

    template <size_t... I>
    ASHLAR_INLINE static void tighten(L (&s)[WIDTH], std::index_sequence<I...>) {
        ((is_loose(I) ? void(s[I] = L::subtract_p(s[I].raw())) : void()), ...);
    }
    /// s[begin] + .. + s[end - 1] as a tree; result below p + loose_excess().
    template <size_t BEGIN, size_t END>
    ASHLAR_INLINE static L sum(const L (&s)[WIDTH]) {
        if constexpr (END - BEGIN == 1)
            return s[BEGIN];
        else
            return sum<BEGIN, (BEGIN + END) / 2>(s) + sum<(BEGIN + END) / 2, END>(s);
    }
    template <size_t... I>
    ASHLAR_INLINE static void partial_round(L (&s)[WIDTH], uint32_t constant, std::index_sequence<I...>) {
        static_assert(Parameters::DIAGONAL_ENTRIES[0].multiplier == -2 && Parameters::DIAGONAL_ENTRIES[0].shift == 0);
        const L y = add_constant_and_cube(s[0], constant);
        const L others = L::subtract_p(sum<1, WIDTH>(s).raw()), total = others + y;
        s[0] = others - y;  // total - 2 y
        ((I == 0 ? void() : void(s[I] = times_diagonal_plus<I>(s[I], total))), ...);
    }
    /// total + V_I x.
    template <size_t I>
    ASHLAR_INLINE static L times_diagonal_plus(L x, L total) {
        constexpr auto V = Parameters::DIAGONAL_ENTRIES[I];
        constexpr unsigned K = V.shift;
        if constexpr (K == 0) {
            if constexpr (V.multiplier == 1)
                return total + x;
            else if constexpr (V.multiplier == 2)
                return (total + x) + x;
            else if constexpr (V.multiplier == 3)
                return (total + x) + x.doubled();
            else if constexpr (V.multiplier == 4)
                return total + x.doubled().doubled();
            else if constexpr (V.multiplier == -3)
                return (total - x) - x.doubled();
            else if constexpr (V.multiplier == -4)
                return total - x.doubled().doubled();
            else if constexpr (I == 0)
                return x;  // done by partial_round
            else
                static_assert(I == 0, "no rule for this diagonal entry");
        } else if constexpr (K == 1) {
            if constexpr (V.multiplier == 1)
                return total + x.halved();
            else
                return total - x.halved();
        } else {
            static_assert(V.multiplier == 1 || V.multiplier == -1);
            const R high = Ops::template shift_right<K>(x.raw());
            const L low(low_part<K>(x.raw()));
            if constexpr (is_loose(I))
                return L(Ops::add((total - low).raw(), high));
            else if constexpr (V.multiplier == 1)
                return L::subtract_p(Ops::add((total - low).raw(), high));
            else
                return L::add_p(Ops::sub((total + low).raw(), high));
        }
    }
    /// 127 2^(24-K) (x mod 2^K), below p.
    template <unsigned K>
    ASHLAR_INLINE static R low_part(R x) {
        if constexpr (K <= 8) {
            // 127/256 of the low bits moved to the top; exact in the upper 16-bit halves, whose low byte is zero.
            return Ops::mul_high_16(Ops::template shift_left<32 - K>(x), Ops::set1(0x7f000000));
        } else {
            const R top = K == 24 ? x : Ops::template shift_left<24 - K>(x);
            const R bits = Ops::bit_and(top, Ops::set1(0x00ffffff));
            return Ops::sub(Ops::template shift_left<7>(bits), bits);
        }
    }
};

/// The lane of width 1 uses the scalar permutation.
template <size_t WIDTH>
class Poseidon2Packed<WIDTH, F> {
  public:
    static constexpr void permute(F (&s)[WIDTH]) {
        typename Poseidon2<WIDTH>::State t;
        for (size_t i = 0; i < WIDTH; i++) t[i] = s[i];
        Poseidon2<WIDTH>::permute(t);
        for (size_t i = 0; i < WIDTH; i++) s[i] = t[i];
    }
};

}  // namespace ashlar::hash
