// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/mpt/arena.hpp"
#include "libs/mpt/node.hpp"

namespace ashlar::mpt {

/// Root digest of the trie without entries: keccak256(0x80).
inline constexpr Bytes32 EMPTY_ROOT = std::array<uint8_t, 32>{
    0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6, 0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
    0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0, 0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21};

/// Where nodes come from when a path reaches a digest: the host's witness. The guest has none, its stream is complete.
/// A source serves one store, which keeps the decoded nodes with it.
class NodeSource {
  public:
    struct Entry {
        BytesView rlp;         ///< hashed by the source; outlives the store
        Node* node = nullptr;  ///< decoded by the store
    };
    /// The node with this digest (32 bytes); nullptr if unknown.
    virtual Entry* find(const uint8_t* digest) = 0;

  protected:
    ~NodeSource() = default;
};

/// A node that is needed and unknown: its digest, and where in its trie it stands.
struct MissingNode {
    Bytes32 digest;
    Bytes32 path;       ///< nibbles of the key down to the node, big nibble first; zero behind them
    uint8_t depth = 0;  ///< how many nibbles count
};

/// Partial tries with 32-byte keys (an account trie and its storage tries) in one arena. A trie is a Slot.
///
/// Changes mark the path dirty; `hash` then encodes and hashes each dirty node once. A node whose shape stays is mended
/// where it stands. Nothing is verified here: nodes enter through a NodeSource or `read_stream`, which hash each once.
class Store {
  public:
    explicit Store(NodeSource* source = nullptr) : source_(source) {}

    Arena& arena() { return arena_; }
    NodeSource* source() const { return source_; }
    /// Nodes looked at carry the current epoch in `mark`. Starts at 1.
    uint32_t epoch() const { return epoch_; }
    /// Freezes everything there is: later changes copy. Every trie of the store must be hashed before.
    void next_epoch() { epoch_++; }

    /// The trie with this root, nothing of it resolved.
    Slot open(const Bytes32& root);
    /// The leaf at `key` (32 bytes), nullptr if the trie proves there is none.
    Result<Short*, Error> find(Slot& root, const uint8_t* key);
    /// Sets the value at `key` and returns its leaf. `value` (not empty) must stay in place until `hash`. The leaf
    /// keeps its `slot`.
    Result<Short*, Error> insert(Slot& root, const uint8_t* key, BytesView value);
    /// Removes `key`; does nothing if it is not there. A branch that keeps one child merges with it, in a way that
    /// depends on the child's kind: if that node is unknown, this is missing_node, never a guess.
    Result<void, Error> remove(Slot& root, const uint8_t* key);
    /// Root digest; hashes what is dirty.
    Bytes32 hash(Slot& root);
#ifndef __riscv
    /// Hashes what is dirty in each of several tries, level by level from the leaves up, so that many nodes are hashed
    /// at once.
    void hash_all(std::span<Slot* const> roots);
#endif
    /// The node that was last found missing.
    const MissingNode& missing() const { return missing_; }

  private:
    /// The node of a slot, decoded on first use and marked; nullptr if the slot is empty.
    /// @param above  nibbles of the key down to the slot, for the error.
    Result<Node*, Error> resolve(Slot& slot, const Path& above);
    Result<Node*, Error> insert_at(Node* node, const Path& key, BytesView value);
    Result<Node*, Error> remove_at(Node* node, const Path& key);
    Result<Node*, Error> collapse(Branch* branch, const Path& key);
    Node* prepend(const Path& head, Node* node);
    Node* split(Short* node, const Path& key, size_t common, BytesView value);
    Branch* own(Branch* branch);
    Short* own(Short* node);
    Short* make_leaf(const Path& path, BytesView value);
    Node* make_extension(const Path& path, Slot child);
    Path copy_path(const Path& path);
    void write_branch(Branch* branch);
    void write_short(Short* node);
    bool place(Slot& slot, const Bytes32& digest);
#ifdef __riscv
    void encode(Node* node);
    void encode_branch(Branch* branch);
    void encode_short(Short* node);
    bool refresh(Slot& slot);
#else
    /// A dirty node: where its reference stands, and in whom (null for a root).
    struct Dirty {
        Slot* slot;
        Node* parent;
    };
    using Levels = std::vector<std::vector<Dirty>>;
    static void collect(Slot& slot, Node* parent, size_t depth, Levels& levels);
#endif

    Arena arena_;
    NodeSource* source_;
    uint32_t epoch_ = 1;
    Short* leaf_ = nullptr;
    MissingNode missing_;
};

}  // namespace ashlar::mpt
