// SPDX-License-Identifier: Apache-2.0
#include "test/support/trie_stream.hpp"

#include "libs/hash/keccak256.hpp"

namespace ashlar::test {

namespace {

/// Copies nodes in pre-order and leaves one out.
struct Copier {
    BytesView in;
    size_t at = 4;
    const Bytes32* skip = nullptr;
    Bytes out = Bytes(4);
    uint32_t count = 0;
    bool skipped = false;
    std::vector<Bytes32> digests = {};

    /// Copies the node here with what is below it, unless it is the one; false then.
    bool node(bool copy) {
        const uint32_t head = load_le32(in.data() + at);
        const size_t size = head & 0xffff, padded = (size + 3) & ~size_t{3};
        const Bytes32 digest = hash::keccak256(in.subspan(at + 4, size));
        digests.push_back(digest);
        const bool leave_out = skip && digest == *skip;
        skipped |= leave_out;
        copy &= !leave_out;
        const size_t place = out.size();
        if (copy) {
            const BytesView all = in.subspan(at, 4 + padded);
            out.insert(out.end(), all.begin(), all.end());
            count++;
        }
        at += 4 + padded;
        uint32_t mask = head >> 16;
        for (uint32_t bits = head >> 16; bits; bits &= bits - 1) {
            const bool kept = node(copy);
            if (!kept) mask &= ~(bits & -bits);
        }
        if (copy) store_le32(out.data() + place, static_cast<uint32_t>(size) | mask << 16);
        return copy;
    }
    void run() {
        if (load_le32(in.data()) != 0) node(true);
        store_le32(out.data(), count);
    }
};

}  // namespace

std::vector<Bytes32> stream_digests(BytesView stream) {
    Copier c{.in = stream};
    c.run();
    return std::move(c.digests);
}

std::optional<Bytes> without_node(BytesView stream, const Bytes32& digest) {
    Copier c{.in = stream, .skip = &digest};
    c.run();
    if (!c.skipped) return std::nullopt;
    return std::move(c.out);
}

}  // namespace ashlar::test
