// SPDX-License-Identifier: Apache-2.0
// Workers and the aggregator: registration, heartbeats, tasks, results, draining.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/coordinator/app.hpp"
#include "libs/base/json.hpp"
#include "libs/base/log.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

constexpr uint64_t MAX_CLAIM_WAIT_MS = 20000;

/// What a node may say of itself, and of a proof it made.
constexpr size_t MAX_INFO_BYTES = 32 << 10, MAX_STATS_BYTES = 32 << 10, MAX_TEXT_BYTES = 256, MAX_CODE_BYTES = 64;

std::string info_text(const json::object& o) {
    const auto* info = o.if_contains("info");
    std::string text = info && info->is_object() ? json::serialize(*info) : "{}";
    if (text.size() <= MAX_INFO_BYTES) return text;
    return fmt::format(R"({{"left_out":"{} bytes are more than {}"}})", text.size(), MAX_INFO_BYTES);
}

HostResult<json::object> enroll(Context& c, const std::string& body) {
    ASHLAR_ASSIGN(const json::object o, parse_object(body));
    NodeHello h;
    ASHLAR_ASSIGN(h.id, need_text(o, "id"));
    ASHLAR_ASSIGN(h.role, need_text(o, "role"));
    ASHLAR_ASSIGN(h.instance, need_text(o, "instance"));
    ASHLAR_ASSIGN(h.slots, need_number(o, "slots"));
    h.name = text_field(o, "name"), h.url = text_field(o, "url"), h.version = text_field(o, "version");
    h.info.text = info_text(o);
    for (const std::string* text : {&h.instance, &h.url, &h.version})
        if (text->size() > MAX_TEXT_BYTES)
            return fail("node_bad", fmt::format("instance, url or version is over {} bytes", MAX_TEXT_BYTES));
    if (h.id.size() > 64 || h.name.size() > 128 || h.id.find(',') != std::string::npos)
        return fail("node_bad", "id or name is too long, or the id holds a comma");
    ASHLAR_ASSIGN(const Node n, c.scheduler.register_node(h));
    log::info("node_registered", {{"node", n.id}, {"name", n.name}, {"role", n.role}, {"epoch", n.epoch}});
    return json::object{{"epoch", n.epoch}, {"state", name_of(n.state)}};
}

HostResult<json::object> heartbeat(Context& c, const std::string& id, const std::string& body) {
    ASHLAR_ASSIGN(const json::object o, parse_object(body));
    ASHLAR_ASSIGN(const uint64_t epoch, need_number(o, "epoch"));
    std::vector<AttemptProgress> reports;
    if (const auto* list = o.if_contains("attempts"); list && list->is_array())
        for (const auto& v : list->as_array()) {
            if (!v.is_object()) return fail("json_bad", "field 'attempts' must hold objects");
            const auto& a = v.as_object();
            AttemptProgress p;
            ASHLAR_ASSIGN(p.attempt, need_text(a, "attempt"));
            ASHLAR_ASSIGN(p.seq, need_number(a, "seq"));
            p.stage = text_field(a, "stage").substr(0, 32);
            p.done = number_field(a, "done"), p.total = number_field(a, "total"), p.chunks = number_field(a, "chunks");
            reports.push_back(std::move(p));
        }
    ASHLAR_ASSIGN(const auto stop, c.scheduler.heartbeat(id, epoch, reports, ""));
    {
        const std::lock_guard lock(c.mutex);
        c.node_info[id] = info_text(o);
    }
    json::array list;
    for (const auto& s : stop) list.push_back(json::string(s));
    return json::object{{"stop", std::move(list)}};
}

json::object assignment_json(const Context& c, const Assignment& a) {
    json::array proofs;
    for (const auto& p : a.proofs) proofs.push_back(json::string(p));
    const bool program = a.task.kind == TaskKind::program;
    // A block keeps the programs it began with; rows of older versions do not say which.
    const auto or_now = [](const std::string& of_block, const std::string& now) {
        return of_block.empty() ? now : of_block;
    };
    const std::string subblock = or_now(a.block.subblock_program, c.scheduler.policy().subblock_program),
                      aggregator = or_now(a.block.aggregator_program, c.scheduler.policy().aggregator_program);
    return {{"attempt", a.attempt.id},
            {"kind", name_of(a.task.kind)},
            {"job", static_cast<int64_t>(a.block.job)},
            {"number", a.block.number},
            {"index", a.task.index},
            {"elf", program                              ? a.block.elf
                    : a.task.kind == TaskKind::aggregate ? aggregator
                                                         : subblock},
            {"subblock_elf", subblock},
            {"stdin", a.task.stdin_blob},
            {"proofs", std::move(proofs)},
            {"profile", a.profile},
            {"chunk_cycles", a.attempt.chunk_cycles},
            {"deadline_ms", a.attempt.deadline_ms}};
}

HttpResponse claim(Context& c, HttpRequest& r) {
    struct Who {
        std::string node;
        uint64_t epoch = 0, wait_ms = 0;
    };
    const auto who = [&]() -> HostResult<Who> {
        ASHLAR_ASSIGN(const json::object o, parse_object(r.body));
        Who w;
        ASHLAR_ASSIGN(w.node, need_text(o, "node"));
        ASHLAR_ASSIGN(w.epoch, need_number(o, "epoch"));
        w.wait_ms = std::min(number_field(o, "wait_ms"), MAX_CLAIM_WAIT_MS);
        return w;
    }();
    if (!who) return error_response(400, who.error());
    HttpResponse out;
    out.status = 204;
    out.wait = std::chrono::milliseconds(who->wait_ms);
    out.poll = [&c, w = *who]() -> std::optional<HttpResponse> {
        const auto a = c.scheduler.claim(w.node, w.epoch);
        if (!a) return error_response(status_of(a.error()), a.error());
        if (!*a) return std::nullopt;
        const Assignment& got = **a;
        log::info("task_assigned", {{"job", static_cast<int64_t>(got.block.job)},
                                    {"block", got.block.number},
                                    {"kind", name_of(got.task.kind)},
                                    {"index", got.task.index},
                                    {"attempt", got.attempt.id},
                                    {"node", w.node}});
        return json_response(json::serialize(assignment_json(c, got)));
    };
    return out;
}

HostResult<json::object> result(Context& c, const std::string& body) {
    ASHLAR_ASSIGN(const json::object o, parse_object(body));
    AttemptResult r;
    ASHLAR_ASSIGN(r.attempt, need_text(o, "attempt"));
    ASHLAR_ASSIGN(r.node, need_text(o, "node"));
    ASHLAR_ASSIGN(r.epoch, need_number(o, "epoch"));
    r.ok = bool_field(o, "ok");
    if (r.ok) {
        ASHLAR_ASSIGN(r.output, need_text(o, "output"));
        r.chunks = number_field(o, "chunks"), r.cycles = number_field(o, "cycles"),
        r.seconds = real_field(o, "seconds");
        if (const auto* stats = o.if_contains("stats"); stats && stats->is_object())
            r.stats.text = json::serialize(*stats);
        if (r.stats.text.size() > MAX_STATS_BYTES) r.stats.text.clear();
        if (!c.blobs.has(r.output)) {  // success without a proof is a failure
            r.ok = false;
            r.error = {"output_missing", "the proof was not uploaded"};
        } else {
            r.output_bytes = c.blobs.size(r.output);
        }
    } else if (const auto* e = o.if_contains("error"); e && e->is_object()) {
        r.error = error_from(e->as_object());
    }
    if (!r.ok && r.error.code.empty()) r.error = {"task_failed", "the node gave no reason"};
    r.error.message.resize(std::min<size_t>(r.error.message.size(), 2000));
    r.error.hint.resize(std::min<size_t>(r.error.hint.size(), MAX_TEXT_BYTES));
    r.error.code.resize(std::min(r.error.code.size(), MAX_CODE_BYTES));
    ASHLAR_ASSIGN(const Acknowledgement a, c.scheduler.finish(r));
    log::info("result", {{"attempt", r.attempt},
                         {"node", r.node},
                         {"ok", r.ok},
                         {"taken", a.why},
                         {"reason", r.ok ? "" : r.error.code + ": " + r.error.message}});
    return json::object{{"accepted", a.accepted}, {"why", a.why}};
}

}  // namespace

std::vector<HttpRoute> node_routes(Context& c) {
    const auto drain = [&c](bool on) {
        return [&c, on](HttpRequest& r) {
            return answer([&]() -> HostResult<json::object> {
                ASHLAR_ASSIGN(const bool dry, dry_run(r));
                ASHLAR_ASSIGN(const Node n, c.scheduler.drain_node(r.params["id"], on, dry));
                json::object o = wire::write(n);
                if (dry) o["dry_run"] = true;
                return o;
            }());
        };
    };
    return {
        {"POST", "/v1/nodes", Role::node, [&c](HttpRequest& r) { return answer(enroll(c, r.body), 201); }},
        {"POST", "/v1/nodes/{id}/heartbeat", Role::node,
         [&c](HttpRequest& r) { return answer(heartbeat(c, r.params["id"], r.body)); }},
        {"POST", "/v1/tasks/claim", Role::node, [&c](HttpRequest& r) { return claim(c, r); }},
        {"POST", "/v1/results", Role::node, [&c](HttpRequest& r) { return answer(result(c, r.body)); }},
        {"GET", "/v1/nodes", Role::reader,
         [&c](HttpRequest&) {
             json::array list;
             for (const Node& n : c.scheduler.nodes()) list.push_back(wire::write(n));
             return json_response(json::serialize(json::object{{"nodes", std::move(list)}}));
         }},
        {"POST", "/v1/nodes/{id}/drain", Role::admin, drain(true), false, {"dry_run"}},
        {"POST", "/v1/nodes/{id}/resume", Role::admin, drain(false), false, {"dry_run"}},
    };
}

}  // namespace ashlar::coordinator
