// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node_tasks.hpp"

#include <fmt/format.h>

#include "libs/base/json.hpp"
#include "libs/base/log.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr auto RETRY_PAUSE = milliseconds(500);
constexpr auto IDLE_PAUSE = milliseconds(200);

}  // namespace

void NodeTasks::run() {
    auto client = HttpClient::open(state_.options.coordinator_url, state_.options.token, milliseconds(30000));
    while (client && !state_.stopped()) {
        slot_.pulse.beat();
        if (state_.draining() || state_.epoch() == 0) {
            state_.pause(IDLE_PAUSE);
            continue;
        }
        const auto task = claim(**client);
        if (task && *task)
            work(**client, **task);
        else if (!task)
            state_.pause(RETRY_PAUSE);
    }
}

HostResult<std::optional<TaskOrder>> NodeTasks::claim(HttpClient& client) {
    const Claim body{state_.id, state_.epoch(), static_cast<uint64_t>(state_.options.claim_wait.count())};
    ASHLAR_ASSIGN(const HttpReply reply, client.send("POST", "/v1/tasks/claim", json::serialize(wire::write(body))));
    if (reply.status == 204) return std::optional<TaskOrder>();
    if (reply.status != 200) return reply_error(reply);
    ASHLAR_ASSIGN(const json::object o, parse_object(reply.body));
    ASHLAR_ASSIGN(TaskOrder task, wire::read<TaskOrder>(o, wire::Unknown::ignore));
    return std::optional<TaskOrder>(std::move(task));
}

void NodeTasks::work(HttpClient& client, const TaskOrder& task) {
    AttemptResult result;
    result.attempt = task.attempt, result.node = state_.id, result.epoch = state_.epoch();
    const auto begun = state_.begin(slot_, task);
    if (!begun) return hand_back(client, std::move(result));
    const std::stop_token stop = *begun;
    log::info("task_started",
              {{"attempt", task.attempt}, {"block", task.number}, {"kind", name_of(task.kind)}, {"index", task.index}});
    const auto begin = Clock::now();
    const auto done = execute(client, task, stop, result);
    result.ok = done.has_value();
    if (!done) result.error = done.error();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    state_.metrics.observe("ashlar_node_task_seconds", seconds,
                           {{"kind", std::string(name_of(task.kind))}, {"ok", done ? "true" : "false"}});
    log::info(done ? "task_done" : "task_failed",
              {{"attempt", task.attempt},
               {"seconds", seconds},
               {"reason", done ? "" : done.error().code + ": " + done.error().message}});
    if (!stop.stop_requested())
        deliver(client, result, stop);
    else if (state_.stopped())
        hand_back(client, std::move(result));
    // else: an attempt the coordinator has given up already
    state_.end(slot_);
}

/// Repeats until the coordinator has acknowledged: a finished proof survives any outage of the coordinator.
void NodeTasks::deliver(HttpClient& client, const AttemptResult& result, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        slot_.pulse.beat();
        const auto reply = client.send("POST", "/v1/results", json::serialize(wire::write(result)));
        if (reply && reply->status / 100 == 2) {
            const auto o = parse_object(reply->body);
            if (o && !bool_field(*o, "accepted"))
                log::info("result_ignored", {{"attempt", result.attempt}, {"why", text_field(*o, "why")}});
            return;
        }
        if (reply && reply->status / 100 == 4 && reply->status != 429 && reply->status != 408) {
            log::error("result_refused",
                       {{"attempt", result.attempt}, {"status", reply->status}, {"answer", reply->body}});
            return;
        }
        state_.pause(RETRY_PAUSE);
    }
}

/// The node stops: the coordinator shall not have to find that out from silence. Once; silence is the fallback.
void NodeTasks::hand_back(HttpClient& client, AttemptResult result) {
    result.ok = false;
    result.error = {"node_stopping", "the node was stopped before the task was done"};
    const auto reply = client.send("POST", "/v1/results", json::serialize(wire::write(result)));
    log::info("task_handed_back", {{"attempt", result.attempt}, {"acknowledged", reply && reply->status == 200}});
}

HostResult<std::string> NodeTasks::fetch(HttpClient& client, const std::string& name, const std::stop_token& stop) {
    if (!is_blob_name(name)) return fail("blob_name_bad", "the coordinator named no blob");
    while (!blobs_.has(name)) {
        slot_.pulse.beat();
        ASHLAR_ASSIGN(auto writer, blobs_.writer());
        auto status = client.download("/v1/blobs/" + name, writer);
        if (status && *status == 200) {
            auto done = writer.commit(name);
            if (done) break;
            log::warning("blob_bad", {{"blob", name}, {"reason", done.error().message}, {"effect", "fetching again"}});
        } else if (status && *status / 100 != 5 && *status != 429) {
            return fail("blob_missing", fmt::format("the coordinator has no blob {} (status {})", name, *status));
        } else if (!status && status.error().code != "peer_unreachable") {
            return Fail{status.error()};
        }
        if (stop.stop_requested()) return fail("stopped", "stopped on request");
        state_.pause(RETRY_PAUSE);
    }
    return blobs_.path(name).string();
}

HostResult<void> NodeTasks::upload(HttpClient& client, const std::string& name, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        slot_.pulse.beat();
        const auto reply = client.upload("/v1/blobs/" + name, blobs_.path(name));
        if (reply && reply->status / 100 == 2) return {};
        if (reply && (reply->status == 401 || reply->status == 403 || reply->status == 413)) return reply_error(*reply);
        if (!reply && reply.error().code != "peer_unreachable") return Fail{reply.error()};
        state_.pause(RETRY_PAUSE);
    }
    return fail("stopped", "stopped on request");
}

HostResult<void> NodeTasks::execute(HttpClient& client, const TaskOrder& task, const std::stop_token& stop,
                                    AttemptResult& result) {
    const bool aggregate = task.kind == TaskKind::aggregate;
    const fs::path out = state_.options.state_dir / "work" / (task.attempt.substr(0, 32) + ".proof");
    prover::AggregateRequest request;
    request.out = out.string(), request.profile = task.profile;
    request.chunk_cycles = task.chunk_cycles, request.threads = state_.options.threads;
    ASHLAR_ASSIGN(request.elf, fetch(client, task.elf, stop));
    if (aggregate) {
        ASHLAR_ASSIGN(request.subblock_elf, fetch(client, task.subblock_elf, stop));
    }
    ASHLAR_ASSIGN(request.stdin_file, fetch(client, task.stdin, stop));
    for (const std::string& proof : task.proofs) {
        ASHLAR_ASSIGN(std::string path, fetch(client, proof, stop));
        request.proofs.push_back(std::move(path));
        state_.step(slot_, {"fetching", request.proofs.size(), task.proofs.size()});
    }

    slot_.recycled = false;
    const auto progress = [&](const prover::Progress& p) { state_.step(slot_, p); };
    const auto cost = slot_.pulse.during([&] {
        return aggregate ? slot_.engine->call(request, progress, stop)
                         : slot_.engine->call(prover::ProveRequest(request), progress, stop);
    });
    std::error_code ec;
    if (!cost) {
        fs::remove(out, ec);
        if (slot_.recycled && cost.error().code == "engine_died")
            return fail("engine_recycled", "an operator ended the engine");
        return Fail{cost.error()};
    }
    auto name = blobs_.put_file(out);
    fs::remove(out, ec);
    if (!name) return Fail{name.error()};
    result.output = *name, result.output_bytes = blobs_.size(*name);
    result.chunks = cost->chunks, result.cycles = cost->cycles, result.seconds = cost->seconds;
    result.stats.text = json::serialize(wire::write(*cost));
    state_.step(slot_, {"uploading", 0, 1});
    ASHLAR_TRY(upload(client, *name, stop));
    blobs_.remove(*name);
    blobs_.remove(task.stdin);  // of no use after this task, as the proofs; programs stay
    for (const std::string& proof : task.proofs) blobs_.remove(proof);
    return {};
}

}  // namespace ashlar::cluster
