// SPDX-License-Identifier: Apache-2.0
// Workers and the aggregator: registration, heartbeats, tasks, results, draining.
#include <fmt/format.h>

#include <algorithm>

#include "daemons/coordinator/app.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/version.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;

namespace {

constexpr uint64_t MAX_CLAIM_WAIT_MS = 20000;

/// What a node may say of itself, and of a proof it made.
constexpr size_t MAX_INFO_BYTES = 32 << 10, MAX_STATS_BYTES = 32 << 10, MAX_STAGE_BYTES = 32, MAX_MESSAGE_BYTES = 2000,
                 MAX_HINT_BYTES = 256, MAX_CODE_BYTES = 64, MAX_REFUSED_SHOWN = 20;

wire::Json bounded(wire::Json info) {
    if (info.text.empty()) info.text = "{}";
    if (info.text.size() > MAX_INFO_BYTES)
        info.text = fmt::format(R"({{"left_out":"{} bytes are more than {}"}})", info.text.size(), MAX_INFO_BYTES);
    return info;
}

/// Nodes of another version are refused in clear words, and the refusal is there to be seen until they are right.
HostResult<void> check_version(Context& c, const json::object& o) {
    const std::string who = text_field(o, "name").empty() ? text_field(o, "id") : text_field(o, "name");
    const std::string trouble = "node_refused " + who.substr(0, 64);
    const std::lock_guard lock(c.mutex);
    if (number_field(o, "api") == API_VERSION) {
        c.troubles.erase(trouble);
        return {};
    }
    const Error e{
        "node_version",
        fmt::format("node {} has version {} with messages of version {}, the coordinator {} with {}", who.substr(0, 64),
                    text_field(o, "version").substr(0, 64), number_field(o, "api"), VERSION, API_VERSION),
        "install the same version on both"};
    if (c.troubles.contains(trouble) || c.troubles.size() < MAX_REFUSED_SHOWN) c.troubles[trouble] = e;
    return Fail{e};
}

HostResult<NodeWelcome> enroll(Context& c, const HttpRequest& r) {
    ASHLAR_ASSIGN(const json::object o, parse_object(r.body));
    ASHLAR_TRY(check_version(c, o));
    ASHLAR_ASSIGN(NodeHello h, wire::read<NodeHello>(o));
    h.info = bounded(std::move(h.info));
    if (h.id.find(',') != std::string::npos) return fail("node_bad", "the id holds a comma");
    ASHLAR_ASSIGN(const Node n, c.scheduler.register_node(h));
    log::info("node_registered", {{"node", n.id}, {"name", n.name}, {"role", n.role}, {"epoch", n.epoch}});
    return NodeWelcome{n.epoch, n.state};
}

HostResult<HeartbeatAnswer> heartbeat(Context& c, HttpRequest& r) {
    ASHLAR_ASSIGN(Heartbeat beat, read_body<Heartbeat>(r));
    for (AttemptProgress& p : beat.attempts) p.stage = p.stage.substr(0, MAX_STAGE_BYTES);
    const std::string& id = r.params["node"];
    ASHLAR_ASSIGN(auto stop, c.scheduler.heartbeat(id, beat.epoch, beat.attempts));
    {
        const std::lock_guard lock(c.mutex);
        c.node_info[id] = bounded(std::move(beat.info));
    }
    return HeartbeatAnswer{std::move(stop), c.orders.take(id)};
}

TaskOrder task_order(const Context& c, const Assignment& a) {
    // A block keeps the programs it began with; rows of older versions do not say which.
    const auto or_now = [](const std::string& of_block, const std::string& now) {
        return of_block.empty() ? now : of_block;
    };
    const Policy now = c.scheduler.policy();
    TaskOrder t;
    t.attempt = a.attempt.id, t.kind = a.task.kind, t.job = a.block.job;
    t.number = a.block.number, t.index = a.task.index;
    t.subblock_elf = or_now(a.block.subblock_program, now.subblock_program);
    t.elf = t.kind == TaskKind::program     ? a.block.elf
            : t.kind == TaskKind::aggregate ? or_now(a.block.aggregator_program, now.aggregator_program)
                                            : t.subblock_elf;
    t.stdin = a.task.stdin_blob, t.proofs = a.proofs, t.profile = a.profile;
    t.chunk_cycles = a.attempt.chunk_cycles, t.deadline_ms = a.attempt.deadline_ms;
    return t;
}

HttpResponse claim(Context& c, HttpRequest& r) {
    const auto asked = read_body<Claim>(r);
    if (!asked) return error_response(asked.error());
    HttpResponse out;
    out.status = 204;
    out.wait = std::chrono::milliseconds(std::min(asked->wait_ms, MAX_CLAIM_WAIT_MS));
    out.poll = [&c, who = *asked]() -> std::optional<HttpResponse> {
        const auto a = c.scheduler.claim(who.node, who.epoch);
        if (!a) return error_response(a.error());
        if (!*a) return std::nullopt;
        const Assignment& got = **a;
        log::info("task_assigned", {{"job", static_cast<int64_t>(got.block.job)},
                                    {"block", got.block.number},
                                    {"kind", name_of(got.task.kind)},
                                    {"index", got.task.index},
                                    {"attempt", got.attempt.id},
                                    {"node", who.node}});
        return message(task_order(c, got));
    };
    return out;
}

HostResult<Acknowledged> result(Context& c, const HttpRequest& request) {
    ASHLAR_ASSIGN(AttemptResult r, read_body<AttemptResult>(request));
    if (r.stats.text.size() > MAX_STATS_BYTES) r.stats.text.clear();
    if (r.ok && !c.blobs.has(r.output)) {  // success without a proof is a failure
        r.ok = false;
        r.error = {"output_missing", "the proof was not uploaded"};
    }
    if (r.ok) r.output_bytes = c.blobs.size(r.output);
    if (!r.ok && r.error.code.empty()) r.error = {"task_failed", "the node gave no reason"};
    r.error.message.resize(std::min(r.error.message.size(), MAX_MESSAGE_BYTES));
    r.error.hint.resize(std::min(r.error.hint.size(), MAX_HINT_BYTES));
    r.error.code.resize(std::min(r.error.code.size(), MAX_CODE_BYTES));
    ASHLAR_ASSIGN(const Acknowledged a, c.scheduler.finish(r));
    log::info("result", {{"attempt", r.attempt},
                         {"node", r.node},
                         {"ok", r.ok},
                         {"taken", a.why},
                         {"reason", r.ok ? "" : r.error.code + ": " + r.error.message}});
    return a;
}

}  // namespace

std::vector<HttpRoute> node_routes(Context& c) {
    const auto drain = [&c](bool on) {
        return [&c, on](HttpRequest& r) {
            return answer([&]() -> HostResult<json::object> {
                ASHLAR_ASSIGN(const bool dry, dry_run(r));
                ASHLAR_ASSIGN(const Node n, c.scheduler.drain_node(r.params["node"], on, dry));
                json::object o = wire::write(n);
                if (dry) o["dry_run"] = true;
                return o;
            }());
        };
    };
    return {
        {"POST",
         "/v1/nodes",
         Role::node,
         [&c](HttpRequest& r) { return answer(enroll(c, r), 201); },
         {"A node registers", request_of<NodeHello>, answer_of<NodeWelcome>, 201}},
        {"POST",
         "/v1/nodes/{node}/heartbeat",
         Role::node,
         [&c](HttpRequest& r) { return answer(heartbeat(c, r)); },
         {"A node is alive, and how far its attempts are", request_of<Heartbeat>, answer_of<HeartbeatAnswer>}},
        {"POST",
         "/v1/tasks/claim",
         Role::node,
         [&c](HttpRequest& r) { return claim(c, r); },
         {"A node waits for a task; 204: none came", request_of<Claim>, answer_of<TaskOrder>}},
        {"POST",
         "/v1/results",
         Role::node,
         [&c](HttpRequest& r) { return answer(result(c, r)); },
         {"An attempt ended", request_of<AttemptResult>, answer_of<Acknowledged>}},
        {"GET",
         "/v1/nodes",
         Role::reader,
         [&c](HttpRequest&) { return message(NodeList{c.scheduler.nodes()}); },
         {"Workers and aggregators", nullptr, answer_of<NodeList>}},
        {"POST",
         "/v1/nodes/{node}/drain",
         Role::admin,
         drain(true),
         {"A node gets no more tasks", nullptr, answer_of<Node>},
         {DRY_RUN}},
        {"POST",
         "/v1/nodes/{node}/resume",
         Role::admin,
         drain(false),
         {"A node gets tasks again", nullptr, answer_of<Node>},
         {DRY_RUN}},
    };
}

}  // namespace ashlar::coordinator
