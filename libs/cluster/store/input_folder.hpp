// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::cluster {

/// The number in the header of an encoded block (its ninth field); nullopt for anything that is no such list.
std::optional<uint64_t> block_number_of(BytesView block_rlp);

/// Finds the folder (block.rlp beside witness.json or witness.json.gz) of a block number: each of `dirs` is such a
/// folder or holds them. What decides is the header, never a folder's name. Code "input_missing".
HostResult<std::filesystem::path> find_input_folder(const std::vector<std::filesystem::path>& dirs, uint64_t number);

}  // namespace ashlar::cluster
