// SPDX-License-Identifier: Apache-2.0
// Cycles proven per second, cells and interactions per cycle, the share of each stage and its ratio to a bound measured
// in the same run.
//   machine_bench GUEST_ELF [ROUNDS|STDIN] [PROFILE] [LOG_CHUNK_CYCLES] [CHUNKS] [FIRST_CHUNK]
// ROUNDS is the first word of the guest's input (see guest_mixed.cpp), STDIN a builder file (`ashlarctl block dump`
// writes them). Each chunk's proof is verified.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>

#include "libs/bench/stage_floors.hpp"
#include "libs/hash/bulk.hpp"
#include "libs/machine/prover.hpp"

namespace {

using namespace ashlar;

std::optional<Bytes> read_file(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return Bytes((std::istreambuf_iterator<char>(file)), {});
}

double processor_time() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int run(int argc, char** argv) {
    const auto number = [&](int i, uint64_t otherwise) {
        return argc > i ? std::strtoull(argv[i], nullptr, 0) : otherwise;
    };
    const auto elf = read_file(argv[1]);
    if (!elf) return fmt::print(stderr, "cannot read {}\n", argv[1]), 1;
    auto program = rv32::load_elf(*elf);
    if (!program) return fmt::print(stderr, "{}\n", program.error().message), 1;
    const char* name = argc > 3 ? argv[3] : "chunk-small";
    const iop::Profile* profile = iop::named_profile(name);
    if (!profile) return fmt::print(stderr, "no profile {}\n", name), 1;
    exec::ThreadPool pool;
    const exec::Isa isa = exec::best_isa();
    double t = now();
    const auto key = machine::setup(std::move(*program), *profile, isa, pool);
    if (!key) return fmt::print(stderr, "{}: {}\n", key.error().code, key.error().message), 1;
    fmt::print("setup {:.2f} s; {} threads, {}, profile {}\n", now() - t, pool.size(), exec::isa_name(isa), name);
    rv32::Stdin input;
    if (const auto builder = argc > 2 ? read_file(argv[2]) : std::nullopt) {
        auto decoded = rv32::decode_stdin(*builder);
        if (!decoded) return fmt::print(stderr, "{}: {}\n", argv[2], decoded.error().message), 1;
        input = std::move(*decoded);
    } else {
        store_le32(input.buffers.emplace_back(4).data(), static_cast<uint32_t>(number(2, 1)));
    }
    rv32::ExecuteOptions options;
    options.chunk_cycles = uint64_t{1} << number(4, 20);
    options.weights = machine::cell_weights();
    options.chunk_cells = (uint64_t{1} << (profile->s + profile->max_log_slices)) / 2;
    auto cursor = rv32::ChunkCursor::make(key->program, input, options);
    if (!cursor) return 1;
    machine::MemoryTree tree = key->image;
    machine::ProveStats total;
    bench::StageWork work;
    const uint64_t first = number(6, 0), last = first + number(5, 3);
    size_t bytes = 0;
    double one_by_one = 0, in_lanes = 0;  // processor time of this thread to verify the last chunk, least of three
    rv32::ChunkRecord record;
    while (auto start = cursor->next()) {
        if (start->index >= last) break;
        t = now();
        record = rv32::record_chunk(key->program, *start, std::move(record));
        const double recorded = now() - t;
        t = now();
        const auto boundary = tree.update(record.leaves, pool);
        const double updated = now() - t;
        if (start->index < first) continue;
        machine::ProveStats stats;
        stats.record_seconds = recorded, stats.tree_seconds = updated;
        const auto proven = machine::prove_chunk(*key, record, boundary, pool, stats);
        if (!proven) return fmt::print(stderr, "{}: {}\n", proven.error().code, proven.error().message), 1;
        for (auto [permute, least] :
             {std::pair{&hash::permute_each, &one_by_one}, {hash::bulk_hash(isa).permute, &in_lanes}})
            for (int times = 0; times < 3; times++) {
                const double begin = processor_time();
                if (!machine::verify_chunk(key->vk, proven->statement, proven->proof, permute))
                    return fmt::print(stderr, "refused\n"), 1;
                const double took = processor_time() - begin;
                *least = times == 0 ? took : std::min(*least, took);
            }
        bytes = proven->proof.size();
        fmt::print("chunk {}: {} cycles, {:.2f} M cells, {:.2f} M interactions, {} leaves, {:.2f} s\n", start->index,
                   record.cycles, static_cast<double>(stats.cells) / 1e6, static_cast<double>(stats.interactions) / 1e6,
                   record.leaves.size(), stats.seconds());
        total.add(stats);
        work.add(bench::stage_work(*profile, stats.cells, stats.interactions));
        for (size_t table = 0; table < stats.tables.size(); table++)
            if (const auto* part = key->vk.proof.system.tables[table].layered; part && stats.tables[table].rows > 0)
                work.add(bench::layers_work(part->circuit, stats.tables[table].rows));
    }
    if (total.chunks == 0) return 1;
    const double cycles = static_cast<double>(total.cycles);
    fmt::print(
        "\n{:.1f} k cycles/s; {:.2f} cells and {:.2f} interactions per cycle; proof {} bytes, verified in {:.1f} ms, "
        "{:.1f} "
        "in lanes\n",
        cycles / total.seconds() / 1e3, static_cast<double>(total.cells) / cycles,
        static_cast<double>(total.interactions) / cycles, bytes, one_by_one * 1e3, in_lanes * 1e3);
    const auto share = [&](std::string_view what, double s) {
        fmt::print("  {:<32} {:8.3f} s {:5.1f} %\n", what, s, 100 * s / total.seconds());
    };
    share("record", total.record_seconds);
    share("memory tree", total.tree_seconds);
    share("trace", total.trace_seconds);
    share("prove", total.prove_seconds);
    const bench::StageBounds bounds = bench::measure_stage_bounds(pool, isa);
    for (const auto& stage : total.stages) {
        const double floor = bench::stage_floor(stage.name, work, bounds);
        fmt::print("    {:<30} {:8.3f} s {:5.1f} %  ({:.3f} s of processor{})\n", stage.name, stage.wall,
                   100 * stage.wall / total.seconds(), stage.cpu,
                   floor > 0 ? fmt::format(", {:.2f} times its bound", stage.cpu / floor) : "");
    }
    fmt::print("bounds: {:.2f} M permutations/s, copy {:.1f} GB/s, {:.0f} M products in E/s of one core\n",
               bounds.permutations / 1e6, bounds.copy_bytes / 1e9, bounds.products / 1e6);
    fmt::print("processor time from trace to proof {:.2f} s: {:.1f} k cycles/s if {} idle cores shared it\n",
               total.cpu_seconds, cycles / (total.cpu_seconds / static_cast<double>(pool.size())) / 1e3, pool.size());
    auto tables = total.tables;
    std::sort(tables.begin(), tables.end(),
              [](const auto& a, const auto& b) { return a.rows * a.columns > b.rows * b.columns; });
    fmt::print("\n{:<24} {:>10} {:>8} {:>13} {:>12}\n", "table", "rows", "columns", "cells/cycle", "interactions");
    for (const auto& x : tables)
        if (x.rows)
            fmt::print("{:<24} {:>10} {:>8} {:>13.3f} {:>12}\n", x.name, x.rows, x.columns,
                       static_cast<double>(x.rows * x.columns) / cycles, x.interactions);
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("\npeak memory {:.2f} GiB\n", static_cast<double>(usage.ru_maxrss) / (1 << 20));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(
            stderr,
            "usage: machine_bench GUEST_ELF [ROUNDS|STDIN] [PROFILE] [LOG_CHUNK_CYCLES] [CHUNKS] [FIRST_CHUNK]\n");
        return 2;
    }
    return run(argc, argv);
}
