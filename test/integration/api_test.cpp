// SPDX-License-Identifier: Apache-2.0
// The API against clients that are wrong, late, foreign or hostile.
#include <catch2/catch.hpp>

#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;
namespace json = boost::json;

TEST_CASE("impossible jobs are refused and leave nothing") {
    TestCluster c;
    c.start_coordinator();
    const auto refused = [&](const std::string& body, const std::string& code) {
        INFO(body);
        const auto r = c.client(c.admin)->send("POST", "/v1/jobs", body);
        CHECK(r->status == 400);
        CHECK(text_field(parse_object(r->body)->at("error").as_object(), "code") == code);
    };
    refused(R"({"mode":"reproduce","start":1,"count":0})", "job_count_bad");
    refused(R"({"mode":"reproduce","start":1,"count":100001})", "job_count_bad");
    refused(R"({"mode":"reproduce","start":18446744073709551615,"count":2})", "job_range_bad");
    refused(R"({"mode":"reproduce","start":99999999999999999999999,"count":1})", "json_bad");
    refused(R"({"mode":"reproduce","start":-1})", "json_bad");
    refused(R"({"mode":"reproduce","start":1.5})", "json_bad");
    refused(R"({"mode":"reproduce","start":1,"count":"2"})", "json_bad");
    refused(R"({"mode":"reproduce"})", "json_bad");
    refused(R"({"mode":"everything","start":1})", "job_mode_bad");
    refused(R"({"mode":"range","start":1})", "rpc_unconfigured");
    refused("[]", "json_bad");
    refused("", "json_bad");
    refused("{", "json_bad");
    refused(std::string(100000, '['), "json_bad");
    for (const char* path : {"/reproduce_block_by_number", "/reproduce_block_by_number?start_block_num=x",
                             "/reproduce_block_by_number?start_block_num=1&count=0",
                             "/reproduce_block_by_number?start_block_num=1&count=-1",
                             "/reproduce_block_by_number?start_block_num=18446744073709551616",
                             "/prove_block_by_number?start_block_num=1", "/prove_latest_block?count=1"}) {
        INFO(path);
        CHECK(c.client(c.admin)->send("GET", path)->status == 400);
    }
    CHECK(c.get("/v1/jobs").at("jobs").as_array().empty());
    CHECK(c.client(c.reader)->send("GET", "/v1/jobs/999")->status == 404);
    CHECK(c.client(c.reader)->send("GET", "/v1/jobs/x")->status == 400);
    CHECK(c.client(c.reader)->send("GET", "/v1/blocks/..%2f..%2fetc%2fpasswd")->status == 404);
}

TEST_CASE("roles: readers change nothing, nodes read nothing, nobody comes without a token") {
    TestCluster c;
    c.add_block(1, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    CHECK(c.client(c.reader)->send("POST", "/v1/jobs", "{}")->status == 403);
    CHECK(c.client(c.reader)->send("GET", "/reproduce_block_by_number?start_block_num=1")->status == 403);
    CHECK(c.client(c.reader)->send("POST", "/v1/tasks/claim", "{}")->status == 403);
    CHECK(c.client(c.node)->send("GET", "/status")->status == 403);
    CHECK(c.client(c.node)->send("POST", "/v1/jobs", "{}")->status == 403);
    for (const char* path : {"/status", "/metrics", "/v1/jobs", "/v1/events", "/report.csv", "/v1/nodes"})
        CHECK(c.client("")->send("GET", path)->status == 401);
    for (const char* path : {"/", "/healthz", "/openapi.json"}) CHECK(c.client("")->send("GET", path)->status == 200);
    CHECK(c.client("")->send("GET", "/readyz")->status == 503);
    const auto ok = c.client(c.admin)->send("GET", "/reproduce_block_by_number?start_block_num=1");
    CHECK(ok->status == 200);
    CHECK(ok->body == "OK");
}

TEST_CASE("foreign, duplicate, late and unknown results are acknowledged and ignored") {
    TestCluster c;
    c.add_block(5, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    // Two nodes played by hand.
    const auto hello = [&](const char* id, const char* role) {
        return c
            .post("/v1/nodes",
                  {{"id", id}, {"role", role}, {"instance", "i"}, {"slots", 1}, {"name", id}, {"api", API_VERSION}},
                  201)
            .at("epoch")
            .as_int64();
    };
    const int64_t epoch = hello("n1", "worker");
    hello("n2", "worker");
    const int64_t id = c.create_job(5, 1);
    json::object task;
    c.wait("a task to claim", [&] {
        const auto r =
            c.client(c.node)->send("POST", "/v1/tasks/claim",
                                   json::serialize(json::object{{"node", "n1"}, {"epoch", epoch}, {"wait_ms", 100}}));
        if (r->status != 200) return false;
        task = *parse_object(r->body);
        return true;
    });
    const std::string proof = "whatever", blob = sha256_hex(as_bytes(proof));
    const std::filesystem::path file = c.dir / "proof";
    REQUIRE(write_file_atomically(file, as_bytes(proof)));
    const auto send = [&](const std::string& attempt, const char* node, int64_t at, bool ok) {
        return text_field(
            c.post("/v1/results", {{"attempt", attempt}, {"node", node}, {"epoch", at}, {"ok", ok}, {"output", blob}},
                   200),
            "why");
    };
    const std::string attempt = text_field(task, "attempt");
    CHECK(send("00ff", "n1", epoch, true) == "unknown");
    CHECK(send(attempt, "n2", epoch, true) == "foreign");
    CHECK(send(attempt, "n1", epoch + 1, true) == "foreign");
    // Success without the proof being there is a failure of the attempt, and the task moves on.
    CHECK(send(attempt, "n1", epoch, true) == "accepted");
    CHECK(send(attempt, "n1", epoch, true) == "late");
    REQUIRE(c.client(c.node)->upload("/v1/blobs/" + blob, file)->status == 201);
    CHECK(send(attempt, "n1", epoch, true) == "late");
    c.wait("the task again, for the other node", [&] {
        const auto r = c.client(c.node)->send(
            "POST", "/v1/tasks/claim", json::serialize(json::object{{"node", "n2"}, {"epoch", 1}, {"wait_ms", 100}}));
        if (r->status != 200) return false;
        task = *parse_object(r->body);
        return true;
    });
    CHECK(text_field(task, "attempt") != attempt);
    CHECK(send(text_field(task, "attempt"), "n2", 1, true) == "accepted");
    CHECK(send(text_field(task, "attempt"), "n2", 1, true) == "duplicate");
    CHECK(send(text_field(task, "attempt"), "n2", 1, false) == "duplicate");
    CHECK(text_field(c.get("/v1/blocks/5"), "state") == "aggregating");
    CHECK(c.client(c.node)->send("POST", "/v1/results", "{}")->status == 400);
    CHECK(c.client(c.node)->send("POST", "/v1/tasks/claim", R"({"node":"ghost","epoch":1})")->status == 404);
    CHECK(c.client(c.node)->send("POST", "/v1/tasks/claim", R"({"node":"n1","epoch":99})")->status == 409);
    CHECK(c.client(c.node)
              ->send("POST", "/v1/nodes", R"({"id":"x","role":"king","instance":"i","slots":1,"api":2})")
              ->status == 400);
    // A cancelled job stays cancelled, whatever arrives later.
    CHECK(c.client(c.admin)->send("DELETE", "/v1/jobs/" + std::to_string(id))->status == 200);
    CHECK(c.client(c.admin)->send("DELETE", "/v1/jobs/" + std::to_string(id))->status == 409);
    CHECK(text_field(c.job(id), "state") == "cancelled");
}

TEST_CASE("the same idempotency key gives the same job") {
    TestCluster c;
    c.start_coordinator();
    const json::object body{{"mode", "reproduce"}, {"start", 1}, {"count", 2}, {"idempotency_key", "k1"}};
    const auto a = c.post("/v1/jobs", body, 201), b = c.post("/v1/jobs", body, 201);
    CHECK(a.at("id") == b.at("id"));
    CHECK(c.get("/v1/jobs").at("jobs").as_array().size() == 1);
}

TEST_CASE("events resume where a client left off") {
    TestCluster c;
    c.add_block(3, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(3, 1);
    REQUIRE(c.wait_job(id) == "done");
    std::vector<std::string> ids;
    const auto read = [&](const std::string& query) {
        ids.clear();
        REQUIRE(c.client(c.reader)->events("/v1/jobs/" + std::to_string(id) + "/events" + query,
                                           [&](const std::string& line) {
                                               if (line.starts_with("id: ")) ids.push_back(line.substr(4));
                                               return true;
                                           }));
        return ids;
    };
    const auto all = read("");
    REQUIRE(all.size() > 8);
    const auto rest = read("?after=" + all[4]);
    CHECK(rest == std::vector<std::string>(all.begin() + 5, all.end()));
}

TEST_CASE("a job's events are all there, however many of others lie between") {
    TestCluster c;
    c.start_coordinator();
    const int64_t id = c.create_job(9, 1);  // no such input: fails after a while
    for (int i = 0; i < 2; i++) c.create_job(1000, 150);
    REQUIRE(c.wait_job(id, std::chrono::seconds(60)) == "failed");
    c.wait("events of others", [&] { return c.get("/status").at("counts").as_object().contains("failed"); });
    const int64_t late = c.create_job(10, 1);
    REQUIRE(c.wait_job(late, std::chrono::seconds(60)) == "failed");
    size_t failed = 0;
    REQUIRE(c.client(c.reader)->events("/v1/jobs/" + std::to_string(late) + "/events", [&](const std::string& line) {
        failed += line.starts_with("data: ") && line.find("\"state\":\"failed\"") != std::string::npos;
        return true;
    }));
    CHECK(failed == 2);  // the block and the job
}

TEST_CASE("a program is proven too, from uploaded blobs") {
    TestCluster c;
    c.start_coordinator();
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    const auto put = [&](const std::string& text) {
        const std::string name = sha256_hex(as_bytes(text));
        REQUIRE(write_file_atomically(c.dir / "blob", as_bytes(text)));
        REQUIRE(c.client(c.admin)->upload("/v1/blobs/" + name, c.dir / "blob")->status == 201);
        return name;
    };
    const std::string elf = put("some program"), input = put("steps 1 step_ms 1");
    CHECK(c.client(c.admin)->send("POST", "/v1/jobs", R"({"mode":"program","elf":"ff","stdin":"ff"})")->status == 404);
    const int64_t id =
        c.post("/v1/jobs", {{"mode", "program"}, {"elf", elf}, {"stdin", input}}, 201).at("id").as_int64();
    CHECK(c.wait_job(id) == "done");
}
