// SPDX-License-Identifier: Apache-2.0
#include "daemons/coordinator/app.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <charconv>
#include <condition_variable>
#include <thread>

#include "daemons/coordinator/config.hpp"
#include "daemons/coordinator/input_index.hpp"
#include "daemons/coordinator/preparation.hpp"
#include "daemons/coordinator/proof_checks.hpp"
#include "daemons/worker/config.hpp"
#include "libs/base/json.hpp"
#include "libs/base/log.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/model/report.hpp"
#include "libs/cluster/node/pulse.hpp"
#include "libs/cluster/version.hpp"
#include "libs/rpc/head_stream.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace cluster;
using namespace prover;
using std::chrono::milliseconds;

namespace {

constexpr auto IDLE_PAUSE = milliseconds(100);
constexpr auto ROUND_LIMIT = std::chrono::seconds(30);
constexpr int VERIFY_ATTEMPTS = 3;
constexpr int64_t HEAD_PAUSE_MS = 1000;
constexpr int64_t LOCAL_PAUSE_MS = 1000;
constexpr int64_t DISK_PAUSE_MS = 1000;
constexpr int64_t SWEEP_PAUSE_MS = 10'000;
constexpr auto ORPHAN_AGE = std::chrono::hours(24);
constexpr size_t ENDED_AT_ONCE = 200;

/// Unix time at start plus steady time since: unaffected by changes to the system clock.
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
    p.subblock_gas = c.number("subblock_gas");
    p.run_id = c.text("run_id");
    p.attempt_deadline_ms = static_cast<int64_t>(c.number("attempt_deadline_s") * 1000);
    p.attempt_silence_ms = static_cast<int64_t>(c.number("attempt_silence_s") * 1000);
    p.node_silence_ms = static_cast<int64_t>(c.number("node_silence_s") * 1000);
    p.backoff_ms = static_cast<int64_t>(c.number("backoff_ms"));
    p.profile = c.text("profile"), p.chain = c.text("chain"), p.version = VERSION;
    p.chunk_ladder = {c.number("chunk_cycles")};
    for (const auto& s : c.list("retry_chunk_cycles")) {
        uint64_t v = 0;
        std::from_chars(s.data(), s.data() + s.size(), v);
        p.chunk_ladder.push_back(v);
    }
    return p;
}

/// Errors of this host, such as a full disk: a failed attempt for such a reason is not counted against the block.
bool is_local(const Error& e) {
    return e.code.starts_with("store_") || e.code == "file_unwritable" || e.code == "dump_unwritable";
}

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
        Policy policy = policy_from(config_);
        const fs::path artefacts = config_.path("artefact_dir");
        for (const auto& [file, name] :
             {std::pair{"subblock-elf", &policy.subblock_program}, {"aggregator-elf", &policy.aggregator_program}}) {
            auto blob = blobs_->put_file(artefacts / file);
            if (!blob)
                return fail("artefact_missing",
                            fmt::format("{}: {}", (artefacts / file).string(), blob.error().message),
                            "set artefact_dir to the folder with the guest programs");
            *name = *blob;
        }
        scheduler_.emplace(*store_, policy, steady_unix_ms);
        ASHLAR_TRY(scheduler_->recover(last_alive_ms()));
        context_ = std::make_unique<Context>(config_, *scheduler_, *blobs_, metrics_);
        context_->schema = KEYS;
        context_->now_ms = steady_unix_ms;
        context_->started_ms = steady_unix_ms();
        context_->report = config_.has("report_path") ? config_.path("report_path") : state_dir_ / "proving_report.csv";
        report_.emplace(context_->report);
        checks_ = std::make_unique<ProofChecks>(*context_, engine_command_, engine_limit(config_));
        context_->checks = checks_.get();
        if (config_.has("input_load_dirs")) {
            std::vector<fs::path> dirs;
            for (const auto& d : config_.list("input_load_dirs")) dirs.emplace_back(d);
            inputs_ = std::make_unique<InputIndex>(std::move(dirs), policy.subblock_gas);
            context_->inputs = inputs_.get();
        }
        preparation_.emplace(*context_, state_dir_,
                             [this](const char* event, const HostResult<void>& r) { complain(event, r); });
        ASHLAR_TRY(open_server());
        fetchers_.push_back(std::make_unique<Fetcher>(InputSource::folders, engine_command_));
        for (uint64_t i = 0; i < config_.number("fetch_threads"); i++)
            fetchers_.push_back(std::make_unique<Fetcher>(InputSource::node, engine_command_));
        for (auto& f : fetchers_)
            threads_.emplace_back([this, &f] { loop(f->round, [this, &f] { return fetch_one(*f); }); });
        threads_.emplace_back([this] { loop(verifying_, [this] { return verify_one(); }); });
        threads_.emplace_back([this] { loop(keeping_up_, [this] { return keep_up(); }); });
        ASHLAR_TRY(follow_heads());
        log::info("listening", {{"port", server_->port()}, {"state_dir", state_dir_.string()}});
        return {};
    }

    uint16_t port() const override { return server_->port(); }
    bool healthy() const override {
        if (!server_->alive()) return false;
        return verifying_.within(ROUND_LIMIT) && keeping_up_.within(ROUND_LIMIT) &&
               std::all_of(fetchers_.begin(), fetchers_.end(),
                           [](const auto& f) { return f->round.within(ROUND_LIMIT); });
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
            head_stream_.reset();
            for (auto& f : fetchers_) f->abort();
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
    std::unique_ptr<InputIndex> inputs_;
    std::optional<Preparation> preparation_;
    std::unique_ptr<HttpServer> server_;
    EngineProcess verifier_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<std::thread> threads_;
    Pulse verifying_, keeping_up_;
    std::map<BlockId, int> verify_attempts_;
    std::optional<ReportFile> report_;
    bool report_open_ = false;
    std::vector<Block> unreported_;  ///< ended, but not in the report yet
    int64_t disk_checked_ms_ = 0, swept_ms_ = 0;
    unsigned sweep_ = 0;

    std::vector<std::unique_ptr<Fetcher>> fetchers_;  ///< unchanged once the threads run
    std::mutex head_mutex_;
    uint64_t head_ = 0;
    int64_t head_asked_ms_ = 0;
    std::atomic<uint64_t> head_told_{0};  ///< by the stream below while it is up; 0: none
    std::unique_ptr<rpc::HeadStream> head_stream_;

    /// The lock file's time is when this coordinator's predecessor was last alive.
    int64_t last_alive_ms() const {
        struct stat st{};
        if (::fstat(lock_fd_, &st) != 0) return 0;
        return st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1'000'000;
    }

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
            static const std::set<std::string> METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
            metrics_.add("ashlar_http_requests_total", 1,
                         {{"method", METHODS.contains(method) ? method : "other"},
                          {"path", pattern},
                          {"status", std::to_string(status)}});
            metrics_.observe("ashlar_http_request_seconds", seconds);
        };
        std::vector<HttpRoute> routes;
        for (auto part : {job_routes(*context_), block_routes(*context_), node_routes(*context_),
                          status_routes(*context_), operation_routes(*context_)})
            routes.insert(routes.end(), part.begin(), part.end());
        const auto document = std::make_shared<std::string>();
        routes.push_back({"GET",
                          "/openapi.json",
                          Role::none,
                          [document](HttpRequest&) { return json_response(*document); },
                          {"This description"}});
        *document = json::serialize(openapi_document(routes, "Ashlar coordinator", VERSION));
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

    static void warn(const char* event, const Block& b, const Error& e) {
        log::warning(
            event, {{"job", static_cast<int64_t>(b.job)}, {"block", b.number}, {"reason", e.code + ": " + e.message}});
    }
    /// Says what is wrong, once: a full disk fails every round.
    void complain(const char* event, const HostResult<void>& r) {
        {
            const std::lock_guard lock(context_->mutex);
            auto& troubles = context_->troubles;
            const auto known = troubles.find(event);
            const bool same = known == troubles.end() ? r.has_value()
                                                      : !r && known->second.code == r.error().code &&
                                                            known->second.message == r.error().message;
            if (same) return;
            if (r)
                troubles.erase(known);
            else
                troubles[event] = r.error();
        }
        if (r)
            log::info(event, {{"effect", "over"}});
        else
            log::error(event, {{"reason", r.error().code + ": " + r.error().message}, {"effect", "trying again"}});
    }
    void complain(const HostResult<void>& r) { complain("store_trouble", r); }

    /// Repeats a change until the store has taken it: a block whose end is not stored would stay "fetching" for good.
    void insist(Pulse& round, const std::function<HostResult<void>()>& change) {
        while (!stop_.stop_requested()) {
            const auto done = change();
            complain(done);
            if (done) return;
            round.beat();
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, IDLE_PAUSE, [&] { return stop_.stop_requested(); });
        }
    }

    /// Lets the node tell its heads, if it has a WebSocket: jobs over the newest blocks then wait for no round of
    /// asking.
    HostResult<void> follow_heads() {
        if (!config_.has("rpc_ws_url")) return {};
        rpc::HeadStreamOptions o;
        o.url = config_.text("rpc_ws_url");
        o.timeout = std::chrono::seconds(config_.number("request_timeout_s"));
        o.on_head = [this](const rpc::Head& h) {
            head_told_ = h.number;
            const std::lock_guard lock(mutex_);
            wake_.notify_all();
        };
        o.on_change = [this](const HostResult<void>& r) {
            head_told_ = 0;
            complain("head_stream_trouble", r);
        };
        ASHLAR_ASSIGN(head_stream_, rpc::HeadStream::open(std::move(o)));
        return {};
    }

    /// The newest block of the node: what its WebSocket told last, otherwise asked for once in HEAD_PAUSE_MS by
    /// whichever thread comes, while a job needs it.
    uint64_t head(Fetcher& f) {
        if (!config_.has("rpc_http_url") || !scheduler_->waits_for_head()) return 0;
        if (const uint64_t told = head_told_) return told;
        const std::unique_lock lock(head_mutex_, std::try_to_lock);
        if (!lock) return 0;
        if (steady_unix_ms() - head_asked_ms_ < HEAD_PAUSE_MS) return head_;
        rpc::BlockSourceOptions o = node_options(config_, f.round);
        o.retries = 1;
        const auto number = rpc::head_number(o, stop_.get_token());
        head_asked_ms_ = steady_unix_ms();
        complain("head_trouble", number ? HostResult<void>() : Fail{number.error()});
        head_ = number ? *number : 0;
        return head_;
    }

    bool fetch_one(Fetcher& f) {
        if (context_->disk_low) return false;
        const bool node = f.from == InputSource::node;
        auto next = scheduler_->begin_fetch(f.from, node ? head(f) : 0);
        const char* const event = node ? "node_fetch_trouble" : "fetch_trouble";
        if (!next) complain(event, Fail{next.error()});
        if (!next || !*next) return false;
        complain(event, {});
        const Block& b = **next;
        const auto begin = steady_unix_ms();
        const std::stop_token stop = f.begin(b.id);
        const auto done = preparation_->prepare(f, b, stop);
        f.end();
        if (!done) {
            if (stop_.stop_requested()) return false;  // stays "fetching": recover() queues it again
            if (done.error().code == "rpc_block_missing" && b.source == "head") {  // not on every replica of the node
                insist(f.round, [&] { return scheduler_->postpone(b.id, HEAD_PAUSE_MS); });
                return true;
            }
            if (is_local(done.error())) {
                complain("input_trouble", Fail{done.error()});
                insist(f.round, [&] { return scheduler_->postpone(b.id, LOCAL_PAUSE_MS); });
                return true;
            }
            warn("fetch_failed", b, done.error());
            insist(f.round, [&] { return scheduler_->fetch_failed(b.id, done.error(), !is_transient(done.error())); });
        } else {
            complain("input_trouble", {});
            metrics_.observe("ashlar_coordinator_fetch_seconds", static_cast<double>(steady_unix_ms() - begin) / 1000);
        }
        return true;
    }

    bool verify_one() {
        auto next = scheduler_->begin_verify();
        if (!next || !*next) return false;
        const Block& b = **next;
        using Change = std::function<HostResult<void>()>;  // what a good proof brings
        const auto checked = verifying_.during([&]() -> HostResult<Change> {
            const auto stop = stop_.get_token();
            if (!b.elf.empty()) {
                ASHLAR_ASSIGN(const VerifiedProgram v,
                              verify_stored_program(*context_, b, verifier_, stop, engine_limit(config_)));
                return Change([this, &b, v] { return proof_is_good(b, v, &Scheduler::verified_program); });
            }
            ASHLAR_ASSIGN(const VerifiedBlock v,
                          verify_stored_block(*context_, b, verifier_, stop, engine_limit(config_)));
            return Change([this, &b, v] { return proof_is_good(b, v, &Scheduler::verified); });
        });
        if (!checked) {
            const Error e = checked.error();
            if (stop_.stop_requested()) return false;
            warn("verification_failed", b, e);
            if (is_transient(e) && ++verify_attempts_[b.id] < VERIFY_ATTEMPTS) {
                scheduler_->verify_again(b.id);
            } else {
                verify_attempts_.erase(b.id);
                complain(scheduler_->rejected(b.id, e));
                remove_unused(b.proof);
            }
            return true;
        }
        verify_attempts_.erase(b.id);
        const auto stored = (*checked)();
        complain(stored);
        if (!stored) scheduler_->verify_again(b.id);
        return true;
    }

    template <class Claims, class Change>
    HostResult<void> proof_is_good(const Block& b, const Verified<Claims>& v, Change change) {
        metrics_.observe("ashlar_coordinator_verify_seconds", v.milliseconds / 1000);
        return ((*scheduler_).*change)(b.id, v.claims, v.milliseconds);
    }

    void report() {
        if (!report_open_) {
            const auto opened = report_->open([this](size_t n) { return scheduler_->finished_blocks(n); },
                                              config_.number("report_rows"));
            complain("report_trouble", opened);
            report_open_ = opened.has_value();
        }
        if (!report_open_ || unreported_.empty()) return;
        const auto written = report_->append(unreported_);
        complain("report_trouble", written);
        if (written) unreported_.clear();
    }

    void note_end(const Block& b) {
        metrics_.add("ashlar_coordinator_blocks_ended_total", 1, {{"state", std::string(name_of(b.state))}});
        if (b.state == BlockState::proven)
            metrics_.observe("ashlar_coordinator_proving_seconds",
                             static_cast<double>(b.finished_ms - b.proving_ms) / 1000);
        log::info("block_ended", {{"job", static_cast<int64_t>(b.job)},
                                  {"block", b.number},
                                  {"state", name_of(b.state)},
                                  {"reason", b.reason}});
        // What it was made of has done its work: the proof of a block holds those of its subblocks.
        remove_unused(b.stdin_blob);
        for (const Task& t : scheduler_->tasks_of(b.id)) remove_unused(t.stdin_blob), remove_unused(t.output);
    }

    void remove_unused(const std::string& blob) {
        if (!blob.empty() && !scheduler_->uses_blob(blob)) blobs_->remove_unless_put_again(blob);
    }

    /// Blobs that nothing refers to, such as outputs of attempts that were given up: one shard after the other.
    void sweep() {
        if (steady_unix_ms() - swept_ms_ < SWEEP_PAUSE_MS) return;
        swept_ms_ = steady_unix_ms();
        for (const auto& blob : blobs_->older_than(ORPHAN_AGE, sweep_++ % BlobStore::SHARDS)) remove_unused(blob);
    }

    void check_disk() {
        if (steady_unix_ms() - disk_checked_ms_ < DISK_PAUSE_MS) return;
        disk_checked_ms_ = steady_unix_ms();
        std::error_code ec;
        const uint64_t floor = config_.number("disk_floor_mib"), free = fs::space(state_dir_, ec).available >> 20;
        context_->disk_low = !ec && free < floor;
        context_->disk_free_mib = free;
        complain("disk_trouble",
                 context_->disk_low
                     ? HostResult<void>(fail("disk_low",
                                             fmt::format("{}: {} MiB free, fewer than {}: no further block is begun",
                                                         state_dir_.string(), free, floor),
                                             "make room, or lower disk_floor_mib"))
                     : HostResult<void>());
    }

    /// Deadlines, lost nodes, cancelled fetches, and what follows the end of a block.
    bool keep_up() {
        ::futimens(lock_fd_, nullptr);
        complain(scheduler_->tick());
        for (auto& f : fetchers_)
            f->end_if([&](BlockId id) {
                const auto b = scheduler_->block(id);
                return b && b->state != BlockState::fetching;
            });
        check_disk();
        if (inputs_) {
            const auto damaged = inputs_->summary().damaged;
            complain("archive_trouble", damaged.empty() ? HostResult<void>() : Fail{damaged.front()});
        }
        for (Block& b : scheduler_->take_ended(ENDED_AT_ONCE)) {
            note_end(b);
            unreported_.push_back(std::move(b));
        }
        report();
        sweep();
        return false;
    }
};

}  // namespace

HttpResponse answer(const HostResult<json::object>& result, int status) {
    if (!result) return error_response(result.error());
    return json_response(json::serialize(*result), status);
}

HostResult<bool> dry_run(const HttpRequest& request) {
    const auto given = request.query.find("dry_run");
    if (given == request.query.end() || given->second == "0") return false;
    if (given->second == "1") return true;
    return fail("request_bad", "dry_run is 0 or 1");
}

HostResult<std::unique_ptr<App>> App::start(const Config& config, std::vector<std::string> engine_command) {
    auto app = std::make_unique<Coordinator>(config, std::move(engine_command));
    ASHLAR_TRY(app->open());
    return std::unique_ptr<App>(std::move(app));
}

int run(int argc, char** argv, const VerifierFactory& make_verifier) {
    if (argc > 1 && std::string_view(argv[1]) == ENGINE_ARGUMENT) return serve_engine(ENGINE_FD, *make_verifier());
    const DaemonSpec spec{"ashlar-coordinator",
                          "takes blocks, drives workers and the aggregator, verifies and keeps the proofs",
                          "/etc/ashlar/coordinator.yaml", KEYS, key_names(worker::KEYS)};
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
