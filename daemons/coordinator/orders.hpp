// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libs/cluster/wire/nodes.hpp"

namespace ashlar::coordinator {

/// How long an order waits for its answer.
inline constexpr std::chrono::seconds ORDER_PATIENCE{15};

/// Orders to nodes: placed by requests of operators, handed out with heartbeats, answered by nodes. Thread-safe.
class Orders {
  public:
    /// An order of a request; forgotten with it.
    class Placed {
      public:
        Placed(Orders& orders, std::string id) : orders_(orders), id_(std::move(id)) {}
        ~Placed() { orders_.forget(id_); }
        Placed(const Placed&) = delete;
        Placed& operator=(const Placed&) = delete;
        /// What the node answered; nothing: not yet.
        std::optional<wire::Json> answer() const { return orders_.answer_of(id_); }

      private:
        Orders& orders_;
        std::string id_;
    };

    std::shared_ptr<Placed> place(const std::string& node, cluster::NodeVerb verb, wire::Json arguments);
    /// Those a node has not been given yet.
    std::vector<cluster::NodeOrder> take(const std::string& node);
    /// False for an order nobody waits for any more, or that is not this node's.
    bool answered(const std::string& node, const cluster::OrderAnswer& answer);

  private:
    struct Order {
        std::string node;
        cluster::NodeOrder order;
        bool given = false;
        std::optional<wire::Json> answer;
    };
    std::mutex mutex_;
    std::map<std::string, Order> orders_;

    std::optional<wire::Json> answer_of(const std::string& id);
    void forget(const std::string& id);
};

}  // namespace ashlar::coordinator
