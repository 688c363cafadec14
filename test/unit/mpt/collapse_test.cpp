// SPDX-License-Identifier: Apache-2.0
// Removals next to nodes that nobody has: the result is that of the whole trie, or missing_node.
#include <catch2/catch.hpp>
#include <optional>

#include "test/unit/mpt/reference.hpp"

using namespace ashlar;
using namespace ashlar::mpt;

namespace {

/// A key of these first nibbles, the rest drawn.
Bytes32 key_below(std::mt19937& rng, const std::vector<uint8_t>& nibbles) {
    Bytes32 k;
    for (auto& b : k) b = static_cast<uint8_t>(rng());
    for (size_t i = 0; i < nibbles.size(); i++)
        k[i / 2] = static_cast<uint8_t>(i % 2 ? (k[i / 2] & 0xf0) | nibbles[i] : (k[i / 2] & 0x0f) | nibbles[i] << 4);
    return k;
}

/// Two children of one branch at `depth` nibbles: what is removed, and what stays.
struct Pair {
    reference::Map map;
    std::vector<Bytes32> removed, kept;
    std::vector<uint8_t> place;  ///< nibbles of the child that stays
};

Bytes long_value(std::mt19937& rng) { return Bytes(33 + rng() % 20, static_cast<uint8_t>(1 + rng() % 255)); }

/// @param survivor  kind of the child that stays; its node is longer than 31 bytes, so it stands behind a digest.
Pair make_pair(std::mt19937& rng, Kind survivor) {
    Pair p;
    std::vector<uint8_t> above;
    for (size_t i = rng() % 5; i > 0; i--) above.push_back(rng() % 16);
    auto gone = above;
    p.place = above;
    gone.push_back(rng() % 16);
    p.place.push_back((gone.back() + 1 + rng() % 15) % 16);
    auto below = p.place;
    if (survivor == Kind::extension)
        for (size_t i = 1 + rng() % 3; i > 0; i--) below.push_back(rng() % 16);
    const size_t leaves = survivor == Kind::leaf ? 1 : 2 + rng() % 3;
    const auto first = static_cast<uint8_t>(rng() % 16);
    for (size_t i = 0; i < leaves; i++) {
        auto way = below;
        if (survivor != Kind::leaf) way.push_back((first + i) % 16);
        p.kept.push_back(key_below(rng, way));
    }
    for (size_t i = 1 + rng() % 3; i > 0; i--) p.removed.push_back(key_below(rng, gone));
    for (const Bytes32& k : p.kept) p.map[k] = long_value(rng);
    for (const Bytes32& k : p.removed) p.map[k] = long_value(rng);
    // Elsewhere there is more, so that the branch is not always the root.
    if (!above.empty())
        for (size_t i = rng() % 4; i > 0; i--)
            p.map[key_below(rng, {static_cast<uint8_t>((above[0] + 1 + rng() % 15) % 16)})] = long_value(rng);
    return p;
}

/// The digest that stands where `place` leads in the trie of `source`, if the node there stands behind one.
std::optional<Bytes32> digest_at(reference::Source source, const Bytes32& root, const std::vector<uint8_t>& place) {
    Arena arena;
    Bytes32 digest = root;
    for (size_t at = 0; at < place.size();) {
        const auto node = decode_node(arena, source.nodes.at(digest), 0);
        REQUIRE(node);
        const Slot* slot = nullptr;
        if ((*node)->kind == Kind::branch) {
            slot = &as_branch(*node)->slot[place[at++]];
        } else {
            if ((*node)->kind == Kind::leaf) return std::nullopt;
            slot = &as_short(*node)->slot;
            at += as_short(*node)->path.size;
            if (at > place.size()) return std::nullopt;
        }
        if (*slot->item != 0xa0) return std::nullopt;
        digest = Bytes32::from({slot->item + 1, 32});
    }
    return digest;
}

}  // namespace

TEST_CASE("a branch that keeps one child needs that child's node, whatever its kind") {
    std::mt19937 rng(21);
    for (const Kind survivor : {Kind::leaf, Kind::extension, Kind::branch}) {
        size_t refused = 0, needless = 0;
        for (int round = 0; round < 300; round++) {
            const Pair p = make_pair(rng, survivor);
            reference::Source whole;
            const Bytes32 before = reference::root(p.map, &whole.nodes);
            const auto sibling = digest_at(whole, before, p.place);
            REQUIRE(sibling);
            reference::Map left = p.map;
            for (const Bytes32& k : p.removed) left.erase(k);
            const Bytes32 after = reference::root(left);
            for (const bool there : {true, false}) {
                reference::Source source = whole;
                if (!there) source.nodes.erase(*sibling);
                Store store(&source);
                Slot root = store.open(before);
                Result<void, Error> done;
                for (const Bytes32& k : p.removed) {
                    done = store.remove(root, k.data());
                    if (!done) break;
                }
                if (there) {
                    REQUIRE(done);
                    CHECK(store.hash(root) == after);
                    continue;
                }
                REQUIRE_FALSE(done);
                CHECK(done.error() == Error::missing_node);
                CHECK(store.missing().digest == *sibling);
                REQUIRE(store.missing().depth == p.place.size());
                const Path way{store.missing().path.data(), 0, store.missing().depth};
                for (size_t i = 0; i < p.place.size(); i++) CHECK(way.at(i) == p.place[i]);
                refused++;

                // The same removals with something put beside the survivor first: the branch keeps two, no look is
                // needed; and when that goes again, it is.
                reference::Source again = whole;
                again.nodes.erase(*sibling);
                Store second(&again);
                Slot slot = second.open(before);
                auto beside = p.place;
                beside.back() = (beside.back() + 1) % 16;
                const Bytes32 added = key_below(rng, beside);
                if (p.map.contains(added)) continue;
                const Bytes value = long_value(rng);
                REQUIRE(second.insert(slot, added.data(), value));
                for (const Bytes32& k : p.removed) REQUIRE(second.remove(slot, k.data()));
                reference::Map with = left;
                with[added] = value;
                CHECK(second.hash(slot) == reference::root(with));
                second.next_epoch();
                const auto undone = second.remove(slot, added.data());
                REQUIRE_FALSE(undone);
                CHECK(undone.error() == Error::missing_node);
                needless++;
            }
        }
        CHECK(refused == 300);
        CHECK(needless > 250);
    }
}

TEST_CASE("a trie that lacks any nodes gives the whole trie's root or names a missing node") {
    std::mt19937 rng(22);
    size_t equal = 0, refused = 0;
    for (int round = 0; round < 400; round++) {
        reference::Map map;
        for (size_t i = 2 + rng() % 40; i > 0; i--)
            map[reference::random_key(rng)] = Bytes(1 + rng() % 40, static_cast<uint8_t>(1 + rng() % 255));
        reference::Source whole;
        const Bytes32 before = reference::root(map, &whole.nodes);
        // One list of changes, applied with every node withheld in turn and with random sets of them.
        struct Change {
            Bytes32 key;
            Bytes value;  ///< empty: removed
        };
        std::vector<Change> changes;
        reference::Map after = map;
        for (size_t i = 1 + rng() % 8; i > 0; i--) {
            Change c{rng() % 3 ? std::next(map.begin(), rng() % map.size())->first : reference::random_key(rng), {}};
            if (rng() % 2) c.value = Bytes(1 + rng() % 40, 7);
            if (c.value.empty())
                after.erase(c.key);
            else
                after[c.key] = c.value;
            changes.push_back(std::move(c));
        }
        const Bytes32 expected = reference::root(after);
        const auto run = [&](reference::Source source) {
            Store store(&source);
            Slot root = store.open(before);
            for (const Change& c : changes) {
                Result<void, Error> done;
                if (c.value.empty()) {
                    done = store.remove(root, c.key.data());
                } else if (auto leaf = store.insert(root, c.key.data(), c.value); !leaf) {
                    done = Fail{leaf.error()};
                }
                if (!done) {
                    CHECK(done.error() == Error::missing_node);
                    CHECK_FALSE(source.nodes.contains(store.missing().digest));
                    refused++;
                    return;
                }
            }
            CHECK(store.hash(root) == expected);
            equal++;
        };
        run(whole);
        for (const auto& [digest, node] : whole.nodes) {
            reference::Source source = whole;
            source.nodes.erase(digest);
            run(std::move(source));
        }
        for (int subset = 0; subset < 5; subset++) {
            reference::Source source = whole;
            std::erase_if(source.nodes, [&](const auto&) { return rng() % 4 == 0; });
            run(std::move(source));
        }
    }
    CHECK(equal > 500);
    CHECK(refused > 500);
}
