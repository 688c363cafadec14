// SPDX-License-Identifier: Apache-2.0
// Many jobs through a cluster in which processes are killed and hang, the network stalls and breaks, and the disk fills
// up, all at random: every acknowledged job ends, proven exactly once or failed with a reason.
//
// ASHLAR_SOAK_SEED repeats a run's choices, ASHLAR_SOAK_JOBS and ASHLAR_SOAK_SECONDS make it longer.
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "test/integration/support/tcp_proxy.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TcpProxy;
using ashlar::test::TestCluster;
namespace json = boost::json;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

constexpr uint64_t FIRST = 100;

/// What a careful client does: repeats a request until it is acknowledged, with a key so that it counts once.
int64_t submit(TestCluster& c, uint64_t number) {
    const json::object body{
        {"mode", "reproduce"}, {"start", number}, {"count", 1}, {"idempotency_key", fmt::format("job-{}", number)}};
    for (const auto until = Clock::now() + std::chrono::seconds(60); Clock::now() < until;) {
        const auto r = c.client(c.admin)->send("POST", "/v1/jobs", json::serialize(body));
        if (r && r->status == 201) return parse_object(r->body)->at("id").as_int64();
        if (r) CHECK(r->status >= 500);
        std::this_thread::sleep_for(milliseconds(200));
    }
    FAIL("no coordinator took the job");
    return 0;
}

size_t proven_events(TestCluster& c, int64_t job) {
    size_t n = 0;
    REQUIRE(c.client(c.reader)->events(fmt::format("/v1/jobs/{}/events", job), [&](const std::string& line) {
        n += line.starts_with("data: ") && line.find("\"state\":\"proven\"") != std::string::npos;
        return true;
    }));
    return n;
}

/// The last word on every job. Returns how many were proven.
uint64_t check_outcome(TestCluster& c, const std::map<uint64_t, int64_t>& jobs) {
    std::set<int64_t> ids;
    for (const auto& [number, id] : jobs) ids.insert(id);
    CHECK(ids.size() == jobs.size());
    if (jobs.size() < 50) CHECK(c.get("/v1/jobs").at("jobs").as_array().size() == jobs.size());  // one page
    uint64_t proven = 0;
    for (const auto& [number, id] : jobs) {
        const json::object job = c.job(id);
        const json::object& block = job.at("blocks").as_array().at(0).as_object();
        INFO("block " << number << ": " << json::serialize(block));
        if (text_field(job, "state") == "done") {
            proven++;
            CHECK(text_field(block, "state") == "proven");
            CHECK(proven_events(c, id) == 1);
            const auto r = c.client(c.reader)->send("GET", fmt::format("/v1/blocks/{}/proof/verify", number));
            REQUIRE(r);
            CHECK(r->status == 200);
            CHECK(bool_field(*parse_object(r->body), "valid"));
        } else {
            CHECK(text_field(job, "state") == "failed");
            CHECK_FALSE(text_field(block, "reason").empty());
            CHECK(proven_events(c, id) == 0);
        }
    }
    // A row for each, no more.
    std::istringstream report(*c.client(c.reader)->get("/report.csv"));
    size_t rows = 0;
    for (std::string line; std::getline(report, line);) rows++;
    CHECK(rows == jobs.size() + 1);
    return proven;
}

std::vector<std::string> soak_options() {
    return {"--attempts", "40", "--attempt-silence-s", "6", "--engine-limit-s", "3", "--blocks-in-flight", "4"};
}

}  // namespace

TEST_CASE("random kills, hangs and network trouble: nothing is lost, nothing is proven twice") {
    const uint64_t seed = setting("ASHLAR_SOAK_SEED", std::random_device{}());
    const uint64_t count = setting("ASHLAR_SOAK_JOBS", 20), seconds = setting("ASHLAR_SOAK_SECONDS", 15);
    std::cout << "ASHLAR_SOAK_SEED=" << seed << std::endl;
    INFO("ASHLAR_SOAK_SEED=" << seed);
    std::mt19937_64 rng(seed);
    const auto pick = [&](uint64_t n) { return rng() % n; };
    TestCluster c;
    TcpProxy proxy(c.port);
    c.node_port = proxy.port();
    for (uint64_t n = FIRST; n < FIRST + count; n++)
        c.add_block(n, fmt::format("subblocks {} steps {} step_ms {}", 1 + pick(3), 1 + pick(5), pick(2) ? 10 : 50));
    c.start_coordinator(soak_options());
    const std::vector<std::pair<std::string, std::string>> nodes = {
        {"w1", "worker"}, {"w2", "worker"}, {"w3", "worker"}, {"a1", "aggregator"}, {"a2", "aggregator"}};
    for (const auto& [name, role] : nodes) c.start_node(name, role);

    std::map<uint64_t, int64_t> jobs;
    std::map<std::string, int> faults;
    const auto begin = Clock::now(), until = begin + std::chrono::seconds(seconds);
    for (uint64_t next = FIRST; Clock::now() < until || next < FIRST + count;) {
        // The jobs come evenly over the time; without faults once it is over.
        const double share = std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(seconds);
        while (next < FIRST + count && static_cast<double>(next - FIRST) <= share * static_cast<double>(count)) {
            jobs[next] = submit(c, next);
            next++;
        }
        if (Clock::now() >= until) continue;
        const auto& [name, role] = nodes[pick(nodes.size())];
        switch (pick(8)) {
            case 0:
            case 1:
                faults["node killed"]++;
                c.kill(name);
                c.launch_node(name, role);
                break;
            case 2:
                faults["coordinator killed"]++;
                c.kill("coordinator");
                c.start_coordinator(soak_options());
                break;
            case 3:
                for (const pid_t pid : c.engines(name)) faults["engine killed"]++, ::kill(pid, SIGKILL);
                break;
            case 4:  // ended by the attempt's silence
                for (const pid_t pid : c.engines(name)) faults["engine hung"]++, ::kill(pid, SIGSTOP);
                break;
            case 5:
                faults["connections cut"]++;
                proxy.cut();
                break;
            case 6:
                faults["network stalled"]++;
                proxy.set(TcpProxy::Mode::stall);
                std::this_thread::sleep_for(milliseconds(pick(3000)));
                proxy.set(TcpProxy::Mode::pass);
                break;
            default:
                faults["network down"]++;
                proxy.set(TcpProxy::Mode::refuse);
                proxy.cut();
                std::this_thread::sleep_for(milliseconds(pick(1500)));
                proxy.set(TcpProxy::Mode::pass);
        }
        std::this_thread::sleep_for(milliseconds(100 + pick(500)));
    }
    for (const auto& [number, id] : jobs) {
        INFO("block " << number);
        c.wait_job(id, std::chrono::seconds(90));
    }
    c.kill("coordinator");  // what it says must be in the store, too
    c.start_coordinator(soak_options());
    const uint64_t proven = check_outcome(c, jobs);
    CHECK(proven == count);  // with so many attempts no fault here is for good
    std::string told;
    for (const auto& [what, n] : faults) told += fmt::format("{} {}, ", n, what);
    std::cout << told << proven << " of " << count << " proven" << std::endl;
}

TEST_CASE(
    "the coordinator's disk is full for a while: what it acknowledged is done, what it could not keep it refused") {
    if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        WARN("SKIPPED: mounting a small file system needs root");
        return;
    }
    TestCluster c;
    constexpr uint64_t COUNT = 12;
    for (uint64_t n = FIRST; n < FIRST + COUNT; n++) c.add_block(n, "subblocks 2 steps 4 step_ms 50");
    const std::filesystem::path state = c.dir / "coordinator";
    const auto tokens = read_file(state / "tokens");
    REQUIRE(tokens);
    REQUIRE(::mount("tmpfs", state.c_str(), "tmpfs", 0, "size=4m") == 0);
    struct Unmount {
        std::filesystem::path at;
        ~Unmount() { ::umount2(at.c_str(), MNT_DETACH); }
    } const unmount{state};
    REQUIRE(write_file_atomically(state / "tokens", *tokens));
    c.start_coordinator(soak_options());
    for (const auto& [name, role] : {std::pair{"w1", "worker"}, {"w2", "worker"}, {"a1", "aggregator"}})
        c.start_node(name, role);
    std::map<uint64_t, int64_t> jobs;
    for (uint64_t n = FIRST; n < FIRST + COUNT - 1; n++) jobs[n] = submit(c, n);
    c.wait_running_subblock(jobs[FIRST]);
    {
        std::ofstream filler(state / "filler", std::ios::binary);
        const std::string page(4096, 'x');
        while (filler.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
        }
    }
    // New jobs are refused at some point, with a code; the daemon lives and answers questions.
    bool refused = false;
    for (int i = 0; i < 400 && !refused; i++) {
        const json::object body{{"mode", "reproduce"}, {"start", 5000 + i}, {"count", 1}};
        const auto r = c.client(c.admin)->send("POST", "/v1/jobs", json::serialize(body));
        REQUIRE(r);
        if (r->status == 201) {
            const auto id = parse_object(r->body)->at("id").as_int64();
            jobs[5000 + static_cast<uint64_t>(i)] = id;
        } else {
            CHECK(r->status == 500);
            CHECK(text_field(parse_object(r->body)->at("error").as_object(), "code").starts_with("store_"));
            refused = true;
        }
    }
    CHECK(refused);
    CHECK(c.client(c.reader)->send("GET", "/status")->status == 200);
    std::this_thread::sleep_for(std::chrono::seconds(2));
    CHECK(c.running("coordinator"));
    std::filesystem::remove(state / "filler");
    jobs[FIRST + COUNT - 1] = submit(c, FIRST + COUNT - 1);
    for (const auto& [number, id] : jobs) {
        INFO("block " << number);
        c.wait_job(id, std::chrono::seconds(60));
    }
    c.kill("coordinator");
    c.start_coordinator(soak_options());
    // Blocks from 5000 on have no inputs: those jobs fail, and say why.
    CHECK(check_outcome(c, jobs) == COUNT);
    CHECK(c.stop("coordinator") == 0);
}
