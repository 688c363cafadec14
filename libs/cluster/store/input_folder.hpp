// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "libs/base/bytes.hpp"

namespace ashlar::cluster {

/// The number in the header of an encoded block (its ninth field); nullopt for anything that is no such list.
std::optional<uint64_t> block_number_of(BytesView block_rlp);

/// The same of the block.rlp in a folder; nullopt also if there is none.
std::optional<uint64_t> block_number_in(const std::filesystem::path& folder);

}  // namespace ashlar::cluster
