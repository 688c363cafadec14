// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::rpc {

/// What a node tells of a new head.
struct Head {
    uint64_t number = 0;
    Bytes32 hash, parent_hash;
};

struct HeadStreamOptions {
    std::string url;                            ///< ws:// or wss://, a path is kept
    std::chrono::milliseconds timeout{10'000};  ///< of connecting; a connection that is silent for three times as long
                                                ///< is asked whether it lives, then given up
    std::chrono::milliseconds backoff{250};     ///< first pause before it is opened again; doubles up to MAX_BACKOFF
    std::function<void(const Head&)> on_head;
    /// Each time the subscription begins (no error) and ends (rpc_unreachable, rpc_refused, rpc_answer_bad).
    std::function<void(const HostResult<void>&)> on_change = {};
};

/// The heads of a node as it gets them (eth_subscribe newHeads), over one WebSocket that is opened again whenever it
/// is lost. What the chain did meanwhile is not told: whoever needs every block asks for those between. Both functions
/// are called from a thread of the stream, never after its end.
class HeadStream {
  public:
    virtual ~HeadStream() = default;
    /// Error: rpc_url_bad. A node that is not there is no error: see on_change.
    static HostResult<std::unique_ptr<HeadStream>> open(HeadStreamOptions options);
};

}  // namespace ashlar::rpc
