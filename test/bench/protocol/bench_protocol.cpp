// SPDX-License-Identifier: Apache-2.0
// Time of one chunk proof by stage, with bounds measured in the same run.
//   bench_protocol [log2 of cycles, default 20] [profile, default chunk-small] [threads, default 0 = all] [isa] [runs]
#include <fmt/core.h>
#include <sys/resource.h>

#include "libs/bench/protocol.hpp"

namespace {

using namespace ashlar;

void print_run(const bench::ProtocolResult& r, size_t threads) {
    const bench::ProtocolRun& run = r.runs.back();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("run {}: {:.3f} s, {:.0f} k cycles/s, proof {} KiB, verified in {:.1f} ms, peak {:.2f} GiB\n",
               r.runs.size() - 1, run.seconds, r.rows / run.seconds / 1e3, run.proof_bytes / 1024,
               run.verify_seconds * 1e3, static_cast<double>(usage.ru_maxrss) / 1048576);
    double cpu = 0;
    for (const auto& s : run.times.stages) cpu += s.cpu;
    fmt::print("  {:26s} {:7.3f} s wall {:7.3f} s cpu: {:.0f} k cycles/s with the threads to itself\n", "all stages",
               run.seconds, cpu, r.rows * static_cast<double>(threads) / cpu / 1e3);
    for (const auto& [name, wall, stage_cpu] : run.times.stages) {
        const double floor = r.floor(name);
        fmt::print("  {:26s} {:7.3f} s wall {:7.3f} s cpu {:5.1f} %{}\n", name, wall, stage_cpu, 100 * stage_cpu / cpu,
                   floor > 0 ? fmt::format("  ratio to bound {:.2f}", stage_cpu / floor) : "");
    }
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned log = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 20;
    const iop::Profile* profile = iop::named_profile(argc > 2 ? argv[2] : "chunk-small");
    exec::ThreadPool pool(argc > 3 ? static_cast<size_t>(std::atoi(argv[3])) : 0);
    const auto isa = exec::select_isa(argc > 4 ? argv[4] : "auto");
    const int runs = argc > 5 ? std::atoi(argv[5]) : 2;
    if (!profile || !isa || runs < 1) return fmt::print(stderr, "unknown profile or instruction set, or no runs\n"), 2;
    const auto result =
        bench::bench_protocol({pool, *isa}, *profile, log, static_cast<size_t>(runs), [&](const auto& r) {
            if (!r.runs.empty()) return print_run(r, pool.size());
            fmt::print(
                "2^{} cycles, profile {}, {} threads, {}: {:.1f} M cells, {:.1f} M interactions, {} slices of 2^{}\n",
                log, profile->name, pool.size(), exec::isa_name(*isa), r.work.cells / 1e6, r.work.interactions / 1e6,
                r.slices, profile->s);
            fmt::print("bounds: {:.2f} M permutations/s, copy {:.1f} GB/s, {:.0f} M E products/s of one core\n",
                       r.bounds.permutations / 1e6, r.bounds.copy_bytes / 1e9, r.bounds.products / 1e6);
        });
    if (!result) return fmt::print(stderr, "{}: {}\n", result.error().code, result.error().message), 1;
    double best = result->runs[0].seconds;
    for (const auto& r : result->runs) best = std::min(best, r.seconds);
    fmt::print("best of {}: {:.3f} s, {:.0f} k cycles/s\n", runs, best, result->rows / best / 1e3);
    return 0;
}
