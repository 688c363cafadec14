// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/base/metrics.hpp"
#include "libs/cluster/http/token.hpp"

namespace ashlar::cluster {

struct NodeOptions {
    std::string role;  ///< "worker" or "aggregator"
    std::string name;  ///< shown to people; the id is made once and kept in the state directory
    std::string coordinator_url, token;
    std::string listen = "127.0.0.1:0", advertised_url;
    std::shared_ptr<TokenVerifier> tokens;  ///< of its own port
    std::filesystem::path state_dir;
    unsigned engines = 1;
    unsigned threads = 0;  ///< of one engine
    std::vector<std::string> engine_command;
    std::chrono::milliseconds heartbeat{1000};
    std::chrono::milliseconds claim_wait{5000};
};

/// A worker or the aggregator: registers, beats, claims tasks, runs them in engine processes, sends results. The
/// coordinator may vanish and come back at any time; the process may be killed at any time.
class NodeDaemon {
  public:
    /// Starts the HTTP port and the threads. Codes of the state directory and of listening.
    static HostResult<std::unique_ptr<NodeDaemon>> start(NodeOptions options);
    virtual ~NodeDaemon() = default;
    virtual uint16_t port() const = 0;
    /// True while every thread does its rounds: what the watchdog asks.
    virtual bool healthy() const = 0;
    /// Registered and in touch with the coordinator.
    virtual bool ready() const = 0;
    /// An operator asked for a restart, and no task runs any more: the process shall end with RESTART_EXIT_CODE.
    virtual bool restart_due() const = 0;
    /// Claims nothing more, lets tasks end for at most `limit`, then kills the engines and joins.
    virtual void drain(std::chrono::milliseconds limit) = 0;
};

}  // namespace ashlar::cluster
