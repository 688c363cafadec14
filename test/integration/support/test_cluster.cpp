// SPDX-License-Identifier: Apache-2.0
#include "test/integration/support/test_cluster.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/http/token.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "test/integration/support/test_prover.hpp"

namespace ashlar::test {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace cluster;
using namespace prover;

namespace {

/// A port nobody listens on now. The coordinator must come back on the same one after a kill.
uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size) != 0)
        FAIL("no free port");
    ::close(fd);
    return ntohs(a.sin_port);
}

}  // namespace

TestCluster::TestCluster() : dir(fs::temp_directory_path() / ("ashlar-cluster-" + random_hex(6))), port(free_port()) {
    fs::create_directories(dir / "artefacts");
    fs::create_directories(dir / "blocks");
    fs::create_directories(dir / "coordinator");
    std::ofstream(dir / "artefacts" / "subblock-elf") << "subblock program";
    std::ofstream(dir / "artefacts" / "aggregator-elf") << "aggregator program";
    const TokenFile tokens(dir / "coordinator" / "tokens");
    admin = *tokens.create(Role::admin, "test");
    reader = *tokens.create(Role::reader, "test");
    node = *tokens.create(Role::node, "test");
    std::ofstream(dir / "node_token") << node;
}

TestCluster::~TestCluster() {
    for (auto& [name, pid] : pids_) {
        ::kill(pid, SIGCONT);
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    std::error_code ec;
    fs::remove_all(dir, ec);
}

void TestCluster::add_block(uint64_t number, const std::string& plan) {
    write_test_block(dir / "blocks" / std::to_string(number), number, plan);
}

void TestCluster::spawn(const std::string& name, std::vector<std::string> arguments, const std::string& fault) {
    std::vector<char*> argv;
    std::string program = ASHLAR_TEST_DAEMON;
    argv.push_back(program.data());
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const fs::path log = dir / (name + ".log");
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        ::dup2(fd, 1);
        ::dup2(fd, 2);
        if (fault.empty())
            ::unsetenv("ASHLAR_TEST_FAULT");
        else
            ::setenv("ASHLAR_TEST_FAULT", fault.c_str(), 1);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    REQUIRE(pid > 0);
    pids_[name] = pid;
}

void TestCluster::start_coordinator(std::vector<std::string> options) {
    std::vector<std::string> args = {"coordinator",
                                     "--listen",
                                     fmt::format("127.0.0.1:{}", port),
                                     "--state-dir",
                                     (dir / "coordinator").string(),
                                     "--artefact-dir",
                                     (dir / "artefacts").string(),
                                     "--input-load-dirs",
                                     (dir / "blocks").string(),
                                     "--node-silence-s",
                                     "2",
                                     "--backoff-ms",
                                     "50"};
    if (std::find(options.begin(), options.end(), "--disk-floor-mib") == options.end())
        args.insert(args.end(), {"--disk-floor-mib", "0"});  // whatever this machine has
    args.insert(args.end(), options.begin(), options.end());
    spawn("coordinator", args, "");
    wait("the coordinator answers", [&] {
        const auto r = client("")->send("GET", "/healthz");
        return r && r->status == 200;
    });
}

void TestCluster::launch_node(const std::string& name, const std::string& role, const std::string& fault, int drain_s) {
    const fs::path state = dir / name;
    fs::create_directories(state);
    spawn(name,
          {role, "--coordinator-url", fmt::format("http://127.0.0.1:{}", node_port ? node_port : port), "--token-file",
           (dir / "node_token").string(), "--name", name, "--state-dir", state.string(), "--heartbeat-ms", "100",
           "--drain-s", std::to_string(drain_s)},
          fault);
}

void TestCluster::start_node(const std::string& name, const std::string& role, const std::string& fault, int drain_s) {
    launch_node(name, role, fault, drain_s);
    wait(name + " is live", [&] {
        for (const auto& n : nodes())
            if (text_field(n.as_object(), "name") == name && text_field(n.as_object(), "state") == "live") return true;
        return false;
    });
}

void TestCluster::signal(const std::string& name, int number) { REQUIRE(::kill(pids_.at(name), number) == 0); }

void TestCluster::kill(const std::string& name) {
    signal(name, SIGKILL);
    ::waitpid(pids_.at(name), nullptr, 0);
    pids_.erase(name);
}

int TestCluster::stop(const std::string& name) {
    signal(name, SIGTERM);
    return wait_exit(name);
}

int TestCluster::wait_exit(const std::string& name) {
    int status = -1;
    wait(name + " ends", [&] { return ::waitpid(pids_.at(name), &status, WNOHANG) > 0; });
    pids_.erase(name);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool TestCluster::running(const std::string& name) { return ::waitpid(pids_.at(name), nullptr, WNOHANG) == 0; }

std::vector<pid_t> TestCluster::engines(const std::string& name) {
    std::ifstream in(fmt::format("/proc/{0}/task/{0}/children", pids_.at(name)));
    std::vector<pid_t> out;
    // Children belong to the thread that made them: look at all.
    for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", pids_.at(name)))) {
        std::ifstream list(task.path() / "children");
        for (pid_t p; list >> p;) out.push_back(p);
    }
    return out;
}

std::unique_ptr<HttpClient> TestCluster::client(const std::string& token) const {
    return std::move(*HttpClient::open(fmt::format("http://127.0.0.1:{}", port), token, std::chrono::seconds(10)));
}

json::object TestCluster::get(const std::string& path) {
    const auto r = client(reader)->get(path);
    INFO(path);
    if (!r) FAIL(r.error().code + ": " + r.error().message + logs());
    return *parse_object(*r);
}

json::array TestCluster::nodes() { return get("/v1/nodes").at("nodes").as_array(); }

json::object TestCluster::post(const std::string& path, const json::object& body, int want_status) {
    const auto r = client(path.find("/nodes") != std::string::npos || path.find("/results") != std::string::npos ||
                                  path.find("/tasks") != std::string::npos
                              ? node
                              : admin)
                       ->send("POST", path, json::serialize(body));
    INFO(path << " " << json::serialize(body));
    REQUIRE(r);
    INFO(r->body);
    REQUIRE(r->status == want_status);
    return r->body.empty() ? json::object() : *parse_object(r->body);
}

int64_t TestCluster::create_job(uint64_t start, uint64_t count) {
    return post("/v1/jobs", {{"mode", "reproduce"}, {"start", start}, {"count", count}}, 201)["id"].as_int64();
}

std::string TestCluster::wait_job(int64_t id, std::chrono::seconds limit) {
    std::string state;
    wait(
        fmt::format("job {} ends", id),
        [&] {
            state = text_field(job(id), "state");
            return state == "done" || state == "failed" || state == "cancelled";
        },
        limit);
    return state;
}

void TestCluster::wait(const std::string& what, const std::function<bool()>& condition, std::chrono::seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) FAIL("waited in vain: " + what + logs());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

std::string TestCluster::wait_running_subblock(int64_t id) {
    std::string node_id, name;
    wait("a subblock is in the middle of proving", [&] {
        const json::object seen = job(id);
        for (const auto& b : seen.at("blocks").as_array())
            if (const auto* tasks = b.as_object().if_contains("tasks"))
                for (const auto& t : tasks->as_array())
                    if (text_field(t.as_object(), "state") == "running" &&
                        text_field(t.as_object(), "kind") == "subblock" && number_field(t.as_object(), "done") > 0)
                        node_id = text_field(t.as_object(), "node");
        return !node_id.empty();
    });
    for (const auto& n : nodes())
        if (text_field(n.as_object(), "id") == node_id) name = text_field(n.as_object(), "name");
    return name;
}

std::string TestCluster::logs() const {
    std::string out;
    for (const auto& e : fs::directory_iterator(dir)) {
        if (e.path().extension() != ".log") continue;
        std::ifstream in(e.path());
        std::stringstream text;
        text << in.rdbuf();
        std::string s = text.str();
        if (s.size() > 3000) s = s.substr(s.size() - 3000);
        out += "\n--- " + e.path().filename().string() + "\n" + s;
    }
    return out;
}

}  // namespace ashlar::test
