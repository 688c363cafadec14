// SPDX-License-Identifier: Apache-2.0
// bench: this machine's rates, part by part, and for whole programs and blocks.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "daemons/ctl/builtin_program.hpp"
#include "daemons/ctl/command.hpp"
#include "daemons/ctl/execute.hpp"
#include "libs/bench/core.hpp"
#include "libs/bench/layers.hpp"
#include "libs/bench/protocol.hpp"
#include "libs/exec/isa.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace prover;
using bench::Row;

namespace {

constexpr const char* NAMES[] = {"field", "hash",   "ntt",   "commit",  "fraction-sum", "zerocheck",
                                 "open",  "layers", "chunk", "execute", "block"};

struct Choice {
    std::set<std::string> names;
    bool has(const char* name) const { return names.contains(name); }
    template <size_t N>
    std::set<std::string> among(const char* const (&group)[N]) const {
        std::set<std::string> out;
        for (const char* name : group)
            if (has(name)) out.insert(name);
        return out;
    }
};

/// Median, slowest and fastest of some rates.
Row row_of(std::string name, std::string size, std::string unit, std::vector<double> rates) {
    std::sort(rates.begin(), rates.end());
    Row row{std::move(name), std::move(size), std::move(unit), rates[rates.size() / 2], rates.front(), rates.back()};
    row.runs = rates.size();
    return row;
}

HostResult<Row> execute_row(uint64_t runs) {
    ASHLAR_ASSIGN(const rv32::Program program, rv32::load_elf(builtin_program(20'000'000)));
    std::vector<double> rates;
    uint64_t cycles = 0;
    for (uint64_t i = 0; i < runs; i++) {
        ASHLAR_ASSIGN(const rv32::ExecuteReport r, rv32::execute(program, {}));
        if (r.fault) return fail("guest_fault", r.fault->message);
        cycles = r.cycles;
        rates.push_back(r.mips());
    }
    return row_of("execute", fmt::format("{} cycles", cycles), "Minstr/s", std::move(rates));
}

HostResult<Row> chunk_row(uint64_t runs, const ProveOptions& options) {
    const Bytes elf = builtin_program(200'000);
    const auto prover = make_prover();
    std::vector<double> rates;
    uint64_t cycles = 0;
    for (uint64_t i = 0; i < runs; i++) {
        ASHLAR_ASSIGN(const ProveOutcome p, prover->prove_program(elf, rv32::encode_stdin({}), options, {}, {}));
        cycles = p.cycles;
        rates.push_back(static_cast<double>(p.cycles) / p.seconds / 1e3);
    }
    return row_of("chunk", fmt::format("{} cycles", cycles), "kcycles/s", std::move(rates));
}

/// Proves a whole block, part after part, as `block prove` does.
HostResult<Row> block_row(const Options& o, uint64_t runs, const ProveOptions& options) {
    ASHLAR_ASSIGN(const BlockPrograms programs, block_programs(o));
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
    const auto prover = make_prover();
    ASHLAR_ASSIGN(const PreparedBlock block,
                  prover->prepare_block(o.path("block"), o.text("chain"), gas, programs, options.profile));
    std::vector<double> rates;
    uint64_t cycles = 0;
    for (uint64_t i = 0; i < runs; i++) {
        double seconds = 0;
        cycles = 0;
        const auto prove = [&](const Bytes& elf, const Bytes& input) -> HostResult<void> {
            ASHLAR_ASSIGN(const ProveOutcome p, prover->prove_program(elf, input, options, {}, {}));
            seconds += p.seconds, cycles += p.cycles;
            return {};
        };
        for (const Bytes& input : block.subblock_stdins) ASHLAR_TRY(prove(programs.subblock_elf, input));
        ASHLAR_TRY(prove(programs.aggregator_elf, block.aggregator_stdin));
        rates.push_back(static_cast<double>(cycles) / seconds / 1e3);
    }
    return row_of("block", fmt::format("block {}, {} gas, {} cycles", block.facts.number, block.facts.gas_used, cycles),
                  "kcycles/s", std::move(rates));
}

HostResult<Choice> choice_of(const Options& o) {
    Choice out;
    for (const std::string& name : o.rest()) {
        if (std::find(std::begin(NAMES), std::end(NAMES), name) == std::end(NAMES))
            return fail("usage", fmt::format("there is no benchmark '{}'", name),
                        fmt::format("one of {}", fmt::join(NAMES, ", ")));
        out.names.insert(name);
    }
    if (out.names.empty()) out.names.insert(std::begin(NAMES), std::end(NAMES) - 1);
    if (o.has("block")) out.names.insert("block");
    if (out.has("block") && !o.has("block")) return fail("usage", "--block DIR is missing", "name a block's folder");
    return out;
}

HostResult<Outcome> run_bench(const Options& o) {
    ASHLAR_ASSIGN(const Choice choice, choice_of(o));
    ASHLAR_ASSIGN(const uint64_t runs, o.number("runs", 1, 1000));
    ASHLAR_ASSIGN(const uint64_t seconds_ms, o.number("milliseconds", 1, 600'000));
    ASHLAR_ASSIGN(const uint64_t log_size, o.number("log-size", 4, 22));
    ASHLAR_ASSIGN(const uint64_t slices, o.number("slices", 1, 1024));
    ASHLAR_ASSIGN(const uint64_t log_cycles, o.number("log-cycles", 10, 22));
    ASHLAR_ASSIGN(const exec::Isa isa, exec::select_isa(o.text("isa")));
    ASHLAR_ASSIGN(const ProveOptions proving, prove_options(o));
    const iop::Profile* profile = iop::named_profile(proving.profile);
    if (!profile) return fail("profile_unknown", fmt::format("there is no profile '{}'", proving.profile));
    exec::ThreadPool pool(proving.threads);
    const std::string device = fmt::format("{}, {}, {} threads", bench::processor(), exec::isa_name(isa), pool.size());
    const bench::Setting setting{
        pool, isa, static_cast<unsigned>(log_size), slices, static_cast<double>(seconds_ms) / 1000, false};
    ProgressLine line(o.json());
    json::array rows;
    Outcome out;
    out.human = "device: " + device + "\n";
    const auto add = [&](const Row& r) {
        out.human += bench::format_row(r) + "\n";
        line.show(r.name, 0, 0);
        json::object row{{"name", r.name},     {"device", device},     {"size", r.size},       {"units", r.unit},
                         {"median", r.median}, {"slowest", r.slowest}, {"fastest", r.fastest}, {"spread", r.spread()}};
        row["ratio"] = r.bound > 0 ? json::value(r.ratio()) : json::value();
        row["bound"] = r.bound > 0 ? json::value(r.bound_name) : json::value();
        if (r.runs) row["runs"] = r.runs;
        rows.push_back(std::move(row));
    };
    if (const auto core = choice.among(bench::CORE_GROUPS); !core.empty())
        ASHLAR_TRY(bench::core_rows(setting, core, add));
    if (const auto groups = choice.among(bench::PROTOCOL_GROUPS); !groups.empty()) {
        line.show("proving synthetic chips", 0, 0);
        ASHLAR_ASSIGN(const auto result,
                      bench::bench_protocol(setting, *profile, static_cast<unsigned>(log_cycles), runs));
        for (const auto& group : groups) add(bench::protocol_row(result, group));
    }
    if (choice.has("layers")) ASHLAR_TRY(bench::layers_rows(setting, runs, add));
    if (choice.has("chunk")) {
        ASHLAR_ASSIGN(const Row row, chunk_row(runs, proving));
        add(row);
    }
    if (choice.has("execute")) {
        ASHLAR_ASSIGN(const Row row, execute_row(runs));
        add(row);
    }
    if (choice.has("block")) {
        ASHLAR_ASSIGN(const Row row, block_row(o, runs, proving));
        add(row);
    }
    line.clear();
    out.json["rows"] = std::move(rows);
    return out;
}

}  // namespace

std::vector<Command> bench_commands() {
    return {{"bench", "measures this machine",
             with_prove_options({{"runs", "N", "repetitions of whole proofs", false, "3"},
                                 {"milliseconds", "N", "time of one row of field, hash, ntt, commit", false, "500"},
                                 {"log-size", "N", "log2 of the rows in these", false, "18"},
                                 {"slices", "N", "columns of a commitment", false, "32"},
                                 {"log-cycles", "N", "log2 of the rows in fraction-sum, zerocheck, open", false, "18"},
                                 {"isa", "NAME", "auto, scalar, avx2 or avx512 for these", false, "auto"},
                                 {"block", "DIR", "a block's folder, for block"},
                                 {"chain", "NAME|FILE", "chain of the block", false, "mainnet"},
                                 {"subblock-gas", "N", "gas of one subblock", false, "10000000"},
                                 {"artefacts", "DIR", "folder with subblock-elf and aggregator-elf"}}),
             run_bench,
             "[field] [hash] [ntt] [commit] [fraction-sum] [zerocheck] [open] [layers] [chunk] [execute] [block]"}};
}

}  // namespace ashlar::ctl
