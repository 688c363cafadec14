// SPDX-License-Identifier: Apache-2.0
#include "libs/hash/suite.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "libs/hash/digest.hpp"
#include "test/support/hash_vectors.hpp"

using namespace ashlar::hash;
using ashlar::test::hash_vectors;

namespace {

template <class Elements>
std::vector<uint32_t> canonical(const Elements& xs) {
    std::vector<uint32_t> r;
    for (F x : xs) r.push_back(x.canonical());
    return r;
}
std::vector<F> counting(uint32_t from, uint32_t n) {
    std::vector<F> r;
    for (uint32_t i = 0; i < n; i++) r.push_back(F::from_canonical(from + i));
    return r;
}
Digest digest(uint32_t from) {
    Digest d;
    for (uint32_t i = 0; i < d.size(); i++) d[i] = F::from_canonical(from + i);
    return d;
}

}  // namespace

TEST_CASE("permutation, sponge, node and tree have the oracle's answers") {
    const auto expected = hash_vectors();
    REQUIRE_FALSE(expected.empty());
    Poseidon2<24>::State s{};
    Poseidon2<24>::permute(s);
    CHECK(canonical(s) == expected.at("zero"));
    for (uint32_t i = 0; i < 24; i++) s[i] = F::from_canonical(i);
    Poseidon2<24>::permute(s);
    CHECK(canonical(s) == expected.at("permute"));
    size_t hashes = 0;
    for (Domain domain : {Domain::leaf, Domain::other})
        for (uint32_t n : {0, 1, 15, 16, 41, 160}) {
            const auto key = "hash " + std::to_string(static_cast<uint32_t>(domain)) + " " + std::to_string(n);
            CHECK(canonical(hash_elements(counting(1, n), domain)) == expected.at(key));
            hashes++;
        }
    CHECK(hashes == 12);
    CHECK(canonical(hash_node(digest(1), digest(10))) == expected.at("node"));
    std::array<F, 16> limbs;
    for (uint32_t i = 0; i < 16; i++) limbs[i] = F::from_canonical(i + 1);
    CHECK(canonical(hash_memory_leaf(limbs)) == expected.at("memory_leaf"));
    // The tree over eight rows 7 i + 3 j + 1 of 17 elements.
    std::vector<Digest> level;
    for (uint32_t i = 0; i < 8; i++) {
        std::vector<F> row;
        for (uint32_t j = 0; j < 17; j++) row.push_back(F::from_canonical(7 * i + 3 * j + 1));
        level.push_back(hash_elements(row, Domain::leaf));
    }
    for (; level.size() > 1; level.resize(level.size() / 2))
        for (size_t i = 0; i < level.size() / 2; i++) level[i] = hash_node(level[2 * i], level[2 * i + 1]);
    CHECK(canonical(level[0]) == expected.at("tree"));
}

TEST_CASE("the suite's id is the oracle's") {
    const auto& id = suite_id();
    CHECK(std::vector<uint32_t>(id.begin(), id.end()) == hash_vectors().at("id"));
}

TEST_CASE("lanes: a permutation of 24 that leaves element 0 where the partial rounds have their S-box") {
    std::set<size_t> seen;
    for (size_t lane = 0; lane < 24; lane++) seen.insert(Suite::position(lane));
    CHECK(seen.size() == 24);
    CHECK(*seen.rbegin() == 23);
    CHECK(Suite::position(0) == 0);
}

#ifndef ASHLAR_HASH_SUITE
TEST_CASE("suite 1 spreads what an attacker chooses, what he cannot and what he aims at") {
    CHECK(Suite::FULL_ROUNDS == 8);
    CHECK(Suite::PARTIAL_ROUNDS == 31);
    // Over the blocks of M4, and over the places in them, which the external layer adds up.
    for (bool by_block : {true, false}) {
        std::array<int, 6> rate{}, capacity{}, digest{}, node_input{}, leaf_input{};
        for (size_t lane = 0; lane < 24; lane++) {
            const size_t part = by_block ? lane / 4 : lane % 4, i = Suite::position(lane);
            (i < RATE ? rate : capacity)[part]++;
            digest[part] += i < DIGEST_SIZE;
            node_input[part] += i < 2 * DIGEST_SIZE;
            leaf_input[part] += i < 16;
        }
        const size_t parts = by_block ? 6 : 4;
        const int size = by_block ? 4 : 6;
        for (size_t part = 0; part < parts; part++) {
            CHECK(rate[part] > 0);
            CHECK(capacity[part] > 0);
            CHECK(digest[part] > 0);
            CHECK(node_input[part] < size);
            CHECK(leaf_input[part] < size);
        }
    }
}
#endif
