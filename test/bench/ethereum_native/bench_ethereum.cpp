// SPDX-License-Identifier: Apache-2.0
// Native execution of blocks on one thread: bench_ethereum [--only TEXT] [--runs N] [--details]. Processor time, the
// best of N runs (5; more for small blocks) of each part. Blocks come from data/blocks (ASHLAR_DATA, default
// ../shared/data).
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/evm/instruction_counts.hpp"
#include "libs/hash/permutation_counts.hpp"
#include "test/bench/ethereum_native/unit_costs.hpp"
#include "test/unit/ethereum/data.hpp"

using namespace ashlar;

namespace {

/// The same byte strings, not hashed yet.
ethereum::Witness unhashed(const ethereum::Witness& w) {
    ethereum::Witness out;
    for (size_t i = 0; i < w.node_count(); i++) out.add_node(Bytes(w.node(i).begin(), w.node(i).end()));
    for (size_t i = 0; i < w.code_count(); i++) out.add_code(Bytes(w.code(i).begin(), w.code(i).end()));
    return out;
}
size_t permutations(BytesView message) { return message.size() / 136 + 1; }

struct Row {
    double mgas = 0;
    double witness = 0;  ///< hashing and indexing nodes and codes
    ethereum::StageTimes times;
    double floor = 0;  ///< all in seconds
    double precompiles = 0;
    uint64_t instructions = 0;
    evm::InstructionCounts counts;
};

std::optional<Row> measure(const std::filesystem::path& folder, int runs, const bench::UnitCosts& unit) {
    auto data = ethereum::read_block_folder(folder);
    if (!data) {
        fmt::print(stderr, "{}: {}\n", folder.string(), data.error().message);
        return std::nullopt;
    }
    const auto config = test::chain_of(folder);
    Row row;
    row.witness = 1e9;
    // At least so many runs, and so much time: what takes a fraction of a millisecond needs many.
    constexpr double LEAST = 0.15;
    double spent = 0;
    for (int i = 0; i < runs || (spent < LEAST && i < 200); i++) {
        const ethereum::Witness w = unhashed(data->witness);
        const double begin = bench::processor_time();
        w.index();
        const double took = bench::processor_time() - begin;
        row.witness = std::min(row.witness, took);
        spent += took;
    }
    double best = 1e9;
    const auto execute = [&]() -> std::optional<ethereum::BlockResult> {
        auto r = ethereum::execute_block(config, data->block_rlp, data->witness);
        if (!r) {
            fmt::print(stderr, "{}: refused, {}\n", folder.string(), ethereum::to_string(r.error().code));
            return std::nullopt;
        }
        return std::move(*r);
    };
    spent = 0;
    for (int i = 0; i < runs || (spent < LEAST && i < 200); i++) {
        const auto r = execute();
        if (!r) return std::nullopt;
        spent += r->times.total();
        row.mgas = static_cast<double>(r->gas_used) / 1e6;
        if (r->times.total() < best) {
            best = r->times.total();
            row.times = r->times;
        }
    }
    // Twice more, counting.
    evm::InstructionCounts counts;
    std::optional<ethereum::BlockResult> counted;
    hash::PermutationCounts before, after;
    row.precompiles = 1e9;
    for (int i = 0; i < std::max(2, runs / 2); i++) {
        evm::InstructionCounts c;
        evm::count_instructions(&c);
        before = hash::permutation_counts;
        counted = execute();
        after = hash::permutation_counts;
        evm::count_instructions(nullptr);
        if (!counted) return std::nullopt;
        if (c.all_precompile_seconds() < row.precompiles) {
            row.precompiles = c.all_precompile_seconds();
            counts = c;
        }
    }
    row.counts = counts;
    size_t witness_permutations = 0, signatures = 0;
    for (size_t i = 0; i < data->witness.node_count(); i++) witness_permutations += permutations(data->witness.node(i));
    for (size_t i = 0; i < data->witness.code_count(); i++) witness_permutations += permutations(data->witness.code(i));
    const auto block = ethereum::decode_block(data->block_rlp);
    for (const BytesView item : block->items) {
        const auto t = ethereum::decode_transaction(item, counted->revision);
        signatures += 1 + t->authorizations.size();
    }
    row.instructions = counts.total();
    const auto times = [](auto n, double cost) { return static_cast<double>(n) * cost; };
    row.floor = times(witness_permutations + after.batch - before.batch, unit.batch_permutation) +
                times(after.single - before.single, unit.single_permutation) + times(signatures, unit.recovery) +
                times(row.instructions, unit.instruction) + row.precompiles;
    return row;
}

}  // namespace

int main(int argc, char** argv) {
    std::string only;
    int runs = 5;
    bool details = false;
    for (int i = 1; i < argc; i++) {
        if (!std::strcmp(argv[i], "--details")) details = true;
        if (i + 1 == argc) break;
        if (!std::strcmp(argv[i], "--only")) only = argv[i + 1];
        if (!std::strcmp(argv[i], "--runs")) runs = std::max(1, std::atoi(argv[i + 1]));
    }
    const bench::UnitCosts unit = bench::measure_unit_costs();
    fmt::print(
        "unit costs: permutation {:.0f} ns in a batch, {:.0f} ns alone; recovery {:.1f} us; instruction {:.2f} ns\n",
        1e9 * unit.batch_permutation, 1e9 * unit.single_permutation, 1e6 * unit.recovery, 1e9 * unit.instruction);
    fmt::print("ms of processor time per 10 Mgas\n{:<28}{:>7}{:>8}{:>9}{:>7}{:>7}{:>7}{:>7}{:>7}{:>7}{:>8}{:>8}\n",
               "block", "Mgas", "total", "witness", "decode", "keys", "evm", "(precompiles)", "root", "check", "floor",
               "ratio");
    bool good = true;
    const auto folders = test::block_folders();
    if (folders.empty()) {
        fmt::print(stderr, "no blocks at {}\n", test::data_folder().string());
        return 1;
    }
    for (const auto& folder : folders) {
        const std::string name = folder.filename().string();
        if (name.find(only) == std::string::npos) continue;
        const auto row = measure(folder, runs, unit);
        if (!row) {
            good = false;
            continue;
        }
        // An empty block has no gas to divide by: its row is in ms.
        const double scale = row->mgas > 0 ? 1e4 / row->mgas : 1e3;
        const double total = row->witness + row->times.total();
        const auto& t = row->times;
        fmt::print("{:<28}{:>7.2f}{:>8.2f}{:>9.2f}{:>7.2f}{:>7.2f}{:>7.2f}{:>13.2f}{:>7.2f}{:>7.2f}{:>8.2f}{:>8.2f}\n",
                   name, row->mgas, scale * total, scale * row->witness, scale * t.decode, scale * t.keys,
                   scale * t.execute, scale * row->precompiles, scale * t.commit, scale * t.check, scale * row->floor,
                   total / row->floor);
        if (details) {
            fmt::print("    {} instructions\n", row->instructions);
            for (unsigned k = 0; k < evm::InstructionCounts::PRECOMPILES; k++)
                if (const uint64_t calls = row->counts.precompile_calls[k])
                    fmt::print("    precompile {:#x}: {} calls, {:.1f} us each\n", k == 0x12 ? 0x100 : k, calls,
                               1e6 * row->counts.precompile_seconds[k] / static_cast<double>(calls));
        }
        std::fflush(stdout);
    }
    return good ? 0 : 1;
}
