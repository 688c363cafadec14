// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_config.hpp"

namespace ashlar::ethereum {

/// A StatelessInput of EIP-8025 for Amsterdam: the big-endian schema id 0x1501, then SSZ of request, witness, chain id
/// and public keys (execution-specs, forks/amsterdam/stateless_ssz.py). Host only.
struct StatelessInput {
    BlockFolder block;
    uint64_t chain_id = 0;
    Bytes32 request_root;  ///< of the request as it stands in the input
};

/// Total on any bytes. What the input says twice must agree: block hash, versioned hashes, public keys. Error:
/// stateless_input.
HostResult<StatelessInput> decode_stateless_input(BytesView data);
/// The block at `path`: a file with a StatelessInput, a folder that holds one, or a folder of the form that
/// read_block_folder reads. Errors: those of both, and stateless_chain.
HostResult<BlockFolder> read_block(const std::filesystem::path& path, const ChainConfig& config);

}  // namespace ashlar::ethereum
