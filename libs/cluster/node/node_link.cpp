// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node_link.hpp"

#include "libs/base/json.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/node/node_orders.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

/// Sends a message and reads the answer.
template <class Answer, class Message>
HostResult<Answer> post(HttpClient& client, const std::string& path, const Message& m) {
    ASHLAR_ASSIGN(const std::string reply, client.post(path, json::serialize(wire::write(m))));
    ASHLAR_ASSIGN(const json::object answer, parse_object(reply));
    return wire::read<Answer>(answer, wire::Unknown::ignore);
}

}  // namespace

wire::Json NodeLink::info() const { return {json::serialize(wire::write(state_.info()))}; }

void NodeLink::run() {
    auto client = HttpClient::open(state_.options.coordinator_url, state_.options.token, milliseconds(5000));
    std::string last_error;
    while (!state_.stopped()) {
        pulse_.beat();
        auto result = client ? beat(**client) : HostResult<void>(Fail{client.error()});
        state_.in_touch = result.has_value();
        const std::string error = result ? "" : result.error().code + ": " + result.error().message;
        if (error != last_error) {  // once per change, not once per beat
            if (error.empty())
                log::info("coordinator_reached", {{"url", state_.options.coordinator_url}});
            else
                log::warning("coordinator_trouble", {{"reason", error}, {"effect", "trying again"}});
        }
        last_error = error;
        state_.pause(state_.options.heartbeat);
    }
}

HostResult<void> NodeLink::beat(HttpClient& client) {
    if (state_.epoch() == 0) ASHLAR_TRY(enroll(client));
    const std::string path = "/v1/nodes/" + state_.id + "/heartbeat";
    const auto reply = post<HeartbeatAnswer>(client, path, Heartbeat{state_.epoch(), state_.attempts(), info()});
    if (!reply) {
        if (reply.error().code == "node_unknown" || reply.error().code == "node_stale") state_.set_epoch(0);
        return Fail{reply.error()};
    }
    for (const std::string& attempt : reply->stop) state_.stop_attempt(attempt);
    for (const NodeOrder& order : reply->orders) {
        const OrderAnswer answer{state_.epoch(), order.id, carry_out(state_, *blobs_, order)};
        // Lost on the way: whoever asked is told that the node did not answer, and asks again.
        (void)client.post("/v1/nodes/" + state_.id + "/answers", json::serialize(wire::write(answer)));
    }
    return {};
}

HostResult<void> NodeLink::enroll(HttpClient& client) {
    const NodeOptions& o = state_.options;
    const NodeHello hello{state_.id, o.name,    o.role, state_.instance, o.advertised_url,
                          VERSION,   o.engines, info(), API_VERSION};
    ASHLAR_ASSIGN(const NodeWelcome welcome, post<NodeWelcome>(client, "/v1/nodes", hello));
    const uint64_t got = welcome.epoch;
    log::info("registered", {{"node", state_.id}, {"epoch", got}});
    state_.set_epoch(got);
    return {};
}

}  // namespace ashlar::cluster
