// SPDX-License-Identifier: Apache-2.0
// Jobs, events and the old paths that start jobs.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "daemons/coordinator/app.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/wire/jobs.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
using namespace cluster;
using namespace prover;

namespace {

constexpr size_t EVENT_BATCH = 500;
constexpr size_t BLOCKS_A_PAGE = 200;
constexpr size_t JOBS_A_PAGE = 50;

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

TaskView task_view(Context& c, const Task& t, const std::map<std::string, LiveProgress>& live) {
    TaskView v;
    static_cast<Task&>(v) = t;
    for (const Attempt& a : c.scheduler.attempts_of(t.id)) {
        if (a.id != t.current) continue;
        v.node = a.node;
        const auto p = live.find(a.id);
        v.stage = p != live.end() && !p->second.stage.empty() ? p->second.stage : a.stage;
        v.done = p != live.end() ? p->second.done : a.done;
        v.total = p != live.end() ? p->second.total : a.total;
    }
    return v;
}

/// Blocks from position `first` on are in the answer; nothing: none.
JobView job_view(Context& c, const Job& job, std::optional<uint64_t> first) {
    JobView v;
    static_cast<Job&>(v) = job;
    const uint64_t ended = job.proven + job.failed;
    v.progress = job.count ? static_cast<double>(ended) / static_cast<double>(job.count) : 0.0;
    if (ended && ended < job.count && job.finished_ms == 0)
        v.eta_seconds = static_cast<double>(c.now_ms() - job.created_ms) / 1000.0 / static_cast<double>(ended) *
                        static_cast<double>(job.count - ended);
    if (!first) return v;
    const auto live = c.scheduler.progress();
    const auto page = c.scheduler.blocks_of(job.id, *first, BLOCKS_A_PAGE);
    if (page.size() == BLOCKS_A_PAGE && page.back().ordinal + 1 < job.made) v.next = page.back().ordinal + 1;
    v.blocks.emplace();
    for (const Block& b : page) {
        BlockView& block = v.blocks->emplace_back();
        static_cast<Block&>(block) = b;
        if (is_final(b.state) || b.state == BlockState::queued || b.state == BlockState::fetching) continue;
        block.tasks.emplace();
        for (const Task& t : c.scheduler.tasks_of(b.id)) block.tasks->push_back(task_view(c, t, live));
    }
    return v;
}

JobRequest common(const CreateJob& m) {
    JobRequest r;
    r.mode = m.mode, r.priority = static_cast<int64_t>(m.priority), r.deadline_ms = m.deadline_ms;
    r.idempotency_key = m.idempotency_key;
    return r;
}

/// Each mode has its own fields: others are refused.
HostResult<JobRequest> request_from(Context& c, const json::object& o) {
    if (text_field(o, "mode") == "program") {
        ASHLAR_ASSIGN(const auto m, wire::read<CreateProgramJob>(o));
        for (const std::string& blob : {m.elf, m.stdin})
            if (!c.blobs.has(blob))
                return fail("blob_missing", fmt::format("blob {} is not here", blob), "PUT it to /v1/blobs first");
        JobRequest r = common(m);
        r.elf = m.elf, r.stdin_blob = m.stdin;
        return r;
    }
    ASHLAR_ASSIGN(const auto m, wire::read<CreateBlocksJob>(o));
    JobRequest r = common(m);
    if (m.mode != "latest" && !m.start) return fail("json_bad", "field 'start' is missing");
    r.start = m.start.value_or(0), r.count = m.count;
    return r;
}

json::object create_schema() {
    return {{"oneOf", json::array{request_of<CreateBlocksJob>(), request_of<CreateProgramJob>()}}};
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

/// A GET path of the system before this one: answers OK and starts a job.
HttpResponse legacy(Context& c, const HttpRequest& request, const std::string& mode) {
    const auto parsed = [&]() -> HostResult<JobRequest> {
        JobRequest r;
        r.mode = mode;
        if (mode != "latest") {
            const auto start = request.query.find("start_block_num");
            if (start == request.query.end()) return fail("request_bad", "start_block_num is missing");
            ASHLAR_ASSIGN(r.start, number_param("start_block_num", start->second));
        }
        if (const auto n = request.query.find("count"); n != request.query.end()) {
            ASHLAR_ASSIGN(r.count, number_param("count", n->second));
        }
        return r;
    }();
    if (!parsed) return error_response(parsed.error());
    const auto dry = dry_run(request);
    if (!dry) return error_response(dry.error());
    const auto job = create(c, *parsed, *dry);
    if (!job) return error_response(job.error());
    HttpResponse out;
    out.content_type = "text/plain";
    out.body = "OK";
    if (*dry) return out;
    out.headers["X-Ashlar-Job"] = std::to_string(static_cast<int64_t>(job->id));
    return out;
}

std::string event_text(const Event& e) {
    EventView v{e.id, e.at_ms, e.type, e.job, e.block, wire::parsed(e.payload)};
    if (v.payload.is_object()) v.payload.as_object().erase("attempt");  // a secret of node and coordinator
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", e.id, e.type, json::serialize(wire::write(v)));
}

HttpResponse event_stream(Context& c, const HttpRequest& r, std::optional<JobId> only) {
    int64_t from = c.scheduler.last_event();
    const std::string given = !r.header("last-event-id").empty() ? r.header("last-event-id")
                              : r.query.contains("after")        ? r.query.at("after")
                                                                 : "";
    if (!given.empty()) {
        const auto n = id_param("Last-Event-ID", given);
        if (!n) return error_response(n.error());
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
            if (!id) return error_response(id.error());
            const auto job = c.scheduler.job(*id);
            if (!job) return error_response({"job_unknown", fmt::format("there is no job {}", r.params["id"])});
            return then(r, *job);
        };
    };
    const auto create_job = [&c](HttpRequest& r) {
        const auto dry = dry_run(r);
        const auto made = [&]() -> HostResult<json::object> {
            if (!dry) return Fail{dry.error()};
            ASHLAR_ASSIGN(const json::object o, parse_object(r.body));
            ASHLAR_ASSIGN(const JobRequest request, request_from(c, o));
            ASHLAR_ASSIGN(const Job job, create(c, request, *dry));
            return job_answer(job, *dry);
        };
        return answer(made(), dry && *dry ? 200 : 201);
    };
    const auto list = [&c](HttpRequest& r) {
        int64_t before = 0;
        if (r.query.contains("cursor")) {
            const auto n = id_param("cursor", r.query["cursor"]);
            if (!n) return error_response(n.error());
            before = *n;
        }
        JobList out;
        for (const Job& j : c.scheduler.jobs(before, JOBS_A_PAGE)) out.jobs.push_back(job_view(c, j, std::nullopt));
        if (out.jobs.size() == JOBS_A_PAGE) out.cursor = out.jobs.back().id;
        return message(out);
    };
    const auto show = with_job([&c](HttpRequest& r, const Job& job) {
        const auto first = number_param("first", r.query.contains("first") ? r.query["first"] : "0");
        if (!first) return error_response(first.error());
        return message(job_view(c, job, std::min<uint64_t>(*first, INT64_MAX)));
    });
    const auto cancel = with_job([&c](HttpRequest& r, const Job& job) {
        return answer([&]() -> HostResult<json::object> {
            ASHLAR_ASSIGN(const bool dry, dry_run(r));
            ASHLAR_ASSIGN(const Job cancelled, c.scheduler.cancel_job(job.id, dry));
            return job_answer(cancelled, dry);
        }());
    });
    const auto events_of_job = with_job([&c](HttpRequest& r, const Job& job) {
        if (!r.query.contains("after") && r.header("last-event-id").empty()) r.query["after"] = "0";
        return event_stream(c, r, job.id);
    });
    const HttpParameter after{"after", "Events after this number; the header Last-Event-ID counts before it."};
    constexpr const char* EVENTS = "text/event-stream";
    std::vector<HttpRoute> routes = {
        {"POST", "/v1/jobs", Role::admin, create_job, {"Create a job", create_schema, answer_of<Job>, 201}, {DRY_RUN}},
        {"GET",
         "/v1/jobs",
         Role::reader,
         list,
         {"Jobs, newest first", nullptr, answer_of<JobList>},
         {{"cursor", "From an earlier answer."}}},
        {"GET",
         "/v1/jobs/{id}",
         Role::reader,
         show,
         {"A job with a page of its blocks, their tasks and progress", nullptr, answer_of<JobView>},
         {{"first", "Position of the first block; `next` of an answer is where the next page begins."}}},
        {"DELETE", "/v1/jobs/{id}", Role::admin, cancel, {"Cancel a job", nullptr, answer_of<Job>}, {DRY_RUN}},
        {"GET",
         "/v1/jobs/{id}/events",
         Role::reader,
         events_of_job,
         {"State changes of a job as server-sent events, resumable", nullptr, answer_of<EventView>, 200, EVENTS},
         {after}},
        {"GET",
         "/v1/events",
         Role::reader,
         [&c](HttpRequest& r) { return event_stream(c, r, std::nullopt); },
         {"All state changes as server-sent events, resumable", nullptr, answer_of<EventView>, 200, EVENTS},
         {after}},
    };
    if (c.config.boolean("legacy_paths")) {
        const HttpParameter start{"start_block_num", "First block."},
            count{"count", "Number of blocks, 1 if not given."};
        const auto old = [&](const char* path, const char* mode, const char* summary,
                             std::vector<HttpParameter> parameters) {
            routes.push_back({"GET",
                              path,
                              Role::admin,
                              [&c, mode](HttpRequest& r) { return legacy(c, r, mode); },
                              {summary, nullptr, nullptr, 200, "text/plain"},
                              std::move(parameters)});
        };
        old("/prove_block_by_number", "range", "Old path: a job over a range", {start, count, DRY_RUN});
        old("/reproduce_block_by_number", "reproduce", "Old path: a job over inputs", {start, count, DRY_RUN});
        old("/prove_latest_block", "latest", "Old path: a job over new blocks", {count, DRY_RUN});
    }
    return routes;
}

}  // namespace ashlar::coordinator
