// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/stream.hpp"

#include <catch2/catch.hpp>

#include "libs/mpt/account.hpp"
#include "test/unit/mpt/reference.hpp"

using namespace ashlar;
using namespace ashlar::mpt;

namespace {

struct World {
    reference::Map accounts;
    std::map<Bytes32, reference::Map> storage;
    reference::Source source;
    Bytes32 root;
};

World make_world(uint32_t seed) {
    std::mt19937 rng(seed);
    World w;
    for (int i = 0; i < 60; i++) {
        const Bytes32 key = reference::random_key(rng);
        reference::Map slots;
        for (uint32_t k = rng() % 20; k; k--) slots[reference::random_key(rng)] = Bytes(1 + rng() % 33, 0x7f);
        const Bytes32 storage_root = reference::root(slots, &w.source.nodes);
        uint8_t out[MAX_ACCOUNT_SIZE];
        const uint8_t balance[2] = {1, 2};
        const size_t n = encode_account(out, {rng() % 300, {balance, 2}, storage_root.data(), key.data()});
        w.accounts[key] = Bytes(out, out + n);
        w.storage[key] = slots;
    }
    w.root = reference::root(w.accounts, &w.source.nodes);
    return w;
}

/// Looks at some accounts and slots, removes one account, and changes a slot of another; returns the new root.
Bytes32 touch(Store& store, Slot& root, const World& w, uint32_t seed) {
    std::mt19937 rng(seed);
    Short* changed = nullptr;
    Bytes32 changed_key;
    for (int i = 0; i < 10; i++) {
        const auto it = std::next(w.accounts.begin(), rng() % w.accounts.size());
        auto leaf = store.find(root, it->first.data());
        REQUIRE(leaf);
        REQUIRE(*leaf);
        const AccountView account = *decode_account((*leaf)->value);
        Slot& storage = (*leaf)->slot;
        if (!storage.item) storage = store.open(Bytes32::from({account.storage_root, 32}));
        for (int k = 0; k < 3; k++) REQUIRE(store.find(storage, reference::random_key(rng).data()));
        changed = *leaf;
        changed_key = it->first;
    }
    Slot storage = changed->slot;
    const AccountView account = *decode_account(changed->value);
    const Bytes32 slot_key = reference::random_key(rng);
    REQUIRE(store.insert(storage, slot_key.data(), {store.arena().copy(Bytes(3, 5)), 3}));
    const Bytes32 storage_root = store.hash(storage);
    uint8_t* out = store.arena().bytes(MAX_ACCOUNT_SIZE);
    const size_t n = encode_account(out, {account.nonce + 1, account.balance, storage_root.data(), account.code_hash});
    auto leaf = store.insert(root, changed_key.data(), {out, n});
    REQUIRE(leaf);
    (*leaf)->slot = storage;
    const auto victim = std::next(w.accounts.begin(), rng() % w.accounts.size());
    if (victim->first != changed_key) REQUIRE(store.remove(root, victim->first.data()));
    return store.hash(root);
}

}  // namespace

TEST_CASE("a stream of the nodes looked at gives the same roots without a node source") {
    for (uint32_t seed = 1; seed < 40; seed++) {
        World w = make_world(seed);
        Store host(&w.source);
        Slot root = host.open(w.root);
        const Slot before = root;
        const Bytes32 after = touch(host, root, w, seed);
        Bytes stream;
        CHECK(host.hash(root) == after);
        write_stream(host, before, stream);

        Bytes copy = stream;
        Store guest;
        auto slot = read_stream(guest, w.root, copy);
        REQUIRE(slot);
        CHECK(touch(guest, *slot, w, seed) == after);
    }
}

TEST_CASE("reading a stream refuses every changed byte and every other length") {
    World w = make_world(3);
    Store host(&w.source);
    Slot root = host.open(w.root);
    const Slot before = root;
    touch(host, root, w, 3);
    Bytes stream;
    write_stream(host, before, stream);
    REQUIRE(stream.size() > 1000);
    std::mt19937 rng(5);
    const auto read = [&](Bytes bytes) {
        Store store;
        return read_stream(store, w.root, bytes).has_value();
    };
    REQUIRE(read(stream));
    int padding = 0;
    for (int i = 0; i < 3000; i++) {
        Bytes b = stream;
        const size_t at = rng() % b.size();
        b[at] ^= static_cast<uint8_t>(1 + rng() % 255);
        padding += read(b);
    }
    CHECK(padding < 200);  // only the bytes between nodes and the count of known children are free
    for (size_t n = 0; n < stream.size(); n += 1 + rng() % 50)
        CHECK_FALSE(read(Bytes(stream.begin(), stream.begin() + n)));
    Bytes longer = stream;
    longer.resize(longer.size() + 4);
    CHECK_FALSE(read(longer));
    Store store;
    CHECK(read_stream(store, Bytes32{}, stream).error() == Error::wrong_digest);
}
