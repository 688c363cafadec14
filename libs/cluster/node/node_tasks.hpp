// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/cluster/http/http_client.hpp"
#include "libs/cluster/node/node_work.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

/// Serves one slot until the node is stopped: claims a task, fetches its inputs, has the engine work, uploads the
/// proof, delivers the result. Outages of the coordinator are waited out.
class NodeTasks {
  public:
    NodeTasks(NodeWork& state, const BlobStore& blobs, Slot& slot) : state_(state), blobs_(blobs), slot_(slot) {}
    /// The thread's body.
    void run();

  private:
    NodeWork& state_;
    const BlobStore& blobs_;
    Slot& slot_;
    HostResult<std::optional<TaskOrder>> claim(HttpClient& client);
    void work(HttpClient& client, const TaskOrder& task);
    /// Fills `result` with what a successful run came to.
    HostResult<void> execute(HttpClient& client, const TaskOrder& task, const std::stop_token& stop,
                             AttemptResult& result);
    HostResult<std::string> fetch(HttpClient& client, const std::string& name, const std::stop_token& stop);
    HostResult<void> upload(HttpClient& client, const std::string& name, const std::stop_token& stop);
    void deliver(HttpClient& client, const AttemptResult& result, const std::stop_token& stop);
    void hand_back(HttpClient& client, AttemptResult result);
};

}  // namespace ashlar::cluster
