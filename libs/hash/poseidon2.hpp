// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/poseidon2_parameters.hpp"

namespace ashlar::hash {

/// The Poseidon2 permutation of WIDTH elements over KoalaBear (ePrint 2023/323), scalar and constexpr.
/// WIDTH 24 is the proof system's hash, WIDTH 16 the guest-visible one. The packed form is in poseidon2_packed.hpp.
template <size_t WIDTH>
class Poseidon2 {
  public:
    using Parameters = Poseidon2Parameters<WIDTH>;
    using State = std::array<F, WIDTH>;

    static constexpr void permute(State& s) {
        external_layer(s);
        for (const auto& constants : Parameters::FIRST) full_round(s, constants);
        for (F constant : Parameters::MIDDLE) {
            s[0] = (s[0] + constant).cube();
            internal_layer(s);
        }
        for (const auto& constants : Parameters::LAST) full_round(s, constants);
    }

    /// Block-circulant matrix (2 M4, M4, .., M4) over the lanes, M4 the circulant-like [2 3 1 1; 1 2 3 1; 1 1 2 3; 3 1
    /// 1 2].
    static constexpr void external_layer(State& s) {
        // Sums of at most 49 representatives stay below 2^37; one reduction each at the end.
        uint64_t t[WIDTH] = {}, column[4] = {};
        for (size_t i = 0; i < WIDTH; i += 4) {
            const uint64_t a = s[Parameters::position(i)].monty(), b = s[Parameters::position(i + 1)].monty();
            const uint64_t c = s[Parameters::position(i + 2)].monty(), d = s[Parameters::position(i + 3)].monty();
            const uint64_t ab = a + b, bc = b + c, cd = c + d, da = d + a;
            t[i] = ab + cd + ab + b;
            t[i + 1] = ab + cd + bc + c;
            t[i + 2] = ab + cd + cd + d;
            t[i + 3] = ab + cd + da + a;
            for (size_t k = 0; k < 4; k++) column[k] += t[i + k];
        }
        for (size_t i = 0; i < WIDTH; i++) s[Parameters::position(i)] = small_reduce(t[i] + column[i % 4]);
    }

    /// s_i <- sum(s) + V_i s_i.
    static constexpr void internal_layer(State& s) {
        uint64_t sum = 0;
        for (F x : s) sum += x.monty();
        const F total = small_reduce(sum);
        for (size_t i = 0; i < WIDTH; i++) s[i] = total + s[i] * Parameters::DIAGONAL[i];
    }

  private:
    static constexpr void full_round(State& s, const State& constants) {
        for (size_t i = 0; i < WIDTH; i++) s[i] = (s[i] + constants[i]).cube();
        external_layer(s);
    }
    /// x mod p for x < 2^37, without leaving Montgomery form: 2^31 = 2^24 - 1.
    static constexpr F small_reduce(uint64_t x) {
        const uint32_t lo = static_cast<uint32_t>(x) & 0x7fffffff, hi = static_cast<uint32_t>(x >> 31);
        const uint32_t r = lo + ((hi << 24) - hi), t = r - F::P;  // r < 2^31 + 2^30
        return F::from_monty(t < r ? t : r);
    }
};

}  // namespace ashlar::hash
