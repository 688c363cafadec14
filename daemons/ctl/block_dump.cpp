// SPDX-License-Identifier: Apache-2.0
// block dump | load: inputs of proofs as files
#include <fmt/format.h>

#include <boost/json.hpp>

#include "daemons/ctl/block.hpp"
#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/dump.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// Runs the guests on a dump's inputs: the subblocks must commit the dump's public values, the aggregator the block.
HostResult<bool> emulate(const Guests& guests, const ethereum::Dump& d, json::object& row) {
    json::array rows;
    uint64_t cycles = 0;
    bool agrees = true;
    for (size_t i = 0; i < d.subblocks.size(); i++) {
        const Bytes* expected = i < d.public_values.size() ? &d.public_values[i] : nullptr;
        ASHLAR_ASSIGN(GuestRun run, run_guest("subblock", guests.subblock, d.subblocks[i].buffers, expected));
        run.json["index"] = i;
        cycles += run.cycles, agrees = agrees && run.agrees;
        rows.push_back(std::move(run.json));
    }
    ASHLAR_ASSIGN(GuestRun run, run_guest("aggregator", guests.aggregator, d.aggregator.buffers, nullptr));
    const auto claim = run.agrees ? ethereum::BlockClaim::decode(run.committed) : std::nullopt;
    if (run.agrees && (!claim || claim->number != d.block)) run.json["agrees"] = run.agrees = false;
    if (claim) row["hash"] = to_hex0x(claim->block_hash.view()), row["gas_used"] = claim->gas_used;
    cycles += run.cycles, agrees = agrees && run.agrees;
    rows.push_back(std::move(run.json));
    row["guests"] = std::move(rows), row["cycles"] = cycles, row["agrees"] = agrees;
    return agrees;
}

}  // namespace

HostResult<Outcome> block_dump(const Options& o) {
    ASHLAR_ASSIGN(const prover::BlockPrograms programs, block_programs(o));
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
    std::vector<fs::path> folders = ethereum::find_block_folders(o.path("block"));
    if (folders.empty()) folders.push_back(o.path("block"));
    const auto prover = prover::make_prover();
    Outcome out;
    json::array rows;
    for (const fs::path& folder : folders) {
        ASHLAR_ASSIGN(const prover::PreparedBlock block,
                      prover->prepare_block(folder, o.text("chain"), gas, programs, o.text("profile")));
        ASHLAR_ASSIGN(const ethereum::Dump dump,
                      ethereum::make_dump(block.facts.number, gas, block.subblock_stdins, block.aggregator_stdin));
        ASHLAR_ASSIGN(const fs::path written, ethereum::write_dump(o.path("out"), dump));
        rows.push_back(json::object{{"number", block.facts.number},
                                    {"hash", block.facts.hash},
                                    {"subblocks", dump.subblocks.size()},
                                    {"folder", written.string()}});
        out.human +=
            fmt::format("block {}: {} subblocks in {}\n", block.facts.number, dump.subblocks.size(), written.string());
    }
    out.json = {{"blocks", std::move(rows)}};
    return out;
}

HostResult<Outcome> block_load(const Options& o) {
    const fs::path from = o.path("from");
    ASHLAR_ASSIGN(std::vector<ethereum::DumpEntry> entries, ethereum::list_dump(from));
    if (o.has("number")) {
        ASHLAR_ASSIGN(const uint64_t wanted, o.number("number"));
        std::erase_if(entries, [&](const auto& e) { return e.block != wanted; });
        if (entries.empty())
            return fail("dump_not_found", fmt::format("{} has no block {}", from.string(), wanted),
                        "without --number, all blocks of the dump are listed");
    }
    if (entries.empty())
        return fail("dump_not_found", from.string() + " holds no dump",
                    "a dump has folders block<N>/gas<G>, made by `ashlarctl block dump`");
    std::optional<Guests> guests;
    if (o.has("guest")) {
        ASHLAR_ASSIGN(guests, load_guests(o));
    }
    Outcome out;
    json::array rows;
    size_t failed = 0;
    for (const ethereum::DumpEntry& e : entries) {
        json::object row{{"number", e.block}, {"subblock_gas", e.subblock_gas}};
        std::string verdict;
        const auto check = [&]() -> HostResult<bool> {
            ASHLAR_ASSIGN(const ethereum::Dump d, ethereum::read_dump(from, e));
            size_t bytes = 0;
            for (const rv32::Stdin& s : d.subblocks) bytes += rv32::encode_stdin(s).size();
            row["subblocks"] = d.subblocks.size();
            row["bytes"] = bytes + rv32::encode_stdin(d.aggregator).size();
            row["manifest"] = d.has_manifest;
            verdict = fmt::format("{} subblocks, {}", d.subblocks.size(),
                                  d.has_manifest ? "as its manifest says" : "no manifest to check it against");
            if (o.has("out")) {
                ASHLAR_ASSIGN(const fs::path written, ethereum::write_dump(o.path("out"), d));
                row["folder"] = written.string();
                verdict += ", in " + written.string();
            }
            if (!guests) return true;
            ASHLAR_ASSIGN(const bool agrees, emulate(*guests, d, row));
            verdict += fmt::format(", {} cycles, {}", row.at("cycles").to_number<uint64_t>(),
                                   agrees ? "the guests agree" : "a guest DISAGREES with the dump");
            return agrees;
        };
        const auto good = check();
        row["error"] = good ? json::value() : json::value(to_json(good.error()));
        if (!good)
            verdict = fmt::format("{} ({}{}{})", good.error().message, good.error().code,
                                  good.error().hint.empty() ? "" : ": ", good.error().hint);
        failed += !good || !*good;
        row["valid"] = good && *good;
        out.human += fmt::format("block {} at {} gas: {}\n", e.block, e.subblock_gas, verdict);
        rows.push_back(std::move(row));
    }
    out.exit_code = failed ? 1 : 0;
    out.json = {{"blocks", std::move(rows)}, {"total", entries.size()}, {"failed", failed}, {"valid", failed == 0}};
    return out;
}

}  // namespace ashlar::ctl
