// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/cluster/http/http_client.hpp"
#include "libs/cluster/node/node_work.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

/// Registers the node and beats until it is stopped, on a connection of its own: proving, transfers and claims never
/// delay it. Obeys the coordinator's list of attempts to stop.
class NodeLink {
  public:
    NodeLink(NodeWork& state, const std::optional<BlobStore>& blobs) : state_(state), blobs_(blobs) {}
    /// The thread's body.
    void run();
    const Pulse& pulse() const { return pulse_; }

  private:
    NodeWork& state_;
    const std::optional<BlobStore>& blobs_;  ///< there once the thread runs
    Pulse pulse_;
    wire::Json info() const;
    HostResult<void> beat(HttpClient& client);
    HostResult<void> enroll(HttpClient& client);
};

}  // namespace ashlar::cluster
