// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/digest.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace ashlar::hash;

namespace {
std::vector<F> counting(uint32_t n) {
    std::vector<F> r;
    for (uint32_t i = 1; i <= n; i++) r.push_back(F::from_canonical(i));
    return r;
}
}  // namespace

TEST_CASE("uses and lengths are separate") {
    const auto x = counting(15), y = counting(16);
    CHECK(hash_elements(x, Domain::leaf) != hash_elements(x, Domain::other));
    std::vector<F> padded = x;
    padded.push_back(F::ZERO);
    CHECK(hash_elements(x) != hash_elements(padded));
    CHECK(hash_elements(x) != hash_elements(y));
    Digest a{}, b{};
    a[0] = F::ONE;
    CHECK(hash_node(a, b) != hash_node(b, a));
    std::array<F, 16> limbs{};
    Poseidon2<24>::State s{};
    s[23] = F::from_canonical(4);
    Poseidon2<24>::permute(s);
    CHECK(hash_memory_leaf(limbs)[8] == s[8]);
}
