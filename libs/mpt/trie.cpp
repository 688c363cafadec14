// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/trie.hpp"

#include "libs/hash/keccak256.hpp"
#ifndef __riscv
#include "libs/hash/keccak256_batch.hpp"
#endif
#include "libs/mpt/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::mpt {

namespace {
constexpr size_t KEY_NIBBLES = 64;

void mark_dirty(Node* n) { n->dirty = true; }

/// What lies above the rest of a key: `rest` starts where it ends, in the same bytes.
Path above(const Path& rest) { return {rest.data, 0, rest.start}; }
}  // namespace

Slot Store::open(const Bytes32& root) {
    if (root == EMPTY_ROOT) return {EMPTY_ITEM, nullptr};
    uint8_t* item = arena_.bytes(33);
    item[0] = 0xa0;
    std::memcpy(item + 1, root.data(), 32);
    return {item, nullptr};
}

Result<Node*, Error> Store::resolve(Slot& slot, const Path& above) {
    if (!slot.node) {
        if (*slot.item == 0x80) return nullptr;
        if (*slot.item == 0xa0) {
            NodeSource::Entry* entry = source_ ? source_->find(slot.item + 1) : nullptr;
            if (!entry) {
                missing_ = {};
                std::memcpy(missing_.digest.data(), slot.item + 1, 32);
                for (size_t i = 0; i < above.size; i++)
                    missing_.path[i >> 1] =
                        static_cast<uint8_t>(missing_.path[i >> 1] | above.at(i) << (i & 1 ? 0 : 4));
                missing_.depth = static_cast<uint8_t>(above.size);
                return Fail{Error::missing_node};
            }
            if (!entry->node) {
                ASHLAR_ASSIGN(entry->node, decode_node(arena_, entry->rlp, 0));
            }
            slot.node = entry->node;
        } else {
            // An embedded node: copied, since its place in the parent is written when the child changes.
            const size_t n = item_size(slot.item);
            ASHLAR_ASSIGN(slot.node, decode_node(arena_, {arena_.copy({slot.item, n}), n}, 0));
        }
    }
    slot.node->mark = epoch_;
    return slot.node;
}

Result<Short*, Error> Store::find(Slot& root, const uint8_t* key) {
    Path rest{key, 0, KEY_NIBBLES};
    Slot* slot = &root;
    for (;;) {
        ASHLAR_ASSIGN(Node * node, resolve(*slot, above(rest)));
        if (!node) return nullptr;
        if (node->kind == Kind::branch) {
            if (rest.size == 0) return Fail{Error::malformed_node};
            slot = &as_branch(node)->slot[rest.at(0)];
            rest = rest.drop(1);
            continue;
        }
        Short* s = as_short(node);
        if (common_prefix(s->path, rest) != s->path.size) return nullptr;
        rest = rest.drop(s->path.size);
        if (s->kind == Kind::leaf) return rest.size == 0 ? s : nullptr;
        slot = &s->slot;
    }
}

Branch* Store::own(Branch* b) {
    if (b->born == epoch_) return b;
    Branch* c = arena_.make<Branch>(*b);
    c->born = epoch_;
    c->rlp = arena_.copy({b->rlp, b->rlp_size});
    for (Slot& s : c->slot) {
        if (s.item >= b->rlp && s.item < b->rlp + b->rlp_size) s.item = c->rlp + (s.item - b->rlp);
    }
    return c;
}

Short* Store::own(Short* n) {
    if (n->born == epoch_) return n;
    Short* c = arena_.make<Short>(*n);
    c->born = epoch_;
    if (n->kind == Kind::extension && n->rlp) {
        c->rlp = arena_.copy({n->rlp, n->rlp_size});
        if (n->slot.item >= n->rlp && n->slot.item < n->rlp + n->rlp_size)
            c->slot.item = c->rlp + (n->slot.item - n->rlp);
    }
    return c;
}

Path Store::copy_path(const Path& path) {
    const size_t first = path.start >> 1, bytes = ((path.start + path.size + 1u) >> 1) - first;
    return {arena_.copy({path.data + first, bytes}), static_cast<uint16_t>(path.start & 1), path.size};
}

Short* Store::make_leaf(const Path& path, BytesView value) {
    Short* s = arena_.make<Short>();
    s->kind = Kind::leaf;
    s->born = s->mark = epoch_;
    s->dirty = s->reshaped = true;
    s->path = path;
    s->value = value;
    return s;
}

Node* Store::make_extension(const Path& path, Slot child) {
    Short* s = arena_.make<Short>();
    s->kind = Kind::extension;
    s->born = s->mark = epoch_;
    s->dirty = s->reshaped = true;
    s->path = path;
    s->slot = child;
    return s;
}

Result<Short*, Error> Store::insert(Slot& root, const uint8_t* key, BytesView value) {
    const Path whole{key, 0, KEY_NIBBLES};
    ASHLAR_ASSIGN(Node * node, resolve(root, above(whole)));
    ASHLAR_ASSIGN(root.node, insert_at(node, whole, value));
    return leaf_;
}

Result<Node*, Error> Store::insert_at(Node* node, const Path& key, BytesView value) {
    if (!node) return leaf_ = make_leaf(copy_path(key), value);
    if (node->kind == Kind::branch) {
        if (key.size == 0) return Fail{Error::malformed_node};
        Branch* b = as_branch(node);
        const uint8_t i = key.at(0);
        ASHLAR_ASSIGN(Node * child, resolve(b->slot[i], above(key.drop(1))));
        ASHLAR_ASSIGN(child, insert_at(child, key.drop(1), value));
        b = own(b);
        b->slot[i].node = child;
        mark_dirty(b);
        return b;
    }
    Short* s = as_short(node);
    const size_t common = common_prefix(s->path, key);
    if (common < s->path.size) {
        if (common == key.size) return Fail{Error::malformed_node};
        return split(s, key, common, value);
    }
    if (s->kind == Kind::leaf) {
        if (key.size != s->path.size) return Fail{Error::malformed_node};
        s = own(s);
        s->value = value;
        s->reshaped = true;
        mark_dirty(s);
        return leaf_ = s;
    }
    ASHLAR_ASSIGN(Node * child, resolve(s->slot, above(key.drop(common))));
    ASHLAR_ASSIGN(child, insert_at(child, key.drop(common), value));
    s = own(s);
    s->slot.node = child;
    mark_dirty(s);
    return s;
}

Node* Store::split(Short* node, const Path& key, size_t common, BytesView value) {
    Branch* b = arena_.make<Branch>();
    b->kind = Kind::branch;
    b->born = b->mark = epoch_;
    b->dirty = b->reshaped = true;
    for (Slot& s : b->slot) s = {EMPTY_ITEM, nullptr};
    // The old node keeps what is behind the nibble that chooses between the two.
    const uint8_t old_nibble = node->path.at(common);
    const Path tail = node->path.drop(common + 1);
    if (node->kind == Kind::extension && tail.size == 0) {
        b->slot[old_nibble] = node->slot;
    } else {
        Short* rest = arena_.make<Short>(*node);
        rest->born = epoch_;
        rest->path = tail;
        rest->rlp = nullptr;
        rest->rlp_size = 0;
        rest->dirty = rest->reshaped = true;
        b->slot[old_nibble].node = rest;
    }
    leaf_ = make_leaf(copy_path(key.drop(common + 1)), value);
    b->slot[key.at(common)].node = leaf_;
    if (common == 0) return b;
    Path head = node->path;
    head.size = static_cast<uint16_t>(common);
    return make_extension(head, {EMPTY_ITEM, b});
}

Result<void, Error> Store::remove(Slot& root, const uint8_t* key) {
    // Only a key that is there changes anything: looking first keeps the way back simple.
    ASHLAR_ASSIGN(Short * leaf, find(root, key));
    if (!leaf) return {};
    ASHLAR_ASSIGN(root.node, remove_at(root.node, Path{key, 0, KEY_NIBBLES}));
    if (!root.node) root.item = EMPTY_ITEM;
    return {};
}

Result<Node*, Error> Store::remove_at(Node* node, const Path& key) {
    if (node->kind == Kind::leaf) return nullptr;
    if (node->kind == Kind::branch) {
        Branch* b = own(as_branch(node));
        const uint8_t i = key.at(0);
        ASHLAR_ASSIGN(b->slot[i].node, remove_at(b->slot[i].node, key.drop(1)));
        mark_dirty(b);
        if (b->slot[i].node) return b;
        b->slot[i].item = EMPTY_ITEM;
        b->reshaped = true;
        return collapse(b, key);
    }
    Short* s = as_short(node);
    ASHLAR_ASSIGN(Node * child, remove_at(s->slot.node, key.drop(s->path.size)));
    if (!child) return nullptr;
    if (child->kind != Kind::branch) return prepend(s->path, child);
    s = own(s);
    s->slot.node = child;
    mark_dirty(s);
    return s;
}

Result<Node*, Error> Store::collapse(Branch* b, const Path& key) {
    size_t count = 0, last = 0;
    for (size_t i = 0; i < 16; i++) {
        if (!b->slot[i].empty()) count++, last = i;
    }
    if (count == 0) return nullptr;  // only a malformed trie has branches with one child
    if (count != 1) return b;
    uint8_t* nibble = arena_.bytes(1);
    *nibble = static_cast<uint8_t>(last);
    const Path head{nibble, 1, 1};
    // The child's kind decides the shape, so its node must be there. (A root that follows from a guess could stand in
    // the header of a false block whose witness leaves the node out.)
    uint8_t way[KEY_NIBBLES / 2] = {};  // the key down to this branch, then the nibble of the child
    for (size_t i = 0; i <= key.start; i++) {
        const auto v = static_cast<uint8_t>(i < key.start ? above(key).at(i) : last);
        way[i >> 1] = static_cast<uint8_t>(way[i >> 1] | v << (i & 1 ? 0 : 4));
    }
    ASHLAR_ASSIGN(Node * child, resolve(b->slot[last], Path{way, 0, static_cast<uint16_t>(key.start + 1)}));
    if (child->kind == Kind::branch) return make_extension(head, b->slot[last]);
    return prepend(head, child);
}

Node* Store::prepend(const Path& head, Node* node) {
    Short* s = as_short(node);
    const size_t n = head.size + size_t{s->path.size};
    uint8_t* joined = arena_.bytes((n + 1) / 2);
    for (size_t i = 0; i < n; i++) {
        const uint8_t v = i < head.size ? head.at(i) : s->path.at(i - head.size);
        if (i & 1)
            joined[i >> 1] = static_cast<uint8_t>(joined[i >> 1] | v);
        else
            joined[i >> 1] = static_cast<uint8_t>(v << 4);
    }
    Short* c = arena_.make<Short>(*s);
    c->born = epoch_;
    c->rlp = nullptr;
    c->rlp_size = 0;
    c->dirty = c->reshaped = true;
    c->path = {joined, 0, static_cast<uint16_t>(n)};
    return c;
}

/// Writes the reference of a slot's node, which is encoded; `digest` counts unless the node is embedded. False if it no
/// longer fits where it stood.
[[gnu::always_inline]] inline bool Store::place(Slot& slot, const Bytes32& digest) {
    const Node* n = slot.node;
    const bool embedded = n->rlp_size < 32;
    const size_t size = embedded ? n->rlp_size : 33;
    const bool fits = item_size(slot.item) == size;  // never if empty: that takes one byte, a node more
    uint8_t* item = fits ? const_cast<uint8_t*>(slot.item) : arena_.bytes(33);
    if (embedded) {
        std::memcpy(item, n->rlp, size);
    } else {
        item[0] = 0xa0;
        std::memcpy(item + 1, digest.data(), 32);
    }
    slot.item = item;
    return fits;
}

/// A reference outside a node's own encoding (a new node's, or one taken over from another node) is not mended there.
[[gnu::always_inline]] static inline void forget_foreign(const Node* parent, Slot& slot) {
    const bool inside = slot.item >= parent->rlp && slot.item < parent->rlp + parent->rlp_size;
    if (!inside && slot.node && slot.node->dirty) slot.item = EMPTY_ITEM;
}

/// Encodes a branch whose references are up to date, if it cannot be mended in place.
[[gnu::always_inline]] inline void Store::write_branch(Branch* b) {
    if (!b->reshaped) return;
    size_t payload = 1;
    for (const Slot& s : b->slot) payload += item_size(s.item);
    const size_t header = rlp::header_size(payload);
    b->rlp = arena_.bytes(header + payload);
    b->rlp_size = static_cast<uint32_t>(header + payload);
    uint8_t* p = b->rlp + rlp::write_header(b->rlp, 0xc0, payload);
    for (Slot& s : b->slot) {
        const size_t n = item_size(s.item);
        std::memcpy(p, s.item, n);
        s.item = p;
        p += n;
    }
    *p = 0x80;
}

/// The same for a leaf or an extension.
[[gnu::always_inline]] inline void Store::write_short(Short* s) {
    const bool leaf = s->kind == Kind::leaf;
    if (!s->reshaped) return;
    const size_t prefix = hex_prefix_size(s->path);
    const size_t path_size = prefix == 1 ? 1 : rlp::header_size(prefix) + prefix;
    const size_t value_size = leaf ? rlp::string_size(s->value) : item_size(s->slot.item);
    const size_t payload = path_size + value_size, header = rlp::header_size(payload);
    uint8_t* out = arena_.bytes(header + payload);
    uint8_t* p = out + rlp::write_header(out, 0xc0, payload);
    if (prefix > 1) p += rlp::write_header(p, 0x80, prefix);
    write_hex_prefix(p, s->path, leaf);
    p += prefix;
    if (leaf) {
        rlp::write_string(p, s->value);
        s->value = {p + (value_size - s->value.size()), s->value.size()};
    } else {
        std::memcpy(p, s->slot.item, value_size);
        s->slot.item = p;
    }
    s->rlp = out;
    s->rlp_size = static_cast<uint32_t>(header + payload);
}

#ifdef __riscv

/// Brings the reference of a slot up to date. False if it no longer fits where it stood.
bool Store::refresh(Slot& slot) {
    if (!slot.node || !slot.node->dirty) return true;
    Node* n = slot.node;
    encode(n);
    return place(slot, n->rlp_size < 32 ? Bytes32{} : hash::keccak256({n->rlp, n->rlp_size}));
}

void Store::encode(Node* n) {
    if (n->kind == Kind::branch)
        encode_branch(as_branch(n));
    else
        encode_short(as_short(n));
    n->dirty = n->reshaped = false;
}

void Store::encode_branch(Branch* b) {
    for (Slot& s : b->slot) {
        forget_foreign(b, s);
        if (!refresh(s)) b->reshaped = true;
    }
    write_branch(b);
}

void Store::encode_short(Short* s) {
    if (s->kind != Kind::leaf) {
        forget_foreign(s, s->slot);
        if (!refresh(s->slot)) s->reshaped = true;
    }
    write_short(s);
}

#else

void Store::collect(Slot& slot, Node* parent, size_t depth, Levels& levels) {
    if (levels.size() == depth) levels.emplace_back();
    levels[depth].push_back({&slot, parent});
    Node* n = slot.node;
    const auto visit = [&](Slot& child) {
        forget_foreign(n, child);
        if (child.node && child.node->dirty) collect(child, n, depth + 1, levels);
    };
    if (n->kind == Kind::branch)
        for (Slot& child : as_branch(n)->slot) visit(child);
    else if (n->kind == Kind::extension)
        visit(as_short(n)->slot);
}

void Store::hash_all(std::span<Slot* const> roots) {
    Levels levels;
    for (Slot* root : roots)
        if (root->node && root->node->dirty) collect(*root, nullptr, 0, levels);
    std::vector<BytesView> encodings;
    std::vector<Bytes32> digests;
    for (size_t depth = levels.size(); depth-- > 0;) {
        encodings.clear();
        for (const Dirty& d : levels[depth]) {
            Node* n = d.slot->node;
            if (n->kind == Kind::branch)
                write_branch(as_branch(n));
            else
                write_short(as_short(n));
            n->dirty = n->reshaped = false;
            if (n->rlp_size >= 32 || !d.parent) encodings.emplace_back(n->rlp, n->rlp_size);
        }
        digests.resize(encodings.size());
        hash::keccak256_batch(encodings, digests.data());
        size_t at = 0;
        for (const Dirty& d : levels[depth]) {
            if (!d.parent) {
                uint8_t* item = arena_.bytes(33);
                item[0] = 0xa0;
                std::memcpy(item + 1, digests[at++].data(), 32);
                d.slot->item = item;
            } else if (!place(*d.slot, d.slot->node->rlp_size < 32 ? Bytes32{} : digests[at++])) {
                d.parent->reshaped = true;
            }
        }
    }
}

#endif

Bytes32 Store::hash(Slot& root) {
#ifndef __riscv
    Slot* const roots[1] = {&root};
    hash_all(roots);
#else
    if (root.node && root.node->dirty) {
        encode(root.node);
        const Bytes32 digest = hash::keccak256({root.node->rlp, root.node->rlp_size});
        uint8_t* item = arena_.bytes(33);
        item[0] = 0xa0;
        std::memcpy(item + 1, digest.data(), 32);
        root.item = item;
        return digest;
    }
#endif
    if (*root.item == 0x80) return EMPTY_ROOT;
    return Bytes32::from({root.item + 1, 32});
}

}  // namespace ashlar::mpt
