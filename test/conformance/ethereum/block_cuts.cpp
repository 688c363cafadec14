// SPDX-License-Identifier: Apache-2.0
// Real blocks in both guests, cut at several sizes:
//   conformance_block_cuts [--all] [--only TEXT]
// Each folder of data/blocks whose name contains TEXT is cut into the whole block, subblocks of 10 and of 3 million
// gas, and (blocks of few transactions) one transaction each. Every subblock runs in the guest and must commit what the
// native execution computed, state roots at its ends included; the roots must chain from the parent's to the header's
// and be the same at a boundary whatever the cut; the aggregator's guest must accept the subblocks and commit the
// header's values. Without --all only small blocks are run.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/rv32/executor.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;

namespace {

constexpr uint64_t WHOLE_BLOCK = ~uint64_t{0}, ONE_TRANSACTION = 1;
/// Blocks that are run without --all, and those that are cut into single transactions.
constexpr size_t SMALL_BLOCK_BYTES = 12'000, FEW_TRANSACTIONS = 120;

struct Guests {
    rv32::Program subblock, aggregator;
};

struct Tally {
    size_t cuts = 0, subblocks = 0;
    uint64_t cycles = 0, aggregator_cycles = 0;
};

std::optional<rv32::Program> load(const char* path) {
    std::ifstream in(path, std::ios::binary);
    const Bytes file(std::istreambuf_iterator<char>(in), {});
    auto program = rv32::load_elf(file);
    if (!program) return std::nullopt;
    return std::move(*program);
}

/// Runs a guest; its committed bytes, or why there are none.
std::string run(const rv32::Program& program, std::vector<Bytes> buffers, Bytes& committed, uint64_t& cycles) {
    auto r = rv32::execute(program, rv32::Stdin{std::move(buffers)});
    if (!r) return r.error().message;
    if (r->fault) return r->fault->message;
    if (r->exit_code != 0u) return "exit code " + std::to_string(*r->exit_code) + ": " + r->stderr_text;
    if (r->unread_buffers) return "input was left unread";
    committed = std::move(r->committed);
    cycles += r->cycles;
    return "";
}

/// One block at one cut; empty if all is as it should be. `roots`: state root before each transaction seen so far.
std::string run_cut(const Guests& guests, const std::filesystem::path& folder, const ethereum::BlockFolder& data,
                    uint64_t subblock_gas, std::map<uint64_t, Bytes32>& roots, Tally& tally) {
    using ethereum::SubblockClaim;
    ethereum::BlockResult native;
    const auto inputs =
        ethereum::make_inputs(test::chain_of(folder), data.block_rlp, data.witness, subblock_gas, &native);
    if (!inputs) return "native: " + std::string(ethereum::to_string(inputs.error().code));
    const auto at_boundary = [&](uint64_t transaction, const Bytes32& root) {
        return roots.emplace(transaction, root).first->second == root;
    };
    Bytes32 root = inputs->claim.root_before;
    uint64_t next = 0, gas = 0, cycles = 0;
    Bytes committed;
    for (const auto& s : inputs->subblocks) {
        const std::string where = "subblock at transaction " + std::to_string(s.claim.begin) + ": ";
        if (auto why = run(guests.subblock, {s.environment, s.state, s.codes}, committed, cycles); !why.empty())
            return where + why;
        const auto claim = SubblockClaim::decode(committed);
        if (!claim || committed != s.claim.encode()) return where + "the guest's claim is not the native one";
        if (claim->begin != next || claim->gas_before != gas || claim->root_before != root)
            return where + "it does not go on where the one before ended";
        // The state before the first transaction is the parent's; system calls come after that boundary.
        if (claim->begin != 0 && !at_boundary(claim->begin, claim->root_before)) return where + "another root before";
        if (!claim->last && !at_boundary(claim->end, claim->root_after)) return where + "another root after";
        next = claim->end;
        gas = claim->gas_after;
        root = claim->root_after;
    }
    const ethereum::Header& header = native.header;
    if (next != native.transaction_gas.size() || gas != header.gas_used || root != header.state_root)
        return "the last subblock does not end at the header";
    uint64_t aggregator_cycles = 0;
    if (auto why = run(guests.aggregator, {inputs->aggregator_claims(Bytes32{}), inputs->aggregator_block}, committed,
                       aggregator_cycles);
        !why.empty())
        return "aggregator: " + why;
    const auto claim = ethereum::BlockClaim::decode(committed);
    if (!claim || claim->block_hash != header.hash || claim->parent_hash != header.parent_hash ||
        claim->number != header.number || claim->gas_used != header.gas_used || claim->root_after != header.state_root)
        return "aggregator: its claim is not the header's";
    char cut[32] = "whole";
    if (subblock_gas == ONE_TRANSACTION)
        std::snprintf(cut, sizeof cut, "one each");
    else if (subblock_gas != WHOLE_BLOCK)
        std::snprintf(cut, sizeof cut, "%lu Mgas", subblock_gas / 1'000'000);
    std::printf("%-28s %-9s %4zu subblocks %12lu cycles %6.2f per gas, aggregator %lu\n", folder.filename().c_str(),
                cut, inputs->subblocks.size(), cycles,
                gas ? static_cast<double>(cycles) / static_cast<double>(gas) : 0.0, aggregator_cycles);
    tally.cuts++;
    tally.subblocks += inputs->subblocks.size();
    tally.cycles += cycles;
    tally.aggregator_cycles += aggregator_cycles;
    return "";
}

}  // namespace

int main(int argc, char** argv) {
    bool all = false;
    std::string only;
    for (int i = 1; i < argc; i++) {
        const std::string option = argv[i];
        if (option == "--all")
            all = true;
        else if (option == "--only" && i + 1 < argc)
            only = argv[++i];
        else
            return std::fprintf(stderr, "unknown option %s\n", argv[i]), 2;
    }
    const auto folders = test::block_folders();
    if (folders.empty()) return std::printf("data/blocks is absent: ALL CASES SKIPPED\n"), 0;
    auto subblock = load(ASHLAR_GUEST_DIR "/subblock-elf"), aggregator = load(ASHLAR_GUEST_DIR "/aggregator-elf");
    if (!subblock || !aggregator) return std::printf("the guest programs are not built: ALL CASES SKIPPED\n"), 0;
    const Guests guests{std::move(*subblock), std::move(*aggregator)};
    Tally tally;
    size_t blocks = 0, left_out = 0, failures = 0;
    for (const auto& folder : folders) {
        if (folder.string().find(only) == std::string::npos) continue;
        const auto fail = [&](const std::string& why) {
            std::printf("FAILED %s: %s\n", folder.filename().c_str(), why.c_str());
            failures++;
        };
        auto data = ethereum::read_block_folder(folder);
        if (!data) {
            fail(data.error().message);
            continue;
        }
        if (!all && only.empty() && data->block_rlp.size() > SMALL_BLOCK_BYTES) {
            left_out++;
            continue;
        }
        const auto block = ethereum::decode_block(data->block_rlp);
        std::vector<uint64_t> cuts = {WHOLE_BLOCK, 10'000'000, 3'000'000};
        if (block && block->items.size() <= FEW_TRANSACTIONS) cuts.push_back(ONE_TRANSACTION);
        std::map<uint64_t, Bytes32> roots;
        for (uint64_t cut : cuts)
            if (const auto why = run_cut(guests, folder, *data, cut, roots, tally); !why.empty())
                fail("cut at " + std::to_string(cut) + ": " + why);
        blocks++;
    }
    std::printf(
        "%zu blocks (%zu larger ones left out), %zu cuts, %zu subblocks, %lu cycles, aggregator %lu, failures %zu\n",
        blocks, left_out, tally.cuts, tally.subblocks, tally.cycles, tally.aggregator_cycles, failures);
    return failures == 0 && tally.subblocks > 0 ? 0 : 1;
}
