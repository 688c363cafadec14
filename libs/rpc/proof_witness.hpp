// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/value.hpp>
#include <filesystem>

#include "libs/ethereum/block.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/rpc/json_rpc.hpp"

namespace ashlar::rpc {

/// The witness of a block from a node without debug_executionWitness: the state that the block's execution touches, by
/// eth_getProof and eth_getCode at the parent block, as debug_executionWitness would answer it.
///
/// What is touched comes from the node's prestateTracer where it has one, and from executing the block natively on what
/// is there already: what that finds missing is fetched, until nothing is. The neighbour that a removal merges with is
/// on the path of no key that the block knows; it is found by asking for a key that is searched for, which hashes to
/// the neighbour's path (up to SEARCH_DEPTH nibbles).
///
/// Nothing of the node's is believed: each item is used by its hash, and execution begins at the parent's state root.
/// @param cache  file for what was fetched so far, so that another try goes on where this one ended; removed at the
///               end. Errors in writing it are passed over.
/// Codes as call(), plus rpc_answer_bad, rpc_witness_gap.
HostResult<boost::json::value> build_witness(const JsonRpcOptions& options, const ethereum::ChainConfig& chain,
                                             const ethereum::Block& block, BytesView block_rlp,
                                             const std::filesystem::path& cache, std::stop_token stop = {});

/// 16^7 keys at most are hashed: seconds.
inline constexpr unsigned SEARCH_DEPTH = 7;

}  // namespace ashlar::rpc
