// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/bytes.hpp"
#include "libs/rpc/json_rpc.hpp"

namespace ashlar::rpc {

/// The RLP of a block: debug_getRawBlock, and where the node does not serve it, put together from the block's object
/// and its raw transactions. Not checked against `hash`, which whoever decodes it does.
/// @param number  a quantity. @param hash  0x and 64 digits.
/// Codes as call(), plus rpc_answer_bad.
HostResult<Bytes> raw_block(const JsonRpcOptions& options, const std::string& number, const std::string& hash,
                            std::stop_token stop = {});

}  // namespace ashlar::rpc
