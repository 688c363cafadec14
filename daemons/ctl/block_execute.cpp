// SPDX-License-Identifier: Apache-2.0
// block execute: one block, or many
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iterator>

#include "daemons/ctl/block.hpp"
#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/ethereum/stateless_input.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double per_gas(uint64_t cycles, uint64_t gas) {
    return gas ? static_cast<double>(cycles) / static_cast<double>(gas) : 0.0;
}

/// The chain of a block folder: --chain, or chain.json in it, or the chain id of its meta.json, or mainnet.
HostResult<ethereum::ChainConfig> chain_of(const Options& o, const fs::path& folder) {
    std::error_code ec;
    if (o.has("chain")) return ethereum::load_chain(o.text("chain"));
    if (fs::exists(folder / "chain.json", ec)) return ethereum::load_chain((folder / "chain.json").string());
    std::ifstream in(folder / "meta.json");
    if (!in) return *ethereum::known_chain("mainnet");
    const std::string text(std::istreambuf_iterator<char>(in), {});
    json::error_code bad;
    const json::value v = json::parse(text, bad);
    const json::value* id = !bad && v.is_object() ? v.get_object().if_contains("chain_id") : nullptr;
    if (!id || !id->is_int64() || id->get_int64() < 0) return *ethereum::known_chain("mainnet");
    if (auto known = ethereum::known_chain(static_cast<uint64_t>(id->get_int64()))) return *known;
    return fail(
        "unknown_chain",
        fmt::format("{} names chain {}, which is not built in", (folder / "meta.json").string(), id->get_int64()),
        "give the chain's configuration with --chain FILE, or put it into the folder as chain.json");
}

/// Natively, and with `guests` in both guests. The outcome's JSON is a row of a batch, too.
HostResult<Outcome> execute_one(const Options& o, const fs::path& path, uint64_t subblock_gas, const Guests* guests) {
    ASHLAR_ASSIGN(const ethereum::ChainConfig config, chain_of(o, path));
    ASHLAR_ASSIGN(const ethereum::BlockFolder folder, ethereum::read_block(path, config));
    const auto block = ethereum::decode_block(folder.block_rlp);
    const auto begin = Clock::now();
    const auto result = ethereum::execute_block(config, folder.block_rlp, folder.witness);
    const double ms = milliseconds_since(begin);
    Outcome out;
    json::object& j = out.json;
    if (block) {
        j["number"] = block->header.number;
        j["hash"] = to_hex0x(hash::keccak256(block->header_rlp).view());
        j["txs"] = block->items.size();
    }
    j["valid"] = result.has_value();
    j["milliseconds"] = ms;
    if (!result) {
        const std::string remedy(ethereum::remedy(result.error().code));
        j["error"] = ethereum::describe(result.error());
        j["hint"] = remedy;
        out.exit_code = 1;
        out.human = "refused: " + ethereum::describe(result.error()) + (remedy.empty() ? "" : "\n  remedy: " + remedy);
        return out;
    }
    j["error"] = nullptr;
    j["fork"] = evm::revision_name(result->revision);
    j["gas_used"] = result->gas_used;
    j["state_root"] = to_hex0x(result->state_root.view());
    j["receipts_root"] = to_hex0x(result->receipts_root.view());
    out.human = fmt::format("block {} ({}): {} transactions, {} gas, valid, {:.1f} ms\nstate root {}\n",
                            block->header.number, evm::revision_name(result->revision), block->items.size(),
                            result->gas_used, ms, to_hex0x(result->state_root.view()));
    if (!guests) return out;

    const auto inputs = ethereum::make_inputs(config, folder.block_rlp, folder.witness, subblock_gas);
    if (!inputs)
        return fail("block_invalid", ethereum::describe(inputs.error()),
                    std::string(ethereum::remedy(inputs.error().code)));
    json::array rows;
    uint64_t cycles = 0;
    bool agrees = true;
    const auto add = [&](GuestRun run) {
        cycles += run.cycles;
        agrees = agrees && run.agrees;
        out.human += fmt::format("{}: {} cycles{}\n", std::string(run.json.at("program").as_string()), run.cycles,
                                 run.agrees ? "" : ", DISAGREES with native execution");
        rows.push_back(std::move(run.json));
    };
    for (size_t i = 0; i < inputs->subblocks.size(); i++) {
        const auto& s = inputs->subblocks[i];
        const Bytes expected = s.claim.encode();
        ASHLAR_ASSIGN(GuestRun run,
                      run_guest("subblock", guests->subblock, {s.environment, s.state, s.codes}, &expected));
        run.json["index"] = i, run.json["gas"] = s.gas();
        add(std::move(run));
    }
    // Any digest does here: the guest only copies it into its claims.
    const Bytes claims = inputs->aggregator_claims(Bytes32{});
    Bytes expected = inputs->claim.encode(), block_input = inputs->aggregator_block;
    if (o.has("stateless")) {
        block_input = inputs->aggregator_block_for_result();
        const auto checked = ethereum::run_aggregator(
            claims, block_input, [](void*, const Bytes32&, const Bytes32&) {}, nullptr, &expected);
        if (!checked) return fail("block_invalid", ethereum::describe(checked.error()));
        j["stateless_result"] = to_hex0x(expected);
        out.human += "result (EIP-8025) " + to_hex0x(expected) + "\n";
    }
    ASHLAR_ASSIGN(GuestRun run, run_guest("aggregator", guests->aggregator, {claims, block_input}, &expected));
    add(std::move(run));
    j["guests"] = std::move(rows);
    j["cycles"] = cycles;
    j["cycles_per_gas"] = per_gas(cycles, result->gas_used);
    j["agrees"] = agrees;
    out.human += fmt::format("{} cycles in all, {:.1f} a gas\n", cycles, per_gas(cycles, result->gas_used));
    if (!agrees) out.exit_code = 1;
    return out;
}

uint64_t number_of(const json::object& o, const char* name) {
    const json::value* v = o.if_contains(name);
    return v ? v->to_number<uint64_t>() : 0;
}

/// Every folder, whatever becomes of the others.
HostResult<Outcome> execute_many(const Options& o, const std::vector<fs::path>& folders, uint64_t gas,
                                 const Guests* guests) {
    Outcome out;
    ProgressLine line(o.json());
    json::array rows;
    size_t width = 5, failed = 0;
    for (const fs::path& f : folders) width = std::max(width, f.filename().string().size());
    out.human = fmt::format("{:<{}} {:>10} {:<9} {:>5} {:>10} {:>9}{}  result\n", "block", width, "number", "fork",
                            "txs", "gas", "ms", guests ? fmt::format(" {:>12} {:>6}", "cycles", "/gas") : "");
    uint64_t gas_used = 0, cycles = 0;
    double ms = 0;
    for (const fs::path& folder : folders) {
        line.show(folder.filename().string(), rows.size(), folders.size());
        auto done = execute_one(o, folder, gas, guests);
        json::object row;
        std::string verdict;
        if (done) {
            row = std::move(done->json);
            verdict = done->exit_code == 0          ? "valid"
                      : row.at("error").is_string() ? "refused: " + std::string(row.at("error").as_string())
                                                    : "a guest DISAGREES with native execution";
        } else {
            row = {{"valid", false}, {"error", to_json(done.error())}};
            const Error& e = done.error();
            verdict = fmt::format("{} ({}{}{})", e.message, e.code, e.hint.empty() ? "" : ": ", e.hint);
        }
        const bool good = done && done->exit_code == 0;
        failed += !good;
        gas_used += number_of(row, "gas_used"), cycles += number_of(row, "cycles");
        if (const json::value* v = row.if_contains("milliseconds")) ms += v->to_number<double>();
        const auto text = [&](const char* name) {
            const json::value* v = row.if_contains(name);
            return !v ? std::string("-") : v->is_string() ? std::string(v->as_string()) : json::serialize(*v);
        };
        out.human += fmt::format("{:<{}} {:>10} {:<9} {:>5} {:>10} {:>9.1f}", folder.filename().string(), width,
                                 text("number"), text("fork"), text("txs"), text("gas_used"),
                                 row.contains("milliseconds") ? row.at("milliseconds").to_number<double>() : 0.0);
        if (guests)
            out.human += fmt::format(" {:>12} {:>6.1f}", number_of(row, "cycles"),
                                     per_gas(number_of(row, "cycles"), number_of(row, "gas_used")));
        out.human += "  " + verdict + "\n";
        row["folder"] = folder.string();
        rows.push_back(std::move(row));
    }
    line.clear();
    out.exit_code = failed ? 1 : 0;
    out.human += fmt::format("{} blocks, {} failed, {} gas, {:.1f} ms", folders.size(), failed, gas_used, ms);
    if (guests) out.human += fmt::format(", {} cycles, {:.1f} a gas", cycles, per_gas(cycles, gas_used));
    out.json = {{"blocks", std::move(rows)}, {"total", folders.size()}, {"failed", failed},
                {"valid", failed == 0},      {"gas_used", gas_used},    {"milliseconds", ms}};
    if (guests) out.json["cycles"] = cycles, out.json["cycles_per_gas"] = per_gas(cycles, gas_used);
    return out;
}

}  // namespace

HostResult<Guests> load_guests(const Options& o) {
    ASHLAR_ASSIGN(const prover::BlockPrograms programs, block_programs(o));
    Guests out;
    ASHLAR_ASSIGN(out.subblock, rv32::load_elf(programs.subblock_elf));
    ASHLAR_ASSIGN(out.aggregator, rv32::load_elf(programs.aggregator_elf));
    return out;
}

HostResult<GuestRun> run_guest(const std::string& name, const rv32::Program& program, std::vector<Bytes> buffers,
                               const Bytes* expected) {
    ASHLAR_ASSIGN(rv32::ExecuteReport r, rv32::execute(program, {std::move(buffers)}));
    GuestRun out;
    out.cycles = r.cycles;
    out.agrees = !r.fault && r.exit_code == 0u && (!expected || r.committed == *expected);
    out.json = {
        {"program", name}, {"cycles", r.cycles}, {"agrees", out.agrees}, {"mips", r.mips()}, {"fault", nullptr}};
    if (r.fault)
        out.json["fault"] = json::object{{"kind", rv32::fault_name(r.fault->kind)},
                                         {"pc", r.fault->pc},
                                         {"message", r.fault->message},
                                         {"stderr", r.stderr_text}};
    else if (r.exit_code != 0u)
        out.json["exit_code"] = r.exit_code.value_or(0), out.json["stderr"] = r.stderr_text;
    out.committed = std::move(r.committed);
    return out;
}

HostResult<Outcome> block_execute(const Options& o) {
    if (o.has("block") + o.has("stateless") + (o.has("blocks") || !o.rest().empty()) != 1)
        return fail("usage", "name one block with --block DIR or --stateless FILE, or many with --blocks DIR...");
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
    std::optional<Guests> guests;
    if (o.has("guest")) {
        ASHLAR_ASSIGN(guests, load_guests(o));
    }
    for (const char* one : {"block", "stateless"})
        if (o.has(one)) return execute_one(o, o.path(one), gas, guests ? &*guests : nullptr);
    std::vector<std::string> named = o.rest();
    if (o.has("blocks")) named.insert(named.begin(), o.text("blocks"));
    std::vector<fs::path> folders;
    for (const std::string& name : named) {
        const fs::path path = fs::path(name).has_filename() ? fs::path(name) : fs::path(name).parent_path();
        const auto found = ethereum::find_block_folders(path);
        // A folder without a block is a row that failed, not one that is left out.
        if (found.empty())
            folders.push_back(path);
        else
            folders.insert(folders.end(), found.begin(), found.end());
    }
    return execute_many(o, folders, gas, guests ? &*guests : nullptr);
}

}  // namespace ashlar::ctl
