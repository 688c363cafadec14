// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "libs/base/error.hpp"
#include "libs/ethereum/witness.hpp"

namespace ashlar::ethereum {

/// A block and what is needed to execute it, as the folder `--block` names holds them. Host only.
struct BlockFolder {
    Bytes block_rlp;
    Witness witness;
};

/// Name of a StatelessInput (stateless_input.hpp) in a folder that has no block.rlp.
inline constexpr const char* STATELESS_FILE = "stateless.ssz";

/// Reads block.rlp and witness.json or witness.json.gz (witness_json.hpp). Errors: file_not_found, file_unreadable,
/// witness_json.
HostResult<BlockFolder> read_block_folder(const std::filesystem::path& folder);

/// The folders of blocks at `path`: itself if it holds one, otherwise its subfolders that do, sorted.
std::vector<std::filesystem::path> find_block_folders(const std::filesystem::path& path);

}  // namespace ashlar::ethereum
