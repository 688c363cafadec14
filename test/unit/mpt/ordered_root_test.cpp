// SPDX-License-Identifier: Apache-2.0
#include "libs/mpt/ordered_root.hpp"

#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/mpt/trie.hpp"
#include "libs/rlp/encode.hpp"
#include "test/unit/mpt/reference.hpp"

using namespace ashlar;

namespace {

/// The trie of byte-string keys by the plain definition, keys of any length that are no prefixes of one another.
Bytes encode(const std::vector<std::pair<Bytes, Bytes>>& sorted, size_t first, size_t last, size_t depth) {
    const auto path = [&](size_t i) {
        return mpt::Path{sorted[i].first.data(), 0, static_cast<uint16_t>(2 * sorted[i].first.size())};
    };
    const auto reference = [&](size_t a, size_t b, size_t d) {
        Bytes n = encode(sorted, a, b, d);
        if (n.size() < 32) return n;
        rlp::Writer w;
        w.string(hash::keccak256(n).view());
        return w.out;
    };
    rlp::Writer w;
    uint8_t prefix[40];
    if (last - first == 1) {
        const mpt::Path rest = path(first).drop(depth);
        mpt::write_hex_prefix(prefix, rest, true);
        w.string({prefix, mpt::hex_prefix_size(rest)});
        w.string(sorted[first].second);
    } else {
        bool same = true;
        for (size_t i = first; i < last; i++) same = same && path(i).at(depth) == path(first).at(depth);
        if (same) {
            size_t end = depth;
            for (bool go = true; go; end += go) {
                for (size_t i = first; i < last; i++) go = go && path(i).at(end) == path(first).at(end);
            }
            mpt::Path shared = path(first).drop(depth);
            shared.size = static_cast<uint16_t>(end - depth);
            mpt::write_hex_prefix(prefix, shared, false);
            w.string({prefix, mpt::hex_prefix_size(shared)});
            w.raw(reference(first, last, end));
        } else {
            size_t at = first;
            for (int nibble = 0; nibble < 16; nibble++) {
                size_t end = at;
                while (end < last && path(end).at(depth) == nibble) end++;
                if (end == at)
                    w.out.push_back(0x80);
                else
                    w.raw(reference(at, end, depth + 1));
                at = end;
            }
            w.out.push_back(0x80);
        }
    }
    w.end_list(0);
    return w.out;
}

}  // namespace

TEST_CASE("ordered root equals the plain definition at every interesting count") {
    CHECK(mpt::ordered_root({}) == mpt::EMPTY_ROOT);
    for (size_t n : {1u, 2u, 3u, 16u, 17u, 127u, 128u, 129u, 130u, 255u, 256u, 257u, 300u, 1000u}) {
        for (size_t size : {1u, 5u, 40u, 300u}) {
            std::vector<Bytes> values;
            std::vector<std::pair<Bytes, Bytes>> sorted;
            for (size_t i = 0; i < n; i++) {
                values.push_back(Bytes(size, static_cast<uint8_t>(i * 7 + 1)));
                rlp::Writer key;
                key.u64(i);
                sorted.emplace_back(key.out, values.back());
            }
            std::sort(sorted.begin(), sorted.end());
            const std::vector<BytesView> views(values.begin(), values.end());
            CHECK(mpt::ordered_root(views) == hash::keccak256(encode(sorted, 0, n, 0)));
        }
    }
}
