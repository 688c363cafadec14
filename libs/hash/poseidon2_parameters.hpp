// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/field/koala_bear.hpp"
#include "libs/hash/poseidon2_constants_16.hpp"
#include "libs/hash/suite.hpp"

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

/// A table over lanes as one over the elements of the sponge's state.
template <class T>
constexpr std::array<T, 24> by_position(const std::array<T, 24>& lanes) {
    std::array<T, 24> r{};
    for (size_t lane = 0; lane < 24; lane++) r[Suite::position(lane)] = lanes[lane];
    return r;
}
template <size_t ROUNDS>
constexpr std::array<std::array<F, 24>, ROUNDS> by_position(std::array<std::array<F, 24>, ROUNDS> rounds) {
    for (auto& r : rounds) r = by_position(r);
    return rounds;
}

}  // namespace detail

/// Rounds and constants of Poseidon2 over KoalaBear, S-box x^3: FIRST and LAST are the constants of the full rounds
/// before and after the partial ones, MIDDLE those of the partial rounds (added to element 0), DIAGONAL the V of the
/// internal layer s_i <- sum(s) + V_i s_i. The chips and the CUDA kernels read the same tables.
///
/// A state is always in the order of the sponge. position(lane) is the element that stands where the published
/// permutation has its element `lane`: only the external layer, whose blocks are lanes 4b .. 4b + 3, asks for it.
template <size_t WIDTH>
struct Poseidon2Parameters;

/// The proof system's own hash, by the suite in use.
template <>
struct Poseidon2Parameters<24> {
    static constexpr size_t HALF_FULL_ROUNDS = Suite::FULL_ROUNDS / 2;
    static constexpr size_t PARTIAL_ROUNDS = Suite::PARTIAL_ROUNDS;
    static constexpr size_t position(size_t lane) { return Suite::position(lane); }
    static constexpr std::array<detail::DiagonalEntry, 24> LANE_DIAGONAL{
        {{-2, 0}, {1, 0}, {2, 0}, {1, 1},  {3, 0},  {4, 0},  {-1, 1}, {-3, 0}, {-4, 0}, {1, 8},  {1, 2},  {1, 3},
         {1, 4},  {1, 5}, {1, 6}, {1, 24}, {-1, 8}, {-1, 3}, {-1, 4}, {-1, 5}, {-1, 6}, {-1, 7}, {-1, 9}, {-1, 24}}};
    static constexpr auto DIAGONAL_ENTRIES = detail::by_position(LANE_DIAGONAL);
    static constexpr auto FIRST = detail::by_position(detail::to_field(Suite::FIRST));
    static constexpr auto MIDDLE = detail::to_field(Suite::MIDDLE);
    static constexpr auto LAST = detail::by_position(detail::to_field(Suite::LAST));
    static constexpr auto DIAGONAL = detail::to_field(DIAGONAL_ENTRIES);
    static_assert(Suite::FULL_ROUNDS % 2 == 0 && FIRST.size() == HALF_FULL_ROUNDS && LAST.size() == HALF_FULL_ROUNDS);
    static_assert(Suite::position(0) == 0, "the partial rounds' S-box is on element 0");
};

/// The guest-visible permutation of POSEIDON2_PERMUTE: same construction, the guest ABI's constants.
template <>
struct Poseidon2Parameters<16> {
    static constexpr size_t HALF_FULL_ROUNDS = 4;
    static constexpr size_t PARTIAL_ROUNDS = 20;
    static constexpr size_t position(size_t lane) { return lane; }
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
