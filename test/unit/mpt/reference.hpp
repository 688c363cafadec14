// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <random>
#include <string>

#include "libs/hash/keccak256.hpp"
#include "libs/mpt/decode.hpp"
#include "libs/mpt/trie.hpp"
#include "libs/rlp/encode.hpp"

/// A trie written down straight from the Yellow Paper (appendix D), over a sorted map: the oracle of these tests.
namespace ashlar::mpt::reference {

using Map = std::map<Bytes32, Bytes>;
using It = Map::const_iterator;

inline Bytes encode(It first, It last, size_t depth, std::map<Bytes32, Bytes>* nodes);

inline Bytes reference_to(It first, It last, size_t depth, std::map<Bytes32, Bytes>* nodes) {
    Bytes node = encode(first, last, depth, nodes);
    if (node.size() < 32) return node;
    const Bytes32 digest = hash::keccak256(node);
    if (nodes) (*nodes)[digest] = node;
    rlp::Writer w;
    w.string(digest.view());
    return w.out;
}

inline Path path_of(It it) { return {it->first.data(), 0, 64}; }

inline Bytes encode(It first, It last, size_t depth, std::map<Bytes32, Bytes>* nodes) {
    rlp::Writer w;
    uint8_t prefix[33];
    if (std::next(first) == last) {
        const Path rest = path_of(first).drop(depth);
        write_hex_prefix(prefix, rest, true);
        w.string({prefix, hex_prefix_size(rest)});
        w.string(first->second);
        w.end_list(0);
        return w.out;
    }
    const size_t common = common_prefix(path_of(first), path_of(std::prev(last)));
    if (common > depth) {
        Path shared = path_of(first).drop(depth);
        shared.size = static_cast<uint16_t>(common - depth);
        write_hex_prefix(prefix, shared, false);
        w.string({prefix, hex_prefix_size(shared)});
        w.raw(reference_to(first, last, common, nodes));
        w.end_list(0);
        return w.out;
    }
    It at = first;
    for (int nibble = 0; nibble < 16; nibble++) {
        It end = at;
        while (end != last && path_of(end).at(depth) == nibble) ++end;
        if (end == at)
            w.out.push_back(0x80);
        else
            w.raw(reference_to(at, end, depth + 1, nodes));
        at = end;
    }
    w.out.push_back(0x80);
    w.end_list(0);
    return w.out;
}

/// Root digest; the nodes by digest go to `nodes`.
inline Bytes32 root(const Map& map, std::map<Bytes32, Bytes>* nodes = nullptr) {
    if (map.empty()) return EMPTY_ROOT;
    const Bytes top = encode(map.begin(), map.end(), 0, nodes);
    const Bytes32 digest = hash::keccak256(top);
    if (nodes) (*nodes)[digest] = top;
    return digest;
}

struct Source final : NodeSource {
    std::map<Bytes32, Bytes> nodes;
    std::map<Bytes32, Entry> entries;
    Entry* find(const uint8_t* digest) override {
        const auto it = nodes.find(Bytes32::from({digest, 32}));
        if (it == nodes.end()) return nullptr;
        return &entries.try_emplace(it->first, Entry{it->second, nullptr}).first->second;
    }
};

/// A key whose first nibbles come from a small set, so that extensions, splits and collapses are common.
inline Bytes32 random_key(std::mt19937& rng) {
    Bytes32 k;
    const size_t shared = rng() % 33;
    for (size_t i = 0; i < 32; i++) {
        k[i] = static_cast<uint8_t>(i < shared ? (rng() % 8 ? 0 : rng() % 2 * 0x10) : rng());
    }
    return k;
}

}  // namespace ashlar::mpt::reference
