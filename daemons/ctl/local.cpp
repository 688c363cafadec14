// SPDX-License-Identifier: Apache-2.0
// local: a whole cluster on this machine as child processes on loopback.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "daemons/ctl/children.hpp"
#include "daemons/ctl/local_config.hpp"
#include "daemons/ctl/remote.hpp"
#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/daemon.hpp"
#include "libs/cluster/http/token.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/cluster/store/input_folder.hpp"

namespace ashlar::ctl {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace cluster;
using namespace prover;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto START_LIMIT = std::chrono::seconds(60);
constexpr auto REPORT_LIMIT = std::chrono::seconds(10);
/// A demonstration has several subblocks even from a small block.
constexpr const char* DEMO_SUBBLOCK_GAS = "500000";

/// True if 127.0.0.1:port is free; with port 0, picks one.
bool port_is_free(uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in a{};
    a.sin_family = AF_INET, a.sin_port = htons(port), a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    const bool ok = ::bind(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) == 0;
    ::close(fd);
    if (ok) port = ntohs(a.sin_port);
    return ok;
}

/// SIGINT, SIGTERM, SIGHUP are blocked; this takes one that has come.
bool asked_to_stop() {
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, s);
    const timespec now{0, 0};
    return sigtimedwait(&set, nullptr, &now) > 0;
}

/// A token kept in a file beside the state, made when it is not there.
HostResult<std::string> token_of(const fs::path& state, Role role) {
    const fs::path file = state / (std::string(role_name(role)) + "_token");
    std::error_code ec;
    if (fs::exists(file, ec)) return read_token(file);
    ASHLAR_ASSIGN(std::string token, TokenFile(state / "coordinator" / "tokens").create(role, "local"));
    ASHLAR_TRY(write_file_atomically(file, as_bytes(token + "\n"), 0600));
    return token;
}

/// Prints what changed about the tasks of a job: one line each on a stream, a rewritten line on a terminal.
class TaskPrinter {
  public:
    explicit TaskPrinter(bool quiet) : quiet_(quiet), bar_(quiet) {}
    void show(const json::object& job) {
        if (quiet_) return;
        std::string running;
        for (const std::string& line : task_lines(job)) {
            const size_t colon = line.find(": ");
            const std::string task = line.substr(0, colon), what = line.substr(colon + 2);
            const size_t percent = what.rfind(" %");
            // Print a change of stage, and every tenth of the way; the bar shows the rest.
            std::string coarse = what;
            if (percent != std::string::npos) {
                const size_t number = what.rfind(' ', percent - 1) + 1;
                coarse = what.substr(0, number) + std::to_string(std::stoul(what.substr(number)) / 10 * 10) + " %";
                running += (running.empty() ? "" : "   ") + task + " " + what.substr(number, percent - number) + " %";
            }
            auto& last = told_[task];
            if (last == coarse || what == "waiting" || what == "ready" || what == "queued") continue;
            last = coarse;
            bar_.clear();
            fmt::print(stderr, "{}: {}\n", task, coarse);
        }
        if (!running.empty()) bar_.show(running, 0, 0);
    }
    void clear() { bar_.clear(); }

  private:
    bool quiet_;
    ProgressLine bar_;
    std::map<std::string, std::string> told_;
};

struct Setup {
    Config config;
    fs::path state, block;
    bool temporary = false;
    uint16_t port = 0;
    std::string admin, reader;
    uint64_t workers = 0, number = 0;
    std::string url() const { return fmt::format("http://127.0.0.1:{}", port); }
};

/// Flags, environment, the file that --config names, defaults.
HostResult<Config> config_of(const Options& o) {
    ConfigSources sources;
    if (o.has("config")) sources.file = o.path("config");
    for (const ConfigKey& k : LOCAL_KEYS) {
        const std::string flag = config_flag(k.name).substr(2);
        if (o.has(flag)) sources.flags[std::string(k.name)] = o.text(flag);
    }
    return load_config(LOCAL_KEYS, sources);
}

HostResult<Setup> prepare(const Options& o) {
    ASHLAR_ASSIGN(Config config, config_of(o));
    Setup s;
    s.config = std::move(config);
    if (o.has("block") && o.has("demo")) return fail("usage", "--block and --demo exclude one another");
    if (o.has("block") || o.has("demo")) {
        std::error_code ec;
        s.block = fs::absolute(o.has("block") ? o.path("block") : o.path("demo"), ec);
        ASHLAR_ASSIGN(const Bytes rlp, read_file(s.block / "block.rlp"));
        const auto number = block_number_of(rlp);
        if (!number)
            return fail("file_bad", fmt::format("{}: not a block", (s.block / "block.rlp").string()),
                        "it must be the RLP of a block");
        s.number = *number;
    }
    s.workers = s.config.number("workers");
    if (s.config.has("state_dir")) {
        s.state = s.config.path("state_dir");
    } else {
        s.state = fs::temp_directory_path() / ("ashlar-local-" + random_hex(4));
        s.temporary = !o.has("keep");
    }
    std::error_code ec;
    for (const char* sub : {"coordinator", "logs"}) fs::create_directories(s.state / sub, ec);
    fs::permissions(s.state, fs::perms::owner_all, ec);
    if (ec)
        return fail("file_unwritable", fmt::format("{}: {}", s.state.string(), ec.message()),
                    "choose another --state-dir");
    ASHLAR_ASSIGN(s.admin, token_of(s.state, Role::admin));
    ASHLAR_ASSIGN(s.reader, token_of(s.state, Role::reader));
    ASHLAR_TRY(token_of(s.state, Role::node));
    s.port = static_cast<uint16_t>(s.config.number("port"));
    if (!port_is_free(s.port)) {
        if (s.config.origin("port") != "default")
            return fail("listen_failed", fmt::format("port {} is taken", s.port),
                        "choose another --port, or 0 for any");
        s.port = 0;
        if (!port_is_free(s.port)) return fail("listen_failed", "no free port");
    }
    return s;
}

HostResult<void> start_all(const Options& o, const Setup& s, Children& children) {
    const fs::path bin = own_directory();
    std::error_code ec;
    const Config& config = s.config;
    const fs::path artefacts =
        fs::absolute(config.has("artefacts") ? config.path("artefacts") : default_artefact_dir(), ec);
    std::string chain = config.text("chain");
    if (fs::exists(chain, ec)) chain = fs::absolute(chain, ec).string();
    const bool small = o.has("demo") && config.origin("subblock_gas") == "default";
    const std::string gas = small ? DEMO_SUBBLOCK_GAS : config.text("subblock_gas");
    std::vector<std::string> coordinator = {(bin / "ashlar-coordinator").string(),
                                            "--config",
                                            "/dev/null",
                                            "--listen",
                                            fmt::format("127.0.0.1:{}", s.port),
                                            "--state-dir",
                                            (s.state / "coordinator").string(),
                                            "--artefact-dir",
                                            artefacts.string(),
                                            "--chain",
                                            chain,
                                            "--subblock-gas",
                                            gas,
                                            "--chunk-cycles",
                                            config.text("chunk_size"),
                                            "--profile",
                                            config.text("profile"),
                                            "--attempt-deadline-s",
                                            "86400",
                                            "--attempt-silence-s",
                                            "1800",
                                            "--node-silence-s",
                                            "10"};
    std::string inputs = config.text("inputs");
    if (!s.block.empty()) inputs = s.block.string() + (inputs.empty() ? "" : "," + inputs);
    if (!inputs.empty()) coordinator.insert(coordinator.end(), {"--input-load-dirs", inputs});
    if (config.has("rpc")) coordinator.insert(coordinator.end(), {"--rpc-http-url", config.text("rpc")});
    ASHLAR_TRY(children.start("coordinator", coordinator));
    const auto node = [&](const std::string& name, const std::string& program, uint64_t threads) {
        return children.start(
            name, {(bin / program).string(), "--config", "/dev/null", "--coordinator-url", s.url(), "--token-file",
                   (s.state / "node_token").string(), "--name", name, "--state-dir", (s.state / name).string(),
                   "--threads", std::to_string(threads), "--drain-s", "0"});
    };
    // Workers prove at the same time and share the cores; the aggregator works when they are done.
    const uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
    for (uint64_t i = 1; i <= s.workers; i++)
        ASHLAR_TRY(node(fmt::format("worker-{}", i), "ashlar-worker", std::max<uint64_t>(1, cores / s.workers)));
    return node("aggregator", "ashlar-aggregator", cores);
}

HostResult<void> wait_ready(HttpClient& client, Children& children) {
    const auto until = Clock::now() + START_LIMIT;
    while (Clock::now() < until) {
        const auto r = client.send("GET", "/readyz");
        if (r && r->status == 200) return {};
        ASHLAR_TRY(children.mind());
        if (asked_to_stop()) return fail("stopped", "stopped on request");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return fail("daemon_died", "the daemons did not get ready", "their logs are in the state directory");
}

struct ReportLines {
    std::string header, row;
};
/// The job's line of proving_report.csv, which follows the block's end by a moment.
HostResult<ReportLines> report_of(HttpClient& client, int64_t job) {
    constexpr int JOB_COLUMN = 5;  // those before it hold numbers only
    const auto until = Clock::now() + REPORT_LIMIT;
    for (;;) {
        ASHLAR_ASSIGN(const std::string report, client.get("/report.csv"));
        std::istringstream lines(report);
        ReportLines out;
        std::getline(lines, out.header);
        while (std::getline(lines, out.row)) {
            std::istringstream fields(out.row);
            std::string field;
            for (int i = 0; i <= JOB_COLUMN; i++) std::getline(fields, field, ',');
            if (field == std::to_string(job)) return out;
        }
        if (asked_to_stop()) return fail("stopped", "stopped on request");
        if (Clock::now() >= until)
            return fail("report_row_missing", "the block has no row in proving_report.csv",
                        "see the coordinator's log");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

HostResult<Outcome> prove_block(const Options& o, const Setup& s, HttpClient& client, Children& children) {
    const json::object body{{"mode", "reproduce"}, {"start", s.number}, {"count", 1}};
    ASHLAR_ASSIGN(const std::string created, client.post("/v1/jobs", json::serialize(body)));
    ASHLAR_ASSIGN(const json::object made, parse_object(created));
    TaskPrinter printer(o.json());
    Error broken;
    ASHLAR_ASSIGN(const json::object job,
                  follow_job(
                      client, made.at("id").as_int64(), [&](const json::object& now) { printer.show(now); },
                      [&] {
                          if (auto r = children.mind(); !r) broken = r.error();
                          return !broken.code.empty() || asked_to_stop();
                      }));
    if (!broken.code.empty()) return Fail{broken};
    printer.clear();
    const json::object block = job.at("blocks").as_array().at(0).as_object();
    const bool proven = text_field(block, "state") == "proven";
    if (proven && o.has("out")) {
        ASHLAR_ASSIGN(const std::string proof, client.get(fmt::format("/v1/blocks/{}/proof", s.number)));
        ASHLAR_TRY(write_file_atomically(o.path("out"), as_bytes(proof)));
    }
    ASHLAR_ASSIGN(const ReportLines report, report_of(client, made.at("id").as_int64()));
    Outcome out;
    out.exit_code = proven ? 0 : 1;
    out.json = {{"proven", proven}, {"block", block}, {"report_header", report.header}, {"report_row", report.row}};
    out.human = block_line(block) + "\n";
    if (proven)
        out.human +=
            fmt::format("  hash {}\n  state root {}\n", text_field(block, "hash"), text_field(block, "state_root"));
    out.human += fmt::format("\nproving_report.csv\n{}\n{}\n", report.header, report.row);
    return out;
}

HostResult<Outcome> local(const Options& o) {
    take_signals();
    ASHLAR_ASSIGN(const Setup s, prepare(o));
    const std::string dashboard = fmt::format("{}/#token={}", s.url(), s.reader);
    HostResult<Outcome> result = Outcome{};
    {
        Children children(s.state / "logs");
        ASHLAR_TRY(start_all(o, s, children));
        ASHLAR_ASSIGN(auto client, HttpClient::open(s.url(), s.admin));
        auto ready = wait_ready(*client, children);
        if (!ready) return Fail{ready.error()};
        if (!o.json())
            fmt::print(stderr,
                       "cluster of {} workers and an aggregator is ready\n  dashboard  {}\n  API        {} (tokens in "
                       "{})\n  logs       {}\n",
                       s.workers, dashboard, s.url(), s.state.string(), (s.state / "logs").string());
        if (!s.block.empty()) result = prove_block(o, s, *client, children);
        if (s.block.empty() || o.has("stay")) {
            if (result && !o.json()) fmt::print("{}", result->human);
            fmt::print(stderr, "Ctrl-C stops the cluster\n");
            while (!asked_to_stop()) {
                ASHLAR_TRY(children.mind());
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
            }
            if (result) result->human = "stopped";
        }
        if (!o.json()) fmt::print(stderr, "stopping\n");
    }
    if (result) {
        result->json["dashboard"] = dashboard;
        result->json["state_dir"] = s.state.string();
        if (!s.block.empty() && !o.has("stay"))
            result->human +=
                fmt::format("\ndashboard while the cluster ran: {} (add --stay to keep it running)\n", s.url());
    }
    std::error_code ec;
    if (s.temporary && result && result->exit_code == 0) fs::remove_all(s.state, ec);
    return result;
}

}  // namespace

std::vector<Command> local_commands() {
    std::vector<Option> options = {{"block", "DIR", "prove the block in this folder, then stop"},
                                   {"demo", "DIR", "the same, cut into small subblocks"},
                                   {"stay", "", "keep running afterwards"},
                                   {"out", "FILE", "where the block's proof goes too"},
                                   {"keep", "", "keep the temporary folder"},
                                   {"config", "FILE", "settings, made by `ashlarctl config init local`"}};
    static const std::vector<std::string> FLAGS = [] {
        std::vector<std::string> out;
        for (const ConfigKey& k : LOCAL_KEYS) out.push_back(config_flag(k.name).substr(2));
        return out;
    }();
    for (size_t i = 0; i < FLAGS.size(); i++) options.push_back({FLAGS[i], "VALUE", LOCAL_KEYS[i].description});
    return {{"local", "runs a coordinator, workers and an aggregator on this machine", options, local}};
}

}  // namespace ashlar::ctl
