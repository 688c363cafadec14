// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <stop_token>

#include "libs/base/bytes.hpp"

namespace ashlar::rpc {

/// Some bytes, `size` of them (20 for an address, 32 for a slot), whose keccak256 begins with the first `depth` nibbles
/// of `path`. About 16^depth hashes; nullopt after 32 times as many, or when stopped.
std::optional<Bytes> key_with_path(const Bytes32& path, unsigned depth, size_t size, std::stop_token stop = {});

/// Whether the keccak256 of `key` begins with the first `depth` nibbles of `path`.
bool key_has_path(BytesView key, const Bytes32& path, unsigned depth);

}  // namespace ashlar::rpc
