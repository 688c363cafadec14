// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::prover {

/// What a block proof file holds: the machine's proof, which binds the SHA-256 of the aggregator's committed bytes, and
/// those bytes, so that a reader knows what is claimed.
struct BlockFile {
    Bytes committed;
    Bytes proof;
};

/// Magic "ASHLARBP", version as u32, then length (u64) and bytes of both parts; little-endian.
Bytes encode_block_file(const BlockFile& file);
/// Total on any bytes. Codes: proof_magic, proof_version, proof_truncated, proof_trailing_bytes.
HostResult<BlockFile> decode_block_file(BytesView bytes);

}  // namespace ashlar::prover
