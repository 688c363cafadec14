// SPDX-License-Identifier: Apache-2.0
// What operators and dashboards look at.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "daemons/coordinator/app.hpp"
#include "daemons/coordinator/pages.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/version.hpp"
#include "libs/cluster/wire/status.hpp"

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

std::vector<BlockUnderWay> blocks_under_way(Context& c) {
    const auto live = c.scheduler.progress();
    std::vector<BlockUnderWay> out;
    for (const BlockState s : {BlockState::verifying, BlockState::aggregating, BlockState::proving,
                               BlockState::inputs_ready, BlockState::fetching})
        for (const Block& b : c.scheduler.blocks_in(s, 20)) {
            BlockUnderWay v{b.number, b.hash, b.job, b.state, b.gas_used, 0, {}};
            if (b.proving_ms) v.seconds = static_cast<double>(c.now_ms() - b.proving_ms) / 1000;
            for (const Task& t : c.scheduler.tasks_of(b.id)) {
                TaskUnderWay task{t.kind, t.index, t.state, t.attempts, {}, {}, {}};
                if (const auto p = live.find(t.current); p != live.end() && t.state == TaskState::running)
                    task.stage = p->second.stage, task.done = p->second.done, task.total = p->second.total;
                v.tasks.push_back(std::move(task));
            }
            out.push_back(std::move(v));
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

std::vector<Trouble> troubles(Context& c) {
    std::vector<Trouble> out;
    const std::lock_guard lock(c.mutex);
    for (const auto& [event, e] : c.troubles) out.push_back({e.code, e.message, e.hint, event});
    return out;
}

ClusterStatus status(Context& c) {
    ClusterStatus s;
    std::vector<double> seconds;
    for (const Block& b : c.scheduler.finished_blocks(RECENT)) {
        if (b.state == BlockState::proven) seconds.push_back(seconds_of(b));
        s.recent.push_back({b.number, b.hash, b.state, b.reason, b.proving_ms ? seconds_of(b) : 0.0, b.gas_used,
                            b.cycles, b.subblocks, b.proof_bytes, b.verify_milliseconds, b.finished_ms});
    }
    std::sort(seconds.begin(), seconds.end());
    uint64_t under_way = 0;
    for (const auto& [state, n] : c.scheduler.block_counts()) {
        s.counts.emplace_back(name_of(state), n);
        if (state == BlockState::queued)
            s.queue = n;
        else if (!is_final(state))
            under_way += n;
    }
    for (const Node& n : c.scheduler.nodes()) {
        NodeSeen& seen = s.nodes.emplace_back();
        static_cast<Node&>(seen) = n;
        seen.seconds_since_heartbeat = static_cast<double>(c.now_ms() - n.last_seen_ms) / 1000;
        s.live_nodes += n.state == NodeState::live;
        const std::lock_guard lock(c.mutex);
        if (const auto it = c.node_info.find(n.id); it != c.node_info.end()) seen.info = it->second;
    }
    s.counters = c.scheduler.counters();
    s.state = under_way ? "proving" : s.queue ? "queued" : "idle";
    s.version = VERSION;
    s.uptime_seconds = static_cast<double>(c.now_ms() - c.started_ms) / 1000;
    s.chain = c.config.text("chain");
    s.blocks_per_hour = c.scheduler.proven_since(c.now_ms() - 3600'000);
    if (!s.recent.empty()) s.last_block = wire::write(s.recent.back());
    s.p50_seconds = percentile(seconds, 0.5), s.p99_seconds = percentile(seconds, 0.99);
    s.eta_seconds = s.queue + under_way ? eta_seconds(c, s.p50_seconds, s.queue) : json::value(0.0);
    s.troubles = troubles(c);
    s.blocks = blocks_under_way(c);
    s.disk_free_bytes = c.disk_free_mib << 20, s.disk_floor_bytes = c.config.number("disk_floor_mib") << 20;
    return s;
}

Readiness readiness(Context& c) {
    Readiness r;
    for (const Node& n : c.scheduler.nodes())
        if (n.state == NodeState::live) (n.role == "worker" ? r.worker : r.aggregator) = true;
    {
        const std::lock_guard lock(c.mutex);
        r.store = !c.troubles.contains("store_trouble");
    }
    r.disk = !c.disk_low;
    r.ready = r.worker && r.aggregator && r.disk && r.store;
    return r;
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
    const auto ready = [&c](HttpRequest&) {
        const Readiness r = readiness(c);
        return message(r, r.ready ? 200 : 503);
    };
    const auto metrics_page = [&c](HttpRequest&) {
        HttpResponse out;
        out.content_type = "text/plain; version=0.0.4";
        out.body = metrics(c);
        return out;
    };
    return {
        {"GET", "/healthz", Role::none, [](HttpRequest&) { return json_response("{\"ok\":true}"); }, {"Alive"}},
        {"GET",
         "/readyz",
         Role::none,
         ready,
         {"Ready for blocks; 503 if not, with what is missing", nullptr, answer_of<Readiness>}},
        {"GET",
         "/status",
         Role::reader,
         [&c](HttpRequest&) { return message(status(c)); },
         {"State of the cluster, for dashboards", nullptr, answer_of<ClusterStatus>}},
        {"GET",
         "/metrics",
         Role::reader,
         metrics_page,
         {"Metrics for Prometheus", nullptr, nullptr, 200, "text/plain"}},
        {"GET",
         "/",
         Role::none,
         page("text/html; charset=utf-8", DASHBOARD_HTML),
         {"The dashboard", nullptr, nullptr, 200, "text/html"}},
    };
}

}  // namespace ashlar::coordinator
