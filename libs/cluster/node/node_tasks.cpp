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
        auto task = claim(**client);
        if (!task || task->empty()) {
            if (!task) state_.pause(RETRY_PAUSE);
            continue;
        }
        work(**client, *task);
    }
}

HostResult<json::object> NodeTasks::claim(HttpClient& client) {
    const json::object body{
        {"node", state_.id}, {"epoch", state_.epoch()}, {"wait_ms", state_.options.claim_wait.count()}};
    ASHLAR_ASSIGN(const HttpReply reply, client.send("POST", "/v1/tasks/claim", json::serialize(body)));
    if (reply.status == 204) return json::object();
    if (reply.status != 200) return reply_error(reply);
    return parse_object(reply.body);
}

void NodeTasks::work(HttpClient& client, const json::object& task) {
    const std::string attempt = text_field(task, "attempt");
    json::object result{{"attempt", attempt}, {"node", state_.id}, {"epoch", state_.epoch()}};
    const auto begun = state_.begin(slot_, task);
    if (!begun) return hand_back(client, std::move(result));
    const std::stop_token stop = *begun;
    log::info("task_started", {{"attempt", attempt},
                               {"block", number_field(task, "number")},
                               {"kind", text_field(task, "kind")},
                               {"index", number_field(task, "index")}});
    const auto begin = Clock::now();
    auto outcome = execute(client, task, stop);
    if (outcome) {
        for (auto& [k, v] : *outcome) result[k] = v;
        result["ok"] = true;
    } else {
        result["ok"] = false;
        result["error"] = to_json(outcome.error());
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    state_.metrics.observe("ashlar_node_task_seconds", seconds,
                           {{"kind", text_field(task, "kind")}, {"ok", outcome ? "true" : "false"}});
    log::info(outcome ? "task_done" : "task_failed",
              {{"attempt", attempt},
               {"seconds", seconds},
               {"reason", outcome ? "" : outcome.error().code + ": " + outcome.error().message}});
    if (!stop.stop_requested())
        deliver(client, result, stop);
    else if (state_.stopped())
        hand_back(client, std::move(result));
    // else: an attempt the coordinator has given up already
    state_.end(slot_);
}

/// Repeats until the coordinator has acknowledged: a finished proof survives any outage of the coordinator.
void NodeTasks::deliver(HttpClient& client, const json::object& result, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        slot_.pulse.beat();
        const auto reply = client.send("POST", "/v1/results", json::serialize(result));
        if (reply && reply->status / 100 == 2) {
            const auto o = parse_object(reply->body);
            if (o && !bool_field(*o, "accepted"))
                log::info("result_ignored",
                          {{"attempt", text_field(result, "attempt")}, {"why", text_field(*o, "why")}});
            return;
        }
        if (reply && reply->status / 100 == 4 && reply->status != 429 && reply->status != 408) {
            log::error(
                "result_refused",
                {{"attempt", text_field(result, "attempt")}, {"status", reply->status}, {"answer", reply->body}});
            return;
        }
        state_.pause(RETRY_PAUSE);
    }
}

/// The node stops: the coordinator shall not have to find that out from silence. One try; silence is the fallback.
void NodeTasks::hand_back(HttpClient& client, json::object result) {
    result["ok"] = false;
    result["error"] = to_json(Error{"node_stopping", "the node was stopped before the task was done"});
    const auto reply = client.send("POST", "/v1/results", json::serialize(result));
    log::info("task_handed_back",
              {{"attempt", text_field(result, "attempt")}, {"acknowledged", reply && reply->status == 200}});
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

HostResult<json::object> NodeTasks::execute(HttpClient& client, const json::object& task, const std::stop_token& stop) {
    const bool aggregate = text_field(task, "kind") == "aggregate";
    const fs::path out = state_.options.state_dir / "work" / (text_field(task, "attempt").substr(0, 32) + ".proof");
    prover::AggregateRequest request;
    request.out = out.string(), request.profile = text_field(task, "profile");
    request.chunk_cycles = number_field(task, "chunk_cycles"), request.threads = state_.options.threads;
    std::vector<std::string> passing;  // blobs of no use after this task; programs stay
    ASHLAR_ASSIGN(request.elf, fetch(client, text_field(task, "elf"), stop));
    if (aggregate) {
        ASHLAR_ASSIGN(request.subblock_elf, fetch(client, text_field(task, "subblock_elf"), stop));
    }
    passing.push_back(text_field(task, "stdin"));
    ASHLAR_ASSIGN(request.stdin_file, fetch(client, passing.back(), stop));
    if (const auto* list = task.if_contains("proofs"); list && list->is_array())
        for (const auto& v : list->as_array()) {
            passing.push_back(v.is_string() ? std::string(v.as_string()) : "");
            ASHLAR_ASSIGN(std::string path, fetch(client, passing.back(), stop));
            request.proofs.push_back(std::move(path));
            state_.step(slot_, {"fetching", request.proofs.size(), list->as_array().size()});
        }

    const auto progress = [&](const prover::Progress& p) { state_.step(slot_, p); };
    const auto cost = slot_.pulse.during([&] {
        return aggregate ? slot_.engine->call(request, progress, stop)
                         : slot_.engine->call(prover::ProveRequest(request), progress, stop);
    });
    std::error_code ec;
    if (!cost) {
        fs::remove(out, ec);
        return Fail{cost.error()};
    }
    auto name = blobs_.put_file(out);
    fs::remove(out, ec);
    if (!name) return Fail{name.error()};
    const uint64_t bytes = blobs_.size(*name);
    state_.step(slot_, {"uploading", 0, 1});
    ASHLAR_TRY(upload(client, *name, stop));
    blobs_.remove(*name);
    for (const auto& b : passing) blobs_.remove(b);
    return json::object{{"output", *name},        {"output_bytes", bytes},    {"chunks", cost->chunks},
                        {"cycles", cost->cycles}, {"seconds", cost->seconds}, {"stats", wire::write(*cost)}};
}

}  // namespace ashlar::cluster
