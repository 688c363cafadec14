// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/base/result.hpp"

namespace ashlar::mpt {

/// What can be wrong with a partial trie.
enum class Error : uint8_t {
    missing_node,    ///< the path leads to a digest whose node is not in the witness
    malformed_node,  ///< a node that is not the RLP of a branch, an extension or a leaf of a trie with 32-byte keys
    wrong_digest,    ///< a node in the stream does not hash to what its parent says
    truncated,       ///< the stream ends inside a node, or goes on behind the last
};

/// A run of nibbles inside a byte string (big nibble first); it does not own the bytes.
struct Path {
    const uint8_t* data = nullptr;
    uint16_t start = 0;  ///< first nibble
    uint16_t size = 0;   ///< nibbles

    uint8_t at(size_t i) const {
        const size_t k = start + i;
        return k & 1 ? data[k >> 1] & 15 : data[k >> 1] >> 4;
    }
    Path drop(size_t n) const { return {data, static_cast<uint16_t>(start + n), static_cast<uint16_t>(size - n)}; }
};
/// Length of the longest common prefix of two paths.
size_t common_prefix(const Path& a, const Path& b);

struct Node;

/// A place for a subtree: its reference as the parent encodes it (0x80: none; 0xa0 and a digest; or a list: the node
/// itself, shorter than 32 bytes), and the node once it is decoded. While the node is dirty the reference is out of
/// date.
struct Slot {
    const uint8_t* item = nullptr;
    Node* node = nullptr;

    bool empty() const { return !node && *item == 0x80; }
};
/// Bytes a reference takes.
inline size_t item_size(const uint8_t* item) { return *item == 0x80 ? 1 : *item == 0xa0 ? 33 : 1u + (*item - 0xc0u); }
inline constexpr uint8_t EMPTY_ITEM[1] = {0x80};

enum class Kind : uint8_t { leaf, extension, branch };

/// A decoded node over its encoding. Nodes of an earlier epoch are never changed (Store copies them), so that the trie
/// before an update stays readable.
struct Node {
    Kind kind;
    bool dirty = false;      ///< changed since it was hashed
    bool reshaped = false;   ///< the encoding cannot be mended in place
    uint32_t born = 0;       ///< epoch that may change it in place
    uint32_t mark = 0;       ///< last epoch that looked at it
    uint8_t* rlp = nullptr;  ///< encoding; written to only in the epoch `born`
    uint32_t rlp_size = 0;
};
struct Branch : Node {
    Slot slot[16];
};
/// Leaf or extension.
struct Short : Node {
    Path path;
    BytesView value;  ///< leaf: the stored bytes
    Slot slot;        ///< extension: the child. Leaf of an account: root of its storage trie once it was looked at
};

inline Branch* as_branch(Node* n) { return static_cast<Branch*>(n); }
inline Short* as_short(Node* n) { return static_cast<Short*>(n); }
inline const Branch* as_branch(const Node* n) { return static_cast<const Branch*>(n); }
inline const Short* as_short(const Node* n) { return static_cast<const Short*>(n); }

}  // namespace ashlar::mpt
