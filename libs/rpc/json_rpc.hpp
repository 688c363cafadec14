// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "libs/base/error.hpp"

namespace ashlar::rpc {

struct JsonRpcOptions {
    std::string url;                            ///< http:// or https://, a path is kept
    unsigned retries = 50;                      ///< tries of one call
    std::chrono::milliseconds timeout{10'000};  ///< of one try
    std::chrono::milliseconds backoff{250};     ///< first pause; doubles up to MAX_BACKOFF
    std::function<void()> alive = {};           ///< called between tries: the caller is still waiting
};
inline constexpr std::chrono::milliseconds MAX_BACKOFF{5000};

/// One call. `params` is a JSON array. Trouble that may pass (no connection, timeout, HTTP 429 and 5xx, an answer that
/// is not JSON-RPC) is tried again; an error object of the node is final. Codes: rpc_unreachable (all tries used),
/// rpc_method_missing (-32601), rpc_refused (any other error object), rpc_url_bad, stopped.
HostResult<boost::json::value> call(const JsonRpcOptions& options, const std::string& method, boost::json::array params,
                                    std::stop_token stop = {});

}  // namespace ashlar::rpc
