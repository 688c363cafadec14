// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "libs/base/error.hpp"
#include "libs/ethereum/chain_config.hpp"
#include "libs/rpc/json_rpc.hpp"

namespace ashlar::rpc {

struct BlockSourceOptions : JsonRpcOptions {
    /// The chain's rules, with which the witness is built where the node does not serve debug_executionWitness; without
    /// them such a node is refused.
    const ethereum::ChainConfig* chain = nullptr;
    bool by_proofs = false;  ///< build it in any case
};

/// A number as Ethereum's JSON writes it: "0x1f".
std::string hex_quantity(uint64_t n);

/// The number of the newest block (eth_blockNumber). Codes as call(), plus rpc_answer_bad.
HostResult<uint64_t> head_number(const BlockSourceOptions& options, std::stop_token stop = {});

/// Fetches a block and its witness into `dir` (made if need be): block.rlp and witness.json, each written whole.
/// `which` is a hex number, "latest" or a 32-byte hash. What was fetched before is not fetched again. Returns the
/// number. What could not be read later is refused here: the block must be the one asked for and decode, the witness be
/// one and hold the parent's header. Codes as call(), plus rpc_block_missing, rpc_answer_bad, rpc_witness_gap
/// (build_witness), fork_not_supported, rpc_reorg (the number got another block meanwhile), file_unwritable.
HostResult<uint64_t> fetch_block(const BlockSourceOptions& options, const std::string& which,
                                 const std::filesystem::path& dir, std::stop_token stop = {});

}  // namespace ashlar::rpc
