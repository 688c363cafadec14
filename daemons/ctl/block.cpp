// SPDX-License-Identifier: Apache-2.0
// block prove | verify | fetch, and the list of all verbs of blocks
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "daemons/ctl/block.hpp"
#include "daemons/ctl/execute.hpp"
#include "libs/base/files.hpp"
#include "libs/base/hex.hpp"
#include "libs/base/json.hpp"
#include "libs/cluster/store/blob_store.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/prover/verdict.hpp"
#include "libs/rpc/block_source.hpp"

namespace ashlar::ctl {

namespace json = boost::json;
using namespace cluster;
using namespace prover;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

HostResult<Outcome> prove(const Options& o) {
    ASHLAR_ASSIGN(const BlockPrograms programs, block_programs(o));
    ASHLAR_ASSIGN(const ProveOptions options, prove_options(o));
    ASHLAR_ASSIGN(const uint64_t gas, o.number("subblock-gas", 1));
    if (o.has("block") == o.has("stateless")) return fail("usage", "name one of --block DIR and --stateless FILE");
    const auto prover = make_prover();
    const auto begin = Clock::now();
    ProgressLine line(o.json());
    line.show("native execution", 0, 0);
    ASHLAR_ASSIGN(const PreparedBlock block, prover->prepare_block(o.path(o.has("block") ? "block" : "stateless"),
                                                                   o.text("chain"), gas, programs, options.profile));
    json::array parts;
    ProveOutcome total;
    std::vector<Bytes> proofs;
    const auto prove_part = [&](const std::string& name, BytesView elf,
                                const Bytes& input) -> HostResult<ProveOutcome> {
        ASHLAR_ASSIGN(ProveOutcome p,
                      prover->prove_program(
                          elf, input, options,
                          [&](const Progress& at) { line.show(name + " " + at.stage, at.done, at.total); }, {}));
        line.clear();
        if (!o.json()) fmt::print(stderr, "{}: {} cycles, {:.1f} s\n", name, p.cycles, p.seconds);
        json::object row = prove_json(p);
        row["part"] = name;
        parts.push_back(std::move(row));
        total.add(p);
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
                  prover->assemble_block(programs, aggregator, block.aggregator_stdin, proofs, options.profile));
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
        if (!block)
            return fail("block_invalid", ethereum::describe(block.error()),
                        std::string(ethereum::remedy(block.error().code)));
        wanted = to_hex0x(hash::keccak256(block->header_rlp).view());
    }
    const auto prover = make_prover();
    auto claims = prover->verify_block(programs, proof, o.text("chain"), o.text("profile"));
    const double ms = claims ? claims->milliseconds : 0;
    Outcome out;
    if (!claims && exit_code_of(claims.error()) != 1) return Fail{claims.error()};
    Error error = claims ? Error{} : claims.error();
    if (claims && o.has("block"))
        if (const auto right = expect_block(*claims, wanted); !right) error = right.error();
    const bool valid = error.code.empty();
    if (claims) out.json = wire::write(*claims);
    out.json["valid"] = valid;
    out.json["milliseconds"] = ms;
    out.json["error"] = valid ? json::value() : json::value(to_json(error));
    out.exit_code = valid ? 0 : 1;
    out.human = valid ? fmt::format("valid: chain {}, block {} {}\n  parent {}\n  state root {}\n  {}\n  {:.0f} ms",
                                    claims->chain_id, claims->number, claims->block_hash, claims->parent_hash,
                                    claims->state_root, to_text(claims->security), ms)
                      : fmt::format("not valid: {} ({})", error.message, error.code);
    return out;
}

HostResult<Outcome> fetch(const Options& o) {
    if (o.has("number") + o.has("hash") + o.has("latest") != 1)
        return fail("usage", "name one of --number, --hash and --latest");
    rpc::BlockSourceOptions source;
    ASHLAR_ASSIGN(const ethereum::ChainConfig chain, ethereum::load_chain(o.text("chain")));
    source.chain = &chain;
    source.by_proofs = o.has("by-proofs");
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
    const Option one_block{"block", "DIR", block.help};
    const Option stateless{
        "stateless", "FILE",
        "instead a StatelessInput of EIP-8025 (schema id 0x1501, then SSZ), for the chain of --chain"};
    const Option chain{"chain", "NAME|FILE", "mainnet, sepolia, holesky, hoodi, or a genesis' config object", false,
                       "mainnet"};
    const Option gas{"subblock-gas", "N", "gas of one subblock", false, "10000000"};
    const Option artefacts{"artefacts", "DIR", "folder with subblock-elf and aggregator-elf"};
    return {
        {"block execute",
         "executes blocks natively, and in the guests with --guest",
         {{"block", "DIR", "one block: folder with block.rlp and witness.json[.gz]"},
          stateless,
          {"blocks", "DIR...",
           "many: such folders, or folders of such folders; goes on after a failure, exit code 1 then"},
          {"chain", "NAME|FILE",
           "mainnet, sepolia, holesky, hoodi, or a genesis' config object (default: chain.json in the block's folder, "
           "or the "
           "chain id in its meta.json, or mainnet)"},
          gas,
          artefacts,
          {"guest", "", "run both guests too and compare"}},
         block_execute,
         "[DIR...]"},
        {"block dump",
         "writes the inputs of a block's proofs as a dump, with a manifest of hashes",
         {block,
          chain,
          gas,
          artefacts,
          {"profile", "NAME", "security profile of the subblock program's key", false, prover::DEFAULT_PROFILE},
          {"out", "DIR", "where block<N>/gas<G> goes", true}},
         block_dump},
        {"block load",
         "reads dumps and checks them against their manifest; archives (.tar.gz, .tar.zst, .zip) are read in place",
         {{"from", "DIR|ARCHIVE", "the dump", true},
          {"number", "N", "only this block"},
          {"guest", "", "run both guests on the inputs and compare with the dump's public values"},
          artefacts,
          {"out", "DIR", "write what was read as a dump there"}},
         block_load},
        {"block prove", "proves a block on this machine",
         with_prove_options(
             {one_block, stateless, chain, gas, artefacts, {"out", "FILE", "where the proof goes", true}}),
         prove},
        {"block verify",
         "checks a proof of a block",
         {{"proof", "FILE", "the proof", true},
          {"block", "DIR", "the block it must be of"},
          chain,
          artefacts,
          {"profile", "NAME", "security profile", false, prover::DEFAULT_PROFILE}},
         verify},
        {"block fetch",
         "fetches a block and its witness from a node",
         {chain,
          {"rpc", "URL", "the node", true},
          {"number", "N", "by number"},
          {"hash", "H", "by hash"},
          {"latest", "", "the newest"},
          {"by-proofs", "", "build the witness by eth_getProof even if the node serves one"},
          {"out", "DIR", "folder to write", true}},
         fetch},
    };
}

}  // namespace ashlar::ctl
