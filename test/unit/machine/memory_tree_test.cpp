// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>

#include "libs/machine/memory_tree.hpp"

using namespace ashlar;
using namespace ashlar::machine;

namespace {

/// Root of the tree with these leaves, level by level from the definition.
Digest plain_root(const std::map<uint32_t, std::array<uint32_t, 8>>& leaves) {
    std::map<uint32_t, Digest> level;
    Digest absent = leaf_digest(std::array<uint32_t, 8>{});
    for (const auto& [i, words] : leaves) level[i] = leaf_digest(words);
    for (unsigned l = 0; l < 26; l++) {
        std::map<uint32_t, Digest> up;
        for (const auto& [i, d] : level) {
            const auto sibling = level.find(i ^ 1);
            const Digest& s = sibling == level.end() ? absent : sibling->second;
            up[i / 2] = i & 1 ? hash::hash_node(s, d) : hash::hash_node(d, s);
        }
        level = up;
        absent = hash::hash_node(absent, absent);
    }
    return level.empty() ? absent : level[0];
}

}  // namespace

TEST_CASE("updates give the root of the definition", "[memory_tree]") {
    exec::ThreadPool pool(2);
    MemoryTree tree;
    std::map<uint32_t, std::array<uint32_t, 8>> leaves;
    CHECK(tree.root() == plain_root(leaves));
    uint32_t seed = 1;
    const auto random = [&] { return seed = seed * 1664525 + 1013904223; };
    for (int round = 0; round < 5; round++) {
        std::map<uint32_t, rv32::TouchedLeaf> touched;
        for (int k = 0; k < 20; k++) {
            const uint32_t leaf = k % 3 == 0 ? random() >> 29 : random() >> 6;
            rv32::TouchedLeaf t{leaf, leaves[leaf], {}, leaves[leaf]};
            t.out[random() >> 29] = random();
            touched[leaf] = t;
        }
        std::vector<rv32::TouchedLeaf> list;
        for (const auto& [leaf, t] : touched) {
            list.push_back(t);
            leaves[leaf] = t.out;
        }
        const Digest before = tree.root();
        const auto update = tree.update(list, pool);
        CHECK(update.root_in == before);
        CHECK(update.root_out == plain_root(leaves));
        CHECK(tree.root() == update.root_out);
        CHECK(update.nodes.back().level == 26);
        tree.revert(update);
        CHECK(tree.root() == before);
        CHECK(tree.update(list, pool).root_out == update.root_out);
        for (const auto& n : update.nodes) {
            CHECK(hash::hash_node(n.child_in[0], n.child_in[1]) == n.in);
            CHECK(hash::hash_node(n.child_out[0], n.child_out[1]) == n.out);
        }
    }
}

TEST_CASE("the reserved leaves open to the root", "[memory_tree]") {
    exec::ThreadPool pool(1);
    MemoryTree tree;
    std::array<uint32_t, 32> words{};
    for (uint32_t i = 0; i < 27; i++) words[i] = 1000 + i;
    std::vector<rv32::TouchedLeaf> touched;
    for (uint32_t i = 0; i < 4; i++) {
        rv32::TouchedLeaf t{rv32::RESERVED_WORD / 8 + i, {}, {}, {}};
        for (size_t k = 0; k < 8; k++) t.out[k] = words[8 * i + k];
        touched.push_back(t);
    }
    rv32::TouchedLeaf other{5, {}, {}, {7, 0, 0, 0, 0, 0, 0, 0}};
    touched.insert(touched.begin(), other);
    tree.update(touched, pool);
    auto opening = tree.open_reserved(words);
    CHECK(opening.root() == tree.root());
    opening.words[17] ^= 1;
    CHECK_FALSE(opening.root() == tree.root());
    opening = tree.open_reserved(words);
    opening.siblings[23][0] += field::F::ONE;
    CHECK_FALSE(opening.root() == tree.root());
}

TEST_CASE("a chunk that touches nothing still opens its root", "[memory_tree]") {
    exec::ThreadPool pool(1);
    MemoryTree tree;
    const auto update = tree.update({}, pool);
    REQUIRE(update.nodes.size() == 1);
    CHECK(update.root_in == update.root_out);
    CHECK(update.nodes[0].in == update.root_in);
}
