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
std::vector<uint32_t> canonical(const Digest& d) {
    std::vector<uint32_t> r;
    for (F x : d) r.push_back(x.canonical());
    return r;
}
}  // namespace

TEST_CASE("sponge and node agree with tools/protocol.py") {
    // hash_elements([1..n], iv) and hash_node([1..9], [10..18]) of the executable specification.
    CHECK(canonical(hash_elements(counting(0), Domain::other)) == std::vector<uint32_t>{0, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(canonical(hash_elements(counting(1), Domain::other)) ==
          std::vector<uint32_t>{1076135322, 1841390356, 1526968971, 664148386, 1586419803, 1935900729, 1470366203,
                                1541608086, 963506532});
    CHECK(canonical(hash_elements(counting(15), Domain::leaf)) ==
          std::vector<uint32_t>{183831077, 1182671385, 1987214161, 1308056825, 511624737, 1563683276, 1811209435,
                                2273483, 638665657});
    CHECK(canonical(hash_elements(counting(16), Domain::other)) ==
          std::vector<uint32_t>{40493214, 792116233, 1838829819, 1682909561, 1434019298, 944766009, 700254226,
                                788787229, 1205304742});
    CHECK(canonical(hash_elements(counting(41), Domain::other)) ==
          std::vector<uint32_t>{365758473, 787971639, 701723605, 1126892833, 1350412972, 1128334175, 548380909,
                                803569155, 565186869});
    CHECK(canonical(hash_elements(counting(160), Domain::leaf)) ==
          std::vector<uint32_t>{1544841399, 1870266709, 1775829800, 735288825, 393834594, 1821738416, 984816502,
                                1121504409, 756096003});
    Digest left{}, right{};
    for (uint32_t i = 0; i < 9; i++) left[i] = F::from_canonical(i + 1), right[i] = F::from_canonical(i + 10);
    CHECK(canonical(hash_node(left, right)) == std::vector<uint32_t>{2005937332, 2076772512, 989066355, 26294689,
                                                                     761954228, 1926101197, 1784003387, 578988109,
                                                                     741297955});
}

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
