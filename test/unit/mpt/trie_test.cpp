// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/trie.hpp"
#include "libs/mpt/stream.hpp"

#include <catch2/catch.hpp>

#include "test/unit/mpt/reference.hpp"

using namespace ashlar;
using namespace ashlar::mpt;

namespace {
BytesView keep(Store& store, const Bytes& v) { return {store.arena().copy(v), v.size()}; }
Bytes random_value(std::mt19937& rng) {
    Bytes v(1 + rng() % (rng() % 4 ? 4 : 60));
    for (auto& b : v) b = static_cast<uint8_t>(1 + rng() % 255);
    return v;
}
}  // namespace

TEST_CASE("trie root of nothing is the empty root") {
    Store store;
    Slot root = store.open(EMPTY_ROOT);
    CHECK(store.hash(root) == EMPTY_ROOT);
    CHECK(hash::keccak256(Bytes{0x80}) == EMPTY_ROOT);
}

TEST_CASE("trie agrees with the plain definition over random inserts, changes and removals") {
    std::mt19937 rng(11);
    for (int round = 0; round < 60; round++) {
        Store store;
        Slot root = store.open(EMPTY_ROOT);
        reference::Map map;
        for (int step = 0; step < 60; step++) {
            const int batch = 1 + static_cast<int>(rng() % 6);
            for (int i = 0; i < batch; i++) {
                const bool old = !map.empty() && rng() % 2;
                const Bytes32 key =
                    old ? std::next(map.begin(), rng() % map.size())->first : reference::random_key(rng);
                if (rng() % 5 < 2) {
                    map.erase(key);
                    REQUIRE(store.remove(root, key.data()));
                } else {
                    map[key] = random_value(rng);
                    REQUIRE(store.insert(root, key.data(), keep(store, map[key])));
                }
            }
            REQUIRE(store.hash(root) == reference::root(map));
            if (rng() % 3 == 0) store.next_epoch();
        }
        for (const auto& [key, value] : map) {
            auto leaf = store.find(root, key.data());
            REQUIRE(leaf);
            REQUIRE(*leaf);
            CHECK(Bytes((*leaf)->value.begin(), (*leaf)->value.end()) == value);
        }
        CHECK(*store.find(root, reference::random_key(rng).data()) == nullptr);
    }
}

TEST_CASE("trie updates over a node source and leaves the old trie readable") {
    std::mt19937 rng(12);
    for (int round = 0; round < 60; round++) {
        reference::Map map;
        for (int i = 0; i < 80; i++) map[reference::random_key(rng)] = random_value(rng);
        reference::Source source;
        const Bytes32 before = reference::root(map, &source.nodes);
        const auto nodes = source.nodes;
        const reference::Map old_map = map;
        Store store(&source);
        Slot root = store.open(before);
        Slot old = root;
        struct Past {
            Slot root;
            Bytes32 digest;
            reference::Map map;
        };
        std::vector<Past> pasts;
        for (int epoch = 0; epoch < 4; epoch++) {
            store.next_epoch();
            for (int i = 0; i < 12; i++) {
                const auto it = std::next(map.begin(), rng() % map.size());
                if (rng() % 2) {
                    REQUIRE(store.remove(root, it->first.data()));
                    map.erase(it);
                } else {
                    const Bytes32 key = rng() % 2 ? it->first : reference::random_key(rng);
                    map[key] = random_value(rng);
                    REQUIRE(store.insert(root, key.data(), keep(store, map[key])));
                }
            }
            REQUIRE(store.hash(root) == reference::root(map));
            pasts.push_back({root, reference::root(map), map});
        }
        CHECK(source.nodes == nodes);
        // The encodings of every epoch's trie are still those that its root is of: a stream of them can be read.
        for (Past& past : pasts) {
            store.next_epoch();
            for (const auto& [key, value] : past.map) REQUIRE(store.find(past.root, key.data()));
            Bytes stream;
            write_stream(store, past.root, stream);
            Store other;
            REQUIRE(read_stream(other, past.digest, stream));
        }
        for (const auto& [key, value] : old_map) {
            auto leaf = store.find(old, key.data());
            REQUIRE(leaf);
            REQUIRE(*leaf);
            CHECK(Bytes((*leaf)->value.begin(), (*leaf)->value.end()) == value);
        }
    }
}

TEST_CASE("trie names the node that is missing") {
    std::mt19937 rng(13);
    reference::Map map;
    for (int i = 0; i < 100; i++) {
        Bytes32 key;
        for (auto& b : key) b = static_cast<uint8_t>(rng());
        map[key] = Bytes(40, 1);
    }
    reference::Source source;
    const Bytes32 digest = reference::root(map, &source.nodes);
    const Bytes32 gone = std::find_if(source.nodes.begin(), source.nodes.end(), [&](auto& n) {
                             return n.first != digest && n.second.size() < 150;
                         })->first;
    source.nodes.erase(gone);
    Store store(&source);
    Slot root = store.open(digest);
    int failed = 0;
    for (const auto& [key, value] : map) {
        auto leaf = store.find(root, key.data());
        if (leaf) continue;
        failed++;
        CHECK(leaf.error() == Error::missing_node);
        CHECK(store.missing().digest == gone);
        const Path way{store.missing().path.data(), 0, store.missing().depth};
        CHECK(common_prefix(way, Path{key.data(), 0, 64}) == way.size);
    }
    CHECK(failed > 0);
}

TEST_CASE("decoding a node never reads outside it and refuses what is none") {
    std::mt19937 rng(14);
    reference::Map map;
    for (int i = 0; i < 40; i++) map[reference::random_key(rng)] = random_value(rng);
    reference::Source source;
    reference::root(map, &source.nodes);
    int good = 0, bad = 0;
    for (const auto& [digest, node] : source.nodes) {
        for (int i = 0; i < 200; i++) {
            Bytes b = node;
            if (i) b[rng() % b.size()] = static_cast<uint8_t>(rng());
            if (i % 3 == 2) b.resize(rng() % (b.size() + 1));
            Bytes exact(b.begin(), b.end());
            exact.shrink_to_fit();
            Arena arena;
            auto n = decode_node(arena, exact, 0);
            if (i == 0) REQUIRE(n);
            (n ? good : bad)++;
        }
    }
    CHECK(good > 0);
    CHECK(bad > 0);
}
