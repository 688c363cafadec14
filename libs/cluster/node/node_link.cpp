// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node_link.hpp"

#include "libs/base/json.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
using std::chrono::milliseconds;

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
    const json::object body{{"epoch", state_.epoch()}, {"attempts", state_.attempts()}, {"info", state_.info()}};
    auto reply = client.post("/v1/nodes/" + state_.id + "/heartbeat", json::serialize(body));
    if (!reply) {
        if (reply.error().code == "node_unknown" || reply.error().code == "node_stale") state_.set_epoch(0);
        return Fail{reply.error()};
    }
    ASHLAR_ASSIGN(const json::object o, parse_object(*reply));
    if (const auto* stop = o.if_contains("stop"); stop && stop->is_array())
        for (const auto& v : stop->as_array())
            if (v.is_string()) state_.stop_attempt(std::string(v.as_string()));
    return {};
}

HostResult<void> NodeLink::enroll(HttpClient& client) {
    const NodeOptions& o = state_.options;
    const json::object hello{
        {"id", state_.id},         {"name", o.name},     {"role", o.role},     {"instance", state_.instance},
        {"url", o.advertised_url}, {"version", VERSION}, {"slots", o.engines}, {"info", state_.info()}};
    ASHLAR_ASSIGN(const std::string reply, client.post("/v1/nodes", json::serialize(hello)));
    ASHLAR_ASSIGN(const json::object answer, parse_object(reply));
    ASHLAR_ASSIGN(const uint64_t got, need_number(answer, "epoch"));
    log::info("registered", {{"node", state_.id}, {"epoch", got}});
    state_.set_epoch(got);
    return {};
}

}  // namespace ashlar::cluster
