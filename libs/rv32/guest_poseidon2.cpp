// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <numeric>

#include "libs/hash/poseidon2_constants_16.hpp"
#include "libs/rv32/precompiles.hpp"

namespace ashlar::rv32 {
namespace {

/// Rows 17..21 of the table of the guest ABI: last rounds of the fields with fewer internal rounds than
/// KoalaBear.
// clang-format off
constexpr uint32_t ROWS_17_TO_21[5][16] = {
    {0x07c26dfd, 0xa44468fd, 0x20576d41, 0xa7da526e, 0x7324b864, 0x79dc2638, 0x65eb202d, 0xaf23f413,
     0xd8fc174d, 0x51ecc05f, 0x829a4a6c, 0x9d34fd82, 0xfc823e38, 0x8874d7fe, 0xe47c8fd2, 0x3a16665c},
    {0xc5179d29, 0x85348f35, 0x46db60e1, 0x0d56a7bc, 0x860cb857, 0x89ac8a1d, 0x789aa89b, 0xc36fb2e5,
     0x78876125, 0x2252cbcf, 0x601db98c, 0xea0c07a8, 0xc5cd09f1, 0x9a7cb37e, 0x0b36522b, 0xfb655c05},
    {0x5d3bf2f1, 0x80667387, 0x929bd875, 0xab1a67f9, 0x51f50851, 0x5b29a0e9, 0x123f5612, 0xaa34aabb,
     0x4a53ab2f, 0xb443230b, 0x7228b4db, 0x489cf324, 0x93c75464, 0xb23526ab, 0x308a6e3c, 0xf0ca16b1},
    {0x4574c574, 0x47c355b9, 0xe3605041, 0x726b2f24, 0x23c6f057, 0x2e17264f, 0x1d023a02, 0xfd8fa22a,
     0x54578bcd, 0x1df8bb26, 0xfbde46e6, 0x1e694b67, 0x09ebbf12, 0x55477325, 0x520bf85e, 0x69d9f379},
    {0x45cb3782, 0x41e2f105, 0x0f96bad3, 0x538c0fba, 0x3cf29137, 0x939b92f8, 0x9b33850e, 0xdcea332b,
     0xce6a0192, 0x59fb58e5, 0x2314987e, 0x03e3ace5, 0xdc542780, 0x8222fbcb, 0xda6486f1, 0x61fa8c7c}};
// clang-format on

/// An entry of V: sign times multiplier times 2^exponent.
struct Diagonal {
    int multiplier;
    int exponent;
};
using DiagonalTable = std::array<Diagonal, 16>;

constexpr DiagonalTable KOALA_BEAR_DIAGONAL = {{{-2, 0},
                                                {1, 0},
                                                {2, 0},
                                                {1, -1},
                                                {3, 0},
                                                {4, 0},
                                                {-1, -1},
                                                {-3, 0},
                                                {-4, 0},
                                                {1, -8},
                                                {1, -3},
                                                {1, -24},
                                                {-1, -8},
                                                {-1, -3},
                                                {-1, -4},
                                                {-1, -24}}};
constexpr DiagonalTable BABY_BEAR_DIAGONAL = {{{-2, 0},
                                               {1, 0},
                                               {2, 0},
                                               {1, -1},
                                               {3, 0},
                                               {4, 0},
                                               {-1, -1},
                                               {-3, 0},
                                               {-4, 0},
                                               {1, -8},
                                               {1, -2},
                                               {1, -3},
                                               {1, -27},
                                               {-1, -8},
                                               {-1, -4},
                                               {-1, -27}}};
constexpr DiagonalTable MERSENNE31_DIAGONAL = {{{-2, 0},
                                                {1, 0},
                                                {1, 1},
                                                {1, 2},
                                                {1, 3},
                                                {1, 4},
                                                {1, 5},
                                                {1, 6},
                                                {1, 7},
                                                {1, 8},
                                                {1, 10},
                                                {1, 12},
                                                {1, 13},
                                                {1, 14},
                                                {1, 15},
                                                {1, 16}}};

template <uint32_t P, unsigned SBOX, size_t MIDDLE_ROUNDS, DiagonalTable const& DIAGONAL>
struct Permutation {
    static constexpr uint32_t mul(uint32_t a, uint32_t b) { return static_cast<uint32_t>(uint64_t{a} * b % P); }
    static constexpr uint32_t add(uint32_t a, uint32_t b) {
        const uint32_t s = a + b;  // P < 2^31, so no wrap
        return s >= P ? s - P : s;
    }
    static constexpr uint32_t sbox(uint32_t x) {
        const uint32_t x3 = mul(mul(x, x), x);
        if constexpr (SBOX == 3) return x3;
        if constexpr (SBOX == 5) return mul(x3, mul(x, x));
        if constexpr (SBOX == 7) return mul(mul(x3, x3), x);
    }
    static constexpr std::array<uint32_t, 16> diagonal() {
        std::array<uint32_t, 16> r{};
        for (size_t i = 0; i < 16; i++) {
            const auto [m, e] = DIAGONAL[i];
            uint32_t v = static_cast<uint32_t>(m < 0 ? static_cast<int64_t>(P) + m : m);
            for (int k = 0; k < e; k++) v = add(v, v);
            for (int k = 0; k > e; k--) v = static_cast<uint32_t>((v & 1 ? uint64_t{v} + P : v) / 2);
            r[i] = v;
        }
        return r;
    }
    static constexpr std::array<uint32_t, 16> V = diagonal();

    static void external_layer(uint32_t s[16]) {
        uint32_t column[4] = {};
        for (int g = 0; g < 16; g += 4) {
            const uint32_t a = s[g], b = s[g + 1], c = s[g + 2], d = s[g + 3];
            const uint32_t sum = add(add(a, b), add(c, d));
            // Rows (2 3 1 1) (1 2 3 1) (1 1 2 3) (3 1 1 2): the sum, one more of the diagonal and two more of the next.
            s[g] = add(add(sum, a), add(b, b));
            s[g + 1] = add(add(sum, b), add(c, c));
            s[g + 2] = add(add(sum, c), add(d, d));
            s[g + 3] = add(add(sum, d), add(a, a));
            for (int i = 0; i < 4; i++) column[i] = add(column[i], s[g + i]);
        }
        for (int i = 0; i < 16; i++) s[i] = add(s[i], column[i % 4]);
    }
    static void full_round(uint32_t s[16], const uint32_t constants[16]) {
        for (int i = 0; i < 16; i++) s[i] = sbox(add(s[i], constants[i] % P));
        external_layer(s);
    }
    static void run(uint32_t s[16], const uint32_t (*last)[16]) {
        for (int i = 0; i < 16; i++) s[i] %= P;
        external_layer(s);
        for (const auto& row : hash::constants_16::FIRST) full_round(s, row);
        for (size_t r = 0; r < MIDDLE_ROUNDS; r++) {
            s[0] = sbox(add(s[0], hash::constants_16::MIDDLE[r] % P));
            const uint32_t sum = static_cast<uint32_t>(std::accumulate(s, s + 16, uint64_t{0}) % P);
            for (size_t i = 0; i < 16; i++) s[i] = add(sum, mul(V[i], s[i]));
        }
        for (int r = 0; r < 4; r++) full_round(s, last[r]);
    }
};

}  // namespace

void guest_poseidon2(GuestField field, uint32_t state[16]) {
    switch (field) {
        case GuestField::koala_bear:
            return Permutation<0x7F00'0001, 3, 20, KOALA_BEAR_DIAGONAL>::run(state, hash::constants_16::LAST);
        case GuestField::baby_bear:
            return Permutation<0x7800'0001, 7, 13, BABY_BEAR_DIAGONAL>::run(state, ROWS_17_TO_21);
        case GuestField::mersenne31:
            return Permutation<0x7FFF'FFFF, 5, 14, MERSENNE31_DIAGONAL>::run(state, ROWS_17_TO_21 + 1);
    }
}

}  // namespace ashlar::rv32
