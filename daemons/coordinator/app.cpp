// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/app.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <charconv>
#include <condition_variable>
#include <thread>

#include "daemons/coordinator/config.hpp"
#include "daemons/coordinator/proof_checks.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/input_folder.hpp"
#include "libs/cluster/pulse.hpp"
#include "libs/cluster/report.hpp"
#include "libs/cluster/views.hpp"
#include "libs/rpc/block_source.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace cluster;
using std::chrono::milliseconds;

namespace {

constexpr auto IDLE_PAUSE = milliseconds(100);
constexpr auto ROUND_LIMIT = std::chrono::seconds(30);
constexpr int VERIFY_TRIES = 3;
constexpr int64_t HEAD_PAUSE_MS = 1000;
constexpr int64_t LOCAL_PAUSE_MS = 1000;

/// Unix time at start plus steady time since: goes on evenly when somebody sets the clock.
int64_t steady_unix_ms() {
    using namespace std::chrono;
    static const auto offset = duration_cast<milliseconds>(system_clock::now().time_since_epoch()) -
                               duration_cast<milliseconds>(steady_clock::now().time_since_epoch());
    return (duration_cast<milliseconds>(steady_clock::now().time_since_epoch()) + offset).count();
}

Policy policy_from(const Config& c) {
    Policy p;
    p.blocks_in_flight = c.number("blocks_in_flight"), p.read_ahead = c.number("read_ahead"),
    p.attempts = c.number("attempts");
    p.attempt_deadline_ms = static_cast<int64_t>(c.number("attempt_deadline_s") * 1000);
    p.attempt_silence_ms = static_cast<int64_t>(c.number("attempt_silence_s") * 1000);
    p.node_silence_ms = static_cast<int64_t>(c.number("node_silence_s") * 1000);
    p.backoff_ms = static_cast<int64_t>(c.number("backoff_ms"));
    p.profile = c.text("profile");
    p.chunk_ladder = {c.number("chunk_cycles")};
    for (const auto& s : c.list("retry_chunk_cycles")) {
        uint64_t v = 0;
        std::from_chars(s.data(), s.data() + s.size(), v);
        if (v >= 1024) p.chunk_ladder.push_back(v);
    }
    return p;
}

/// Errors of this host, such as a full disk: no try of a block counts that fails for them.
bool is_local(const Error& e) { return e.code.starts_with("store_") || e.code == "file_unwritable"; }

/// Errors that say nothing about the block: trying again may help.
bool is_transient(const Error& e) {
    return e.code.starts_with("engine_") || e.code.starts_with("file_") || e.code.starts_with("store_") ||
           e.code.starts_with("rpc_") || e.code == "peer_unreachable";
}

class Coordinator final : public App {
  public:
    Coordinator(const Config& config, std::vector<std::string> engine_command)
        : config_(config),
          state_dir_(config.path("state_dir")),
          engine_command_(std::move(engine_command)),
          preparer_("preparer", engine_command_),
          verifier_("verifier", engine_command_) {}
    ~Coordinator() override { stop(); }

    HostResult<void> open() {
        std::error_code ec;
        fs::create_directories(state_dir_ / "work", ec);
        if (ec)
            return fail("file_unwritable", fmt::format("{}: {}", state_dir_.string(), ec.message()),
                        "check state_dir and its owner");
        lock_fd_ = ::open((state_dir_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
        if (lock_fd_ < 0 || ::flock(lock_fd_, LOCK_EX | LOCK_NB) != 0)
            return fail("state_in_use",
                        fmt::format("{}: another coordinator uses this state directory", state_dir_.string()),
                        "stop the other one first");
        for (fs::directory_iterator it(state_dir_ / "work", ec), end; !ec && it != end; it.increment(ec))
            fs::remove_all(it->path(), ec);
        ASHLAR_ASSIGN(auto blobs, BlobStore::open(state_dir_ / "blobs"));
        blobs_.emplace(std::move(blobs));
        ASHLAR_ASSIGN(store_, open_sqlite_store(state_dir_ / "coordinator.db"));
        scheduler_.emplace(*store_, policy_from(config_), steady_unix_ms);
        ASHLAR_TRY(scheduler_->recover());
        context_ = std::make_unique<Context>(config_, *scheduler_, *blobs_, metrics_);
        context_->now_ms = steady_unix_ms;
        context_->started_ms = steady_unix_ms();
        context_->report = config_.has("report_path") ? config_.path("report_path") : state_dir_ / "proving_report.csv";
        const fs::path artefacts = config_.path("artefact_dir");
        for (const auto& [file, name] :
             {std::pair{"subblock-elf", &context_->subblock_elf}, {"aggregator-elf", &context_->aggregator_elf}}) {
            auto blob = blobs_->put_file(artefacts / file);
            if (!blob)
                return fail("artefact_missing",
                            fmt::format("{}: {}", (artefacts / file).string(), blob.error().message),
                            "set artefact_dir to the folder with the guest programs");
            *name = *blob;
        }
        checks_ = std::make_unique<ProofChecks>(*context_, engine_command_, engine_limit());
        context_->checks = checks_.get();
        ASHLAR_TRY(open_server());
        threads_.emplace_back([this] { loop(rounds_[0], [this] { return fetch_one(); }); });
        threads_.emplace_back([this] { loop(rounds_[1], [this] { return verify_one(); }); });
        threads_.emplace_back([this] { loop(rounds_[2], [this] { return keep_up(); }); });
        log::info("listening", {{"port", server_->port()}, {"state_dir", state_dir_.string()}});
        return {};
    }

    uint16_t port() const override { return server_->port(); }
    bool healthy() const override {
        if (!server_->alive()) return false;
        return std::all_of(std::begin(rounds_), std::end(rounds_),
                           [](const Pulse& r) { return r.within(ROUND_LIMIT); });
    }
    std::string summary() override {
        uint64_t waiting = 0, proven = 0;
        for (const auto& [state, n] : scheduler_->block_counts()) {
            if (state == BlockState::proven)
                proven = n;
            else if (!is_final(state))
                waiting += n;
        }
        return fmt::format("{} blocks to do, {} proven", waiting, proven);
    }
    void stop() override {
        if (stop_.request_stop()) {
            {
                const std::lock_guard lock(mutex_);
                wake_.notify_all();
            }
            if (server_) server_->stop();
            if (checks_) checks_->stop();
            for (auto& t : threads_) t.join();
            ::close(lock_fd_);
        }
    }

  private:
    Config config_;
    fs::path state_dir_;
    std::vector<std::string> engine_command_;
    int lock_fd_ = -1;
    std::optional<BlobStore> blobs_;
    std::unique_ptr<Store> store_;
    std::optional<Scheduler> scheduler_;
    Metrics metrics_;
    std::unique_ptr<Context> context_;
    std::unique_ptr<ProofChecks> checks_;
    std::unique_ptr<HttpServer> server_;
    EngineProcess preparer_, verifier_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::thread> threads_;
    Pulse rounds_[3];  ///< of the threads that fetch, verify, keep up
    std::map<BlockId, int> verify_tries_;
    uint64_t reported_ = UINT64_MAX;
    std::set<BlockId> observed_;
    std::map<std::string, std::string> troubles_;  ///< what is wrong now, by event; guarded by mutex_

    HostResult<void> open_server() {
        HttpServerOptions http;
        http.listen = config_.text("listen");
        http.threads = static_cast<unsigned>(config_.number("http_threads"));
        http.limits.connections = static_cast<unsigned>(config_.number("http_connections"));
        http.blobs = *blobs_;
        http.tokens = std::make_shared<TokenVerifier>(config_.has("tokens_file") ? config_.path("tokens_file")
                                                                                 : state_dir_ / "tokens");
        ASHLAR_TRY(http.tokens->load());
        http.observe = [this](const std::string& method, const std::string& pattern, int status, double seconds) {
            metrics_.add("ashlar_http_requests_total", 1,
                         {{"method", method.size() < 8 ? method : "other"},
                          {"path", pattern},
                          {"status", std::to_string(status)}});
            metrics_.observe("ashlar_http_request_seconds", seconds);
        };
        std::vector<HttpRoute> routes;
        for (auto part :
             {job_routes(*context_), block_routes(*context_), node_routes(*context_), status_routes(*context_)})
            routes.insert(routes.end(), part.begin(), part.end());
        ASHLAR_ASSIGN(server_, HttpServer::start(std::move(http), std::move(routes)));
        return {};
    }

    /// Calls `work` again and again; pauses when it had nothing to do.
    template <class Work>
    void loop(Pulse& round, const Work& work) {
        while (!stop_.stop_requested()) {
            round.beat();
            if (work()) continue;
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, IDLE_PAUSE, [&] { return stop_.stop_requested(); });
        }
    }

    milliseconds engine_limit() const { return std::chrono::seconds(config_.number("engine_limit_s")); }

    HostResult<json::object> call(EngineProcess& engine, Pulse& round, const json::object& request) {
        return round.during([&] { return engine.call(request, {}, stop_.get_token(), engine_limit()); });
    }

    static void warn(const char* event, const Block& b, const Error& e) {
        log::warning(
            event, {{"job", static_cast<int64_t>(b.job)}, {"block", b.number}, {"reason", e.code + ": " + e.message}});
    }
    /// Says what is wrong, once: a full disk fails every round.
    void complain(const char* event, const HostResult<void>& r) {
        const std::string now = r ? "" : r.error().code + ": " + r.error().message;
        {
            const std::lock_guard lock(mutex_);
            if (std::exchange(troubles_[event], now) == now) return;
        }
        if (r)
            log::info(event, {{"effect", "over"}});
        else
            log::error(event, {{"reason", now}, {"effect", "trying again"}});
    }
    void complain(const HostResult<void>& r) { complain("store_trouble", r); }

    /// Repeats a change until the store has taken it: a block whose end is not stored would stay "fetching" for good.
    void insist(const std::function<HostResult<void>()>& change) {
        while (!stop_.stop_requested()) {
            const auto done = change();
            complain(done);
            if (done) return;
            rounds_[0].beat();
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, IDLE_PAUSE, [&] { return stop_.stop_requested(); });
        }
    }

    bool fetch_one() {
        auto next = scheduler_->begin_fetch();
        if (!next) complain("fetch_trouble", Fail{next.error()});
        if (!next || !*next) return false;
        complain("fetch_trouble", {});
        const Block& b = **next;
        const auto begin = steady_unix_ms();
        auto done = prepare(b);
        if (!done) {
            if (stop_.stop_requested()) return false;  // stays "fetching": recover() queues it again
            if (done.error().code == "rpc_block_missing" && b.number == 0) {  // the chain has not got there yet
                insist([&] { return scheduler_->postpone(b.id, HEAD_PAUSE_MS); });
                return true;
            }
            if (is_local(done.error())) {
                complain("input_trouble", Fail{done.error()});
                insist([&] { return scheduler_->postpone(b.id, LOCAL_PAUSE_MS); });
                return true;
            }
            warn("fetch_failed", b, done.error());
            insist([&] { return scheduler_->fetch_failed(b.id, done.error(), !is_transient(done.error())); });
        } else {
            complain("input_trouble", {});
            metrics_.observe("ashlar_coordinator_fetch_seconds", static_cast<double>(steady_unix_ms() - begin) / 1000);
        }
        return true;
    }

    HostResult<fs::path> folder_of(const Block& b) {
        const auto job = scheduler_->job(b.job);
        if (job && job->mode != "reproduce") {
            rpc::BlockSourceOptions o;
            o.url = config_.text("rpc_http_url");
            o.retries = static_cast<unsigned>(config_.number("request_retries"));
            o.timeout = std::chrono::seconds(config_.number("request_timeout_s"));
            o.alive = [this] { rounds_[0].beat(); };
            std::string which = rpc::hex_quantity(b.number);
            if (job->mode == "latest") {  // the newest block first, then each one after it
                uint64_t newest = 0;
                for (const Block& other : scheduler_->blocks_of(b.job)) newest = std::max(newest, other.number);
                which = newest ? rpc::hex_quantity(newest + 1) : "latest";
            }
            const fs::path dir = state_dir_ / "inputs" / fmt::format("{}-{}", static_cast<int64_t>(b.job), b.ordinal);
            ASHLAR_TRY(rpc::fetch_block(o, which, dir, stop_.get_token()));
            return dir;
        }
        std::vector<fs::path> dirs;
        for (const auto& d : config_.list("input_load_dirs")) dirs.emplace_back(d);
        return find_input_folder(dirs, b.number);
    }

    HostResult<void> prepare(const Block& b) {
        ASHLAR_ASSIGN(const fs::path dir, folder_of(b));
        const fs::path out = state_dir_ / "work" / fmt::format("prepare-{}", static_cast<int64_t>(b.id));
        std::error_code ec;
        fs::create_directories(out, ec);
        const json::object request{{"kind", "prepare"},
                                   {"dir", dir.string()},
                                   {"chain", config_.text("chain")},
                                   {"subblock_gas", config_.number("subblock_gas")},
                                   {"profile", config_.text("profile")},
                                   {"elf", blobs_->path(context_->aggregator_elf).string()},
                                   {"sub_elf", blobs_->path(context_->subblock_elf).string()},
                                   {"out", out.string()}};
        auto reply = call(preparer_, rounds_[0], request);
        auto stored = reply ? store_inputs(b, *reply, out) : HostResult<void>(Fail{reply.error()});
        fs::remove_all(out, ec);
        if (stored)
            fs::remove_all(state_dir_ / "inputs" / fmt::format("{}-{}", static_cast<int64_t>(b.job), b.ordinal), ec);
        return stored;
    }

    HostResult<void> store_inputs(const Block& b, const json::object& reply, const fs::path& out) {
        const auto* facts = reply.if_contains("facts");
        if (!facts || !facts->is_object()) return fail("engine_answer_bad", "the engine gave no facts");
        std::vector<std::string> stdins;
        for (uint64_t i = 0; i < number_field(reply, "subblocks"); i++) {
            ASHLAR_ASSIGN(std::string name, blobs_->put_file(out / fmt::format("subblock_stdin_builder_{}.bin", i)));
            stdins.push_back(std::move(name));
        }
        ASHLAR_ASSIGN(const std::string aggregator, blobs_->put_file(out / "final_aggregator_stdin_builder.bin"));
        const BlockFacts f = block_facts_from(facts->as_object());
        log::info("inputs_ready", {{"job", static_cast<int64_t>(b.job)},
                                   {"block", f.number},
                                   {"hash", f.hash},
                                   {"gas", f.gas_used},
                                   {"transactions", f.transactions},
                                   {"subblocks", stdins.size()}});
        return scheduler_->fetched(b.id, f, stdins, aggregator);
    }

    bool verify_one() {
        auto next = scheduler_->begin_verify();
        if (!next || !*next) return false;
        const Block& b = **next;
        const bool program = !b.elf.empty();
        auto reply = call(verifier_, rounds_[1], verify_request(*context_, b));
        if (!reply) {
            const Error e = reply.error();
            if (stop_.stop_requested()) return false;
            warn("verification_failed", b, e);
            if (is_transient(e) && ++verify_tries_[b.id] < VERIFY_TRIES) {
                scheduler_->verify_again(b.id);
            } else {
                verify_tries_.erase(b.id);
                complain(scheduler_->rejected(b.id, e));
            }
            return true;
        }
        verify_tries_.erase(b.id);
        const auto* claims = reply->if_contains("claims");
        const json::object none;
        const json::object& said = claims && claims->is_object() ? claims->as_object() : none;
        const double ms = real_field(*reply, "milliseconds");
        metrics_.observe("ashlar_coordinator_verify_seconds", ms / 1000);
        auto stored = program ? scheduler_->verified_program(b.id, program_claims_from(said), ms)
                              : scheduler_->verified(b.id, block_claims_from(said), ms);
        complain(stored);
        if (!stored) scheduler_->verify_again(b.id);
        return true;
    }

    /// Deadlines, lost nodes, and the report whenever another block ended.
    bool keep_up() {
        complain(scheduler_->tick());
        uint64_t ended = 0;
        for (const auto& [state, n] : scheduler_->block_counts())
            if (is_final(state)) ended += n;
        if (ended == reported_) return false;
        const auto rows = scheduler_->finished_blocks(config_.number("report_rows"));
        const auto written = write_file_atomically(context_->report, as_bytes(report_csv(rows)));
        complain("report_trouble", written);
        if (!written) return false;
        for (const Block& b : rows) {
            if (!observed_.insert(b.id).second || b.finished_ms < context_->started_ms) continue;
            metrics_.add("ashlar_coordinator_blocks_ended_total", 1, {{"state", std::string(name_of(b.state))}});
            if (b.state == BlockState::proven)
                metrics_.observe("ashlar_coordinator_proving_seconds",
                                 static_cast<double>(b.finished_ms - b.proving_ms) / 1000);
            log::info("block_ended", {{"job", static_cast<int64_t>(b.job)},
                                      {"block", b.number},
                                      {"state", name_of(b.state)},
                                      {"reason", b.reason}});
        }
        reported_ = ended;
        return false;
    }
};

}  // namespace

HttpResponse answer(const HostResult<json::object>& result, int status) {
    if (!result) return error_response(status_of(result.error()), result.error());
    return json_response(json::serialize(*result), status);
}

HostResult<std::unique_ptr<App>> App::start(const Config& config, std::vector<std::string> engine_command) {
    auto app = std::make_unique<Coordinator>(config, std::move(engine_command));
    ASHLAR_TRY(app->open());
    return std::unique_ptr<App>(std::move(app));
}

int run(int argc, char** argv, const ServiceFactory& service) {
    if (argc > 1 && std::string_view(argv[1]) == ENGINE_ARGUMENT) return serve_engine(ENGINE_FD, *service());
    const DaemonSpec spec{"ashlar-coordinator",
                          "takes blocks, drives workers and the aggregator, verifies and keeps the proofs",
                          "/etc/ashlar/coordinator.yaml", KEYS};
    const StartUp up = start_up(spec, argc, argv);
    if (!up.config) return up.exit_code;
    take_signals();
    auto app = App::start(*up.config, own_engine_command());
    if (!app) {
        print_error(spec.name, app.error());
        return 1;
    }
    const int code = run_until_signal([&] { return (*app)->healthy(); }, [&] { return (*app)->summary(); });
    announce_stop();
    (*app)->stop();
    return code;
}

}  // namespace ashlar::coordinator
