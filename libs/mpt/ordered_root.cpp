// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/ordered_root.hpp"

#include "libs/hash/keccak256.hpp"
#include "libs/mpt/decode.hpp"
#include "libs/mpt/trie.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::mpt {

namespace {

struct Entry {
    uint8_t key[4];  ///< rlp(index); indexes stay below 2^24
    uint8_t key_size;
    uint32_t index;
    Path path() const { return {key, 0, static_cast<uint16_t>(2 * key_size)}; }
};

struct Reference {
    uint8_t bytes[33];
    size_t size;
};

/// Reference of the subtree of sorted entries [first, last) below `depth` nibbles that they share.
class Builder {
  public:
    Builder(std::span<const BytesView> values, std::span<const Entry> entries) : values_(values), entries_(entries) {}

    /// Appends nothing to the caller's data: each node is encoded in its own buffer.
    Bytes node(size_t first, size_t last, size_t depth) {
        rlp::Writer w;
        if (last - first == 1) {
            const Entry& e = entries_[first];
            write_path(w, e.path().drop(depth), true);
            w.string(values_[e.index]);
            w.end_list(0);
            return std::move(w.out);
        }
        const Path front = entries_[first].path(), back = entries_[last - 1].path();
        const size_t common = common_prefix(front, back);
        if (common > depth) {
            Path shared = front.drop(depth);
            shared.size = static_cast<uint16_t>(common - depth);
            write_path(w, shared, false);
            const Reference r = reference(first, last, common);
            w.raw({r.bytes, r.size});
            w.end_list(0);
            return std::move(w.out);
        }
        w.out.reserve(17 * 33 + 4);
        size_t at = first;
        for (uint8_t nibble = 0; nibble < 16; nibble++) {
            size_t end = at;
            while (end < last && entries_[end].path().at(depth) == nibble) end++;
            if (end == at) {
                w.out.push_back(0x80);
                continue;
            }
            const Reference r = reference(at, end, depth + 1);
            w.raw({r.bytes, r.size});
            at = end;
        }
        w.out.push_back(0x80);
        w.end_list(0);
        return std::move(w.out);
    }

  private:
    Reference reference(size_t first, size_t last, size_t depth) {
        const Bytes encoded = node(first, last, depth);
        Reference r;
        if (encoded.size() < 32) {
            std::memcpy(r.bytes, encoded.data(), encoded.size());
            r.size = encoded.size();
            return r;
        }
        const Bytes32 digest = hash::keccak256(encoded);
        r.bytes[0] = 0xa0;
        std::memcpy(r.bytes + 1, digest.data(), 32);
        r.size = 33;
        return r;
    }
    static void write_path(rlp::Writer& w, const Path& path, bool leaf) {
        uint8_t buffer[8];
        write_hex_prefix(buffer, path, leaf);
        w.string({buffer, hex_prefix_size(path)});
    }

    std::span<const BytesView> values_;
    std::span<const Entry> entries_;
};

}  // namespace

Bytes32 ordered_root(std::span<const BytesView> values) {
    if (values.empty()) return EMPTY_ROOT;
    // rlp(0) = 0x80 sorts behind rlp(1..127) and before rlp(128) = 0x8180; from there on the order is that of the
    // numbers.
    std::vector<Entry> entries;
    entries.reserve(values.size());
    const auto add = [&](size_t index) {
        Entry e{};
        uint8_t be[8];
        store_be64(be, index);
        e.key_size = static_cast<uint8_t>(rlp::write_string(e.key, rlp::trim({be, 8})));
        e.index = static_cast<uint32_t>(index);
        entries.push_back(e);
    };
    for (size_t i = 1; i < values.size() && i < 128; i++) add(i);
    add(0);
    for (size_t i = 128; i < values.size(); i++) add(i);
    return hash::keccak256(Builder(values, entries).node(0, values.size(), 0));
}

}  // namespace ashlar::mpt
