// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/mpt/trie.hpp"

namespace ashlar::mpt {

/// The part of a state trie that an execution looks at, as one string of nodes in pre-order; the storage trie of an
/// account follows its leaf. So the reader needs no lookup by hash: it hashes each node once and compares with the
/// digest in the parent, which it has just decoded.
///
/// Layout, all numbers little-endian, all nodes at multiples of 4 bytes:
///   u32 number of nodes (0: nothing of the trie is known);
///   per node: u16 size of the encoding, u16 mask, the encoding, zero bytes up to a multiple of 4.
/// Mask: the children that follow; bit i for child i of a branch, bit 0 for an extension's child and for the storage
/// trie of an account leaf.

/// Appends the nodes of the trie at `root` that carry the mark of the store's epoch: what was looked at in it. The root
/// is the one from before the changes of this epoch, all of whose nodes are older (see Store::next_epoch).
void write_stream(const Store& store, const Slot& root, Bytes& out);

/// Reads the trie with root digest `root` from `stream`, verifying each node's hash. The stream stays in use by the
/// store and is written to; it must be aligned to 4 bytes.
/// @return  wrong_digest, malformed_node or truncated (also for bytes behind the end).
Result<Slot, Error> read_stream(Store& store, const Bytes32& root, std::span<uint8_t> stream);

}  // namespace ashlar::mpt
