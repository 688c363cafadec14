// SPDX-License-Identifier: Apache-2.0
// Clients of a running coordinator: prove, job, node, status.
#include "daemons/ctl/remote.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <cstdlib>
#include <set>
#include <thread>

#include "libs/base/json.hpp"
#include "libs/cluster/http/token.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using namespace prover;
using Clock = std::chrono::steady_clock;

namespace {

/// An answer may come from anything that listens there: what is not an object reads as an empty one.
const json::object& object_of(const json::value& v) {
    static const json::object NONE;
    return v.is_object() ? v.as_object() : NONE;
}
HostResult<json::array> need_array(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    if (!v || !v->is_array())
        return fail("peer_answer_bad", fmt::format("the answer lacks the list '{}'", key),
                    "does the url name an ashlar-coordinator of this version?");
    return v->as_array();
}
HostResult<int64_t> job_id(const json::object& job) {
    ASHLAR_ASSIGN(const uint64_t id, need_number(job, "id"));
    return static_cast<int64_t>(id);
}

constexpr auto PATIENCE = std::chrono::seconds(60);
constexpr auto POLL = std::chrono::milliseconds(300);
}  // namespace

std::vector<Option> with_coordinator_options(std::vector<Option> options) {
    options.push_back({"url", "URL", "the coordinator; else ASHLAR_URL, else http://127.0.0.1:8080"});
    options.push_back({"token-file", "FILE", "file with a token; else ASHLAR_TOKEN"});
    return options;
}

HostResult<std::unique_ptr<HttpClient>> coordinator(const Options& o) {
    const char* env_url = std::getenv("ASHLAR_URL");
    const char* env_token = std::getenv("ASHLAR_TOKEN");
    std::string token = env_token ? env_token : "";
    if (o.has("token-file")) {
        ASHLAR_ASSIGN(token, read_token(o.path("token-file")));
    }
    return HttpClient::open(o.has("url") ? o.text("url") : env_url ? env_url : "http://127.0.0.1:8080", token);
}

std::vector<std::string> task_lines(const json::object& job) {
    std::vector<std::string> out;
    const auto* blocks = job.if_contains("blocks");
    if (!blocks || !blocks->is_array()) return out;
    for (const auto& bv : blocks->as_array()) {
        const auto& b = object_of(bv);
        out.push_back(fmt::format("block {}: {}", number_field(b, "number"), text_field(b, "state")));
        const auto* tasks = b.if_contains("tasks");
        if (!tasks || !tasks->is_array()) continue;
        for (const auto& tv : tasks->as_array()) {
            const auto& t = object_of(tv);
            const std::string kind = text_field(t, "kind"), state = text_field(t, "state");
            std::string line = fmt::format("block {} {}", number_field(b, "number"), kind);
            if (kind == "subblock")
                line += fmt::format(" {} of {}", number_field(t, "index") + 1, number_field(b, "subblocks"));
            line += ": " + state;
            if (state == "running") {
                const std::string stage = text_field(t, "stage");
                line += " " + (stage.empty() ? "starting" : stage);
                const uint64_t total = number_field(t, "total"), done = number_field(t, "done");
                if (total) line += fmt::format(" {} %", 100 * std::min(done, total) / total);
            }
            if (number_field(t, "attempts") > 1) line += fmt::format(" (attempt {})", number_field(t, "attempts"));
            out.push_back(std::move(line));
        }
    }
    return out;
}

std::string block_line(const json::object& b) {
    const std::string state = text_field(b, "state");
    std::string out = fmt::format("block {}: {}", number_field(b, "number"), state);
    if (state == "proven")
        out += fmt::format(", {} gas, {} cycles, {:.1f} s, proof {} bytes, verified in {:.0f} ms",
                           number_field(b, "gas_used"), number_field(b, "cycles"),
                           static_cast<double>(number_field(b, "finished_ms") - number_field(b, "proving_ms")) / 1000,
                           number_field(b, "proof_bytes"), real_field(b, "verify_milliseconds"));
    else if (!text_field(b, "reason").empty())
        out += ", " + text_field(b, "reason");
    return out;
}

HostResult<json::object> follow_job(HttpClient& client, int64_t id,
                                    const std::function<void(const json::object&)>& seen,
                                    const std::function<bool()>& stop) {
    auto heard = Clock::now();
    json::array ended;  // the job's first blocks: those an answer needs no more
    while (true) {
        auto reply = client.get(fmt::format("/v1/jobs/{}?first={}", id, ended.size()));
        if (reply) {
            heard = Clock::now();
            ASHLAR_ASSIGN(json::object job, parse_object(*reply));
            seen(job);
            ASHLAR_ASSIGN(const json::array page, need_array(job, "blocks"));
            size_t open = 0;
            while (open < page.size() && number_field(object_of(page[open]), "finished_ms"))
                ended.push_back(page[open++]);
            if (open == page.size() && open && job.contains("next")) continue;
            if (number_field(job, "finished_ms")) {
                ended.insert(ended.end(), page.begin() + static_cast<std::ptrdiff_t>(open), page.end());
                job["blocks"] = std::move(ended);
                return job;
            }
        } else if (reply.error().code != "peer_unreachable" || Clock::now() - heard > PATIENCE) {
            return Fail{reply.error()};
        }
        if (stop && stop()) return fail("stopped", "stopped on request");
        std::this_thread::sleep_for(POLL);
    }
}

namespace {

HostResult<json::object> create_job(HttpClient& client, const Options& o) {
    if (o.has("latest") && (o.has("reproduce") || o.has("start")))
        return fail("usage", "--latest excludes --reproduce and --start");
    const std::string mode = o.has("latest") ? "latest" : o.has("reproduce") ? "reproduce" : "range";
    json::object body{{"mode", mode}};
    ASHLAR_ASSIGN(const uint64_t count, o.number("count", 1));
    body["count"] = count;
    if (mode != "latest") {
        if (!o.has("start")) return fail("usage", "--start is missing");
        ASHLAR_ASSIGN(const uint64_t start, o.number("start"));
        body["start"] = start;
    }
    for (const auto& [flag, key] : {std::pair{"priority", "priority"}, {"deadline-ms", "deadline_ms"}})
        if (o.has(flag)) {
            ASHLAR_ASSIGN(const uint64_t v, o.number(flag));
            body[key] = v;
        }
    if (o.has("key")) body["idempotency_key"] = o.text("key");
    ASHLAR_ASSIGN(const std::string reply, client.post("/v1/jobs", json::serialize(body)));
    return parse_object(reply);
}

HostResult<Outcome> wait_for(HttpClient& client, int64_t id, bool quiet) {
    ProgressLine line(quiet);
    std::set<uint64_t> told;
    ASHLAR_ASSIGN(json::object job, follow_job(client, id, [&](const json::object& now) {
                      const auto blocks = need_array(now, "blocks");
                      for (const auto& bv : blocks ? *blocks : json::array()) {
                          const auto& b = object_of(bv);
                          if (number_field(b, "finished_ms") && told.insert(number_field(b, "id")).second && !quiet) {
                              line.clear();
                              fmt::print(stderr, "{}\n", block_line(b));
                          }
                      }
                      const auto lines = task_lines(now);
                      for (const auto& l : lines)
                          if (l.find("running") != std::string::npos) line.show(l, 0, 0);
                  }));
    line.clear();
    Outcome out;
    out.exit_code = text_field(job, "state") == "done" ? 0 : 1;
    out.human = fmt::format("job {}: {}, {} proven, {} failed", id, text_field(job, "state"),
                            number_field(job, "proven"), number_field(job, "failed"));
    out.json = std::move(job);
    return out;
}

HostResult<Outcome> prove(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object job, create_job(*client, o));
    ASHLAR_ASSIGN(const int64_t id, job_id(job));
    return wait_for(*client, id, o.json());
}

HostResult<Outcome> job_create(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const json::object job, create_job(*client, o));
    ASHLAR_ASSIGN(const int64_t id, job_id(job));
    return Outcome{0, job, fmt::format("job {}", id)};
}

HostResult<std::string> job_path(const Options& o) {
    uint64_t id = 0;
    const std::string text = o.rest().size() == 1 ? o.rest()[0] : "";
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size() || id > INT64_MAX)
        return fail("usage", "name one job by its number", "`ashlarctl job list` shows them");
    return fmt::format("/v1/jobs/{}", id);
}

HostResult<Outcome> job_list(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const std::string reply, client->get("/v1/jobs"));
    ASHLAR_ASSIGN(const json::object jobs, parse_object(reply));
    ASHLAR_ASSIGN(const json::array list, need_array(jobs, "jobs"));
    Outcome out{0, jobs, ""};
    for (const auto& v : list) {
        const auto& j = object_of(v);
        out.human += fmt::format("{:>6} {:<10} {:<9} from {} count {}, {} proven, {} failed\n", number_field(j, "id"),
                                 text_field(j, "mode"), text_field(j, "state"), number_field(j, "start"),
                                 number_field(j, "count"), number_field(j, "proven"), number_field(j, "failed"));
    }
    if (out.human.empty()) out.human = "no jobs";
    return out;
}

HostResult<Outcome> job_show(const Options& o) {
    ASHLAR_ASSIGN(const std::string path, job_path(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const std::string reply, client->get(path));
    ASHLAR_ASSIGN(const json::object job, parse_object(reply));
    Outcome out{0, job, fmt::format("job {}: {}\n", o.rest()[0], text_field(job, "state"))};
    ASHLAR_ASSIGN(const json::array blocks, need_array(job, "blocks"));
    for (const auto& b : blocks) out.human += block_line(object_of(b)) + "\n";
    for (const auto& l : task_lines(job)) out.human += "  " + l + "\n";
    return out;
}

HostResult<Outcome> job_watch(const Options& o) {
    ASHLAR_TRY(job_path(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    return wait_for(*client, std::stoll(o.rest()[0]), o.json());
}

HostResult<Outcome> job_cancel(const Options& o) {
    ASHLAR_ASSIGN(const std::string path, job_path(o));
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const HttpReply reply, client->send("DELETE", path));
    if (reply.status != 200) return reply_error(reply);
    ASHLAR_ASSIGN(const json::object job, parse_object(reply.body));
    return Outcome{0, job, "cancelled"};
}

HostResult<Outcome> node_list(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const std::string reply, client->get("/v1/nodes"));
    ASHLAR_ASSIGN(const json::object nodes, parse_object(reply));
    ASHLAR_ASSIGN(const json::array list, need_array(nodes, "nodes"));
    Outcome out{0, nodes, ""};
    for (const auto& v : list) {
        const auto& n = object_of(v);
        out.human += fmt::format("{} {:<11} {:<9} {}\n", text_field(n, "id"), text_field(n, "role"),
                                 text_field(n, "state"), text_field(n, "name"));
    }
    if (out.human.empty()) out.human = "no node has registered";
    return out;
}

HostResult<Outcome> status(const Options& o) {
    ASHLAR_ASSIGN(auto client, coordinator(o));
    ASHLAR_ASSIGN(const std::string reply, client->get("/status"));
    ASHLAR_ASSIGN(const json::object s, parse_object(reply));
    Outcome out{0, s, ""};
    out.human = fmt::format("{}, version {}, {} blocks in the last hour, {} in the queue, {} live nodes\n",
                            text_field(s, "state"), text_field(s, "version"), number_field(s, "blocks_per_hour"),
                            number_field(s, "queue"), number_field(s, "live_nodes"));
    ASHLAR_ASSIGN(const json::array blocks, need_array(s, "blocks"));
    ASHLAR_ASSIGN(const json::array nodes, need_array(s, "nodes"));
    for (const auto& v : blocks)
        out.human += fmt::format("block {}: {}, {:.0f} s\n", number_field(object_of(v), "number"),
                                 text_field(object_of(v), "state"), real_field(object_of(v), "seconds"));
    for (const auto& v : nodes)
        out.human += fmt::format("{} {} {}\n", text_field(object_of(v), "role"), text_field(object_of(v), "name"),
                                 text_field(object_of(v), "state"));
    return out;
}

}  // namespace

std::vector<Command> cluster_commands() {
    const std::vector<Option> job = with_coordinator_options({{"start", "N", "first block"},
                                                              {"count", "M", "how many blocks", false, "1"},
                                                              {"latest", "", "the newest blocks as they come"},
                                                              {"reproduce", "", "from dumped inputs"},
                                                              {"priority", "N", "0 to 1000, higher first"},
                                                              {"deadline-ms", "N", "for the whole job"},
                                                              {"key", "TEXT", "idempotency key"}});
    const auto plain = with_coordinator_options({});
    return {
        {"prove", "asks a coordinator for blocks and waits", job, prove},
        {"job create", "asks a coordinator for blocks", job, job_create},
        {"job list", "lists jobs", plain, job_list},
        {"job show", "shows a job", plain, job_show, "ID"},
        {"job watch", "waits for a job", plain, job_watch, "ID"},
        {"job cancel", "cancels a job", plain, job_cancel, "ID"},
        {"node list", "lists workers and aggregators", plain, node_list},
        {"status", "state of the cluster", plain, status},
    };
}

}  // namespace ashlar::ctl
