// SPDX-License-Identifier: Apache-2.0
// Whole clusters of real processes; only the prover is a test's.
#include <signal.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "libs/base/json.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;

namespace {

std::string report(const TestCluster& c) {
    std::ifstream in(c.dir / "coordinator" / "proving_report.csv");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}
size_t lines(const std::string& s) { return static_cast<size_t>(std::count(s.begin(), s.end(), '\n')); }

}  // namespace

TEST_CASE("blocks are proven, stored, reported") {
    TestCluster c;
    for (uint64_t n = 100; n < 103; n++) c.add_block(n, "subblocks 3 steps 2 step_ms 10");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("w2", "worker");
    c.start_node("a", "aggregator");
    const auto ready = c.client("")->send("GET", "/readyz");
    CHECK(ready->status == 200);
    const int64_t id = c.create_job(100, 3);
    CHECK(c.wait_job(id) == "done");
    const auto job = c.job(id);
    CHECK(number_field(job, "proven") == 3);
    const auto block = c.get("/v1/blocks/101");
    CHECK(text_field(block, "state") == "proven");
    CHECK(c.get("/v1/blocks/" + text_field(block, "hash")).at("number").as_int64() == 101);
    const auto proof = c.client(c.reader)->get("/v1/blocks/101/proof");
    REQUIRE(proof);
    CHECK(sha256_hex(as_bytes(*proof)) == text_field(block, "proof"));
    CHECK(c.get("/v1/blocks/101/timeline").at("stages").as_array().size() == 6);
    c.wait("three rows", [&] { return lines(report(c)) == 4; });
    CHECK(report(c).find("block_number,success,cycles,proving_seconds,data_fetch_seconds,") == 0);
    CHECK(report(c).find("\n101,true,") != std::string::npos);
    const auto status = c.get("/status");
    CHECK(text_field(status, "state") == "idle");
    CHECK(number_field(status, "blocks_per_hour") == 3);
    CHECK(status.at("nodes").as_array().size() == 3);
    const auto metrics = c.client(c.reader)->get("/metrics");
    CHECK_THAT(*metrics, Catch::Contains("ashlar_coordinator_blocks{state=\"proven\"} 3"));
}

TEST_CASE("a worker killed in the middle of proving: the block is still proven") {
    TestCluster c;
    c.add_block(7, "subblocks 2 steps 20 step_ms 100");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("w2", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(7, 1);
    const std::string victim = c.wait_running_subblock(id);
    const auto engines = c.engines(victim);
    REQUIRE(engines.size() == 1);
    c.kill(victim);
    c.wait("its engine dies with it", [&] { return ::kill(engines[0], 0) != 0; });
    CHECK(c.wait_job(id) == "done");
    const auto block = c.get("/v1/blocks/7");
    CHECK(number_field(block, "attempts") == 4);  // two subblocks, one again, one aggregation
    const auto status = c.get("/status");
    for (const auto& n : status.at("nodes").as_array())
        if (text_field(n.as_object(), "name") == victim) CHECK(text_field(n.as_object(), "state") == "lost");
}

TEST_CASE("an engine killed alone: its daemon starts another and the block is proven") {
    TestCluster c;
    c.add_block(8, "subblocks 1 steps 20 step_ms 50");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(8, 1);
    c.wait_running_subblock(id);
    REQUIRE(c.engines("w1").size() == 1);
    REQUIRE(::kill(c.engines("w1")[0], SIGKILL) == 0);
    CHECK(c.wait_job(id) == "done");
    CHECK(c.running("w1"));
    CHECK(number_field(c.get("/status").at("counters").as_object(), "retry_engine_died") == 1);
}

TEST_CASE("a hung engine is given up by its silence") {
    TestCluster c;
    c.add_block(9, "subblocks 1 steps 10 step_ms 100");
    c.start_coordinator({"--attempt-silence-s", "1"});
    c.start_node("w1", "worker");
    c.start_node("w2", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(9, 1);
    const std::string victim = c.wait_running_subblock(id);
    REQUIRE(::kill(c.engines(victim)[0], SIGSTOP) == 0);
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/status").at("counters").as_object(), "retry_attempt_silent") == 1);
}

TEST_CASE("a deadline is absolute: progress does not move it") {
    TestCluster c;
    c.add_block(10, "subblocks 1 steps 100 step_ms 100");
    c.start_coordinator({"--attempt-deadline-s", "1", "--attempts", "2"});
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(10, 1);
    CHECK(c.wait_job(id) == "failed");
    CHECK_THAT(text_field(c.get("/v1/blocks/10"), "reason"),
               Catch::StartsWith("attempt_deadline: subblock 0 failed 2 times"));
    c.wait("a row on failure", [&] { return report(c).find("\n10,false,") != std::string::npos; });
}

TEST_CASE("a worker that sends garbage does not poison the block") {
    TestCluster c;
    c.add_block(11, "subblocks 2 steps 1 step_ms 10");
    c.start_coordinator({"--attempts", "8"});
    c.start_node("bad", "worker", "garbage");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(11, 1);
    c.wait("the aggregator refused a subblock",
           [&] { return number_field(c.get("/status").at("counters").as_object(), "retry_bad_subblock_proof") >= 1; });
    c.start_node("good", "worker");
    CHECK(c.wait_job(id) == "done");
}

TEST_CASE("forged success of the aggregator is rejected and bounded") {
    TestCluster c;
    c.add_block(12, "subblocks 1 steps 1 step_ms 10");
    c.add_block(13, "subblocks 1 steps 1 step_ms 10");
    c.start_coordinator({"--attempts", "2"});
    c.start_node("w1", "worker");
    c.start_node("forger", "aggregator", "garbage");
    const int64_t id = c.create_job(12, 1);
    CHECK(c.wait_job(id) == "failed");
    CHECK_THAT(text_field(c.get("/v1/blocks/12"), "reason"), Catch::Contains("proof_rejected"));
    CHECK(c.client(c.reader)->send("GET", "/v1/blocks/12/proof")->status == 404);
    // The queue goes on once an honest one is there.
    CHECK(c.stop("forger") == 0);
    c.start_node("honest", "aggregator");
    CHECK(c.wait_job(c.create_job(13, 1)) == "done");
}

TEST_CASE("a crashing engine and failing tasks use up their attempts, then the next block is proven") {
    TestCluster c;
    c.add_block(14, "subblocks 1 steps 3 step_ms 10");
    c.add_block(15, "invalid 1");
    c.start_coordinator({"--attempts", "3"});
    c.start_node("crasher", "worker", "crash");
    c.start_node("a", "aggregator");
    CHECK(c.wait_job(c.create_job(14, 1)) == "failed");
    CHECK_THAT(text_field(c.get("/v1/blocks/14"), "reason"),
               Catch::Contains("engine_died") && Catch::Contains("3 times"));
    CHECK(c.wait_job(c.create_job(15, 1)) == "failed");
    CHECK_THAT(text_field(c.get("/v1/blocks/15"), "reason"), Catch::Equals("block_invalid: InvalidGasUsed"));
    CHECK(c.wait_job(c.create_job(16, 1)) == "failed");
    CHECK_THAT(text_field(c.get("/v1/blocks/16"), "reason"), Catch::StartsWith("input_missing"));
    CHECK(c.running("crasher"));
    c.start_node("good", "worker");
    CHECK(c.wait_job(c.create_job(14, 1)) == "done");
    c.wait("a row each", [&] { return lines(report(c)) == 5; });
}

TEST_CASE("more subblocks than workers queue up; more blocks than places too") {
    TestCluster c;
    for (uint64_t n = 20; n < 30; n++) c.add_block(n, "subblocks 5 steps 1 step_ms 1");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    CHECK(c.wait_job(c.create_job(20, 10), std::chrono::seconds(40)) == "done");
}

TEST_CASE("a drained node gets nothing; a stopped one ends its task first") {
    TestCluster c;
    c.add_block(30, "subblocks 1 steps 10 step_ms 50");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(30, 1);
    c.wait_running_subblock(id);
    CHECK(c.stop("w1") == 0);
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/v1/blocks/30"), "attempts") == 2);
}

TEST_CASE("a node stopped in the middle of a long task hands it back at once") {
    TestCluster c;
    c.add_block(31, "subblocks 1 steps 40 step_ms 50");
    c.start_coordinator();
    c.start_node("w1", "worker", "", 0);
    c.start_node("w2", "worker", "", 0);
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(31, 1);
    const std::string victim = c.wait_running_subblock(id);
    CHECK(c.stop(victim) == 0);
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/status").at("counters").as_object(), "retry_node_stopping") == 1);
}
