// SPDX-License-Identifier: Apache-2.0
// What operators do: logs, doctor, tuning, node verbs.
#include <fmt/format.h>

#include <charconv>
#include <future>

#include "daemons/coordinator/app.hpp"
#include "daemons/coordinator/input_index.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/http/http_client.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/node/node_orders.hpp"
#include "libs/cluster/version.hpp"
#include "libs/rpc/block_source.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace cluster;
using Clock = std::chrono::steady_clock;

namespace {

constexpr uint64_t LOG_LINES = 200;
constexpr auto CALLBACK_LIMIT = std::chrono::seconds(3);

HttpResponse silent(const Node& n) {
    return error_response({"node_unavailable", fmt::format("node {} gave no answer within {} s", n.name,
                                                           std::chrono::seconds(ORDER_PATIENCE).count())});
}

/// Asks a node and waits for its answer with the connection, not with a thread.
HttpResponse order(Context& c, const Node& n, NodeVerb verb, wire::Json arguments) {
    HttpResponse out = silent(n);
    out.wait = ORDER_PATIENCE;
    out.poll = [placed = c.orders.place(n.id, verb, std::move(arguments))]() -> std::optional<HttpResponse> {
        const auto answer = placed->answer();
        if (!answer) return std::nullopt;
        return json_response(answer->text.empty() ? "{}" : answer->text);
    };
    return out;
}

HostResult<Node> live_node(Context& c, const std::string& name) {
    ASHLAR_ASSIGN(Node n, c.scheduler.find_node(name));
    if (n.state == NodeState::lost)
        return fail("node_unavailable", fmt::format("node {} is lost: its heartbeats do not come", n.name),
                    "start its daemon; its own log says why it ended");
    return n;
}

HttpResponse node_verb(Context& c, HttpRequest& r, NodeVerb verb) {
    const auto dry = dry_run(r);
    if (!dry) return error_response(dry.error());
    const auto n = live_node(c, r.params["node"]);
    if (!n) return error_response(n.error());
    if (*dry) return message(Acknowledged{true, "dry run"});
    log::info("node_ordered", {{"node", n->id}, {"name", n->name}, {"verb", name_of(verb)}});
    return order(c, *n, verb, {});
}

HostResult<LogOrder> log_order(const HttpRequest& r) {
    LogOrder o{0, LOG_LINES};
    for (const auto& [name, field] : {std::pair{"after", &o.after}, {"limit", &o.limit}}) {
        const auto given = r.query.find(name);
        if (given == r.query.end()) continue;
        const std::string& t = given->second;
        const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), *field);
        if (ec != std::errc() || end != t.data() + t.size())
            return fail("request_bad", fmt::format("'{}' must be a whole number", name));
    }
    return o;
}

HttpResponse node_logs(Context& c, HttpRequest& r) {
    const auto wanted = log_order(r);
    if (!wanted) return error_response(wanted.error());
    const auto n = live_node(c, r.params["node"]);
    if (!n) return error_response(n.error());
    return order(c, *n, NodeVerb::logs, {json::serialize(wire::write(*wanted))});
}

/// What the coordinator finds out about itself and its surroundings.
HostFindings examine_coordinator(Context& c) {
    HostFindings out{"coordinator", "coordinator", true, examine_host(c.config.path("state_dir"))};
    const auto add = [&](const std::string& check, bool ok, const std::string& detail, const std::string& remedy) {
        out.findings.push_back({check, ok, detail, remedy});
    };
    {
        const std::lock_guard lock(c.mutex);
        for (const auto& [event, e] : c.troubles) add(event, false, e.message, e.hint);
    }
    const Policy policy = c.scheduler.policy();
    for (const auto& [name, program] :
         {std::pair{"subblock program", policy.subblock_program}, {"aggregator program", policy.aggregator_program}}) {
        const auto bytes = c.blobs.get(program);
        add(name, bytes.has_value(), bytes ? program : bytes.error().message, "start the coordinator again");
    }
    for (const std::string& dir : c.config.list("input_load_dirs")) {
        std::error_code ec;
        const bool there = fs::is_directory(dir, ec) && fs::directory_iterator(dir, ec) != fs::directory_iterator();
        add("inputs " + dir, there && !ec, there ? "readable" : "not there, empty or not readable",
            "mount it, or change input_load_dirs");
    }
    if (c.inputs) {
        const InputIndex::Summary s = c.inputs->summary();
        add("inputs", s.damaged.empty(),
            s.damaged.empty() ? fmt::format("{} blocks, {} archives", s.blocks, s.archives) : s.damaged.front().message,
            "fetch the archive again");
    }
    if (c.config.has("rpc_http_url")) {
        rpc::BlockSourceOptions o;
        o.url = c.config.text("rpc_http_url"), o.retries = 1, o.timeout = CALLBACK_LIMIT;
        const auto head = rpc::head_number(o);
        add("Ethereum node", head.has_value(), head ? fmt::format("its head is {}", *head) : head.error().message,
            "check rpc_http_url and the node");
    }
    bool worker = false, aggregator = false;
    for (const Node& n : c.scheduler.nodes())
        if (n.state == NodeState::live) (n.role == "worker" ? worker : aggregator) = true;
    add("a live worker", worker, worker ? "yes" : "none", "start ashlar-worker on a host, or resume one");
    add("a live aggregator", aggregator, aggregator ? "yes" : "none", "start ashlar-aggregator, or resume it");
    for (const Finding& f : out.findings) out.ok = out.ok && f.ok;
    return out;
}

/// Whether the coordinator reaches the port a node advertises: what dashboards and scrapers follow.
Finding callback_of(const std::string& url) {
    const auto client = HttpClient::open(url, "", CALLBACK_LIMIT);
    const auto reply = client ? (*client)->send("GET", "/healthz") : HostResult<HttpReply>(Fail{client.error()});
    return {"own port", reply && reply->status == 200,
            reply ? fmt::format("{} answers {}", url, reply->status) : reply.error().message,
            "set advertised_url to where others reach the node, and open its port"};
}

/// One host's part of a doctor's round: the order to it, and the look at its port.
struct Patient {
    Node node;
    std::shared_ptr<Orders::Placed> placed;  ///< null: the node is lost
    std::shared_future<Finding> callback;
};

HostFindings findings_of(const Patient& p, const std::optional<wire::Json>& answer) {
    HostFindings out{p.node.name, p.node.role, false, {}};
    if (answer) {
        const json::value v = wire::parsed(*answer);
        const auto read = v.is_object() ? wire::read<HostFindings>(v.as_object(), wire::Unknown::ignore)
                                        : HostResult<HostFindings>(Fail{Error{"json_bad", "not an object"}});
        if (read) out.findings = read->findings;
    }
    out.findings.insert(out.findings.begin(), {"reachable", answer.has_value(), answer ? "answers" : "gave no answer",
                                               "start its daemon, and check coordinator_url and token_file there"});
    out.findings.push_back(
        {"version", p.node.version == VERSION, p.node.version, fmt::format("install {} there", VERSION)});
    if (p.callback.valid() && p.callback.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        out.findings.push_back(p.callback.get());
    out.ok = true;
    for (const Finding& f : out.findings) out.ok = out.ok && f.ok;
    return out;
}

HttpResponse doctor(Context& c) {
    struct Round {
        HostFindings self;
        std::vector<Patient> patients;
        Clock::time_point until = Clock::now() + ORDER_PATIENCE - std::chrono::seconds(1);
    };
    auto round = std::make_shared<Round>();
    const Policy policy = c.scheduler.policy();
    const DoctorOrder told{
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count(),
        {policy.subblock_program, policy.aggregator_program}};
    for (const Node& n : c.scheduler.nodes()) {
        Patient p{n, nullptr, {}};
        if (n.state != NodeState::lost) {
            p.placed = c.orders.place(n.id, NodeVerb::doctor, {json::serialize(wire::write(told))});
            if (!n.url.empty()) p.callback = std::async(std::launch::async, callback_of, n.url).share();
        }
        round->patients.push_back(std::move(p));
    }
    round->self = examine_coordinator(c);
    HttpResponse out;
    out.wait = ORDER_PATIENCE;
    out.poll = [round]() -> std::optional<HttpResponse> {
        bool done = true;
        DoctorReport report{round->self.ok, {round->self}};
        for (const Patient& p : round->patients) {
            const auto answer = p.placed ? p.placed->answer() : std::nullopt;
            done = done && (answer || !p.placed) &&
                   (!p.callback.valid() || p.callback.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
            report.hosts.push_back(findings_of(p, answer));
            report.ok = report.ok && report.hosts.back().ok;
        }
        if (!done && Clock::now() < round->until) return std::nullopt;
        return message(report);
    };
    return out;
}

/// The configuration as it is used, without what only its owner may know.
json::object shown_config(Context& c) {
    json::object values;
    for (const ConfigKey& k : c.schema) {
        std::string value = c.config.text(k.name);
        if (k.type == ConfigType::url && !value.empty()) value = "(hidden)";  // it may hold a key
        values[k.name] = json::object{{"value", value}, {"origin", c.config.origin(k.name)}};
    }
    return {{"version", VERSION}, {"values", std::move(values)}};
}

}  // namespace

std::vector<HttpRoute> operation_routes(Context& c) {
    const auto verb = [&c](NodeVerb v) { return [&c, v](HttpRequest& r) { return node_verb(c, r, v); }; };
    const auto remove = [&c](HttpRequest& r) {
        return answer([&]() -> HostResult<json::object> {
            ASHLAR_ASSIGN(const bool dry, dry_run(r));
            ASHLAR_ASSIGN(const Node n, c.scheduler.remove_node(r.params["node"], dry));
            json::object o = wire::write(n);
            if (dry) o["dry_run"] = true;
            return o;
        }());
    };
    const auto tune = [&c](HttpRequest& r) {
        return answer([&]() -> HostResult<Tuning> {
            ASHLAR_ASSIGN(const bool dry, dry_run(r));
            ASHLAR_ASSIGN(const TuningChange change, read_body<TuningChange>(r));
            return c.scheduler.tune(change, dry);
        }());
    };
    const auto own_logs = [](HttpRequest& r) {
        return answer([&]() -> HostResult<LogPage> {
            ASHLAR_ASSIGN(const LogOrder wanted, log_order(r));
            return log_page(wanted);
        }());
    };
    const auto answered = [&c](HttpRequest& r) {
        return answer([&]() -> HostResult<Acknowledged> {
            ASHLAR_ASSIGN(const OrderAnswer a, read_body<OrderAnswer>(r));
            const bool wanted = c.orders.answered(r.params["node"], a);
            return Acknowledged{wanted, wanted ? "accepted" : "late"};
        }());
    };
    const std::vector<HttpParameter> paging = {{"after", "Lines after this number; `next` of an answer."},
                                               {"limit", "Maximum number of lines, up to 500; 200 if not given."}};
    return {
        {"POST",
         "/v1/nodes/{node}/restart",
         Role::admin,
         verb(NodeVerb::restart),
         {"A node ends when its tasks have, and is started by its supervisor", nullptr, answer_of<Acknowledged>},
         {DRY_RUN}},
        {"POST",
         "/v1/nodes/{node}/recycle-engines",
         Role::admin,
         verb(NodeVerb::recycle_engines),
         {"Ends a node's engine processes; each starts anew", nullptr, answer_of<Acknowledged>},
         {DRY_RUN}},
        {"DELETE",
         "/v1/nodes/{node}",
         Role::admin,
         remove,
         {"Forget a lost node", nullptr, answer_of<Node>},
         {DRY_RUN}},
        {"GET",
         "/v1/nodes/{node}/logs",
         Role::admin,
         [&c](HttpRequest& r) { return node_logs(c, r); },
         {"Last log lines of a node", nullptr, answer_of<LogPage>},
         paging},
        {"POST",
         "/v1/nodes/{node}/answers",
         Role::node,
         answered,
         {"A node has carried out an order", request_of<OrderAnswer>, answer_of<Acknowledged>}},
        {"GET",
         "/v1/logs",
         Role::admin,
         own_logs,
         {"Last log lines of the coordinator", nullptr, answer_of<LogPage>},
         paging},
        {"GET",
         "/v1/config",
         Role::admin,
         [&c](HttpRequest&) { return json_response(json::serialize(shown_config(c))); },
         {"Configuration in use, URLs hidden"}},
        {"POST",
         "/v1/doctor",
         Role::admin,
         [&c](HttpRequest&) { return doctor(c); },
         {"Examines every host", nullptr, answer_of<DoctorReport>}},
        {"GET",
         "/v1/tuning",
         Role::reader,
         [&c](HttpRequest&) { return message(c.scheduler.tuning()); },
         {"What may be changed while the coordinator runs", nullptr, answer_of<Tuning>}},
        {"PATCH",
         "/v1/tuning",
         Role::admin,
         tune,
         {"Changes it until the coordinator is started again", request_of<TuningChange>, answer_of<Tuning>},
         {DRY_RUN}},
    };
}

}  // namespace ashlar::coordinator
