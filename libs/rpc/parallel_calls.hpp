// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/array.hpp>
#include <vector>

#include "libs/rpc/json_rpc.hpp"

namespace ashlar::rpc {

struct Call {
    std::string method;
    boost::json::array params;
};

/// Calls that a node answers side by side: what one public node serves without complaint.
inline constexpr unsigned PARALLEL_CALLS = 8;

/// The answers to `calls`, in their order, at most PARALLEL_CALLS under way at a time. Each is tried as call() tries
/// it; after the first error nothing new begins and that error is returned. `options.alive` is called from this thread
/// only.
HostResult<std::vector<boost::json::value>> parallel_calls(const JsonRpcOptions& options, std::vector<Call> calls,
                                                           std::stop_token stop = {});

}  // namespace ashlar::rpc
