// SPDX-License-Identifier: Apache-2.0
// Time of one chunk proof by stage, with bounds measured in the same run.
//   bench_protocol [log2 of cycles, default 20] [profile, default chunk-small] [threads, default 0 = all] [isa] [runs]
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <random>

#include "libs/hash/bulk.hpp"
#include "libs/iop/structure.hpp"
#include "libs/pcs/prove.hpp"
#include "libs/pcs/verify.hpp"
#include "test/bench/protocol/system.hpp"

namespace {

using namespace ashlar;
using namespace ashlar::bench;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Of all threads; bounds and ratios use it, so that other load on the machine does not matter.
double cpu_time() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Bounds {
    double permutations, copy_bytes, products;  // a second of cpu time
};

Bounds measure(exec::ThreadPool& pool, exec::Isa isa, const Functions& f) {
    Bounds b{};
    const size_t n = pool.size();
    constexpr size_t PERMUTATIONS = 1 << 19, BYTES = size_t{1} << 28, PRODUCTS = size_t{1} << 25;
    double t = cpu_time();
    pool.parallel_for(n, 1, [&](size_t begin, size_t end) {
        for (size_t k = begin; k < end; k++) {
            std::vector<hash::Poseidon2<24>::State> s(1024);
            for (auto& x : s) x.fill(F::ONE);
            for (size_t i = 0; i < PERMUTATIONS / 1024; i++) hash::bulk_hash(isa).permute(s.data(), s.size());
        }
    });
    b.permutations = static_cast<double>(n * PERMUTATIONS) / (cpu_time() - t);
    exec::Buffer<uint8_t> from(n * BYTES), to(n * BYTES);
    std::memset(from.data(), 1, from.size());
    std::memset(to.data(), 1, to.size());
    t = cpu_time();
    pool.parallel_for(n, 1, [&](size_t begin, size_t end) {
        for (size_t k = begin; k < end; k++) std::memcpy(to.data() + k * BYTES, from.data() + k * BYTES, BYTES);
    });
    b.copy_bytes = static_cast<double>(2 * n * BYTES) / (cpu_time() - t);
    t = cpu_time();
    pool.parallel_for(n, 1, [&](size_t begin, size_t end) {
        F sink[16];
        for (size_t k = begin; k < end; k++) f.multiply(PRODUCTS, sink);
    });
    b.products = static_cast<double>(n * PRODUCTS) / (cpu_time() - t);
    return b;
}

iop::Traces make_traces(const iop::Profile& profile, uint64_t rows) {
    std::mt19937 rng(1);
    auto random = [&] { return F::reduce(static_cast<uint32_t>(rng())); };
    iop::Traces out;
    out.emplace_back(profile, air::NUM_MAIN<Instruction>, rows);
    out.emplace_back(profile, air::NUM_MAIN<Memory>, rows);
    out.emplace_back(profile, 1, 1 << 17);
    for (uint64_t x = 0; x < rows; x++) {
        air::RowOf<Instruction, F> i;
        auto& m = i.main;
        m.real = F::ONE;
        m.flag[rng() % 3] = F::ONE;
        for (size_t k = 0; k < 4; k++) {
            m.a[k] = random();
            m.b[k] = random();
            m.c[k] = m.a[k] * m.b[k];
        }
        for (size_t k = 0; k < 5; k++) m.d[k] = k < 3 ? m.a[k] + m.b[k] : random();
        m.t = random();
        m.address = random();
        m.before = random();
        m.gap = m.t - m.before - m.real;
        for (uint32_t c = 0; c < air::NUM_MAIN<Instruction>; c++) out[0].at(c, x) = i[c];
        air::RowOf<Memory, F> w;
        w.main.real = F::ONE;
        for (size_t k = 0; k < 19; k++) w.main.x[k] = k % 3 == 2 ? w.main.x[k - 2] * w.main.x[k - 1] : random();
        for (uint32_t c = 0; c < air::NUM_MAIN<Memory>; c++) out[1].at(c, x) = w[c];
    }
    for (uint64_t x = 0; x < 1 << 17; x++) out[2].at(0, x) = F::ZERO;
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned log = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 20;
    const iop::Profile* profile = iop::named_profile(argc > 2 ? argv[2] : "chunk-small");
    exec::ThreadPool pool(argc > 3 ? static_cast<size_t>(std::atoi(argv[3])) : 0);
    const auto isa = exec::select_isa(argc > 4 ? argv[4] : "auto");
    const int runs = argc > 5 ? std::atoi(argv[5]) : 2;
    if (!profile || !isa) return fmt::print(stderr, "unknown profile or instruction set\n"), 2;
    const Functions& functions = ASHLAR_ISA_TABLE(Functions, ::ashlar::bench, FUNCTIONS).select(*isa);

    pcs::KeyParts parts;
    parts.profile = *profile;
    parts.isa = *isa;
    parts.system = iop::make_system<Statement, Chips>();
    parts.structure = iop::structure_digest<Statement, Chips>();
    parts.kernels = functions.kernels();
    parts.prep.resize(3);
    parts.prep[2] = iop::Trace(*profile, 3, 1 << 17);
    for (uint32_t c = 0; c < 3; c++)
        for (uint32_t x = 0; x < 1 << 17; x++) parts.prep[2].at(c, x) = F::reduce(x * (c + 1));
    auto key = pcs::make_proving_key(std::move(parts), pool);
    if (!key) return fmt::print(stderr, "{}\n", key.error().message), 1;
    const uint64_t rows = uint64_t{1} << log;
    const iop::Traces traces = make_traces(*profile, rows);
    const auto shape = iop::Shape::make(key->vk, {static_cast<uint32_t>(rows), static_cast<uint32_t>(rows), 1 << 17});
    if (!shape) return fmt::print(stderr, "{}\n", to_string(shape.error())), 1;
    const double cells = static_cast<double>(shape->main.cells), leaves = static_cast<double>(shape->fractions_end);
    fmt::print("2^{} cycles, profile {}, {} threads, {}: {:.1f} M cells, {:.1f} M interactions, {} slices of 2^{}\n",
               log, profile->name, pool.size(), exec::isa_name(*isa), cells / 1e6, leaves / 1e6, shape->total_slices,
               profile->s);
    const Bounds b = measure(pool, *isa, functions);
    fmt::print("bounds: {:.2f} M permutations/s, copy {:.1f} GB/s, {:.0f} M E products/s of one core\n",
               b.permutations / 1e6, b.copy_bytes / 1e9, b.products / 1e6);

    // The floor: what each stage cannot do without, in permutations, bytes moved and products in E (5 by F = 1/5).
    const double domain = static_cast<double>(uint64_t{1} << profile->log_domain(0));
    const double permutations = domain * (static_cast<double>((shape->main_slices + 14) / 15) + 1);
    struct Floor {
        const char* stage;
        double permutations, bytes, products;
    };
    const Floor floors[] = {
        {"commit: encode", 0, 4 * cells * 3, 0},
        {"commit: hash", permutations, 4 * cells * 2, 0},
        {"fractions: leaves", 0, 4 * cells + 24 * leaves, leaves},
        {"fractions: tree", 0, 24 * leaves + 40 * leaves * 2, leaves * 2.2},
        {"fractions: layers", 0, 24 * leaves * 2 + 20 * leaves * 8, leaves * 10},
        {"zerocheck: linear part", 0, 4 * cells, cells / 5},
        {"opening: column claims", 0, 4 * cells, cells / 5},
        {"opening: fold stack", 0, 4 * cells, cells / 5},
    };
    bool good = true;
    double best = 1e9;
    for (int run = 0; run < runs; run++) {
        iop::StageTimes times;
        const double start = now();
        const auto proof = iop::prove(*key, {}, traces, pool, &times);
        const double total = now() - start;
        best = std::min(best, total);
        if (!proof) return fmt::print(stderr, "{}\n", proof.error().message), 1;
        const double check = now();
        const auto verdict = iop::verify(key->vk, {}, *proof);
        const double verified = now() - check;
        good = good && bool(verdict);
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        fmt::print("run {}: {:.3f} s, {:.0f} k cycles/s, proof {} KiB, {} in {:.1f} ms, peak {:.2f} GiB\n", run, total,
                   static_cast<double>(rows) / total / 1e3, proof->size() / 1024,
                   verdict ? "verified" : to_string(verdict.error()), verified * 1e3,
                   static_cast<double>(usage.ru_maxrss) / 1048576);
        double cpu = 0;
        for (const auto& s : times.stages) cpu += s.cpu;
        fmt::print("  {:26s} {:7.3f} s wall {:7.3f} s cpu: {:.0f} k cycles/s with the threads to itself\n",
                   "all stages", total, cpu, static_cast<double>(rows) * static_cast<double>(pool.size()) / cpu / 1e3);
        for (const auto& [name, seconds, stage_cpu] : times.stages) {
            std::string ratio;
            for (const Floor& f : floors)
                if (std::string_view(f.stage) == name) {
                    const double bound =
                        std::max({f.permutations / b.permutations, f.bytes / b.copy_bytes, f.products / b.products});
                    ratio = fmt::format("  ratio to bound {:.2f}", stage_cpu / bound);
                }
            fmt::print("  {:26s} {:7.3f} s wall {:7.3f} s cpu {:5.1f} %{}\n", name, seconds, stage_cpu,
                       100 * stage_cpu / cpu, ratio);
        }
    }
    fmt::print("best of {}: {:.3f} s, {:.0f} k cycles/s\n", runs, best, static_cast<double>(rows) / best / 1e3);
    return good ? 0 : 1;
}
