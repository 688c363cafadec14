// SPDX-License-Identifier: Apache-2.0
// block execute | prove | verify | fetch
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "daemons/ctl/command.hpp"
#include "daemons/ctl/execute.hpp"
#include "libs/base/hex.hpp"
#include "libs/cluster/blob_store.hpp"
#include "libs/cluster/views.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rpc/block_source.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* FORKS[] = {"paris", "shanghai", "cancun", "prague", "osaka"};

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::string refusal(const ethereum::Error& e) {
    std::string out(ethereum::to_string(e.code));
    if (e.transaction != ethereum::Error::NO_INDEX) out += fmt::format(" in transaction {}", e.transaction);
    if (!e.detail.is_zero()) out += " " + to_hex0x(e.detail.view());
    return out;
}

/// Runs one guest in the executor and says whether it committed what native execution expects.
HostResult<json::object> run_guest(const std::string& name, BytesView elf, std::vector<Bytes> buffers,
                                   const Bytes& expected, uint64_t& cycles, bool& agrees) {
    ASHLAR_ASSIGN(const rv32::Program program, rv32::load_elf(elf));
    ASHLAR_ASSIGN(const rv32::ExecuteReport r, rv32::execute(program, {std::move(buffers)}));
    cycles += r.cycles;
    const bool same = !r.fault && r.committed == expected;
    agrees = agrees && same;
    json::object o{{"program", name}, {"cycles", r.cycles}, {"agrees", same}, {"mips", r.mips()}, {"fault", nullptr}};
    if (r.fault)
        o["fault"] = json::object{{"kind", rv32::fault_name(r.fault->kind)},
                                  {"pc", r.fault->pc},
                                  {"message", r.fault->message},
                                  {"stderr", r.stderr_text}};
    return o;
}

HostResult<Outcome> execute(const Options& o) {
    ASHLAR_ASSIGN(const ethereum::ChainConfig config, ethereum::load_chain(o.text("chain")));
    ASHLAR_ASSIGN(const ethereum::BlockFolder folder, ethereum::read_block_folder(o.path("block")));
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
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
        j["error"] = refusal(result.error());
        out.exit_code = 1;
        out.human = "refused: " + refusal(result.error());
        return out;
    }
    j["error"] = nullptr;
    j["fork"] = FORKS[static_cast<size_t>(result->revision)];
    j["gas_used"] = result->gas_used;
    j["state_root"] = to_hex0x(result->state_root.view());
    j["receipts_root"] = to_hex0x(result->receipts_root.view());
    out.human = fmt::format("block {} ({}): {} transactions, {} gas, valid, {:.1f} ms\nstate root {}\n",
                            block->header.number, FORKS[static_cast<size_t>(result->revision)], block->items.size(),
                            result->gas_used, ms, to_hex0x(result->state_root.view()));
    if (!o.has("guest")) return out;

    ASHLAR_ASSIGN(const BlockPrograms programs, block_programs(o));
    const auto inputs = ethereum::make_inputs(config, folder.block_rlp, folder.witness, gas);
    if (!inputs) return fail("block_invalid", refusal(inputs.error()));
    json::array guests;
    uint64_t cycles = 0;
    bool agrees = true;
    for (size_t i = 0; i < inputs->subblocks.size(); i++) {
        const auto& s = inputs->subblocks[i];
        ASHLAR_ASSIGN(json::object row, run_guest("subblock", programs.subblock_elf, {s.environment, s.state, s.codes},
                                                  s.claim.encode(), cycles, agrees));
        row["index"] = i, row["gas"] = s.gas();
        guests.push_back(std::move(row));
    }
    // Any digest does here: the guest only copies it into its claims.
    ethereum::BlockClaim claim = inputs->claim;
    claim.subblock_vk = Bytes32{};
    ASHLAR_ASSIGN(json::object row, run_guest("aggregator", programs.aggregator_elf,
                                              {inputs->aggregator_claims(Bytes32{}), inputs->aggregator_block},
                                              claim.encode(), cycles, agrees));
    guests.push_back(std::move(row));
    for (const auto& g : guests)
        out.human += fmt::format("{}: {} cycles{}\n", std::string(g.as_object().at("program").as_string()),
                                 g.as_object().at("cycles").to_number<uint64_t>(),
                                 g.as_object().at("agrees").as_bool() ? "" : ", DISAGREES with native execution");
    j["guests"] = std::move(guests);
    j["cycles"] = cycles;
    j["cycles_per_gas"] = result->gas_used ? static_cast<double>(cycles) / static_cast<double>(result->gas_used) : 0.0;
    j["agrees"] = agrees;
    out.human +=
        fmt::format("{} cycles in all, {:.1f} a gas\n", cycles,
                    result->gas_used ? static_cast<double>(cycles) / static_cast<double>(result->gas_used) : 0.0);
    if (!agrees) out.exit_code = 1;
    return out;
}

HostResult<Outcome> prove(const Options& o) {
    ASHLAR_ASSIGN(const BlockPrograms programs, block_programs(o));
    ASHLAR_ASSIGN(const ProveOptions options, prove_options(o));
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
    const auto service = make_proving_service();
    const auto begin = Clock::now();
    ProgressLine line(o.json());
    line.show("native execution", 0, 0);
    ASHLAR_ASSIGN(const PreparedBlock block,
                  service->prepare_block(o.path("block"), o.text("chain"), gas, programs, options.profile));
    json::array parts;
    ProveOutcome total;
    std::vector<Bytes> proofs;
    const auto prove_part = [&](const std::string& name, BytesView elf,
                                const Bytes& input) -> HostResult<ProveOutcome> {
        ASHLAR_ASSIGN(ProveOutcome p,
                      service->prove_program(
                          elf, input, options,
                          [&](const Progress& at) { line.show(name + " " + at.stage, at.done, at.total); }, {}));
        line.clear();
        if (!o.json()) fmt::print(stderr, "{}: {} cycles, {:.1f} s\n", name, p.cycles, p.seconds);
        json::object row = prove_json(p);
        row["part"] = name;
        parts.push_back(std::move(row));
        total.chunks += p.chunks, total.cycles += p.cycles, total.cells += p.cells,
            total.interactions += p.interactions;
        for (const auto& [stage, seconds] : p.stages) {
            const auto known =
                std::find_if(total.stages.begin(), total.stages.end(), [&](const auto& s) { return s.first == stage; });
            if (known == total.stages.end())
                total.stages.emplace_back(stage, seconds);
            else
                known->second += seconds;
        }
        return p;
    };
    for (size_t i = 0; i < block.subblock_stdins.size(); i++) {
        ASHLAR_ASSIGN(ProveOutcome p,
                      prove_part(fmt::format("subblock {}", i), programs.subblock_elf, block.subblock_stdins[i]));
        proofs.push_back(std::move(p.proof));
    }
    ASHLAR_ASSIGN(const ProveOutcome aggregator,
                  prove_part("aggregator", programs.aggregator_elf, block.aggregator_stdin));
    total.vk_digest = aggregator.vk_digest, total.committed_digest = aggregator.committed_digest;
    ASHLAR_ASSIGN(total.proof,
                  service->assemble_block(programs, aggregator, block.aggregator_stdin, proofs, options.profile));
    ASHLAR_TRY(write_file_atomically(o.path("out"), total.proof));
    total.seconds = milliseconds_since(begin) / 1000;
    Outcome out;
    out.json = prove_json(total);
    out.json["number"] = block.facts.number;
    out.json["block_hash"] = block.facts.hash;
    out.json["gas_used"] = block.facts.gas_used;
    out.json["cycles_per_gas"] =
        block.facts.gas_used ? static_cast<double>(total.cycles) / static_cast<double>(block.facts.gas_used) : 0.0;
    out.json["parts"] = std::move(parts);
    out.human = fmt::format("block {} {} in {} subblocks\n", block.facts.number, block.facts.hash, proofs.size()) +
                prove_text(total);
    return out;
}

HostResult<Outcome> verify(const Options& o) {
    ASHLAR_ASSIGN(const BlockPrograms programs, block_programs(o));
    ASHLAR_ASSIGN(const Bytes proof, read_file(o.path("proof")));
    std::string wanted;
    if (o.has("block")) {
        ASHLAR_ASSIGN(const Bytes rlp, read_file(o.path("block") / "block.rlp"));
        const auto block = ethereum::decode_block(rlp);
        if (!block) return fail("block_invalid", refusal(block.error()));
        wanted = to_hex0x(hash::keccak256(block->header_rlp).view());
    }
    const auto service = make_proving_service();
    auto claims = service->verify_block(programs, proof, o.text("chain"), o.text("profile"));
    const double ms = claims ? claims->milliseconds : 0;
    Outcome out;
    if (!claims && exit_code_of(claims.error()) != 1) return Fail{claims.error()};
    Error error = claims ? Error{} : claims.error();
    if (claims && !wanted.empty() && claims->block_hash != wanted)
        error = {"proof_of_another_block",
                 fmt::format("the proof is of block {}, the folder holds {}", claims->block_hash, wanted)};
    const bool valid = error.code.empty();
    if (claims) out.json = to_json(*claims);
    out.json["valid"] = valid;
    out.json["milliseconds"] = ms;
    out.json["error"] = valid ? json::value() : json::value(to_json(error));
    out.exit_code = valid ? 0 : 1;
    out.human =
        valid ? fmt::format(
                    "valid: chain {}, block {} {}\n  parent {}\n  state root {}\n  {:.0f} bits of security, {:.0f} ms",
                    claims->chain_id, claims->number, claims->block_hash, claims->parent_hash, claims->state_root,
                    claims->security_bits, ms)
              : fmt::format("not valid: {} ({})", error.message, error.code);
    return out;
}

HostResult<Outcome> fetch(const Options& o) {
    if (o.has("number") + o.has("hash") + o.has("latest") != 1)
        return fail("usage", "name one of --number, --hash and --latest");
    rpc::BlockSourceOptions source;
    source.url = o.text("rpc");
    source.retries = 5;
    std::string which = "latest";
    if (o.has("hash")) {
        which = o.text("hash");
        if (!fixed_from_hex<32>(which) || !which.starts_with("0x"))
            return fail("usage", "--hash must be 0x and 64 hex digits");
    } else if (o.has("number")) {
        ASHLAR_ASSIGN(const uint64_t n, o.number("number"));
        which = rpc::hex_quantity(n);
    }
    ASHLAR_ASSIGN(const uint64_t number, rpc::fetch_block(source, which, o.path("out")));
    return Outcome{
        0, {{"number", number}, {"folder", o.text("out")}}, fmt::format("block {} is in {}", number, o.text("out"))};
}

}  // namespace

std::vector<Command> block_commands() {
    const Option block{"block", "DIR", "folder with block.rlp and witness.json[.gz]", true};
    const Option chain{"chain", "NAME|FILE", "mainnet, sepolia, holesky, hoodi, or a genesis' config object", false,
                       "mainnet"};
    const Option gas{"subblock-gas", "N", "gas of one subblock", false, "10000000"};
    const Option artefacts{"artefacts", "DIR", "folder with subblock-elf and aggregator-elf"};
    return {
        {"block execute",
         "executes a block natively, and in the guests with --guest",
         {block, chain, gas, artefacts, {"guest", "", "run both guests too and compare"}},
         execute},
        {"block prove", "proves a block on this machine",
         with_prove_options({block, chain, gas, artefacts, {"out", "FILE", "where the proof goes", true}}), prove},
        {"block verify",
         "checks a proof of a block",
         {{"proof", "FILE", "the proof", true},
          {"block", "DIR", "the block it must be of"},
          chain,
          artefacts,
          {"profile", "NAME", "security profile", false, cluster::DEFAULT_PROFILE}},
         verify},
        {"block fetch",
         "fetches a block and its witness from a node",
         {{"rpc", "URL", "the node", true},
          {"number", "N", "by number"},
          {"hash", "H", "by hash"},
          {"latest", "", "the newest"},
          {"out", "DIR", "folder to write", true}},
         fetch},
    };
}

}  // namespace ashlar::ctl
