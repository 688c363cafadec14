// SPDX-License-Identifier: Apache-2.0
// What an operator does without SSH: doctor, logs, node verbs by name, tuning.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "libs/cluster/store/blob_store.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "libs/cluster/wire/operation.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;
namespace json = boost::json;

namespace {

json::object ask(const TestCluster& c, const std::string& method, const std::string& path, int status,
                 const std::string& body = "") {
    INFO(method << ' ' << path << ' ' << body);
    const auto r = c.client(c.admin)->send(method, path, body);
    REQUIRE(r);
    INFO(r->body);
    REQUIRE(r->status == status);
    return *parse_object(r->body);
}

std::string code_of(const json::object& answer) { return text_field(answer.at("error").as_object(), "code"); }

std::string state_of(TestCluster& c, const std::string& name) {
    for (const auto& n : c.nodes())
        if (text_field(n.as_object(), "name") == name) return text_field(n.as_object(), "state");
    return "";
}

DoctorReport examine(const TestCluster& c) {
    const auto report = wire::read<DoctorReport>(ask(c, "POST", "/v1/doctor", 200));
    REQUIRE(report);
    return *report;
}

/// A host's finding: 1 good, 0 bad, -1 not there.
int finding(const DoctorReport& report, const std::string& host, const std::string& check) {
    for (const HostFindings& h : report.hosts)
        for (const Finding& f : h.findings)
            if (h.host == host && f.check.starts_with(check)) return f.ok;
    return -1;
}

}  // namespace

TEST_CASE("the doctor examines every host, and names what is wrong on which") {
    TestCluster c;
    c.add_block(80, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    DoctorReport alone = examine(c);
    CHECK_FALSE(alone.ok);
    CHECK(finding(alone, "coordinator", "a live worker") == 0);
    CHECK(finding(alone, "coordinator", "disk") >= 0);
    CHECK(finding(alone, "coordinator", "inputs ") == 1);
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(80, 1)) == "done");
    const DoctorReport good = examine(c);
    REQUIRE(good.hosts.size() == 3);
    for (const char* check :
         {"reachable", "clock", "state directory", "descriptors", "version", "own port", "program "}) {
        INFO(check);
        CHECK(finding(good, "w", check) == 1);
    }
    for (const HostFindings& h : good.hosts)
        for (const Finding& f : h.findings) CHECK((f.ok || !f.remedy.empty()));
    // A damaged program in a worker's cache.
    const std::string program = sha256_hex(as_bytes("subblock program"));
    const auto file = c.dir / "w" / "blobs" / program.substr(0, 2) / program;
    REQUIRE(std::filesystem::exists(file));
    std::ofstream(file) << "damaged";
    const DoctorReport damaged = examine(c);
    CHECK_FALSE(damaged.ok);
    CHECK(finding(damaged, "w", "program " + program.substr(0, 8)) == 0);
    CHECK(finding(damaged, "a", "program ") == 1);
    // A host that is gone.
    c.kill("w");
    c.wait("the worker is lost", [&] { return state_of(c, "w") == "lost"; });
    CHECK(finding(examine(c), "w", "reachable") == 0);
    CHECK(c.client(c.reader)->send("POST", "/v1/doctor")->status == 403);
}

TEST_CASE("logs of every host come through the API, in pages") {
    TestCluster c;
    c.add_block(81, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(81, 1)) == "done");
    const auto text = [](const LogPage& page) {
        std::string out;
        for (const LogLine& l : page.lines) out += l.line;
        return out;
    };
    const auto page = [&](const std::string& path) { return *wire::read<LogPage>(ask(c, "GET", path, 200)); };
    CHECK(text(page("/v1/logs")).find("task_assigned") != std::string::npos);
    const LogPage worker = page("/v1/nodes/w/logs");
    CHECK(text(worker).find("task_started") != std::string::npos);
    REQUIRE(worker.lines.size() > 2);
    const LogPage two = page("/v1/nodes/w/logs?limit=2");
    CHECK(two.lines.size() == 2);
    CHECK(two.lines[1].line == worker.lines.back().line);
    const LogPage rest = page(fmt::format("/v1/nodes/w/logs?after={}", worker.lines[0].seq));
    REQUIRE_FALSE(rest.lines.empty());
    CHECK(rest.lines[0].seq == worker.lines[0].seq + 1);
    CHECK(page(fmt::format("/v1/nodes/w/logs?after={}", rest.next)).lines.empty());
    for (const std::string& secret : {c.admin, c.node}) CHECK(text(page("/v1/logs")).find(secret) == std::string::npos);
    CHECK(code_of(ask(c, "GET", "/v1/nodes/nobody/logs", 404)) == "node_unknown");
    CHECK(code_of(ask(c, "GET", "/v1/logs?after=x", 400)) == "request_bad");
    CHECK(c.client(c.reader)->send("GET", "/v1/logs")->status == 403);
    c.kill("w");
    c.wait("the worker is lost", [&] { return state_of(c, "w") == "lost"; });
    CHECK(code_of(ask(c, "GET", "/v1/nodes/w/logs", 503)) == "node_unavailable");
    const json::object config = ask(c, "GET", "/v1/config", 200);
    CHECK(text_field(config.at("values").at("node_silence_s").as_object(), "value") == "2");
}

TEST_CASE("nodes are drained, restarted, recycled and removed by name; dry runs change nothing") {
    TestCluster c;
    c.add_block(82, "subblocks 1 steps 20 step_ms 100");
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    CHECK(bool_field(ask(c, "POST", "/v1/nodes/w/drain?dry_run=1", 200), "dry_run"));
    CHECK(state_of(c, "w") == "live");
    CHECK(text_field(ask(c, "POST", "/v1/nodes/w/drain", 200), "state") == "draining");
    CHECK(text_field(ask(c, "POST", "/v1/nodes/w/resume", 200), "state") == "live");
    CHECK(code_of(ask(c, "POST", "/v1/nodes/v/drain", 404)) == "node_unknown");
    // Engines that an operator ends are charged to nobody.
    const int64_t job = c.create_job(82, 1);
    CHECK(c.wait_running_subblock(job) == "w");
    const auto before = c.engines("w");
    REQUIRE(before.size() == 1);
    ask(c, "POST", "/v1/nodes/w/recycle-engines?dry_run=1", 200);
    CHECK(c.engines("w") == before);
    CHECK(bool_field(ask(c, "POST", "/v1/nodes/w/recycle-engines", 200), "accepted"));
    c.wait("another engine", [&] { return !c.engines("w").empty() && c.engines("w") != before; });
    REQUIRE(c.wait_job(job) == "done");
    CHECK(number_field(c.get("/v1/blocks/82"), "attempts") == 3);  // the ended one, its repetition, the aggregation
    CHECK(c.get("/status").at("counters").as_object().contains("retry_engine_recycled"));
    // A restart ends the process once it has nothing to do, with a code that supervisors start again.
    ask(c, "POST", "/v1/nodes/w/restart?dry_run=1", 200);
    CHECK(c.running("w"));
    CHECK(code_of(ask(c, "DELETE", "/v1/nodes/w", 409)) == "node_live");
    CHECK(bool_field(ask(c, "POST", "/v1/nodes/w/restart", 200), "accepted"));
    CHECK(c.wait_exit("w") == 75);
    c.wait("the worker is lost", [&] { return state_of(c, "w") == "lost"; });
    CHECK(bool_field(ask(c, "DELETE", "/v1/nodes/w?dry_run=1", 200), "dry_run"));
    CHECK(state_of(c, "w") == "lost");
    ask(c, "DELETE", "/v1/nodes/w", 200);
    CHECK(state_of(c, "w").empty());
    // It comes back as a new one.
    c.start_node("w", "worker");
    CHECK(state_of(c, "w") == "live");
    for (const char* id : {"n1", "n2"})
        c.post(
            "/v1/nodes",
            {{"id", id}, {"name", "twin"}, {"role", "worker"}, {"instance", "i"}, {"slots", 1}, {"api", API_VERSION}},
            201);
    CHECK(code_of(ask(c, "POST", "/v1/nodes/twin/drain", 409)) == "node_ambiguous");
    CHECK(text_field(ask(c, "POST", "/v1/nodes/n1/drain", 200), "id") == "n1");
}

TEST_CASE("tuning changes what is given, from the next task on, and is on record") {
    TestCluster c;
    c.start_coordinator();
    const json::object before = c.get("/v1/tuning");
    CHECK(number_field(before, "chunk_cycles") == 1 << 20);
    const json::object dry = ask(c, "PATCH", "/v1/tuning?dry_run=1", 200, R"({"chunk_cycles":65536})");
    CHECK(number_field(dry, "chunk_cycles") == 65536);
    CHECK(c.get("/v1/tuning") == before);
    const json::object after =
        ask(c, "PATCH", "/v1/tuning", 200,
            R"({"chunk_cycles":65536,"retry_chunk_cycles":[32768],"blocks_in_flight":7,"attempt_deadline_s":9})");
    CHECK(c.get("/v1/tuning") == after);
    CHECK(number_field(after, "blocks_in_flight") == 7);
    CHECK(after.at("retry_chunk_cycles") == json::array{32768});
    CHECK(number_field(after, "read_ahead") == number_field(before, "read_ahead"));
    std::string event;
    (void)c.client(c.reader)->events("/v1/events?after=0", [&](const std::string& line) {
        if (line.find("\"tuning\"") != std::string::npos) event = line;
        return event.empty();
    });
    CHECK(event.find("\"chunk_cycles\":65536") != std::string::npos);
    const auto refused = [&](const std::string& body) { return code_of(ask(c, "PATCH", "/v1/tuning", 400, body)); };
    CHECK(refused(R"({"chunk_cycles":3})") == "json_bad");
    CHECK(refused(R"({"retry_chunk_cycles":[3]})") == "json_bad");
    CHECK(refused(R"({"attempts":0})") == "json_bad");
    CHECK(refused(R"({"chunk_cycle":65536})") == "json_unknown_field");
    CHECK(c.get("/v1/tuning") == after);
    CHECK(c.client(c.reader)->send("PATCH", "/v1/tuning", "{}")->status == 403);
}
