// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "libs/base/log.hpp"
#include "libs/cluster/blob_store.hpp"
#include "libs/cluster/engine_process.hpp"
#include "libs/cluster/http.hpp"
#include "libs/cluster/http_client.hpp"
#include "libs/cluster/version.hpp"
#include "libs/cluster/views.hpp"

namespace ashlar::cluster {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr auto RETRY_PAUSE = milliseconds(500);
/// A round of any thread takes less: a claim waits seconds, an upload piece has its own timeout.
constexpr auto ROUND_LIMIT = std::chrono::seconds(60);

/// One engine slot and what it is doing.
struct Slot {
    std::unique_ptr<EngineProcess> engine;
    std::string attempt;  ///< empty: idle
    json::object task;    ///< as claimed
    Progress progress;
    uint64_t seq = 0;
    std::stop_source stop;
};

uint64_t memory_available() {
    std::ifstream in("/proc/meminfo");
    std::string word;
    uint64_t kib = 0;
    while (in >> word)
        if (word == "MemAvailable:") {
            in >> kib;
            break;
        }
    return kib * 1024;
}

class Daemon final : public NodeDaemon {
  public:
    explicit Daemon(NodeOptions options) : options_(std::move(options)), instance_(random_hex(8)) {}
    ~Daemon() override { drain(milliseconds(0)); }

    HostResult<void> open() {
        std::error_code ec;
        fs::create_directories(options_.state_dir / "work", ec);
        if (ec)
            return fail("file_unwritable", fmt::format("{}: {}", options_.state_dir.string(), ec.message()),
                        "check the path");
        lock_fd_ = ::open((options_.state_dir / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (lock_fd_ < 0 || ::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
            return fail("state_in_use",
                        fmt::format("{}: another daemon uses this state directory", options_.state_dir.string()),
                        "give each daemon its own state_dir");
        ASHLAR_TRY(load_id());
        ASHLAR_ASSIGN(auto blobs, BlobStore::open(options_.state_dir / "blobs"));
        blobs_.emplace(std::move(blobs));
        for (fs::directory_iterator it(options_.state_dir / "work", ec), end; !ec && it != end; it.increment(ec))
            fs::remove_all(it->path(), ec);
        HttpServerOptions http;
        http.listen = options_.listen;
        http.tokens = options_.tokens;
        http.threads = 2;
        ASHLAR_ASSIGN(server_, HttpServer::start(std::move(http), routes()));
        if (options_.advertised_url.empty())
            options_.advertised_url = fmt::format("http://127.0.0.1:{}", server_->port());
        for (unsigned i = 0; i < options_.engines; i++) {
            auto& slot = slots_.emplace_back(std::make_unique<Slot>());
            slot->engine =
                std::make_unique<EngineProcess>(fmt::format("{}/{}", options_.name, i), options_.engine_command);
            rounds_.push_back(std::make_unique<std::atomic<int64_t>>(now_ms()));
        }
        rounds_.push_back(std::make_unique<std::atomic<int64_t>>(now_ms()));
        threads_.emplace_back([this] { heartbeat_loop(*rounds_.back()); });
        for (size_t i = 0; i < slots_.size(); i++)
            threads_.emplace_back([this, i] { slot_loop(*slots_[i], *rounds_[i]); });
        return {};
    }

    uint16_t port() const override { return server_->port(); }
    bool ready() const override { return in_touch_; }
    bool healthy() const override {
        if (!server_->alive()) return false;
        for (const auto& r : rounds_)
            if (now_ms() - *r > milliseconds(ROUND_LIMIT).count()) return false;
        return true;
    }

    void drain(milliseconds limit) override {
        {
            const std::lock_guard lock(mutex_);
            if (stopped_) return;
            draining_ = true;
            wake_.notify_all();
        }
        const auto until = Clock::now() + limit;
        while (busy() && Clock::now() < until) std::this_thread::sleep_for(milliseconds(50));
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
            for (auto& s : slots_) s->stop.request_stop();
            wake_.notify_all();
        }
        for (auto& t : threads_) t.join();
        server_->stop();
        ::close(lock_fd_);
    }

  private:
    NodeOptions options_;
    std::string id_, instance_;
    int lock_fd_ = -1;
    std::optional<BlobStore> blobs_;
    std::unique_ptr<HttpServer> server_;
    Metrics metrics_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<std::unique_ptr<std::atomic<int64_t>>> rounds_;
    std::vector<std::thread> threads_;
    bool draining_ = false, stopped_ = false;
    uint64_t epoch_ = 0;  ///< 0: not registered
    std::atomic<bool> in_touch_{false};

    static int64_t now_ms() {
        return std::chrono::duration_cast<milliseconds>(Clock::now().time_since_epoch()).count();
    }
    bool busy() const {
        const std::lock_guard lock(mutex_);
        for (const auto& s : slots_)
            if (!s->attempt.empty()) return true;
        return false;
    }
    bool stopped() const {
        const std::lock_guard lock(mutex_);
        return stopped_;
    }
    uint64_t epoch() const {
        const std::lock_guard lock(mutex_);
        return epoch_;
    }
    /// Sleeps unless stopped.
    void pause(milliseconds time) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, time, [&] { return stopped_; });
    }

    HostResult<void> load_id() {
        const fs::path file = options_.state_dir / "node_id";
        if (auto bytes = read_file(file); bytes && bytes->size() == 16) {
            id_.assign(bytes->begin(), bytes->end());
            return {};
        }
        id_ = random_hex(8);
        return write_file_atomically(file, as_bytes(id_));
    }

    json::object info() const {
        json::array engines;
        const std::lock_guard lock(mutex_);
        for (const auto& s : slots_) {
            json::object e{{"pid", s->engine->pid()}, {"starts", s->engine->starts()}, {"busy", !s->attempt.empty()}};
            if (!s->attempt.empty())
                e["task"] = json::object{{"kind", text_field(s->task, "kind")},
                                         {"block", number_field(s->task, "number")},
                                         {"index", number_field(s->task, "index")},
                                         {"stage", s->progress.stage},
                                         {"done", s->progress.done},
                                         {"total", s->progress.total}};
            engines.push_back(std::move(e));
        }
        return {{"engines", std::move(engines)},
                {"threads", options_.threads},
                {"memory_available_bytes", memory_available()},
                {"backend", "cpu"}};
    }

    std::vector<HttpRoute> routes() {
        const auto status = [this](HttpRequest&) {
            json::object o = info();
            o["role"] = options_.role, o["name"] = options_.name, o["id"] = id_, o["version"] = VERSION;
            o["coordinator"] = options_.coordinator_url, o["in_touch"] = in_touch_.load(), o["epoch"] = epoch();
            return json_response(json::serialize(o));
        };
        const auto part = [this](const char* key) {
            return [this, key](HttpRequest&) {
                return json_response(json::serialize(json::object{{key, info()["engines"]}}));
            };
        };
        return {{"GET", "/healthz", Role::none,
                 [this](HttpRequest&) {
                     return json_response(healthy() ? "{\"ok\":true}" : "{\"ok\":false}", healthy() ? 200 : 503);
                 }},
                {"GET", "/readyz", Role::none,
                 [this](HttpRequest&) {
                     return json_response(ready() ? "{\"ready\":true}" : "{\"ready\":false}", ready() ? 200 : 503);
                 }},
                {"GET", "/status", Role::reader, status},
                {"GET", "/v1/tasks", Role::reader, part("tasks")},
                {"GET", "/v1/engines", Role::reader, part("engines")},
                {"GET", "/metrics", Role::reader, [this](HttpRequest&) {
                     HttpResponse r;
                     r.content_type = "text/plain; version=0.0.4";
                     r.body = metrics_.text();
                     return r;
                 }}};
    }

    // Heartbeats have their own connection and thread: proving, transfers and claims never delay them.

    void heartbeat_loop(std::atomic<int64_t>& round) {
        auto client = HttpClient::open(options_.coordinator_url, options_.token, milliseconds(5000));
        std::string last_error;
        while (!stopped()) {
            round = now_ms();
            auto result = client ? beat(**client) : HostResult<void>(Fail{client.error()});
            in_touch_ = result.has_value();
            const std::string error = result ? "" : result.error().code + ": " + result.error().message;
            if (error != last_error) {  // once per change, not once per beat
                if (error.empty())
                    log::info("coordinator_reached", {{"url", options_.coordinator_url}});
                else
                    log::warning("coordinator_trouble", {{"reason", error}, {"effect", "trying again"}});
            }
            last_error = error;
            pause(options_.heartbeat);
        }
    }

    HostResult<void> beat(HttpClient& client) {
        if (epoch() == 0) ASHLAR_TRY(enroll(client));
        json::array attempts;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& s : slots_)
                if (!s->attempt.empty())
                    attempts.push_back(json::object{{"attempt", s->attempt},
                                                    {"seq", s->seq},
                                                    {"stage", s->progress.stage},
                                                    {"done", s->progress.done},
                                                    {"total", s->progress.total},
                                                    {"chunks", s->progress.chunks}});
        }
        const json::object body{{"epoch", epoch()}, {"attempts", std::move(attempts)}, {"info", info()}};
        auto reply = client.post("/v1/nodes/" + id_ + "/heartbeat", json::serialize(body));
        if (!reply) {
            if (reply.error().code == "node_unknown" || reply.error().code == "node_stale") {
                const std::lock_guard lock(mutex_);
                epoch_ = 0;
            }
            return Fail{reply.error()};
        }
        ASHLAR_ASSIGN(const json::object o, parse_object(*reply));
        if (const auto* stop = o.if_contains("stop"); stop && stop->is_array())
            for (const auto& v : stop->as_array())
                if (v.is_string()) stop_attempt(std::string(v.as_string()));
        return {};
    }

    HostResult<void> enroll(HttpClient& client) {
        const json::object hello{{"id", id_},
                                 {"name", options_.name},
                                 {"role", options_.role},
                                 {"instance", instance_},
                                 {"url", options_.advertised_url},
                                 {"version", VERSION},
                                 {"slots", options_.engines},
                                 {"info", info()}};
        ASHLAR_ASSIGN(const std::string reply, client.post("/v1/nodes", json::serialize(hello)));
        ASHLAR_ASSIGN(const json::object o, parse_object(reply));
        ASHLAR_ASSIGN(const uint64_t got, need_number(o, "epoch"));
        log::info("registered", {{"node", id_}, {"epoch", got}});
        const std::lock_guard lock(mutex_);
        epoch_ = got;
        return {};
    }

    void stop_attempt(const std::string& attempt) {
        const std::lock_guard lock(mutex_);
        for (auto& s : slots_)
            if (s->attempt == attempt && !s->stop.stop_requested()) {
                log::info("attempt_stopped", {{"attempt", attempt}});
                s->stop.request_stop();
            }
    }

    void slot_loop(Slot& slot, std::atomic<int64_t>& round) {
        auto client = HttpClient::open(options_.coordinator_url, options_.token, milliseconds(30000));
        while (client && !stopped()) {
            round = now_ms();
            {
                std::unique_lock lock(mutex_);
                if (draining_ || epoch_ == 0) {
                    wake_.wait_for(lock, milliseconds(200), [&] { return stopped_; });
                    continue;
                }
            }
            auto task = claim(**client);
            if (!task || task->empty()) {
                if (!task) pause(RETRY_PAUSE);
                continue;
            }
            run(**client, slot, *task, round);
        }
    }

    HostResult<json::object> claim(HttpClient& client) {
        const json::object body{{"node", id_}, {"epoch", epoch()}, {"wait_ms", options_.claim_wait.count()}};
        ASHLAR_ASSIGN(const HttpReply reply, client.send("POST", "/v1/tasks/claim", json::serialize(body)));
        if (reply.status == 204) return json::object();
        if (reply.status != 200) return reply_error(reply);
        return parse_object(reply.body);
    }

    void run(HttpClient& client, Slot& slot, const json::object& task, std::atomic<int64_t>& round) {
        const std::string attempt = text_field(task, "attempt");
        std::stop_token stop;
        {
            const std::lock_guard lock(mutex_);
            slot.attempt = attempt, slot.task = task, slot.progress = {"fetching"}, slot.seq = 1,
            slot.stop = std::stop_source();
            stop = slot.stop.get_token();
        }
        const uint64_t at_epoch = epoch();
        log::info("task_started", {{"attempt", attempt},
                                   {"block", number_field(task, "number")},
                                   {"kind", text_field(task, "kind")},
                                   {"index", number_field(task, "index")}});
        const auto begin = Clock::now();
        json::object result{{"attempt", attempt}, {"node", id_}, {"epoch", at_epoch}};
        auto outcome = execute(client, slot, task, stop, round);
        if (outcome) {
            for (auto& [k, v] : *outcome) result[k] = v;
            result["ok"] = true;
        } else {
            result["ok"] = false;
            result["error"] = to_json(outcome.error());
        }
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        metrics_.observe("ashlar_node_task_seconds", seconds,
                         {{"kind", text_field(task, "kind")}, {"ok", outcome ? "true" : "false"}});
        log::info(outcome ? "task_done" : "task_failed",
                  {{"attempt", attempt},
                   {"seconds", seconds},
                   {"reason", outcome ? "" : outcome.error().code + ": " + outcome.error().message}});
        // A stopped attempt has been given up by the coordinator already.
        if (!stop.stop_requested()) deliver(client, result, stop, round);
        const std::lock_guard lock(mutex_);
        slot.attempt.clear();
    }

    /// Repeats until the coordinator has acknowledged: a finished proof survives any outage of the coordinator.
    void deliver(HttpClient& client, const json::object& result, std::stop_token stop, std::atomic<int64_t>& round) {
        while (!stop.stop_requested()) {
            round = now_ms();
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
            pause(RETRY_PAUSE);
        }
    }

    void step(Slot& slot, const Progress& p, std::atomic<int64_t>& round) {
        round = now_ms();
        const std::lock_guard lock(mutex_);
        slot.progress = p;
        slot.seq++;
    }

    HostResult<std::string> fetch(HttpClient& client, const std::string& name, std::stop_token stop,
                                  std::atomic<int64_t>& round) {
        if (!is_blob_name(name)) return fail("blob_name_bad", "the coordinator named no blob");
        while (!blobs_->has(name)) {
            round = now_ms();
            ASHLAR_ASSIGN(auto writer, blobs_->writer());
            auto status = client.download("/v1/blobs/" + name, writer);
            if (status && *status == 200) {
                auto done = writer.commit(name);
                if (done) break;
                log::warning("blob_bad",
                             {{"blob", name}, {"reason", done.error().message}, {"effect", "fetching again"}});
            } else if (status && *status != 429) {
                return fail("blob_missing", fmt::format("the coordinator has no blob {} (status {})", name, *status));
            } else if (!status && status.error().code != "peer_unreachable") {
                return Fail{status.error()};
            }
            if (stop.stop_requested()) return fail("stopped", "stopped on request");
            pause(RETRY_PAUSE);
        }
        return blobs_->path(name).string();
    }

    HostResult<json::object> execute(HttpClient& client, Slot& slot, const json::object& task, std::stop_token stop,
                                     std::atomic<int64_t>& round) {
        const bool aggregate = text_field(task, "kind") == "aggregate";
        const fs::path out = options_.state_dir / "work" / (text_field(task, "attempt").substr(0, 32) + ".proof");
        json::object request{{"kind", aggregate ? "aggregate" : "prove"},
                             {"out", out.string()},
                             {"threads", options_.threads},
                             {"chunk_cycles", number_field(task, "chunk_cycles")},
                             {"profile", text_field(task, "profile")}};
        std::vector<std::string> passing;  // blobs of no use after this task; programs stay
        for (const char* key : {"elf", "sub_elf", "stdin"}) {
            if (!aggregate && std::string_view(key) == "sub_elf") continue;
            const std::string name = text_field(task, key);
            ASHLAR_ASSIGN(std::string path, fetch(client, name, stop, round));
            request[key] = path;
            if (std::string_view(key) == "stdin") passing.push_back(name);
        }
        json::array proofs;
        if (const auto* list = task.if_contains("proofs"); list && list->is_array())
            for (const auto& v : list->as_array()) {
                const std::string name = v.is_string() ? std::string(v.as_string()) : "";
                ASHLAR_ASSIGN(std::string path, fetch(client, name, stop, round));
                proofs.push_back(json::string(path));
                passing.push_back(name);
                step(slot, {"fetching", proofs.size(), list->as_array().size()}, round);
            }
        request["proofs"] = std::move(proofs);

        // The engine is silent during a long step; the coordinator's deadlines judge that, not our watchdog.
        std::atomic<bool> in_call{true};
        std::thread alive([&] {
            while (in_call) {
                round = now_ms();
                std::this_thread::sleep_for(milliseconds(200));
            }
        });
        auto reply = slot.engine->call(request, [&](const Progress& p) { step(slot, p, round); }, stop);
        in_call = false;
        alive.join();
        std::error_code ec;
        if (!reply) {
            fs::remove(out, ec);
            return Fail{reply.error()};
        }
        auto name = blobs_->put_file(out);
        fs::remove(out, ec);
        if (!name) return Fail{name.error()};
        const uint64_t bytes = blobs_->size(*name);
        step(slot, {"uploading", 0, 1}, round);
        ASHLAR_TRY(upload(client, *name, stop, round));
        blobs_->remove(*name);
        for (const auto& b : passing) blobs_->remove(b);
        reply->erase("type");
        return json::object{{"output", *name},
                            {"output_bytes", bytes},
                            {"chunks", number_field(*reply, "chunks")},
                            {"cycles", number_field(*reply, "cycles")},
                            {"seconds", real_field(*reply, "seconds")},
                            {"stats", *reply}};
    }

    HostResult<void> upload(HttpClient& client, const std::string& name, std::stop_token stop,
                            std::atomic<int64_t>& round) {
        while (!stop.stop_requested()) {
            round = now_ms();
            const auto reply = client.upload("/v1/blobs/" + name, blobs_->path(name));
            if (reply && reply->status / 100 == 2) return {};
            if (reply && (reply->status == 401 || reply->status == 403 || reply->status == 413))
                return reply_error(*reply);
            pause(RETRY_PAUSE);
        }
        return fail("stopped", "stopped on request");
    }
};

}  // namespace

HostResult<std::unique_ptr<NodeDaemon>> NodeDaemon::start(NodeOptions options) {
    auto node = std::make_unique<Daemon>(std::move(options));
    ASHLAR_TRY(node->open());
    return std::unique_ptr<NodeDaemon>(std::move(node));
}

}  // namespace ashlar::cluster
