// SPDX-License-Identifier: Apache-2.0
#include "test/unit/hash/packed_checks.hpp"

#include <random>

#include "libs/hash/poseidon2_packed.hpp"

namespace ashlar::test::ASHLAR_ISA {
namespace {

using namespace ashlar::hash;
using L = ashlar::field::ASHLAR_ISA::Lane;
constexpr size_t W = L::WIDTH;

template <size_t WIDTH>
std::string compare(uint64_t seed) {
    std::mt19937_64 rng(seed);
    const uint32_t edges[] = {0, 1, F::P - 1, F::P - 2, (F::P - 1) / 2, (F::P + 1) / 2, 1u << 24, 1u << 30, 0x7e000000};
    for (int round = 0; round < 250; round++) {
        typename Poseidon2<WIDTH>::State states[W];
        F columns[WIDTH][W];
        for (size_t j = 0; j < W; j++)
            for (size_t k = 0; k < WIDTH; k++) {
                // Constant states of edge values, states with one edge value, mixed and random ones.
                const uint64_t r = rng();
                const uint32_t edge = edges[r % 9], any = static_cast<uint32_t>(r >> 32) % F::P;
                const uint32_t v = round < 9     ? edges[round]
                                   : round < 100 ? edge
                                   : round < 200 ? (k == j ? edge : 0)
                                                 : any;
                states[j][k] = columns[k][j] = F::from_monty(v);
            }
        L lanes[WIDTH];
        for (size_t k = 0; k < WIDTH; k++) lanes[k] = L::load(columns[k]);
        for (int times = 0; times < 3; times++) {
            Poseidon2Packed<WIDTH, L>::permute(lanes);
            for (size_t k = 0; k < WIDTH; k++) lanes[k].store(columns[k]);
            for (size_t j = 0; j < W; j++) {
                Poseidon2<WIDTH>::permute(states[j]);
                for (size_t k = 0; k < WIDTH; k++)
                    if (!(columns[k][j] == states[j][k]))
                        return "round " + std::to_string(round) + " position " + std::to_string(j) + " element " +
                               std::to_string(k);
            }
        }
    }
    return "";
}

}  // namespace

extern const PackedChecks PACKED_CHECKS{compare<24>, compare<16>};

}  // namespace ashlar::test::ASHLAR_ISA
