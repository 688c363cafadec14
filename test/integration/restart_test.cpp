// SPDX-License-Identifier: Apache-2.0
// The coordinator killed at several moments: nothing acknowledged is lost, nothing is proven twice.
#include <signal.h>

#include <catch2/catch.hpp>
#include <thread>

#include "libs/base/json.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;

TEST_CASE("coordinator killed while subblocks are proven: the job completes, once") {
    TestCluster c;
    c.add_block(40, "subblocks 2 steps 10 step_ms 100");
    c.add_block(41, "subblocks 2 steps 2 step_ms 10");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("w2", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(40, 2);
    c.wait_running_subblock(id);
    c.kill("coordinator");
    c.start_coordinator();
    CHECK(c.wait_job(id) == "done");
    const auto block = c.get("/v1/blocks/40");
    CHECK(number_field(block, "attempts") == 3);  // the running attempts were kept, not repeated
    CHECK(number_field(c.job(id), "proven") == 2);
    size_t proven_events = 0;
    REQUIRE(c.client(c.reader)->events("/v1/jobs/" + std::to_string(id) + "/events", [&](const std::string& line) {
        if (line.starts_with("data: ") && line.find("\"proven\"") != std::string::npos &&
            line.find("\"number\":40") != std::string::npos)
            proven_events++;
        return true;
    }));
    CHECK(proven_events == 1);
}

TEST_CASE("coordinator away while a task ends: the result waits for it") {
    TestCluster c;
    c.add_block(42, "subblocks 1 steps 5 step_ms 100");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(42, 1);
    c.wait_running_subblock(id);
    c.kill("coordinator");
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // longer than the task: what is tested
    c.start_coordinator();
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.get("/v1/blocks/42"), "attempts") == 2);
}

TEST_CASE("coordinator killed again and again: every job completes") {
    TestCluster c;
    for (uint64_t n = 50; n < 56; n++) c.add_block(n, "subblocks 2 steps 2 step_ms 50");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(50, 6);
    for (int i = 0; i < 5; i++) {
        const uint64_t before = number_field(c.job(id), "proven");
        c.wait("another block or the end", [&] { return number_field(c.job(id), "proven") > before || before == 6; });
        c.kill("coordinator");
        c.start_coordinator();
    }
    CHECK(c.wait_job(id) == "done");
    CHECK(number_field(c.job(id), "proven") == 6);
    CHECK(number_field(c.job(id), "failed") == 0);
}

TEST_CASE("worker and coordinator both killed: both come back, the block is proven") {
    TestCluster c;
    c.add_block(60, "subblocks 2 steps 10 step_ms 100");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a", "aggregator");
    const int64_t id = c.create_job(60, 1);
    c.wait_running_subblock(id);
    c.kill("coordinator");
    c.kill("w1");
    c.start_coordinator();
    c.start_node("w1", "worker");  // same state directory: same node, next epoch
    CHECK(c.wait_job(id) == "done");
    for (const auto& n : c.nodes())
        if (text_field(n.as_object(), "name") == "w1") CHECK(number_field(n.as_object(), "epoch") == 2);
}

TEST_CASE("aggregator killed in the middle: another one ends the block") {
    TestCluster c;
    c.add_block(61, "subblocks 1 steps 1 step_ms 500");
    c.start_coordinator();
    c.start_node("w1", "worker");
    c.start_node("a1", "aggregator");
    const int64_t id = c.create_job(61, 1);
    c.wait("aggregation has begun",
           [&] { return text_field(c.get("/v1/blocks/61"), "state") == "aggregating" && !c.engines("a1").empty(); });
    c.kill("a1");
    c.start_node("a2", "aggregator");
    CHECK(c.wait_job(id) == "done");
}

TEST_CASE("two coordinators on one state directory: the second refuses") {
    TestCluster c;
    c.start_coordinator();
    const std::string command = std::string(ASHLAR_TEST_DAEMON) + " coordinator --listen 127.0.0.1:0 --state-dir " +
                                (c.dir / "coordinator").string() + " --artefact-dir " + (c.dir / "artefacts").string() +
                                " 2>/dev/null";
    CHECK(WEXITSTATUS(std::system(command.c_str())) == 1);
    CHECK(c.stop("coordinator") == 0);
}
