// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/stream.hpp"

#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/mpt/decode.hpp"

namespace ashlar::mpt {

namespace {

constexpr size_t KEY_NIBBLES = 64;

struct StreamWriter {
    NodeSource* source;
    uint32_t epoch;
    Bytes& out;

    /// The child, if the reader will need it as a node of its own. A changed copy of the parent may have been the one
    /// that resolved it, so the source is asked too.
    const Node* wanted(const Slot& slot) const {
        if (!slot.item || *slot.item != 0xa0) return nullptr;
        const Node* node = slot.node;
        if (!node && source) {
            const NodeSource::Entry* entry = source->find(slot.item + 1);
            node = entry ? entry->node : nullptr;
        }
        if (!node || node->mark != epoch) return nullptr;
        return node;
    }

    uint32_t write(const Node* node) {
        const Node* children[16];
        uint32_t mask = 0, count = 1;
        const size_t arity = node->kind == Kind::branch ? 16 : 1;
        for (size_t i = 0; i < arity; i++) {
            children[i] = wanted(arity == 16 ? as_branch(node)->slot[i] : as_short(node)->slot);
            if (children[i]) mask |= uint32_t{1} << i;
        }
        const size_t at = out.size(), size = node->rlp_size;
        out.resize(at + 4 + ((size + 3) & ~size_t{3}));
        store_le32(out.data() + at, static_cast<uint32_t>(size) | mask << 16);
        std::memcpy(out.data() + at + 4, node->rlp, size);
        for (size_t i = 0; i < arity; i++) {
            if (children[i]) count += write(children[i]);
        }
        return count;
    }
};

struct StreamReader {
    Store& store;
    uint8_t* at;
    uint8_t* end;
    uint32_t left;

    /// @param digest  what the node must hash to (32 bytes).
    /// @param depth   nibbles of the key above this node.
    /// @param accounts  whether this is the account trie.
    Result<Node*, Error> node(const uint8_t* digest, size_t depth, bool accounts) {
        if (end - at < 4) return Fail{Error::truncated};
        left--;  // one node too many is noticed at the end
        const uint32_t head = load_le32(at);
        const size_t size = head & 0xffff, padded = (size + 3) & ~size_t{3};
        const uint32_t mask = head >> 16;
        if (static_cast<size_t>(end - at - 4) < padded) return Fail{Error::truncated};
        uint8_t* rlp = at + 4;
        at += 4 + padded;
        const Bytes32 hash = hash::keccak256({rlp, size});
        if (std::memcmp(hash.data(), digest, 32) != 0) return Fail{Error::wrong_digest};
        ASHLAR_ASSIGN(Node * n, decode_node(store.arena(), {rlp, size}, store.epoch()));
        if (n->kind == Kind::branch) {
            if (depth >= KEY_NIBBLES) return Fail{Error::malformed_node};
            uint32_t bits = mask;
            for (size_t i = 0; bits; i++, bits >>= 1) {
                if (!(bits & 1)) continue;
                Slot& slot = as_branch(n)->slot[i];
                if (*slot.item != 0xa0) return Fail{Error::malformed_node};
                ASHLAR_ASSIGN(slot.node, node(slot.item + 1, depth + 1, accounts));
            }
            return n;
        }
        Short* s = as_short(n);
        depth += s->path.size;
        if (depth > KEY_NIBBLES || mask > 1) return Fail{Error::malformed_node};
        if (s->kind == Kind::extension) {
            if (!mask) return n;
            if (*s->slot.item != 0xa0) return Fail{Error::malformed_node};
            ASHLAR_ASSIGN(s->slot.node, node(s->slot.item + 1, depth, accounts));
        } else if (mask) {
            if (!accounts) return Fail{Error::malformed_node};
            ASHLAR_ASSIGN(AccountView account, decode_account(s->value));
            s->slot.item = account.storage_root - 1;
            ASHLAR_ASSIGN(s->slot.node, node(account.storage_root, 0, false));
        }
        return n;
    }
};

}  // namespace

void write_stream(const Store& store, const Slot& root, Bytes& out) {
    const size_t at = out.size();
    out.resize(at + 4);
    StreamWriter writer{store.source(), store.epoch(), out};
    const Node* top = writer.wanted(root);
    const uint32_t count = top ? writer.write(top) : 0;
    store_le32(out.data() + at, count);
}

[[gnu::noinline]] Result<Slot, Error> read_stream(Store& store, const Bytes32& root, std::span<uint8_t> stream) {
    if (stream.size() < 4) return Fail{Error::truncated};
    StreamReader reader{store, stream.data() + 4, stream.data() + stream.size(), load_le32(stream.data())};
    Slot slot = store.open(root);
    if (reader.left != 0) {
        ASHLAR_ASSIGN(slot.node, reader.node(root.data(), 0, true));
    }
    if (reader.left != 0 || reader.at != reader.end) return Fail{Error::truncated};
    return slot;
}

}  // namespace ashlar::mpt
