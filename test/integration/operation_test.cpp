// SPDX-License-Identifier: Apache-2.0
// What a day of operation brings: nodes that do not answer, a coordinator that stood still, upgrades, a disk that
// fills, requests with slips of the finger.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/http/http.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "libs/ethereum/block.hpp"
#include "test/integration/support/test_cluster.hpp"
#include "test/integration/support/test_prover.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// An Ethereum node as the coordinator sees it, with a head that the test moves.
class FakeNode {
  public:
    std::atomic<uint64_t> head{0}, calls{0};
    std::set<uint64_t> invalid;  ///< blocks that break a rule; set before the coordinator starts

    FakeNode() {
        HttpServerOptions options;
        options.threads = 2;
        auto server = HttpServer::start(options, {{"POST", "/", Role::none, [this](HttpRequest& r) {
                                                       return json_response(json::serialize(answer(r.body)));
                                                   }}});
        REQUIRE(server);
        server_ = std::move(*server);
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}", server_->port()); }

  private:
    std::unique_ptr<HttpServer> server_;

    json::object answer(const std::string& body) {
        calls++;
        const json::object request = *parse_object(body);
        const std::string method = text_field(request, "method");
        json::value result;
        if (method == "eth_blockNumber") {
            result = json::string(fmt::format("0x{:x}", head.load()));
        } else {
            const std::string which(request.at("params").as_array().at(0).as_string());
            const uint64_t n = std::stoull(which, nullptr, 16);
            const Bytes rlp = test::test_block_rlp(n);
            if (n > head)
                result = nullptr;
            else if (method == "eth_getBlockByNumber")
                result = json::object{{"number", which},
                                      {"hash", to_hex0x(ethereum::decode_block(rlp)->header.hash.view())}};
            else if (method == "debug_getRawBlock")
                result = json::string(to_hex0x(rlp));
            else
                result = json::object{{"state", json::array()},
                                      {"headers", json::array{json::string(to_hex0x(test::test_parent_rlp()))}},
                                      {"plan", invalid.contains(n) ? "invalid 1" : "subblocks 1 steps 1 step_ms 10"}};
        }
        return {{"jsonrpc", "2.0"}, {"id", 1}, {"result", std::move(result)}};
    }
};

std::string error_code(const HostResult<HttpReply>& r) {
    REQUIRE(r);
    INFO(r->body);
    return text_field(parse_object(r->body)->at("error").as_object(), "code");
}
std::string error_hint(const HostResult<HttpReply>& r) {
    return text_field(parse_object(r->body)->at("error").as_object(), "hint");
}

}  // namespace

TEST_CASE("a latest job: a bad block fails alone, the next ones follow, waiting costs next to nothing") {
    FakeNode node;
    node.head = 100;
    node.invalid = {100};
    std::atomic<uint64_t> written{0};
    std::jthread watching;  // ends with the coordinator
    TestCluster c;
    c.start_coordinator({"--rpc-http-url", node.url()});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.post("/v1/jobs", {{"mode", "latest"}, {"count", 3}}, 201).at("id").as_int64();
    const auto ended = [&](uint64_t number) {
        const auto r = c.client(c.reader)->send("GET", fmt::format("/v1/blocks/{}", number));
        return r->status == 200 ? text_field(*parse_object(r->body), "state") : "";
    };
    c.wait("the bad block has failed", [&] { return ended(100) == "failed"; });
    node.head = 101;
    c.wait("the next one is proven", [&] { return ended(101) == "proven"; });
    // At the head: one question a second, nothing written.
    watching = std::jthread([&written, client = c.client(c.reader)] {
        (void)client->events("/v1/events", [&](const std::string& line) {
            if (line.starts_with("id: ")) written++;
            return true;
        });
    });
    const uint64_t calls = node.calls;
    std::this_thread::sleep_for(std::chrono::seconds(3));  // what is measured: calls and events in this time
    CHECK(node.calls - calls <= 5);
    CHECK(written == 0);
    node.head = 110;
    CHECK(c.wait_job(id) == "failed");
    CHECK(ended(102) == "proven");
    CHECK(number_field(c.job(id), "proven") == 2);
    CHECK(written > 0);
}

TEST_CASE("a node that does not answer holds up only the jobs that need it, and cancelling ends the fetching") {
    TestCluster c;
    c.add_block(5, "subblocks 1 steps 1 step_ms 10");
    c.start_coordinator({"--rpc-http-url", "http://127.0.0.1:1", "--read-ahead", "0", "--blocks-in-flight", "1"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const int64_t stuck = c.post("/v1/jobs", {{"mode", "range"}, {"start", 7}, {"count", 9}}, 201).at("id").as_int64();
    c.wait("it is being fetched",
           [&] { return text_field(c.job(stuck).at("blocks").as_array().at(0).as_object(), "state") == "fetching"; });
    CHECK(c.wait_job(c.create_job(5, 1)) == "done");
    CHECK(c.client(c.admin)->send("DELETE", fmt::format("/v1/jobs/{}", stuck))->status == 200);
    const int64_t next = c.post("/v1/jobs", {{"mode", "range"}, {"start", 50}}, 201).at("id").as_int64();
    c.wait("its thread is free again",
           [&] { return text_field(c.job(next).at("blocks").as_array().at(0).as_object(), "state") == "fetching"; });
}

TEST_CASE("a coordinator that stood still past every limit gives up nobody and throws nothing away") {
    TestCluster c;
    c.add_block(20, "subblocks 1 steps 20 step_ms 100");
    c.start_coordinator({"--attempt-deadline-s", "4", "--attempt-silence-s", "3"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(20, 1);
    c.wait_running_subblock(id);
    c.signal("coordinator", SIGSTOP);
    std::this_thread::sleep_for(std::chrono::seconds(6));  // longer than all of them: what is tested
    c.signal("coordinator", SIGCONT);
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/v1/blocks/20"), "attempts") == 2);
    for (const auto& n : c.nodes()) CHECK(number_field(n.as_object(), "epoch") == 1);
}

TEST_CASE("a coordinator that was killed for longer than every limit takes the proof that waited for it") {
    TestCluster c;
    c.add_block(21, "subblocks 1 steps 20 step_ms 100");
    c.start_coordinator({"--attempt-deadline-s", "4"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(21, 1);
    c.wait_running_subblock(id);
    c.kill("coordinator");
    std::this_thread::sleep_for(std::chrono::seconds(6));
    c.start_coordinator({"--attempt-deadline-s", "4"});
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/v1/blocks/21"), "attempts") == 2);
}

TEST_CASE("an upgrade of the programs: stored proofs keep their verdict, blocks in work keep their programs") {
    TestCluster c;
    c.add_block(30, "subblocks 1 steps 1 step_ms 10");
    c.add_block(31, "subblocks 1 steps 30 step_ms 100");
    c.add_block(32, "subblocks 1 steps 1 step_ms 10");
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(30, 1)) == "done");
    const int64_t in_work = c.create_job(31, 1);
    c.wait_running_subblock(in_work);
    REQUIRE(c.stop("coordinator") == 0);
    std::ofstream(c.dir / "artefacts" / "subblock-elf") << "another subblock program";
    std::ofstream(c.dir / "artefacts" / "aggregator-elf") << "another aggregator program";
    c.start_coordinator();
    CHECK(c.wait_job(in_work) == "done");
    REQUIRE(c.wait_job(c.create_job(32, 1)) == "done");
    std::set<std::string> programs;
    for (const int number : {30, 31, 32}) {
        const auto verdict = c.get(fmt::format("/v1/blocks/{}/proof/verify", number));
        INFO(json::serialize(verdict));
        CHECK(bool_field(verdict, "valid"));
        programs.insert(text_field(verdict.at("made_with").as_object(), "aggregator_program"));
    }
    CHECK(programs.size() == 2);
}

TEST_CASE("a full disk: not ready, no block is begun, and the reason can be read") {
    TestCluster c;
    c.add_block(40, "subblocks 1 steps 1 step_ms 10");
    c.start_coordinator({"--disk-floor-mib", "1000000000"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const auto ready = [&] { return c.client("")->send("GET", "/readyz"); };
    c.wait("not ready", [&] { return ready()->status == 503; });
    CHECK_THAT(ready()->body, Catch::Contains("\"disk\":false") && Catch::Contains("\"worker\":true"));
    const int64_t id = c.create_job(40, 1);
    const auto troubles = c.get("/status").at("troubles").as_array();
    REQUIRE(troubles.size() == 1);
    CHECK(text_field(troubles[0].as_object(), "code") == "disk_low");
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    CHECK(text_field(c.job(id), "state") == "queued");
    CHECK(c.stop("coordinator") == 0);
    c.start_coordinator();
    CHECK(c.wait_job(id) == "done");
    c.wait("ready", [&] { return ready()->status == 200; });
}

TEST_CASE("what a block was made of goes when it has ended; its proof and the programs stay") {
    TestCluster c;
    c.add_block(50, "subblocks 3 steps 1 step_ms 10");
    c.add_block(51, "subblocks 2 steps 1 step_ms 10");
    c.start_coordinator({"--attempts", "1"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(50, 1)) == "done");
    c.stop("a");
    c.start_node("forger", "aggregator", "garbage");
    REQUIRE(c.wait_job(c.create_job(51, 1)) == "failed");
    const auto blobs = [&] {
        std::set<std::string> names;
        for (const auto& e : fs::recursive_directory_iterator(c.dir / "coordinator" / "blobs"))
            if (e.is_regular_file()) names.insert(e.path().filename());
        return names;
    };
    const std::set<std::string> kept = {text_field(c.get("/v1/blocks/50"), "proof"),
                                        sha256_hex(as_bytes("subblock program")),
                                        sha256_hex(as_bytes("aggregator program"))};
    c.wait("only those", [&] { return blobs() == kept; });
    CHECK(bool_field(c.get("/v1/blocks/50/proof/verify"), "valid"));
}

TEST_CASE("requests with slips of the finger are refused with the nearest name; dry runs change nothing") {
    TestCluster c;
    c.add_block(60, "subblocks 1 steps 1 step_ms 10");
    c.start_coordinator();
    const auto admin = c.client(c.admin);
    const auto post = [&](const std::string& path, const std::string& body) { return admin->send("POST", path, body); };
    const auto slip = post("/v1/jobs", R"({"mode":"reproduce","start":60,"cuont":5})");
    CHECK(slip->status == 400);
    CHECK(error_code(slip) == "json_unknown_field");
    CHECK(error_hint(slip) == "did you mean 'count'?");
    CHECK(error_code(post("/v1/jobs", R"({"mode":"program","elf":"x","stdin":"y","start":1})")) ==
          "json_unknown_field");
    CHECK(error_code(post("/v1/jobs?dryrun=1", R"({"mode":"reproduce","start":60})")) == "parameter_unknown");
    CHECK(error_code(admin->send("GET", "/reproduce_block_by_number?start_block_num=60&cuont=5")) ==
          "parameter_unknown");
    CHECK(error_code(post("/v1/jobs?dry_run=yes", R"({"mode":"reproduce","start":60})")) == "request_bad");
    const auto dry = post("/v1/jobs?dry_run=1", R"({"mode":"reproduce","start":60,"count":2})");
    CHECK(dry->status == 200);
    CHECK(parse_object(dry->body)->at("id").is_null());
    CHECK(number_field(*parse_object(dry->body), "count") == 2);
    CHECK(error_code(post("/v1/jobs?dry_run=1", R"({"mode":"reproduce","start":60,"count":0})")) == "job_count_bad");
    CHECK(admin->send("GET", "/reproduce_block_by_number?start_block_num=60&dry_run=1")->body == "OK");
    CHECK(admin->send("HEAD", "/reproduce_block_by_number?start_block_num=60")->status == 405);
    CHECK(c.get("/v1/jobs").at("jobs").as_array().empty());

    const std::string keyed = R"({"mode":"reproduce","start":60,"idempotency_key":"k"})";
    const auto job = parse_object(post("/v1/jobs", keyed)->body);
    const int64_t id = job->at("id").as_int64();
    CHECK(parse_object(post("/v1/jobs", keyed)->body)->at("id") == id);
    const auto other = post("/v1/jobs", R"({"mode":"reproduce","start":61,"idempotency_key":"k"})");
    CHECK(other->status == 409);
    CHECK(error_code(other) == "idempotency_conflict");
    // 2^63 + id is nobody's number.
    const auto beyond = fmt::format("/v1/jobs/{}", (uint64_t{1} << 63) + static_cast<uint64_t>(id));
    CHECK(admin->send("GET", beyond)->status == 404);
    CHECK(admin->send("DELETE", beyond)->status == 404);
    CHECK(admin->send("DELETE", fmt::format("/v1/jobs/{}?dry_run=1", id))->status == 200);
    CHECK(text_field(c.job(id), "state") != "cancelled");
}

namespace {

/// A path of the description that a request can be sent to.
std::string concrete(std::string path) {
    for (size_t at; (at = path.find('{')) != std::string::npos;) path.replace(at, path.find('}') + 1 - at, "1");
    return path;
}

/// Every "$ref" in a document, as a pointer.
void references(const json::value& v, std::set<std::string>& out) {
    if (v.is_array())
        for (const auto& item : v.as_array()) references(item, out);
    if (!v.is_object()) return;
    for (const auto& [key, item] : v.as_object())
        if (key == "$ref")
            out.insert(std::string(item.as_string()).substr(1));
        else
            references(item, out);
}

}  // namespace

TEST_CASE("the API's description and the routes agree: methods, roles, parameters, bodies, answers") {
    TestCluster c;
    c.start_coordinator();
    const auto document = *parse_object(*c.client("")->get("/openapi.json"));
    size_t operations = 0, parameters = 0, bodies = 0;
    for (const auto& [pattern, methods] : document.at("paths").as_object()) {
        const std::string path = concrete(std::string(pattern));
        for (const auto& [name, described] : methods.as_object()) {
            const json::object& operation = described.as_object();
            std::string method(name);
            std::transform(method.begin(), method.end(), method.begin(), ::toupper);
            INFO(method << ' ' << path);
            const std::string empty = method == "GET" ? "" : "{}";
            operations++;
            CHECK_FALSE(text_field(operation, "summary").empty());
            // Who may: the public without a token, others with the role that is named.
            const auto stranger = c.client("")->send(method, path, empty);
            REQUIRE(stranger);
            CHECK((stranger->status == 401) == !operation.at("security").as_array().empty());
            const std::string role = text_field(operation, "description");
            const std::string token = role.find("reader") != std::string::npos ? c.reader
                                      : role.find("node") != std::string::npos ? c.node
                                                                               : c.admin;
            const auto ask = [&](const std::string& parameter) {
                const auto r = c.client(token)->send(method, path + "?" + parameter + "=1", empty);
                CHECK(error_code(r) == "parameter_unknown");
                return error_hint(r);
            };
            CHECK(ask("nobody_reads_this") == "remove it");
            const auto* declared = operation.if_contains("parameters");
            for (const auto& p : declared ? declared->as_array() : json::array()) {
                if (text_field(p.as_object(), "in") != "query") continue;
                const std::string known = text_field(p.as_object(), "name");
                INFO(known);
                CHECK(ask(known + "s") == fmt::format("did you mean '{}'?", known));
                parameters++;
            }
            // Bodies: what the schema needs is needed, and nothing else is known.
            const auto* body = operation.if_contains("requestBody");
            const auto* json_body = body ? body->at("content").as_object().if_contains("application/json") : nullptr;
            if (json_body) {
                bodies++;
                const auto refusal = c.client(token)->send(method, path, R"({"nobody_reads_this":1})");
                CHECK(refusal->status >= 400);
                const json::object& schema = json_body->at("schema").as_object();
                if (schema.contains("additionalProperties")) CHECK(schema.at("additionalProperties") == false);
            }
        }
    }
    CHECK(operations >= 28);
    CHECK(parameters > 10);
    CHECK(bodies >= 5);
    std::set<std::string> pointers;
    references(document, pointers);
    CHECK(pointers.size() >= 2);
    for (const std::string& pointer : pointers) {
        INFO(pointer);
        boost::system::error_code ec;
        CHECK(json::value(document).find_pointer(pointer, ec) != nullptr);
    }
    for (const char* path :
         {"/status", "/v1/jobs", "/v1/jobs/{id}", "/v1/events", "/v1/blocks/{block}/proof",
          "/v1/blocks/{block}/proof/verify", "/v1/nodes", "/metrics", "/healthz", "/readyz", "/report.csv", "/",
          "/prove_block_by_number", "/prove_latest_block", "/reproduce_block_by_number", "/openapi.json"})
        CHECK(document.at("paths").as_object().contains(path));
}

TEST_CASE("answers have every field that their schema promises, and no others") {
    TestCluster c;
    c.add_block(70, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(70, 1)) == "done");
    const auto document = *parse_object(*c.client("")->get("/openapi.json"));
    for (const auto& [pattern, path] : {std::pair{"/status", "/status"},
                                        {"/v1/jobs", "/v1/jobs"},
                                        {"/v1/jobs/{id}", "/v1/jobs/1"},
                                        {"/v1/nodes", "/v1/nodes"},
                                        {"/v1/blocks/{block}", "/v1/blocks/70"},
                                        {"/readyz", "/readyz"},
                                        {"/v1/blocks/{block}/timeline", "/v1/blocks/70/timeline"}}) {
        INFO(path);
        const json::object answer = c.get(path);
        const json::object& schema = document.at("paths")
                                         .at(pattern)
                                         .at("get")
                                         .at("responses")
                                         .at("200")
                                         .at("content")
                                         .at("application/json")
                                         .at("schema")
                                         .as_object();
        for (const auto& field : schema.at("required").as_array()) {
            INFO(field);
            CHECK(answer.contains(field.as_string()));
        }
        for (const auto& [name, value] : answer) {
            INFO(std::string_view(name));
            CHECK(schema.at("properties").as_object().contains(name));
        }
    }
}

TEST_CASE("a node of another version is refused, and who looks sees why") {
    TestCluster c;
    c.start_coordinator();
    json::object hello{{"id", "n1"}, {"name", "old"},      {"role", "worker"},       {"instance", "i"},
                       {"slots", 1}, {"version", "0.1.0"}, {"api", API_VERSION + 1}, {"from_the_future", 1}};
    const auto refused = c.client(c.node)->send("POST", "/v1/nodes", json::serialize(hello));
    CHECK(refused->status == 409);
    CHECK(error_code(refused) == "node_version");
    CHECK(error_hint(refused) == "install the same version on both");
    const auto trouble = c.get("/status").at("troubles").as_array();
    REQUIRE(trouble.size() == 1);
    CHECK(text_field(trouble[0].as_object(), "code") == "node_version");
    CHECK(text_field(trouble[0].as_object(), "message").find("old") != std::string::npos);
    hello["api"] = API_VERSION;
    hello.erase("from_the_future");
    c.post("/v1/nodes", hello, 201);
    CHECK(c.get("/status").at("troubles").as_array().empty());
}

TEST_CASE("clients and nodes do not choose how much is kept of what they say") {
    TestCluster c;
    c.start_coordinator();
    for (int i = 0; i < 20; i++) (void)c.client(c.reader)->send(fmt::format("VERB{}", i), "/status");
    const auto metrics = *c.client(c.reader)->get("/metrics");
    CHECK(metrics.find("VERB") == std::string::npos);
    json::object hello{{"id", "n1"}, {"role", "worker"}, {"instance", "i"}, {"slots", 1}, {"api", API_VERSION}};
    hello["info"] = json::object{{"text", std::string(100'000, 'x')}};
    c.post("/v1/nodes", hello, 201);
    c.post("/v1/nodes/n1/heartbeat", {{"epoch", 1}, {"attempts", json::array()}, {"info", hello["info"]}}, 200);
    CHECK(c.client(c.reader)->get("/v1/nodes")->size() < 10'000);
    CHECK(c.client(c.reader)->get("/status")->size() < 10'000);
    hello["version"] = std::string(1000, 'v');
    CHECK(c.client(c.node)->send("POST", "/v1/nodes", json::serialize(hello))->status == 400);
}

TEST_CASE("a long job is shown in pages") {
    TestCluster c;
    c.start_coordinator();
    const int64_t id = c.create_job(1000, 250);  // no such inputs: each fails
    REQUIRE(c.wait_job(id, std::chrono::seconds(60)) == "failed");
    const json::object first = c.job(id), rest = c.get(fmt::format("/v1/jobs/{}?first=200", id));
    CHECK(first.at("blocks").as_array().size() == 200);
    CHECK(number_field(first, "next") == 200);
    CHECK(rest.at("blocks").as_array().size() == 50);
    CHECK_FALSE(rest.contains("next"));
    CHECK(number_field(first, "failed") == 250);
}
