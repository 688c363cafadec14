// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "libs/base/bytes.hpp"

namespace ashlar::cluster {

/// The number in the header of an encoded block (its ninth field); nullopt for anything that is no such list.
std::optional<uint64_t> block_number_of(BytesView block_rlp);

/// The same of a StatelessInput of EIP-8025, from its payload.
std::optional<uint64_t> block_number_of_stateless_input(BytesView input);

/// The same of the block.rlp in a folder, or of the stateless.ssz if it has none; nullopt also without either.
std::optional<uint64_t> block_number_in(const std::filesystem::path& folder);

}  // namespace ashlar::cluster
