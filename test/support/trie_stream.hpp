// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "libs/base/bytes.hpp"

/// The guest's stream of trie nodes (libs/mpt/stream.hpp), taken apart: what a dishonest host would leave out.
namespace ashlar::test {

/// Digests of the nodes of a well-formed stream, in its order.
std::vector<Bytes32> stream_digests(BytesView stream);

/// The stream without the node with this digest and what stands below it; nullopt if there is no such node.
std::optional<Bytes> without_node(BytesView stream, const Bytes32& digest);

}  // namespace ashlar::test
