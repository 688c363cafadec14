// SPDX-License-Identifier: Apache-2.0
// Results of blocks: facts, proof bytes, timeline, report.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "daemons/coordinator/app.hpp"
#include "daemons/coordinator/proof_checks.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/http/openapi.hpp"
#include "libs/cluster/wire/jobs.hpp"

namespace ashlar::coordinator {

using namespace cluster;
using namespace prover;

namespace {

/// How long a client is kept waiting for a verdict; after that it is told to ask again.
constexpr auto VERIFY_WAIT = std::chrono::seconds(120);

std::optional<Block> find_block(Context& c, const std::string& name) {
    if (name.starts_with("0x")) return c.scheduler.block_by_hash(name);
    uint64_t number = 0;
    const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (ec != std::errc() || end != name.data() + name.size() || number > INT64_MAX) return std::nullopt;
    return c.scheduler.block_by_number(number);
}

Timeline timeline(Context& c, const Block& b) {
    Timeline out{b.number, b.state, {}};
    const auto add = [&](const std::string& stage, const std::string& where, int64_t from, int64_t to,
                         std::string_view state) {
        if (from) out.stages.push_back({stage, where, from, to, std::string(state)});
    };
    add("fetching", "coordinator", b.fetch_ms, b.ready_ms, "");
    for (const Task& t : c.scheduler.tasks_of(b.id))
        for (const Attempt& a : c.scheduler.attempts_of(t.id))
            add(fmt::format("{} {}", name_of(t.kind), t.index), a.node, a.started_ms, a.finished_ms, name_of(a.state));
    add("verifying", "coordinator", b.verifying_ms, b.finished_ms, "");
    return out;
}

HttpResponse no_proof(const Block& b) {
    return error_response({"proof_missing", fmt::format("block {} is {}", b.number, name_of(b.state))});
}

}  // namespace

std::vector<HttpRoute> block_routes(Context& c) {
    const auto with_block = [&c](auto then) {
        return [&c, then](HttpRequest& r) {
            const auto b = find_block(c, r.params["block"]);
            if (!b)
                return error_response({"block_unknown", fmt::format("no block '{}' was asked for", r.params["block"])});
            return then(*b);
        };
    };
    const auto file = [](const char* type, const std::filesystem::path& path) {
        HttpResponse out;
        out.content_type = type;
        out.file = path;
        return out;
    };
    constexpr const char* BYTES = "application/octet-stream";
    return {
        {"GET",
         "/v1/blocks/{block}",
         Role::reader,
         with_block([](const Block& b) { return message(b); }),
         {"Result of a block", nullptr, answer_of<Block>}},
        {"GET",
         "/v1/blocks/{block}/timeline",
         Role::reader,
         with_block([&c](const Block& b) { return message(timeline(c, b)); }),
         {"Stages of a block on every host", nullptr, answer_of<Timeline>}},
        {"GET",
         "/v1/blocks/{block}/proof/verify",
         Role::reader,
         with_block([&c](const Block& b) {
             if (b.state != BlockState::proven) return no_proof(b);
             return c.checks->answer(b, VERIFY_WAIT);
         }),
         {"Verify the stored proof again; 202 while that takes longer than two minutes", nullptr, answer_of<Verdict>}},
        {"GET",
         "/v1/blocks/{block}/proof",
         Role::reader,
         with_block([&c, file](const Block& b) {
             if (b.state != BlockState::proven || !c.blobs.has(b.proof)) return no_proof(b);
             HttpResponse out = file(BYTES, c.blobs.path(b.proof));
             out.headers["X-Ashlar-Sha256"] = b.proof;
             return out;
         }),
         {"Proof bytes of a proven block", nullptr, nullptr, 200, BYTES}},
        {"GET",
         "/report.csv",
         Role::reader,
         [&c, file](HttpRequest&) { return file("text/csv", c.report); },
         {"proving_report.csv: a row per block that ended", nullptr, nullptr, 200, "text/csv"}},
        {"PUT",
         "/v1/blobs/{sha256}",
         Role::node,
         [](HttpRequest& r) { return message(BlobStored{r.blob}, 201); },
         {"Store a blob", nullptr, answer_of<BlobStored>, 201},
         {},
         true},
        {"GET",
         "/v1/blobs/{sha256}",
         Role::node,
         [&c, file](HttpRequest& r) {
             const std::string& name = r.params["sha256"];
             if (!c.blobs.has(name)) return error_response({"blob_missing", "this blob is not here"});
             return file(BYTES, c.blobs.path(name));
         },
         {"Bytes of a blob", nullptr, nullptr, 200, BYTES}},
    };
}

}  // namespace ashlar::coordinator
