// SPDX-License-Identifier: Apache-2.0
// What operators and dashboards look at.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "daemons/coordinator/app.hpp"
#include "daemons/coordinator/pages.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

constexpr size_t RECENT = 100;

double seconds_of(const Block& b) { return static_cast<double>(b.finished_ms - b.proving_ms) / 1000; }

double percentile(std::vector<double> sorted, double p) {
    if (sorted.empty()) return 0;
    return sorted[std::min(sorted.size() - 1, static_cast<size_t>(p * static_cast<double>(sorted.size())))];
}

json::array blocks_under_way(Context& c) {
    const auto live = c.scheduler.progress();
    json::array out;
    for (const BlockState s : {BlockState::verifying, BlockState::aggregating, BlockState::proving,
                               BlockState::inputs_ready, BlockState::fetching})
        for (const Block& b : c.scheduler.blocks_in(s, 20)) {
            json::array tasks;
            for (const Task& t : c.scheduler.tasks_of(b.id)) {
                json::object o{{"kind", name_of(t.kind)},
                               {"index", t.index},
                               {"state", name_of(t.state)},
                               {"attempts", t.attempts}};
                if (const auto p = live.find(t.current); p != live.end() && t.state == TaskState::running)
                    o["stage"] = p->second.stage, o["done"] = p->second.done, o["total"] = p->second.total;
                tasks.push_back(std::move(o));
            }
            out.push_back(
                json::object{{"number", b.number},
                             {"hash", b.hash},
                             {"job", static_cast<int64_t>(b.job)},
                             {"state", name_of(b.state)},
                             {"gas_used", b.gas_used},
                             {"seconds", b.proving_ms ? static_cast<double>(c.now_ms() - b.proving_ms) / 1000 : 0.0},
                             {"tasks", std::move(tasks)}});
        }
    return out;
}

/// Seconds until all that is asked for is done, from the median of late blocks and as many at once as there may be;
/// null before the first block has ended.
json::value eta_seconds(Context& c, double each, uint64_t queued) {
    const double places = static_cast<double>(c.scheduler.policy().blocks_in_flight);
    double work = each * static_cast<double>(queued), longest = 0;
    for (const BlockState s : {BlockState::fetching, BlockState::inputs_ready, BlockState::proving,
                               BlockState::aggregating, BlockState::verifying})
        for (const Block& b : c.scheduler.blocks_in(s, 1000)) {
            const double spent = b.proving_ms ? static_cast<double>(c.now_ms() - b.proving_ms) / 1000 : 0;
            const double left = std::max(0.0, each - spent);
            work += left, longest = std::max(longest, left);
        }
    if (each == 0) return nullptr;
    return std::max(longest, std::max(work / places, queued ? each : 0.0));
}

json::array troubles(Context& c) {
    json::array out;
    const std::lock_guard lock(c.mutex);
    for (const auto& [event, e] : c.troubles) {
        json::object o = to_json(e);
        o["event"] = event;
        out.push_back(std::move(o));
    }
    return out;
}

json::object status(Context& c) {
    const auto finished = c.scheduler.finished_blocks(RECENT);
    std::vector<double> seconds;
    json::array recent;
    for (const Block& b : finished) {
        if (b.state == BlockState::proven) seconds.push_back(seconds_of(b));
        recent.push_back(json::object{{"number", b.number},
                                      {"hash", b.hash},
                                      {"state", name_of(b.state)},
                                      {"reason", b.reason},
                                      {"seconds", b.proving_ms ? seconds_of(b) : 0.0},
                                      {"gas_used", b.gas_used},
                                      {"cycles", b.cycles},
                                      {"subblocks", b.subblocks},
                                      {"proof_bytes", b.proof_bytes},
                                      {"verify_milliseconds", b.verify_milliseconds},
                                      {"finished_ms", b.finished_ms}});
    }
    std::sort(seconds.begin(), seconds.end());
    json::object counts;
    uint64_t queued = 0, under_way = 0;
    for (const auto& [state, n] : c.scheduler.block_counts()) {
        counts[name_of(state)] = n;
        if (state == BlockState::queued)
            queued = n;
        else if (!is_final(state))
            under_way += n;
    }
    json::array nodes;
    uint64_t live = 0;
    for (const Node& n : c.scheduler.nodes()) {
        json::object o = wire::write(n);
        o["seconds_since_heartbeat"] = static_cast<double>(c.now_ms() - n.last_seen_ms) / 1000;
        {
            const std::lock_guard lock(c.mutex);
            if (const auto it = c.node_info.find(n.id); it != c.node_info.end())
                if (auto info = parse_object(it->second)) o["info"] = *info;
        }
        live += n.state == NodeState::live;
        nodes.push_back(std::move(o));
    }
    json::object retries;
    for (const auto& [k, v] : c.scheduler.counters()) retries[k] = v;
    const double p50 = percentile(seconds, 0.5);
    return {{"state", under_way ? "proving"
                      : queued  ? "queued"
                                : "idle"},
            {"version", VERSION},
            {"uptime_seconds", static_cast<double>(c.now_ms() - c.started_ms) / 1000},
            {"chain", c.config.text("chain")},
            {"blocks_per_hour", c.scheduler.proven_since(c.now_ms() - 3600'000)},
            {"last_block", recent.empty() ? json::value() : recent.back()},
            {"p50_seconds", p50},
            {"p99_seconds", percentile(seconds, 0.99)},
            {"queue", queued},
            {"eta_seconds", queued + under_way ? eta_seconds(c, p50, queued) : json::value(0.0)},
            {"counts", std::move(counts)},
            {"troubles", troubles(c)},
            {"live_nodes", live},
            {"nodes", std::move(nodes)},
            {"blocks", blocks_under_way(c)},
            {"recent", std::move(recent)},
            {"counters", std::move(retries)}};
}

std::string metrics(Context& c) {
    Metrics& m = c.metrics;
    for (const BlockState s : {BlockState::queued, BlockState::fetching, BlockState::inputs_ready, BlockState::proving,
                               BlockState::aggregating, BlockState::verifying, BlockState::proven, BlockState::failed,
                               BlockState::cancelled})
        m.set("ashlar_coordinator_blocks", 0, {{"state", std::string(name_of(s))}});
    for (const auto& [state, n] : c.scheduler.block_counts())
        m.set("ashlar_coordinator_blocks", static_cast<double>(n), {{"state", std::string(name_of(state))}});
    m.clear("ashlar_coordinator_node_up");
    for (const Node& n : c.scheduler.nodes())
        m.set("ashlar_coordinator_node_up", n.state != NodeState::lost, {{"node", n.name}, {"role", n.role}});
    for (const auto& [k, v] : c.scheduler.counters())
        m.set("ashlar_coordinator_attempts_ended_unused", static_cast<double>(v), {{"reason", k}});
    m.set("ashlar_coordinator_running_attempts", static_cast<double>(c.scheduler.running_attempts().size()));
    return m.text();
}

}  // namespace

std::vector<HttpRoute> status_routes(Context& c) {
    const auto page = [](const char* type, std::string_view body) {
        return [type, body](HttpRequest&) {
            HttpResponse out;
            out.content_type = type;
            out.body = body;
            out.headers["Content-Security-Policy"] =
                "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
                "img-src data:";
            out.headers["Referrer-Policy"] = "no-referrer";
            return out;
        };
    };
    return {
        {"GET", "/healthz", Role::none, [](HttpRequest&) { return json_response("{\"ok\":true}"); }},
        {"GET", "/readyz", Role::none,
         [&c](HttpRequest&) {
             bool worker = false, aggregator = false;
             for (const Node& n : c.scheduler.nodes())
                 if (n.state == NodeState::live) (n.role == "worker" ? worker : aggregator) = true;
             bool store = true;
             {
                 const std::lock_guard lock(c.mutex);
                 store = !c.troubles.contains("store_trouble");
             }
             const bool disk = !c.disk_low, ready = worker && aggregator && disk && store;
             const json::object o{
                 {"ready", ready}, {"worker", worker}, {"aggregator", aggregator}, {"disk", disk}, {"store", store}};
             return json_response(json::serialize(o), ready ? 200 : 503);
         }},
        {"GET", "/status", Role::reader, [&c](HttpRequest&) { return json_response(json::serialize(status(c))); }},
        {"GET", "/metrics", Role::reader,
         [&c](HttpRequest&) {
             HttpResponse out;
             out.content_type = "text/plain; version=0.0.4";
             out.body = metrics(c);
             return out;
         }},
        {"GET", "/openapi.json", Role::none, page("application/json", OPENAPI_JSON)},
        {"GET", "/", Role::none, page("text/html; charset=utf-8", DASHBOARD_HTML)},
    };
}

}  // namespace ashlar::coordinator
