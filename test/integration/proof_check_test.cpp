// SPDX-License-Identifier: Apache-2.0
// Engines of the coordinator: stored proofs verified again on request, and engines that hang.
#include <signal.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "libs/base/files.hpp"
#include "libs/base/json.hpp"
#include "test/integration/support/test_cluster.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using ashlar::test::TestCluster;
namespace json = boost::json;

namespace {

std::string code_of(const HttpReply& r) { return text_field(parse_object(r.body)->at("error").as_object(), "code"); }

HttpReply verify(TestCluster& c, const std::string& block, const std::string& token) {
    return *c.client(token)->send("GET", "/v1/blocks/" + block + "/proof/verify");
}

}  // namespace

TEST_CASE("a stored proof is verified again, for readers, with a verdict") {
    TestCluster c;
    c.add_block(70, "subblocks 2 steps 1 step_ms 1");
    c.add_block(71, "invalid 1");
    c.start_coordinator();
    CHECK(verify(c, "70", c.reader).status == 404);
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(70, 1)) == "done");
    REQUIRE(c.wait_job(c.create_job(71, 1)) == "failed");
    CHECK(verify(c, "70", "").status == 401);
    CHECK(verify(c, "70", c.node).status == 403);
    CHECK(verify(c, "nonsense", c.reader).status == 404);
    const auto none = verify(c, "71", c.reader);
    CHECK(none.status == 404);
    CHECK(code_of(none) == "proof_missing");

    const auto block = c.get("/v1/blocks/70");
    for (const std::string& name : {std::string("70"), text_field(block, "hash")}) {
        const auto reply = verify(c, name, c.reader);
        REQUIRE(reply.status == 200);
        const auto verdict = *parse_object(reply.body);
        CHECK(bool_field(verdict, "valid"));
        CHECK(verdict.at("error").is_null());
        CHECK(text_field(verdict, "block_hash") == text_field(block, "hash"));
        CHECK(text_field(verdict, "sha256") == text_field(block, "proof"));
        CHECK(number_field(verdict, "number") == 70);
    }
    std::vector<std::thread> clients;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; i++)
        clients.emplace_back([&] {
            const auto r = verify(c, "70", c.reader);
            if (r.status == 200 && bool_field(*parse_object(r.body), "valid")) good++;
        });
    for (auto& t : clients) t.join();
    CHECK(good == 8);

    // One bit of the stored file changes: the verdict is no, and nothing else suffers.
    const std::string sha = text_field(block, "proof");
    const std::filesystem::path file = c.dir / "coordinator" / "blobs" / sha.substr(0, 2) / sha;
    auto bytes = read_file(file);
    REQUIRE(bytes);
    (*bytes)[3] ^= 1;
    std::filesystem::permissions(file, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
    const auto reply = verify(c, "70", c.reader);
    CHECK(reply.status == 200);
    const auto verdict = *parse_object(reply.body);
    CHECK_FALSE(bool_field(verdict, "valid"));
    CHECK(text_field(verdict.at("error").as_object(), "code") == "blob_corrupted");
    CHECK(text_field(c.get("/v1/blocks/70"), "state") == "proven");
}

TEST_CASE("few verifications wait; a hung engine is ended and delays nobody for good") {
    TestCluster c;
    constexpr int BLOCKS = 24;
    for (uint64_t n = 100; n < 100 + BLOCKS; n++) c.add_block(n, "subblocks 1 steps 1 step_ms 0");
    c.start_coordinator({"--engine-limit-s", "2", "--blocks-in-flight", "8", "--read-ahead", "8"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(100, BLOCKS), std::chrono::seconds(40)) == "done");
    REQUIRE(verify(c, "100", c.reader).status == 200);  // the engine runs now
    for (const pid_t pid : c.engines("coordinator")) REQUIRE(::kill(pid, SIGSTOP) == 0);
    std::map<std::string, int> seen;
    std::mutex mutex;
    std::vector<std::thread> clients;
    for (int i = 0; i < BLOCKS; i++)
        clients.emplace_back([&, i] {
            const auto r = verify(c, std::to_string(100 + i), c.reader);
            const std::lock_guard lock(mutex);
            seen[std::to_string(r.status) + (r.status == 200 ? "" : " " + code_of(r))]++;
        });
    for (auto& t : clients) t.join();
    // 16 wait and one is in the hung engine: 503 for that one. It may still be one of the 16 when the others come; or
    // a slow machine fits one or two more in after it.
    CHECK(seen["200"] >= 15);
    CHECK(seen["503 verification_unavailable"] >= 4);
    CHECK(seen["200"] + seen["503 verification_unavailable"] == BLOCKS);
}

TEST_CASE("hung preparer and verifier: ended, started again, the block is proven") {
    TestCluster c;
    c.add_block(80, "subblocks 1 steps 1 step_ms 1");
    c.add_block(81, "subblocks 1 steps 1 step_ms 1");
    c.start_coordinator({"--engine-limit-s", "1"});
    c.start_node("w", "worker");
    c.start_node("a", "aggregator");
    REQUIRE(c.wait_job(c.create_job(80, 1)) == "done");
    const auto engines = c.engines("coordinator");
    REQUIRE(engines.size() == 2);
    for (const pid_t pid : engines) REQUIRE(::kill(pid, SIGSTOP) == 0);
    CHECK(c.wait_job(c.create_job(81, 1)) == "done");
}
