// SPDX-License-Identifier: Apache-2.0
// Nodes and tries that break one rule each.
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/mpt/account.hpp"
#include "libs/mpt/stream.hpp"
#include "test/unit/mpt/reference.hpp"

using namespace ashlar;
using namespace ashlar::mpt;

namespace {

Bytes hex(std::string_view s) { return from_hex(s).value(); }

/// A list of the items whose encodings are given.
Bytes list(std::initializer_list<Bytes> items) {
    rlp::Writer w;
    for (const Bytes& i : items) w.raw(i);
    w.end_list(0);
    return w.out;
}
Bytes string(const Bytes& s) {
    rlp::Writer w;
    w.string(s);
    return w.out;
}
Bytes digest_of(const Bytes& node) {
    const Bytes32 d = hash::keccak256(node);
    return string(Bytes(d.begin(), d.end()));
}

/// Hex-prefix path of `nibbles` zeros; an even number, or the flag's low half is the first.
Bytes path(size_t nibbles, bool leaf) {
    Bytes p(nibbles / 2 + 1, 0);
    p[0] = static_cast<uint8_t>((leaf ? 0x20 : 0) | (nibbles % 2 ? 0x10 : 0));
    return string(p);
}
Bytes extension(size_t nibbles, const Bytes& child) {
    return list({path(nibbles, false), child.size() < 32 ? child : digest_of(child)});
}
Bytes leaf(size_t nibbles, const Bytes& value) { return list({path(nibbles, true), string(value)}); }
/// A branch with these references, the others empty.
Bytes branch(std::initializer_list<Bytes> references) {
    rlp::Writer w;
    for (const Bytes& r : references) w.raw(r);
    for (size_t i = references.size(); i < 17; i++) w.out.push_back(0x80);
    w.end_list(0);
    return w.out;
}

bool decodes(const Bytes& node) {
    Arena arena;
    auto n = decode_node(arena, node, 0);
    if (!n) CHECK(n.error() == Error::malformed_node);
    return n.has_value();
}

/// A source of the nodes given, by their hashes; the first is the root.
reference::Source source_of(std::initializer_list<Bytes> nodes) {
    reference::Source s;
    for (const Bytes& n : nodes) s.nodes[hash::keccak256(n)] = n;
    return s;
}

/// A stream of nodes with their masks, and its root.
struct Stream {
    Bytes bytes;
    Bytes32 root;

    Stream(uint32_t count, std::initializer_list<std::pair<Bytes, uint16_t>> nodes) : bytes(4) {
        store_le32(bytes.data(), count);
        for (const auto& [node, mask] : nodes) {
            if (bytes.size() == 4) root = hash::keccak256(node);
            const size_t at = bytes.size();
            bytes.resize(at + 4 + ((node.size() + 3) & ~size_t{3}));
            store_le32(bytes.data() + at, static_cast<uint32_t>(node.size()) | uint32_t{mask} << 16);
            std::copy(node.begin(), node.end(), bytes.begin() + static_cast<ptrdiff_t>(at + 4));
        }
    }
    std::optional<Error> error() const {
        Store store;
        Bytes copy = bytes;
        auto slot = read_stream(store, root, copy);
        if (slot) return std::nullopt;
        return slot.error();
    }
};

const Bytes VALUE(40, 7);

}  // namespace

TEST_CASE("an account that breaks one rule is malformed") {
    const Bytes root = string(Bytes(32, 1)), code = string(Bytes(32, 2)), one = hex("01");
    const auto decodes_as_account = [](const Bytes& b) { return decode_account(b).has_value(); };
    CHECK(decodes_as_account(list({one, one, root, code})));
    CHECK_FALSE(decodes_as_account(string(VALUE)));
    CHECK_FALSE(decodes_as_account(list({string(Bytes(9, 1)), one, root, code})));
    CHECK_FALSE(decodes_as_account(list({one, string(Bytes(33, 1)), root, code})));
    CHECK_FALSE(decodes_as_account(list({one, one, root, code, one})));
    CHECK_FALSE(decodes_as_account(list({one, one, root, string(Bytes(31, 2))})));
    // Strings of other lengths that take the same 66 bytes together.
    CHECK_FALSE(decodes_as_account(list({one, one, string(Bytes(31, 1)), string(Bytes(33, 2))})));
    // The second begins where it should, but not as a string of 32 bytes: 0x9f and 31 bytes, then one byte.
    CHECK_FALSE(decodes_as_account(list({one, one, root, string(Bytes(31, 2)), one})));
    CHECK_FALSE(decodes_as_account(list({one, one, string(Bytes(31, 0xa0)), one, code})));
}

TEST_CASE("a short node that breaks one rule is malformed") {
    const Bytes child = string(Bytes(32, 3)), value = string(VALUE), nothing = hex("80");
    CHECK(decodes(leaf(3, VALUE)));
    CHECK(decodes(list({path(3, false), child})));
    CHECK_FALSE(decodes(hex("c0")));
    CHECK_FALSE(decodes(list({path(3, true)})));
    CHECK_FALSE(decodes(list({list({hex("20")}), value})));  // the path a list
    CHECK_FALSE(decodes(list({nothing, hex("20")})));        // no path: the value's byte must not be read as a flag
    CHECK_FALSE(decodes(list({hex("60"), value})));          // a flag beyond 3
    CHECK_FALSE(decodes(list({hex("824011"), child})));
    CHECK_FALSE(decodes(list({hex("21"), value})));  // an even path with an odd nibble
    CHECK_FALSE(decodes(list({string(Bytes(34, 0)), child})));
    CHECK(decodes(list({string(Bytes(33, 0)), child})));
    CHECK_FALSE(decodes(list({path(3, true), list({hex("05")})})));  // a leaf of a list, of nothing
    CHECK_FALSE(decodes(list({path(3, true), nothing})));
    CHECK_FALSE(decodes(list({path(3, false), nothing})));  // an extension to nothing, over nothing
    CHECK_FALSE(decodes(list({path(3, false), hex("83112233")})));
    CHECK_FALSE(decodes(list({path(0, false), child})));
}

TEST_CASE("a branch that breaks one rule is malformed") {
    const Bytes child = string(Bytes(32, 3));
    CHECK(decodes(branch({child, child})));
    CHECK_FALSE(decodes(branch({child, hex("c0")})));
    CHECK_FALSE(decodes(branch({child, hex("05")})));
    CHECK_FALSE(decodes(branch({child, string(Bytes(31, 3))})));
    // An embedded node has fewer than 32 bytes.
    CHECK(decodes(branch({child, list({string(Bytes(29, 3))})})));
    CHECK_FALSE(decodes(branch({child, list({string(Bytes(30, 3))})})));
    // No value, and nothing after it.
    const Bytes none = hex("80");
    const auto sixteen = [&](std::initializer_list<Bytes> behind) {
        rlp::Writer w;
        for (int i = 0; i < 16; i++) w.raw(none);
        for (const Bytes& b : behind) w.raw(b);
        w.end_list(0);
        return w.out;
    };
    CHECK(decodes(sixteen({none})));
    CHECK_FALSE(decodes(sixteen({hex("05")})));
    CHECK_FALSE(decodes(sixteen({})));
    CHECK_FALSE(decodes(sixteen({none, none})));
    // The same where all children are there.
    const auto full = [&](const Bytes& last) {
        rlp::Writer w;
        for (int i = 0; i < 16; i++) w.raw(child);
        w.raw(last);
        w.end_list(0);
        return w.out;
    };
    CHECK(decodes(full(none)));
    CHECK_FALSE(decodes(full(hex("05"))));
}

TEST_CASE("a leaf as long as a full branch is a leaf") {
    // 16 references of 33 bytes and an empty value: the shape that is decoded at once.
    Bytes value(525, 0xa0);
    const auto kind = [&] {
        const Bytes node = leaf(0, value);
        Arena arena;
        return (*decode_node(arena, node, 0))->kind;
    };
    CHECK(kind() == Kind::leaf);
    value.back() = 0x80;
    CHECK(kind() == Kind::leaf);
}

TEST_CASE("an embedded reference of one byte is none when it is followed") {
    const Bytes inside = hex("c180");
    for (const Bytes& node : {branch({inside}), list({path(3, false), inside})}) {
        reference::Source source = source_of({node});
        Store store(&source);
        Slot root = store.open(hash::keccak256(node));
        const Bytes32 key;
        CHECK(store.find(root, key.data()).error() == Error::malformed_node);
        CHECK(decodes(node));
    }
}

TEST_CASE("a stream that breaks one rule is refused by name") {
    const Bytes end = leaf(63, VALUE), top = branch({digest_of(end)});
    CHECK_FALSE(Stream(0, {}).error());
    CHECK_FALSE(Stream(2, {{top, 1}, {end, 0}}).error());
    CHECK(Stream(1, {{top, 1}, {end, 0}}).error() == Error::truncated);
    CHECK(Stream(3, {{top, 1}, {end, 0}}).error() == Error::truncated);
    CHECK(Stream(1, {{top, 1}}).error() == Error::truncated);
    CHECK(Stream(1, {{top, 0}, {end, 0}}).error() == Error::truncated);
    CHECK(Stream(2, {{top, 1}, {leaf(63, Bytes(40, 8)), 0}}).error() == Error::wrong_digest);
    // Nothing of a node but its size, which is zero: read, and not what was asked for.
    Stream empty(1, {{Bytes{}, 0}});
    empty.root = Bytes32{};
    CHECK(empty.error() == Error::wrong_digest);
    CHECK(Stream(1, {{string(VALUE), 0}}).error() == Error::malformed_node);
    // A child that is none, or stands in its parent.
    CHECK(Stream(2, {{top, 2}, {end, 0}}).error() == Error::malformed_node);
    CHECK(Stream(2, {{extension(3, leaf(3, {5})), 1}, {leaf(3, {5}), 0}}).error() == Error::malformed_node);
    CHECK(Stream(2, {{extension(1, end), 2}, {end, 0}}).error() == Error::malformed_node);
}

TEST_CASE("a stream has no node below 64 nibbles") {
    const Bytes last = leaf(0, VALUE), fork = branch({digest_of(last), digest_of(last)});
    CHECK_FALSE(Stream(3, {{extension(63, fork), 1}, {fork, 1}, {last, 0}}).error());
    CHECK(Stream(3, {{extension(64, fork), 1}, {fork, 1}, {last, 0}}).error() == Error::malformed_node);
    CHECK(Stream(2, {{extension(64, fork), 1}, {fork, 0}}).error() == Error::malformed_node);
    const Bytes one = leaf(1, VALUE);
    CHECK_FALSE(Stream(2, {{extension(63, one), 1}, {one, 0}}).error());
    CHECK(Stream(2, {{extension(64, one), 1}, {one, 0}}).error() == Error::malformed_node);
}

TEST_CASE("only an account's leaf has a trie below it in a stream") {
    const Bytes slot = leaf(64, VALUE), slot_root = digest_of(slot), code = string(Bytes(32, 2));
    const Bytes value = list({hex("01"), hex("01"), slot_root, code}), account = leaf(64, value);
    CHECK_FALSE(Stream(2, {{account, 1}, {slot, 0}}).error());
    CHECK(Stream(2, {{leaf(64, VALUE), 1}, {slot, 0}}).error() == Error::malformed_node);
    // Storage that is an account again: its leaf may not go on.
    const Bytes outer = leaf(64, list({hex("01"), hex("01"), digest_of(account), code}));
    CHECK_FALSE(Stream(2, {{outer, 1}, {account, 0}}).error());
    CHECK(Stream(3, {{outer, 1}, {account, 1}, {slot, 0}}).error() == Error::malformed_node);
}

TEST_CASE("a stream holds what was looked at and nothing else") {
    const Bytes a = leaf(63, VALUE), b = leaf(63, Bytes(40, 8)), top = branch({digest_of(a), digest_of(b)});
    reference::Source source = source_of({top, a, b});
    Store store(&source);
    Slot root = store.open(hash::keccak256(top));
    Bytes32 key;
    REQUIRE(store.find(root, key.data()));
    key[0] = 0x10;
    REQUIRE(store.find(root, key.data()));
    store.next_epoch();
    REQUIRE(store.find(root, key.data()));
    Bytes stream;
    write_stream(store, root, stream);
    CHECK(stream == Stream(2, {{top, 2}, {b, 0}}).bytes);
}

TEST_CASE("tries whose keys are not of 64 nibbles are malformed where that shows") {
    const Bytes key(32);
    const Bytes last = leaf(0, VALUE), fork = branch({digest_of(last), digest_of(last)}), one = leaf(1, VALUE);
    const Bytes value(1, 9);
    // Below 64 nibbles: a branch, a leaf with a path.
    for (const auto& [top, below] : {std::pair{extension(64, fork), fork}, std::pair{extension(64, one), one}}) {
        reference::Source source = source_of({top, below, last});
        Store store(&source);
        Slot root = store.open(hash::keccak256(top));
        auto found = store.find(root, key.data());
        if (below == fork)
            CHECK(found.error() == Error::malformed_node);
        else
            CHECK(*found == nullptr);
        CHECK(store.insert(root, key.data(), value).error() == Error::malformed_node);
    }
    // A leaf before the key's end: the key is not there, and has no place.
    const Bytes early = leaf(10, VALUE);
    reference::Source source = source_of({early});
    Store store(&source);
    Slot root = store.open(hash::keccak256(early));
    CHECK(*store.find(root, key.data()) == nullptr);
    CHECK(store.insert(root, key.data(), value).error() == Error::malformed_node);
}

TEST_CASE("a branch whose one child goes leaves nothing") {
    // Only a malformed trie has one.
    const Bytes32 key;
    const Bytes end = leaf(62, VALUE), fork = branch({digest_of(end)}), top = extension(1, fork);
    reference::Source source = source_of({top, fork, end});
    Store store(&source);
    Slot root = store.open(hash::keccak256(top));
    REQUIRE(store.remove(root, key.data()));
    CHECK(store.hash(root) == EMPTY_ROOT);
}

TEST_CASE("a node that is missing or malformed stops an insertion wherever it stands") {
    const Bytes32 key;
    const Bytes value(1, 9), bad = string(VALUE), end = leaf(62, VALUE);
    const auto insert = [&](std::initializer_list<Bytes> nodes) {
        reference::Source source = source_of(nodes);
        Store store(&source);
        Slot root = store.open(hash::keccak256(*nodes.begin()));
        auto done = store.insert(root, key.data(), value);
        return done ? std::optional<Error>() : done.error();
    };
    const Bytes inner = branch({digest_of(end)});
    CHECK_FALSE(insert({branch({digest_of(inner)}), inner, end}));
    CHECK(insert({bad}) == Error::malformed_node);
    CHECK(insert({branch({digest_of(inner)})}) == Error::missing_node);
    CHECK(insert({branch({digest_of(inner)}), inner}) == Error::missing_node);
    CHECK(insert({branch({hex("c180")})}) == Error::malformed_node);
    CHECK(insert({extension(1, inner)}) == Error::missing_node);
    CHECK(insert({extension(1, inner), inner}) == Error::missing_node);
    reference::Source none;
    Store store(&none);
    Slot root = store.open(Bytes32{});
    CHECK(store.insert(root, key.data(), value).error() == Error::missing_node);
}
