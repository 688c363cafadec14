// SPDX-License-Identifier: Apache-2.0
// Results of blocks: facts, proof bytes, timeline, report.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "daemons/coordinator/app.hpp"
#include "daemons/coordinator/proof_checks.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/model/report.hpp"

namespace ashlar::coordinator {

namespace json = boost::json;
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

json::object timeline(Context& c, const Block& b) {
    json::array rows;
    const auto add = [&](std::string_view name, const std::string& where, int64_t from, int64_t to,
                         std::string_view state) {
        if (from)
            rows.push_back(
                json::object{{"stage", name}, {"where", where}, {"from_ms", from}, {"to_ms", to}, {"state", state}});
    };
    add("fetching", "coordinator", b.fetch_ms, b.ready_ms, "");
    for (const Task& t : c.scheduler.tasks_of(b.id))
        for (const Attempt& a : c.scheduler.attempts_of(t.id))
            add(fmt::format("{} {}", name_of(t.kind), t.index), a.node, a.started_ms, a.finished_ms, name_of(a.state));
    add("verifying", "coordinator", b.verifying_ms, b.finished_ms, "");
    return {{"number", b.number}, {"state", name_of(b.state)}, {"stages", std::move(rows)}};
}

HttpResponse no_proof(const Block& b) {
    return error_response(404, {"proof_missing", fmt::format("block {} is {}", b.number, name_of(b.state))});
}

}  // namespace

std::vector<HttpRoute> block_routes(Context& c) {
    const auto with_block = [&c](auto then) {
        return [&c, then](HttpRequest& r) {
            const auto b = find_block(c, r.params["block"]);
            if (!b)
                return error_response(404,
                                      {"block_unknown", fmt::format("no block '{}' was asked for", r.params["block"])});
            return then(*b);
        };
    };
    return {
        {"GET", "/v1/blocks/{block}", Role::reader,
         with_block([](const Block& b) { return json_response(json::serialize(wire::write(b))); })},
        {"GET", "/v1/blocks/{block}/timeline", Role::reader,
         with_block([&c](const Block& b) { return json_response(json::serialize(timeline(c, b))); })},
        {"GET", "/v1/blocks/{block}/proof/verify", Role::reader, with_block([&c](const Block& b) {
             if (b.state != BlockState::proven) return no_proof(b);
             return c.checks->answer(b, VERIFY_WAIT);
         })},
        {"GET", "/v1/blocks/{block}/proof", Role::reader, with_block([&c](const Block& b) {
             if (b.state != BlockState::proven || !c.blobs.has(b.proof)) return no_proof(b);
             HttpResponse out;
             out.content_type = "application/octet-stream";
             out.headers["X-Ashlar-Sha256"] = b.proof;
             out.file = c.blobs.path(b.proof);
             return out;
         })},
        {"GET", "/report.csv", Role::reader,
         [&c](HttpRequest&) {
             HttpResponse out;
             out.content_type = "text/csv";
             out.file = c.report;
             return out;
         }},
        {"PUT", "/v1/blobs/{sha256}", Role::node,
         [](HttpRequest& r) { return json_response(json::serialize(json::object{{"sha256", r.blob}}), 201); }, true},
        {"GET", "/v1/blobs/{sha256}", Role::node,
         [&c](HttpRequest& r) {
             const std::string& name = r.params["sha256"];
             if (!c.blobs.has(name)) return error_response(404, {"blob_missing", "this blob is not here"});
             HttpResponse out;
             out.content_type = "application/octet-stream";
             out.file = c.blobs.path(name);
             return out;
         }},
    };
}

}  // namespace ashlar::coordinator
