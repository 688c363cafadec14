// SPDX-License-Identifier: Apache-2.0
// Jobs, events and the old paths that start jobs.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "daemons/coordinator/app.hpp"
#include "libs/base/json.hpp"
#include "libs/base/suggest.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

constexpr size_t EVENT_BATCH = 500;
constexpr size_t BLOCKS_A_PAGE = 200;
constexpr size_t MAX_KEY_BYTES = 256;

HostResult<uint64_t> number_param(const std::string& name, const std::string& text) {
    uint64_t v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size())
        return fail("request_bad", fmt::format("'{}' must be a whole number, not '{}'", name, text.substr(0, 64)));
    return v;
}

/// A row's id, or a place between ids: no row has one beyond INT64_MAX, so such a number names none.
HostResult<int64_t> id_param(const std::string& name, const std::string& text) {
    ASHLAR_ASSIGN(const uint64_t id, number_param(name, text));
    return id > INT64_MAX ? INT64_MAX : static_cast<int64_t>(id);
}

HostResult<JobId> job_id(const HttpRequest& r) {
    ASHLAR_ASSIGN(const int64_t id, id_param("job", r.params.at("id")));
    return JobId{id};
}

json::object task_view(Context& c, const Task& t, const std::map<std::string, LiveProgress>& live) {
    json::object o = wire::write(t);
    for (const char* key : {"stdin_blob", "output", "stats"}) o.erase(key);
    for (const Attempt& a : c.scheduler.attempts_of(t.id)) {
        if (a.id != t.current) continue;
        o["node"] = a.node;
        const auto p = live.find(a.id);
        o["stage"] = p != live.end() && !p->second.stage.empty() ? p->second.stage : a.stage;
        o["done"] = p != live.end() ? p->second.done : a.done;
        o["total"] = p != live.end() ? p->second.total : a.total;
    }
    return o;
}

/// Blocks from position `first` on are in the answer; nothing: none.
json::object job_view(Context& c, const Job& job, std::optional<uint64_t> first) {
    json::object o = wire::write(job);
    const uint64_t ended = job.proven + job.failed;
    o["progress"] = job.count ? static_cast<double>(ended) / static_cast<double>(job.count) : 0.0;
    if (ended && ended < job.count && job.finished_ms == 0)
        o["eta_seconds"] = static_cast<double>(c.now_ms() - job.created_ms) / 1000.0 / static_cast<double>(ended) *
                           static_cast<double>(job.count - ended);
    if (!first) return o;
    const auto live = c.scheduler.progress();
    json::array blocks;
    const auto page = c.scheduler.blocks_of(job.id, *first, BLOCKS_A_PAGE);
    if (page.size() == BLOCKS_A_PAGE && page.back().ordinal + 1 < job.made) o["next"] = page.back().ordinal + 1;
    for (const Block& b : page) {
        json::object v = wire::write(b);
        if (!is_final(b.state) && b.state != BlockState::queued && b.state != BlockState::fetching) {
            json::array tasks;
            for (const Task& t : c.scheduler.tasks_of(b.id)) tasks.push_back(task_view(c, t, live));
            v["tasks"] = std::move(tasks);
        }
        blocks.push_back(std::move(v));
    }
    o["blocks"] = std::move(blocks);
    return o;
}

HostResult<JobRequest> request_from(Context& c, const json::object& o) {
    JobRequest r;
    ASHLAR_ASSIGN(r.mode, need_text(o, "mode"));
    std::vector<std::string_view> known = {"mode", "priority", "deadline_ms", "idempotency_key"};
    if (r.mode == "program")
        known.insert(known.end(), {"elf", "stdin"});
    else
        known.insert(known.end(), {"start", "count"});
    for (const auto& [key, value] : o)
        if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end())
            return fail("json_unknown_field",
                        fmt::format("there is no field '{}'", std::string_view(key).substr(0, 64)),
                        did_you_mean(key, known, "remove it"));
    if (r.mode == "program") {
        ASHLAR_ASSIGN(r.elf, need_text(o, "elf"));
        ASHLAR_ASSIGN(r.stdin_blob, need_text(o, "stdin"));
        for (const std::string& blob : {r.elf, r.stdin_blob})
            if (!c.blobs.has(blob))
                return fail("blob_missing", fmt::format("blob {} is not here", blob), "PUT it to /v1/blobs first");
    } else if (r.mode != "latest") {
        ASHLAR_ASSIGN(r.start, need_number(o, "start"));
    }
    for (const char* key : {"count", "priority", "deadline_ms"})
        if (o.contains(key)) ASHLAR_TRY(need_number(o, key));
    r.count = number_field(o, "count", 1);
    if (number_field(o, "priority") > 1000) return fail("job_priority_bad", "priority is from 0 to 1000");
    r.priority = static_cast<int64_t>(number_field(o, "priority"));
    r.deadline_ms = number_field(o, "deadline_ms");
    if (r.deadline_ms > uint64_t{1} << 40) return fail("job_deadline_bad", "deadline_ms is more than 34 years");
    if (o.contains("idempotency_key")) {
        ASHLAR_ASSIGN(r.idempotency_key, need_text(o, "idempotency_key"));
    }
    if (r.idempotency_key.size() > MAX_KEY_BYTES)
        return fail("job_key_bad", fmt::format("idempotency_key is over {} bytes", MAX_KEY_BYTES));
    return r;
}

HostResult<Job> create(Context& c, const JobRequest& r, bool dry) {
    if ((r.mode == "range" || r.mode == "latest") && !c.config.has("rpc_http_url"))
        return fail("rpc_unconfigured", "this coordinator has no Ethereum node",
                    "set rpc_http_url, or use mode reproduce");
    if (r.mode == "reproduce" && !c.config.has("input_load_dirs"))
        return fail("inputs_unconfigured", "this coordinator has no dumped inputs",
                    "set input_load_dirs, or use mode range");
    return c.scheduler.create_job(r, dry);
}

json::object job_answer(const Job& job, bool dry) {
    json::object o = wire::write(job);
    if (!dry) return o;
    if (job.id == JobId{}) o["id"] = nullptr;
    o["dry_run"] = true;
    return o;
}

/// GET alias of old: answers OK and starts a job.
HttpResponse legacy(Context& c, const HttpRequest& request, const std::string& mode) {
    const auto parsed = [&]() -> HostResult<JobRequest> {
        JobRequest r;
        r.mode = mode;
        const auto start = request.query.find("start_block_num");
        if (start == request.query.end()) return fail("request_bad", "start_block_num is missing");
        ASHLAR_ASSIGN(r.start, number_param("start_block_num", start->second));
        if (const auto n = request.query.find("count"); n != request.query.end()) {
            ASHLAR_ASSIGN(r.count, number_param("count", n->second));
        }
        return r;
    }();
    if (!parsed) return error_response(400, parsed.error());
    const auto dry = dry_run(request);
    if (!dry) return error_response(400, dry.error());
    const auto job = create(c, *parsed, *dry);
    if (!job) return error_response(status_of(job.error()), job.error());
    HttpResponse out;
    out.content_type = "text/plain";
    out.body = "OK";
    if (*dry) return out;
    out.headers["X-Ashlar-Job"] = std::to_string(static_cast<int64_t>(job->id));
    return out;
}

std::string event_text(const Event& e) {
    json::object o = wire::write(e);
    if (o["payload"].is_object()) o["payload"].as_object().erase("attempt");  // a secret of node and coordinator
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", e.id, e.type, json::serialize(o));
}

HttpResponse event_stream(Context& c, const HttpRequest& r, std::optional<JobId> only) {
    int64_t from = c.scheduler.last_event();
    const std::string given = !r.header("last-event-id").empty() ? r.header("last-event-id")
                              : r.query.contains("after")        ? r.query.at("after")
                                                                 : "";
    if (!given.empty()) {
        const auto n = id_param("Last-Event-ID", given);
        if (!n) return error_response(400, n.error());
        from = *n;
    }
    HttpResponse out;
    out.stream = [&c, only, at = from]() mutable -> std::optional<std::string> {
        std::string text;
        for (bool more = true; more && text.empty();) {  // a job's events may lie behind many of others
            const auto events = c.scheduler.events_after(at, EVENT_BATCH);
            more = events.size() == EVENT_BATCH;
            for (const Event& e : events) {
                at = e.id;
                if (!only || e.job == *only) text += event_text(e);
            }
        }
        if (text.empty() && only) {
            const auto job = c.scheduler.job(*only);
            if (!job || job->finished_ms) return std::nullopt;  // nothing more will come
        }
        return text;
    };
    return out;
}

}  // namespace

std::vector<HttpRoute> job_routes(Context& c) {
    const auto with_job = [&c](auto then) {
        return [&c, then](HttpRequest& r) {
            const auto id = job_id(r);
            if (!id) return error_response(400, id.error());
            const auto job = c.scheduler.job(*id);
            if (!job) return error_response(404, {"job_unknown", fmt::format("there is no job {}", r.params["id"])});
            return then(r, *job);
        };
    };
    std::vector<HttpRoute> routes = {
        {"POST",
         "/v1/jobs",
         Role::admin,
         [&c](HttpRequest& r) {
             const auto dry = dry_run(r);
             return answer(
                 [&]() -> HostResult<json::object> {
                     if (!dry) return Fail{dry.error()};
                     ASHLAR_ASSIGN(const json::object o, parse_object(r.body));
                     ASHLAR_ASSIGN(const JobRequest request, request_from(c, o));
                     ASHLAR_ASSIGN(const Job job, create(c, request, *dry));
                     return job_answer(job, *dry);
                 }(),
                 dry && *dry ? 200 : 201);
         },
         false,
         {"dry_run"}},
        {"GET",
         "/v1/jobs",
         Role::reader,
         [&c](HttpRequest& r) {
             int64_t before = 0;
             if (r.query.contains("cursor")) {
                 const auto n = id_param("cursor", r.query["cursor"]);
                 if (!n) return error_response(400, n.error());
                 before = *n;
             }
             json::array jobs;
             for (const Job& j : c.scheduler.jobs(before, 50)) jobs.push_back(job_view(c, j, std::nullopt));
             json::object o;
             if (jobs.size() == 50) o["cursor"] = jobs.back().as_object()["id"];
             o["jobs"] = std::move(jobs);
             return json_response(json::serialize(o));
         },
         false,
         {"cursor"}},
        {"GET",
         "/v1/jobs/{id}",
         Role::reader,
         with_job([&c](HttpRequest& r, const Job& job) {
             const auto first = number_param("first", r.query.contains("first") ? r.query["first"] : "0");
             if (!first) return error_response(400, first.error());
             return json_response(json::serialize(job_view(c, job, std::min<uint64_t>(*first, INT64_MAX))));
         }),
         false,
         {"first"}},
        {"DELETE",
         "/v1/jobs/{id}",
         Role::admin,
         with_job([&c](HttpRequest& r, const Job& job) {
             return answer([&]() -> HostResult<json::object> {
                 ASHLAR_ASSIGN(const bool dry, dry_run(r));
                 ASHLAR_ASSIGN(const Job cancelled, c.scheduler.cancel_job(job.id, dry));
                 return job_answer(cancelled, dry);
             }());
         }),
         false,
         {"dry_run"}},
        {"GET",
         "/v1/jobs/{id}/events",
         Role::reader,
         with_job([&c](HttpRequest& r, const Job& job) {
             if (!r.query.contains("after") && r.header("last-event-id").empty()) r.query["after"] = "0";
             return event_stream(c, r, job.id);
         }),
         false,
         {"after"}},
        {"GET",
         "/v1/events",
         Role::reader,
         [&c](HttpRequest& r) { return event_stream(c, r, std::nullopt); },
         false,
         {"after"}},
    };
    if (c.config.boolean("legacy_paths")) {
        const std::vector<std::string_view> range = {"start_block_num", "count", "dry_run"};
        routes.push_back({"GET", "/prove_block_by_number", Role::admin,
                          [&c](HttpRequest& r) { return legacy(c, r, "range"); }, false, range});
        routes.push_back({"GET", "/reproduce_block_by_number", Role::admin,
                          [&c](HttpRequest& r) { return legacy(c, r, "reproduce"); }, false, range});
        routes.push_back({"GET",
                          "/prove_latest_block",
                          Role::admin,
                          [&c](HttpRequest& r) {
                              r.query["start_block_num"] = "0";
                              return legacy(c, r, "latest");
                          },
                          false,
                          {"count", "dry_run"}});
    }
    return routes;
}

}  // namespace ashlar::coordinator
