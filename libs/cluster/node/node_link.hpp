// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/cluster/http/http_client.hpp"
#include "libs/cluster/node/node_work.hpp"

namespace ashlar::cluster {

/// Registers the node and beats until it is stopped, on a connection of its own: proving, transfers and claims never
/// delay it. Obeys the coordinator's list of attempts to stop.
class NodeLink {
  public:
    explicit NodeLink(NodeWork& state) : state_(state) {}
    /// The thread's body.
    void run();
    const Pulse& pulse() const { return pulse_; }

  private:
    NodeWork& state_;
    Pulse pulse_;
    HostResult<void> beat(HttpClient& client);
    HostResult<void> enroll(HttpClient& client);
};

}  // namespace ashlar::cluster
