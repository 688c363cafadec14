// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/decode.hpp"

#include "libs/rlp/decode.hpp"

namespace ashlar::mpt {

size_t common_prefix(const Path& a, const Path& b) {
    const size_t n = a.size < b.size ? a.size : b.size;
    size_t i = 0;
    if (((a.start ^ b.start) & 1) == 0) {  // the same half of a byte: whole bytes compare
        if ((a.start & 1) && n) {
            if (a.at(0) != b.at(0)) return 0;
            i = 1;
        }
        const uint8_t* pa = a.data + ((a.start + i) >> 1);
        const uint8_t* pb = b.data + ((b.start + i) >> 1);
        while (i + 2 <= n && *pa == *pb) i += 2, pa++, pb++;
    }
    while (i < n && a.at(i) == b.at(i)) i++;
    return i;
}

void write_hex_prefix(uint8_t* out, const Path& path, bool leaf) {
    const uint8_t flag = leaf ? 0x20 : 0x00;
    size_t i = 0;
    if (path.size & 1)
        *out++ = flag | 0x10 | path.at(i++);
    else
        *out++ = flag;
    if (((path.start + i) & 1) == 0) {
        std::memcpy(out, path.data + ((path.start + i) >> 1), (path.size - i) / 2);
        return;
    }
    for (; i < path.size; i += 2) *out++ = static_cast<uint8_t>(path.at(i) << 4 | path.at(i + 1));
}

namespace {

/// A reference inside a branch or extension at `p`: its size, or 0 if it is none.
size_t reference_size(const uint8_t* p, const uint8_t* end) {
    if (p == end) return 0;
    if (*p == 0x80) return 1;
    const auto left = static_cast<size_t>(end - p);
    if (*p == 0xa0) return left >= 33 ? 33 : 0;
    if (*p < 0xc1 || *p > 0xc0 + 30) return 0;  // a node that is shorter than 32 bytes stands here itself
    const size_t n = item_size(p);
    return left >= n ? n : 0;
}

/// A branch with sixteen children behind digests, which is what most of a trie's upper nodes are; nullptr if it is not.
Node* decode_full_branch(Arena& arena, BytesView rlp, BytesView payload, uint32_t born) {
    constexpr size_t REFERENCE = 33, CHILDREN = 16;
    if (payload.size() != CHILDREN * REFERENCE + 1) return nullptr;
    const uint8_t* p = payload.data();
    if (p[CHILDREN * REFERENCE] != 0x80) return nullptr;
    for (size_t i = 0; i < CHILDREN; i++)
        if (p[i * REFERENCE] != 0xa0) return nullptr;
    Branch* b = arena.make<Branch>();
    b->kind = Kind::branch;
    b->born = born;
    b->rlp = const_cast<uint8_t*>(rlp.data());
    b->rlp_size = static_cast<uint32_t>(rlp.size());
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CHILDREN; i++) b->slot[i].item = p + i * REFERENCE;
    return b;
}

Result<Node*, Error> decode_branch(Arena& arena, BytesView rlp, BytesView payload, uint32_t born) {
    Branch* b = arena.make<Branch>();
    b->kind = Kind::branch;
    b->born = born;
    b->rlp = const_cast<uint8_t*>(rlp.data());
    b->rlp_size = static_cast<uint32_t>(rlp.size());
    const uint8_t* p = payload.data();
    const uint8_t* end = p + payload.size();
    for (Slot& slot : b->slot) {
        slot.item = p;
        p += reference_size(p, end);  // stays before what is no reference: the end is not reached
    }
    if (end - p != 1 || *p != 0x80) return Fail{Error::malformed_node};
    return b;
}

}  // namespace

Result<Node*, Error> decode_node(Arena& arena, BytesView rlp, uint32_t born) {
    auto list = rlp::read_list(rlp);
    if (!list) return Fail{Error::malformed_node};
    const BytesView payload = list->rest();
    if (Node* b = decode_full_branch(arena, rlp, payload, born)) return b;
    // Two items: leaf or extension. The second ends the list; a branch goes on.
    auto first = list->next();
    const BytesView behind = list->rest();
    auto second = list->next();
    if (!second) return Fail{Error::malformed_node};  // also if the first was not there
    if (!list->empty()) return decode_branch(arena, rlp, payload, born);

    if (first->is_list || first->payload.empty()) return Fail{Error::malformed_node};
    const uint8_t flag = first->payload[0];
    if (flag >= 0x40 || (!(flag & 0x10) && (flag & 0x0f))) return Fail{Error::malformed_node};
    Short* s = arena.make<Short>();
    s->kind = flag & 0x20 ? Kind::leaf : Kind::extension;
    s->born = born;
    s->rlp = const_cast<uint8_t*>(rlp.data());
    s->rlp_size = static_cast<uint32_t>(rlp.size());
    const uint16_t start = flag & 0x10 ? 1 : 2;
    if (first->payload.size() > 33) return Fail{Error::malformed_node};
    s->path = {first->payload.data(), start, static_cast<uint16_t>(2 * first->payload.size() - start)};
    if (s->kind == Kind::leaf) {
        if (second->is_list || second->payload.empty()) return Fail{Error::malformed_node};
        s->value = second->payload;
    } else {
        const size_t n = reference_size(behind.data(), behind.data() + behind.size());
        if (n < 2 || s->path.size == 0) return Fail{Error::malformed_node};
        s->slot.item = behind.data();
    }
    return s;
}

}  // namespace ashlar::mpt
