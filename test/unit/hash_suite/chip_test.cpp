// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>

#include "libs/air/debug.hpp"
#include "libs/chips/poseidon2.hpp"

using namespace ashlar;
using namespace ashlar::chips;

namespace {

template <class Chip>
void check(uint32_t seed) {
    std::mt19937 random(seed);
    for (int k = 0; k < 10; k++) {
        typename Chip::Request request{{}, 1};
        for (F& x : request.input) x = F::reduce(static_cast<uint32_t>(random()));
        air::RowOf<Chip, F> row;
        Chip::fill_row(row.main, request);
        CHECK_FALSE(air::check_row<Chip>(row));
        hash::Poseidon2<24>::State s{};
        for (size_t i = 0; i < Chip::INPUTS; i++)
            s[Chip::INPUTS == 24 || i < 18 ? i : hash::DOMAIN_POSITION] = request.input[i];
        hash::Poseidon2<24>::permute(s);
        for (size_t i = 0; i < Chip::OUTPUTS; i++) CHECK(row.main.output[i] == s[i]);
        row.main.output[k % Chip::OUTPUTS] += F::ONE;
        CHECK(air::check_row<Chip>(row));
    }
}

}  // namespace

TEST_CASE("both chips of the permutation follow the suite") {
    STATIC_REQUIRE(poseidon2::HALF == 5);
    STATIC_REQUIRE(poseidon2::PARTIAL == 22);
    check<PermutationChip>(1);
    check<HashChip>(2);
}
