// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "libs/base/error.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/ethereum/witness.hpp"

namespace ashlar::ethereum {

/// A block and what is needed to execute it, as the folder `--block` names holds them. Host only.
struct BlockFolder {
    Bytes block_rlp;
    Witness witness;
};

/// Reads block.rlp and witness.json or witness.json.gz (the shape of debug_executionWitness: `state`, `codes`,
/// `headers`, each an array of 0x-hex strings; other members are ignored). Errors: file_not_found, file_unreadable,
/// witness_json.
HostResult<BlockFolder> read_block_folder(const std::filesystem::path& folder);

/// The folders of blocks at `path`: itself if it has a block.rlp, otherwise its subfolders that have one, sorted.
std::vector<std::filesystem::path> find_block_folders(const std::filesystem::path& path);

/// A witness document, gzip or plain; `max_bytes` bounds what the former may come to. Error: witness_json.
HostResult<Witness> parse_witness(BytesView json_or_gzip, size_t max_bytes = size_t{1} << 31);

/// The chain for a name (mainnet, sepolia, holesky, hoodi) or a file with the `config` object of a genesis file, or
/// with a genesis file. Errors: unknown_chain, chain_config.
HostResult<ChainConfig> load_chain(const std::string& name_or_file);
/// The `config` object of a genesis file, blob schedule included.
HostResult<ChainConfig> parse_chain_config(std::string_view json);

}  // namespace ashlar::ethereum
