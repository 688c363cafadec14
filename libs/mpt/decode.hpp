// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/mpt/arena.hpp"
#include "libs/mpt/node.hpp"

namespace ashlar::mpt {

/// Decodes one node. The result points into `rlp`, which must outlive it. Branch values are refused: keys here all have
/// 32 bytes, so none is a prefix of another. Any bytes give a node or Error::malformed_node.
/// @param born  epoch that may write to `rlp`; 0 for memory that must not change.
Result<Node*, Error> decode_node(Arena& arena, BytesView rlp, uint32_t born);

/// Bytes of the hex-prefix encoding of a path (Yellow Paper, appendix C).
inline size_t hex_prefix_size(const Path& path) { return path.size / 2 + 1u; }
/// Writes the hex-prefix encoding of `path` at `out`.
void write_hex_prefix(uint8_t* out, const Path& path, bool leaf);

}  // namespace ashlar::mpt
