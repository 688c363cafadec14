// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/base/bytes.hpp"

/// Hash tree roots of SSZ values (consensus-specs, ssz/simple-serialize.md), with SHA-256: containers, byte strings,
/// and the progressive lists and containers of EIP-7916 and EIP-7495, whose trees do not depend on a limit.
namespace ashlar::ethereum::ssz {

using Roots = std::vector<Bytes32>;

/// Root of the smallest full binary tree over these leaves, the missing ones zero: a container of these fields.
Bytes32 container_root(std::span<const Bytes32> fields);
/// A progressive container all of whose fields are there; at most 256.
Bytes32 progressive_container_root(std::span<const Bytes32> fields);
/// A progressive list of elements that are not basic.
Bytes32 progressive_list_root(std::span<const Bytes32> elements);
/// A progressive list of bytes.
Bytes32 progressive_bytes_root(BytesView bytes);
/// A vector of bytes.
Bytes32 vector_root(BytesView bytes);
/// A list of at most 32 bytes.
Bytes32 short_list_root(BytesView bytes);
Bytes32 uint64_root(uint64_t value);

}  // namespace ashlar::ethereum::ssz
