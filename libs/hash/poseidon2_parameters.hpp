// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/field/koala_bear.hpp"
#include "libs/hash/poseidon2_constants_16.hpp"
#include "libs/hash/poseidon2_constants_24.hpp"

namespace ashlar::hash {

using field::F;

namespace detail {

/// A rational diagonal entry sign * multiplier * 2^-shift of the internal layer.
struct DiagonalEntry {
    int multiplier;
    unsigned shift;
};

constexpr F diagonal_value(DiagonalEntry d) {
    F r = F::from_int(d.multiplier);
    for (unsigned i = 0; i < d.shift; i++) r = r.halved();
    return r;
}

template <size_t ROUNDS, size_t W>
constexpr std::array<std::array<F, W>, ROUNDS> to_field(const uint32_t (&t)[ROUNDS][W]) {
    std::array<std::array<F, W>, ROUNDS> r{};
    for (size_t i = 0; i < ROUNDS; i++)
        for (size_t j = 0; j < W; j++) r[i][j] = F::reduce(t[i][j]);
    return r;
}
template <size_t N>
constexpr std::array<F, N> to_field(const uint32_t (&t)[N]) {
    std::array<F, N> r{};
    for (size_t i = 0; i < N; i++) r[i] = F::reduce(t[i]);
    return r;
}
template <size_t W>
constexpr std::array<F, W> to_field(const std::array<DiagonalEntry, W>& t) {
    std::array<F, W> r{};
    for (size_t i = 0; i < W; i++) r[i] = diagonal_value(t[i]);
    return r;
}

}  // namespace detail

/// Rounds and constants of Poseidon2 over KoalaBear, S-box x^3: FIRST and LAST are the constants of the 4 + 4 full
/// rounds, MIDDLE those of the partial rounds (added to element 0), DIAGONAL the V of the internal layer s_i <- sum(s)
/// + V_i s_i. The chips and the CUDA kernels read the same tables.
template <size_t WIDTH>
struct Poseidon2Parameters;

/// The proof system's own hash: constants from the Grain LFSR (poseidon2_constants_24.hpp).
template <>
struct Poseidon2Parameters<24> {
    static constexpr size_t HALF_FULL_ROUNDS = 4;
    static constexpr size_t PARTIAL_ROUNDS = 23;
    static constexpr std::array<detail::DiagonalEntry, 24> DIAGONAL_ENTRIES{
        {{-2, 0}, {1, 0}, {2, 0}, {1, 1},  {3, 0},  {4, 0},  {-1, 1}, {-3, 0}, {-4, 0}, {1, 8},  {1, 2},  {1, 3},
         {1, 4},  {1, 5}, {1, 6}, {1, 24}, {-1, 8}, {-1, 3}, {-1, 4}, {-1, 5}, {-1, 6}, {-1, 7}, {-1, 9}, {-1, 24}}};
    static constexpr auto FIRST = detail::to_field(constants_24::FIRST);
    static constexpr auto MIDDLE = detail::to_field(constants_24::MIDDLE);
    static constexpr auto LAST = detail::to_field(constants_24::LAST);
    static constexpr auto DIAGONAL = detail::to_field(DIAGONAL_ENTRIES);
};

/// The guest-visible permutation of POSEIDON2_PERMUTE: same construction, the guest ABI's constants.
template <>
struct Poseidon2Parameters<16> {
    static constexpr size_t HALF_FULL_ROUNDS = 4;
    static constexpr size_t PARTIAL_ROUNDS = 20;
    static constexpr std::array<detail::DiagonalEntry, 16> DIAGONAL_ENTRIES{{{-2, 0},
                                                                             {1, 0},
                                                                             {2, 0},
                                                                             {1, 1},
                                                                             {3, 0},
                                                                             {4, 0},
                                                                             {-1, 1},
                                                                             {-3, 0},
                                                                             {-4, 0},
                                                                             {1, 8},
                                                                             {1, 3},
                                                                             {1, 24},
                                                                             {-1, 8},
                                                                             {-1, 3},
                                                                             {-1, 4},
                                                                             {-1, 24}}};
    static constexpr auto FIRST = detail::to_field(constants_16::FIRST);
    static constexpr auto MIDDLE = detail::to_field(constants_16::MIDDLE);
    static constexpr auto LAST = detail::to_field(constants_16::LAST);
    static constexpr auto DIAGONAL = detail::to_field(DIAGONAL_ENTRIES);
};

}  // namespace ashlar::hash
