// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <utility>

#include "libs/field/lane.hpp"
#include "libs/hash/poseidon2.hpp"

namespace ashlar::hash {

/// L::WIDTH independent permutations of WIDTH elements: position j of s[0], .., s[WIDTH - 1] is one state.
///
/// Costs are counted in vector operations, since two execute per cycle at best: an addition mod p is 3, a product 13.
/// - Constants are added without reduction in front of a cube, which takes any int32.
/// - Powers of two are shifts: with x = xh 2^k + xl and p = 127 2^24 + 1, x 2^-k = xh - 127 2^(24-k) xl mod p.
/// - Most diagonal entries of the internal layer come in pairs V, -V. For their elements a, b put u = (a + b)/2, v = (a
/// - b)/2;
///   a round maps u to V v + S and v to V u. So u alone obeys u_(r+1) = V^2 u_(r-1) + S_r, the sum of all needs only u,
///   and one multiplication per round serves two elements. During the partial rounds the two slots hold u_r and
///   u_(r-1).
template <size_t WIDTH, class L>
class Poseidon2Packed {
  public:
    using Parameters = Poseidon2Parameters<WIDTH>;

    /// Inputs and outputs reduced.
    ASHLAR_INLINE static void permute(L (&s)[WIDTH]) {
        external_layer(s);
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, CONSTANTS.first[r]);
        to_half_sums(s, INDICES{});
        for (size_t r = 0; r + 2 <= Parameters::PARTIAL_ROUNDS; r += 2) {
            partial_round<0>(s, CONSTANTS.middle[r], INDICES{});
            partial_round<1>(s, CONSTANTS.middle[r + 1], INDICES{});
        }
        if constexpr (Parameters::PARTIAL_ROUNDS % 2 == 1)
            partial_round<0>(s, CONSTANTS.middle[Parameters::PARTIAL_ROUNDS - 1], INDICES{});
        from_half_sums<Parameters::PARTIAL_ROUNDS % 2>(s, INDICES{});
        for (size_t r = 0; r < Parameters::HALF_FULL_ROUNDS; r++) full_round(s, CONSTANTS.last[r]);
    }

  private:
    using Ops = typename L::Simd;
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
        external_blocks(s, column, std::make_index_sequence<WIDTH / 4>{});
        add_columns(s, column, INDICES{});
    }
    template <size_t... B>
    ASHLAR_INLINE static void external_blocks(L (&s)[WIDTH], L (&column)[4], std::index_sequence<B...>) {
        (external_block<B>(s, column), ...);
    }
    template <size_t B>
    ASHLAR_INLINE static void external_block(L (&s)[WIDTH], L (&column)[4]) {
        L& a = s[Parameters::position(4 * B)];
        L& b = s[Parameters::position(4 * B + 1)];
        L& c = s[Parameters::position(4 * B + 2)];
        L& d = s[Parameters::position(4 * B + 3)];
        const L ab = a + b, cd = c + d, all = ab + cd;
        const L with_b = all + b, with_d = all + d;
        const L twice_a = a.doubled(), twice_c = c.doubled();
        a = with_b + ab;       // 2a + 3b + c + d
        b = with_b + twice_c;  // a + 2b + 3c + d
        c = with_d + cd;       // a + b + 2c + 3d
        d = with_d + twice_a;  // 3a + b + c + 2d
        column[0] = B == 0 ? a : column[0] + a;
        column[1] = B == 0 ? b : column[1] + b;
        column[2] = B == 0 ? c : column[2] + c;
        column[3] = B == 0 ? d : column[3] + d;
    }
    template <size_t... LANE>
    ASHLAR_INLINE static void add_columns(L (&s)[WIDTH], const L (&column)[4], std::index_sequence<LANE...>) {
        ((s[Parameters::position(LANE)] = s[Parameters::position(LANE)] + column[LANE % 4]), ...);
    }

    static constexpr auto& ENTRIES = Parameters::DIAGONAL_ENTRIES;
    static_assert(ENTRIES[0].multiplier == -2 && ENTRIES[0].shift == 0);

    /// The element with the opposite diagonal entry, or 0 if there is none. Element 0 is not linear: it has no partner.
    static constexpr size_t partner(size_t i) {
        for (size_t j = 1; i != 0 && j < WIDTH; j++)
            if (ENTRIES[j].multiplier == -ENTRIES[i].multiplier && ENTRIES[j].shift == ENTRIES[i].shift) return j;
        return 0;
    }
    /// The member of a pair that stands for it: the one with the positive entry.
    static constexpr bool is_pair(size_t i) { return partner(i) != 0 && ENTRIES[i].multiplier > 0; }
    static constexpr bool is_single(size_t i) { return i != 0 && partner(i) == 0; }

    // A "loose" value may exceed p, but is below 2^31: it saves a last reduction. The sum of all excesses stays below
    // 2^32 - 2p = 2^25 - 2, so that sums of two partial sums do not overflow.
    static constexpr uint64_t excess(size_t i) {
        if (!is_pair(i)) return 0;
        const auto v = ENTRIES[i];
        if (v.multiplier == 4 && Ops::HAS_LOOKUP_16) return (uint64_t{1} << 31) - P;
        return v.multiplier == 1 && v.shift >= 4 && v.shift <= 12 ? (uint64_t{1} << 31) >> (2 * v.shift) : 0;
    }
    static constexpr uint64_t total_excess() {
        uint64_t sum = 0;
        for (size_t i = 0; i < WIDTH; i++) sum += excess(i);
        return sum;
    }
    static_assert(total_excess() < (uint64_t{1} << 32) - 2 * uint64_t{P});

    template <size_t I>
    static constexpr size_t PARTNER = partner(I);
    template <size_t I>
    static constexpr bool IS_LOOSE = excess(I) != 0;

    template <size_t I>
    ASHLAR_INLINE static void pair_to_half_sum(L (&s)[WIDTH]) {
        if constexpr (is_pair(I)) {
            constexpr F SCALE = (Parameters::DIAGONAL[I] + Parameters::DIAGONAL[I]).inverse();
            L &a = s[I], &b = s[PARTNER<I>];
            const L before = L::sub_mul(a, b, L::broadcast(SCALE));  // u of the round before, as V u = (a - b)/2
            a = (a + b).halved();
            b = before;
        }
    }
    template <size_t... I>
    ASHLAR_INLINE static void to_half_sums(L (&s)[WIDTH], std::index_sequence<I...>) {
        (pair_to_half_sum<I>(s), ...);
    }
    /// PHASE 0: s[i] is u now and s[partner] is u one round earlier; PHASE 1: the other way round.
    template <size_t PHASE, size_t I>
    ASHLAR_INLINE static void pair_from_half_sum(L (&s)[WIDTH]) {
        if constexpr (is_pair(I)) {
            constexpr size_t J = PARTNER<I>;
            const L now = PHASE == 0 ? s[I] : s[J], before = PHASE == 0 ? s[J] : s[I];
            const L u = IS_LOOSE<I> ? L::subtract_p(now.raw()) : now;
            constexpr F V = Parameters::DIAGONAL[I];
            const L v = before * L::broadcast(V);
            s[I] = u + v;
            s[J] = u - v;
        }
    }
    template <size_t PHASE, size_t... I>
    ASHLAR_INLINE static void from_half_sums(L (&s)[WIDTH], std::index_sequence<I...>) {
        (pair_from_half_sum<PHASE, I>(s), ...);
    }

    /// Sum of the first n values as a tree.
    template <size_t N>
    ASHLAR_INLINE static L sum(const L* x) {
        if constexpr (N == 1)
            return x[0];
        else
            return sum<N / 2>(x) + sum<N - N / 2>(x + N / 2);
    }
    /// Number of elements below `end` that are pairs or singles.
    static constexpr size_t rank(bool (*which)(size_t), size_t end) {
        size_t n = 0;
        for (size_t i = 0; i < end; i++) n += which(i);
        return n;
    }

    template <size_t PHASE, size_t... I>
    ASHLAR_INLINE static void partial_round(L (&s)[WIDTH], uint32_t constant, std::index_sequence<I...>) {
        constexpr size_t PAIRS = rank(is_pair, WIDTH), SINGLES = rank(is_single, WIDTH);
        const L y = add_constant_and_cube(s[0], constant);
        L pairs[PAIRS], singles[SINGLES + 1];
        (collect<PHASE, I>(s, pairs, singles), ...);
        singles[SINGLES] = L::subtract_p(sum<PAIRS>(pairs).raw()).doubled();
        const L others = sum<SINGLES + 1>(singles), total = others + y;
        s[0] = others - y;  // total - 2 y
        (step<PHASE, I>(s, total), ...);
    }
    template <size_t PHASE, size_t I>
    ASHLAR_INLINE static void collect(const L (&s)[WIDTH], L* pairs, L* singles) {
        if constexpr (is_pair(I)) {
            constexpr size_t RANK = rank(is_pair, I), NOW = PHASE == 0 ? I : PARTNER<I>;
            pairs[RANK] = s[NOW];
        } else if constexpr (is_single(I)) {
            constexpr size_t RANK = rank(is_single, I);
            singles[RANK] = s[I];
        }
    }
    template <size_t PHASE, size_t I>
    ASHLAR_INLINE static void step(L (&s)[WIDTH], L total) {
        if constexpr (is_single(I)) {
            s[I] = times_diagonal_plus<ENTRIES[I].multiplier, ENTRIES[I].shift>(s[I], total);
        } else if constexpr (is_pair(I)) {
            L& before = s[PHASE == 0 ? PARTNER<I> : I];  // becomes u of the next round
            before = times_square_plus<I>(before, total);
        }
    }
    /// total + V_I^2 x; x and the result may be loose as excess(I) says.
    template <size_t I>
    ASHLAR_INLINE static L times_square_plus(L x, L total) {
        constexpr auto V = ENTRIES[I];
        constexpr unsigned K = 2 * V.shift;
        if constexpr (V.multiplier == 1 && K <= 24) {
            const L sum_low = total - L(low_part<K>(x.raw()));
            const R sum = Ops::add(sum_low.raw(), Ops::template shift_right<K>(x.raw()));
            return IS_LOOSE<I> ? L(sum) : L::subtract_p(sum);
        } else if constexpr (V.shift == 0 && V.multiplier <= 4 && Ops::HAS_LOOKUP_16) {
            // m x minus the multiple of p that the top four bits of x tell: below p + m 2^27.
            constexpr uint32_t M = V.multiplier * V.multiplier;
            static_assert(P + (uint64_t{M} << 27) <= uint64_t{1} << 32 && (M == 9 || M == 16));
            alignas(64) static constexpr auto MULTIPLES = [] {
                std::array<uint32_t, 16> t{};
                for (uint64_t j = 0; j < 16; j++) t[j] = static_cast<uint32_t>((j * M << 27) / P * P);
                return t;
            }();
            const R multiple = Ops::lookup_16(MULTIPLES.data(), Ops::template shift_right<27>(x.raw()));
            const R scaled = M == 16 ? Ops::template shift_left<4>(x.raw())
                                     : Ops::add(Ops::template shift_left<3>(x.raw()), x.raw());
            return total + L::subtract_p(Ops::sub(scaled, multiple));
        } else {
            constexpr F SQUARE = Parameters::DIAGONAL[I] * Parameters::DIAGONAL[I];
            return total + x * L::broadcast(SQUARE);
        }
    }
    /// total + M 2^-K x, all reduced.
    template <int M, unsigned K>
    ASHLAR_INLINE static L times_diagonal_plus(L x, L total) {
        if constexpr (K == 0) {
            static_assert(M == 1 || M == 2);
            return M == 1 ? total + x : (total + x) + x;
        } else {
            static_assert((M == 1 || M == -1) && K <= 24);
            const R high = Ops::template shift_right<K>(x.raw());
            const L low(low_part<K>(x.raw()));
            if constexpr (M == 1)
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
