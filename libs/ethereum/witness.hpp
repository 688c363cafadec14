// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <span>

#include "libs/ethereum/code_store.hpp"
#include "libs/mpt/trie.hpp"

namespace ashlar::ethereum {

/// What a block's execution is given instead of a state: trie nodes, codes and ancestor headers, each found by hash.
/// Order does not matter, nor does surplus. Everything is hashed once, by `index`. Host only.
class Witness {
  public:
    /// Takes any bytes: what nothing refers to is never looked at.
    void add_node(Bytes rlp);
    void add_code(Bytes code);
    /// RLP of a header.
    void add_header(Bytes rlp);

    /// Everything of another witness.
    void add(Witness&& other);
    /// Hashes what was added since the last call. Searches call it when it is due; whoever lets several threads search
    /// one witness calls it before.
    void index() const;

    size_t node_count() const { return nodes_.items.size(); }
    size_t code_count() const { return codes_.items.size(); }
    /// Index of the node with this digest (32 bytes); node_count() if there is none.
    size_t find_node(const uint8_t* digest) const;
    BytesView node(size_t index) const { return nodes_.items[index]; }
    /// Bytes of a code.
    BytesView code(size_t index) const {
        const Bytes& padded = codes_.items[index];
        return {padded.data(), padded.size() - evm::CODE_PADDING};
    }
    /// All codes, as a store that still points here.
    void fill(CodeStore& codes) const;
    /// Headers from the one with hash `parent_hash` backwards, newest first, as far as the chain of hashes goes (at
    /// most 256).
    std::vector<BytesView> ancestors(const Bytes32& parent_hash) const;

  private:
    /// Byte strings, and the hashes of those that were there at the last `index`.
    struct Hashed {
        std::deque<Bytes> items;  ///< none of them moves
        mutable std::vector<Bytes32> digests;
        void hash_new(size_t padding) const;
        void add(Hashed&& other);
    };
    Hashed nodes_, codes_, headers_;
    mutable std::vector<uint32_t> table_;  ///< open addressing over nodes_: index + 1, 0 for free
};

/// A witness as the source of one trie store.
class WitnessSource final : public mpt::NodeSource {
  public:
    explicit WitnessSource(const Witness& witness) : witness_(witness), entries_(witness.node_count()) {}
    Entry* find(const uint8_t* digest) override {
        const size_t i = witness_.find_node(digest);
        if (i == entries_.size()) return nullptr;
        if (entries_[i].rlp.empty()) entries_[i].rlp = witness_.node(i);
        return &entries_[i];
    }

  private:
    const Witness& witness_;
    std::vector<Entry> entries_;
};

}  // namespace ashlar::ethereum
