// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include "libs/cluster/http/http.hpp"
#include "libs/cluster/wire/error_codes.hpp"
#include "libs/cluster/wire/jobs.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "libs/cluster/wire/operation.hpp"
#include "libs/cluster/wire/status.hpp"
#include "libs/prover/engine_messages.hpp"

using namespace ashlar;
using namespace ashlar::cluster;

TEMPLATE_TEST_CASE("every note of a message is of a field it has, once", "", CreateJob, CreateBlocksJob,
                   CreateProgramJob, TaskView, BlockView, JobView, JobList, EventView, StageSpan, Timeline, MadeWith,
                   Verdict, BlobStored, NodeHello, NodeWelcome, AttemptProgress, Heartbeat, NodeOrder, HeartbeatAnswer,
                   OrderAnswer, Acknowledged, Claim, TaskOrder, AttemptResult, NodeInfo, NodeStatus, NodeList,
                   EndedBlock, BlockUnderWay, NodeSeen, ClusterStatus, Readiness, Job, Block, Task, Attempt, Node,
                   Event, Tuning, TuningChange, Finding, HostFindings, DoctorReport, DoctorOrder, LogPage, LogOrder,
                   prover::ProveRequest, prover::AggregateRequest, prover::PrepareRequest) {
    CHECK(wire::notes_match<TestType>());
}

TEST_CASE("secrets and places of this machine are not written") {
    Task t;
    t.current = "secret";
    Attempt a;
    a.id = "secret";
    Node n;
    n.instance = "secret";
    Job j;
    j.idempotency_key = "secret";
    TaskView v;
    static_cast<Task&>(v) = t;
    v.stdin_blob = v.output = "secret";
    for (const auto& o : {wire::write(t), wire::write(a), wire::write(n), wire::write(j), wire::write(v)})
        CHECK(boost::json::serialize(o).find("secret") == std::string::npos);
}

TEST_CASE("a job's fields are those of its mode") {
    const auto code = [](const char* text, auto read) {
        const auto r = read(*parse_object(text));
        return r ? std::string() : r.error().code;
    };
    const auto blocks = [](const boost::json::object& o) { return wire::read<CreateBlocksJob>(o); };
    const auto program = [](const boost::json::object& o) { return wire::read<CreateProgramJob>(o); };
    CHECK(code(R"({"mode":"range","start":1,"count":5,"priority":1000,"deadline_ms":1})", blocks).empty());
    CHECK(code(R"({"mode":"range","start":1,"elf":"x"})", blocks) == "json_unknown_field");
    CHECK(code(R"({"mode":"range","start":1,"priority":1001})", blocks) == "json_bad");
    CHECK(code(R"({"mode":"program","elf":"x","stdin":"y"})", program).empty());
    CHECK(code(R"({"mode":"program","elf":"x","stdin":"y","count":1})", program) == "json_unknown_field");
    CHECK(code(R"({"mode":"program","elf":"x"})", program) == "json_bad");
}

TEST_CASE("each code has one row; a code without one belongs to its longest family") {
    std::set<std::string_view> names;
    for (const ErrorCode& c : error_codes()) {
        INFO(c.name);
        CHECK(names.insert(c.name).second);
        CHECK((c.http_status >= 400 && c.http_status < 600));
        CHECK((c.exit_code >= 1 && c.exit_code <= 4));
        CHECK_FALSE(c.meaning.empty());
        CHECK(error_code(c.name).name == c.name);
    }
    CHECK(error_code("job_unknown").http_status == 404);
    CHECK(error_code("proof_missing").http_status == 404);
    CHECK(error_code("proof_final_polynomial").name == "proof_");
    CHECK(error_code("rpc_unreachable").exit_code == 3);
    CHECK(error_code("rpc_answer_bad").name == "rpc_");
    CHECK(error_code("file_unreadable").exit_code == 2);
    CHECK(error_code("witness_json").http_status == 400);
    CHECK(error_code("").exit_code == 1);
}

TEST_CASE("an error without a remedy of its own suggests that of its code") {
    const auto hint = [](const Error& e) {
        const auto o = *parse_object(error_response(e).body);
        return text_field(o.at("error").as_object(), "hint");
    };
    CHECK(hint({"rate_limited", "too many"}) == "slow down");
    CHECK(hint({"rate_limited", "too many", "wait a second"}) == "wait a second");
    CHECK(error_response({"rate_limited", "too many"}).status == 429);
    CHECK_FALSE(parse_object(error_response({"job_final", "over"}).body)->at("error").as_object().contains("hint"));
}
