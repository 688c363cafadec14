// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/prepared_dump.hpp"

#include <fmt/format.h>

#include "libs/base/hex.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/dump.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::prover {

namespace {

constexpr const char* MAKE_ANEW = "make it anew from block and witness: `ashlarctl block dump`";

/// The aggregator's two buffers (ethereum::run_aggregator), decoded.
struct AggregatorInput {
    ethereum::AggregatorClaims claims;
    ethereum::AggregatorBlock block;
};
std::optional<AggregatorInput> decode_aggregator(const rv32::Stdin& input) {
    if (input.buffers.size() != 2) return std::nullopt;
    auto claims = ethereum::AggregatorClaims::decode(input.buffers[0]);
    auto block = ethereum::AggregatorBlock::decode(input.buffers[1]);
    if (!claims || !block) return std::nullopt;
    return AggregatorInput{std::move(*claims), std::move(*block)};
}

void demand_nothing(void*, const Bytes32&, const Bytes32&) {}

}  // namespace

HostResult<PreparedBlock> prepare_dump(const std::filesystem::path& folder, const ethereum::ChainConfig& chain,
                                       const Bytes32& subblock_vk) {
    ASHLAR_ASSIGN(const ethereum::Dump d, ethereum::read_dump_folder(folder));
    const auto input = decode_aggregator(d.aggregator);
    if (!input)
        return fail("dump_of_other_program",
                    folder.string() + ": the inputs are not those of this version's guest programs", MAKE_ANEW);
    if (input->claims.subblock_vk != subblock_vk)
        return fail("dump_of_other_program",
                    fmt::format("{}: made for the subblock program {}, this one is {}", folder.string(),
                                to_hex(input->claims.subblock_vk.view()), to_hex(subblock_vk.view())),
                    MAKE_ANEW);
    if (input->block.output != ethereum::AggregatorBlock::Output::claim)
        return fail("dump_of_other_program",
                    folder.string() +
                        ": the aggregator's input asks for the result of EIP-8025, and a proof of a block "
                        "states the block's claim",
                    MAKE_ANEW);
    const auto claim =
        ethereum::run_aggregator(d.aggregator.buffers[0], d.aggregator.buffers[1], demand_nothing, nullptr);
    if (!claim)
        return fail("block_invalid", ethereum::describe(claim.error()),
                    std::string(ethereum::remedy(claim.error().code)));
    if (claim->config_digest != chain.digest())
        return fail("dump_of_other_chain", folder.string() + ": the inputs were made for other chain rules",
                    "set chain to the dump's, or make it anew");
    if (input->claims.subblocks.size() != d.subblocks.size())
        return fail("dump_incomplete",
                    fmt::format("{} has {} subblocks, its aggregator's input names {}", folder.string(),
                                d.subblocks.size(), input->claims.subblocks.size()),
                    MAKE_ANEW);
    const auto header = ethereum::decode_header(input->block.header);
    const auto fork = header ? chain.revision(header->number, header->timestamp) : std::nullopt;
    if (!fork) return fail("block_invalid", "the block is of no fork that is known");
    PreparedBlock out;
    BlockFacts& f = out.facts;
    f.chain_id = claim->chain_id, f.number = claim->number, f.gas_used = claim->gas_used;
    f.timestamp = header->timestamp;
    f.hash = to_hex0x(claim->block_hash.view()), f.parent_hash = to_hex0x(claim->parent_hash.view());
    f.state_root = to_hex0x(claim->root_after.view());
    f.fork = evm::revision_name(*fork);
    for (size_t i = 0; i < d.subblocks.size(); i++) {
        const auto s = ethereum::SubblockClaim::decode(input->claims.subblocks[i]);
        if (!s) return fail("dump_corrupt", "a subblock's claim does not decode", MAKE_ANEW);
        out.subblock_stdins.push_back(rv32::encode_stdin(d.subblocks[i]));
        f.subblocks.push_back({s->begin, s->end, s->gas_after - s->gas_before});
        f.transactions = std::max(f.transactions, s->end);
    }
    out.aggregator_stdin = rv32::encode_stdin(d.aggregator);
    return out;
}

HostResult<void> emulate_block(const BlockPrograms& programs, const PreparedBlock& block) {
    ASHLAR_ASSIGN(const rv32::Program subblock, rv32::load_elf(programs.subblock_elf));
    ASHLAR_ASSIGN(const rv32::Program aggregator, rv32::load_elf(programs.aggregator_elf));
    ASHLAR_ASSIGN(rv32::Stdin last, rv32::decode_stdin(block.aggregator_stdin));
    const auto input = decode_aggregator(last);
    if (!input || input->claims.subblocks.size() != block.subblock_stdins.size())
        return fail("emulation_differs", "the aggregator's input does not name the block's subblocks", MAKE_ANEW);
    const auto run = [](const std::string& name, const rv32::Program& program, rv32::Stdin in,
                        BytesView expected) -> HostResult<void> {
        ASHLAR_ASSIGN(const rv32::ExecuteReport r, rv32::execute(program, std::move(in)));
        const auto differs = [&](const std::string& how) {
            return fail("emulation_differs", fmt::format("{} {}", name, how),
                        "nothing was proven; keep the inputs and report the block");
        };
        if (r.fault) return differs("faults in the executor: " + r.fault->message);
        if (r.exit_code != 0u) return differs(fmt::format("exits with {}: {}", *r.exit_code, r.stderr_text));
        if (!std::equal(r.committed.begin(), r.committed.end(), expected.begin(), expected.end()))
            return differs("commits other values in the executor than natively");
        return {};
    };
    for (size_t i = 0; i < block.subblock_stdins.size(); i++) {
        ASHLAR_ASSIGN(rv32::Stdin in, rv32::decode_stdin(block.subblock_stdins[i]));
        ASHLAR_TRY(run(fmt::format("subblock {}", i), subblock, std::move(in), input->claims.subblocks[i]));
    }
    const auto claim = ethereum::run_aggregator(last.buffers[0], last.buffers[1], demand_nothing, nullptr);
    if (!claim) return fail("block_invalid", ethereum::describe(claim.error()));
    return run("the aggregator", aggregator, rv32::Stdin(last), claim->encode());
}

}  // namespace ashlar::prover
