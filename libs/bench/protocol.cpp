// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <random>

#include "libs/bench/protocol_system.hpp"
#include "libs/hash/bulk.hpp"
#include "libs/iop/structure.hpp"
#include "libs/pcs/prove.hpp"
#include "libs/pcs/verify.hpp"

namespace ashlar::bench {

namespace {

double now() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Of all threads; bounds and ratios use it, so that other load on the machine does not matter.
double cpu_time() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

ProtocolBounds measure_bounds(exec::ThreadPool& pool, exec::Isa isa, const Functions& f) {
    ProtocolBounds b;
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

/// What each stage cannot do without, in permutations, bytes moved and products in E (5 by F = 1/5).
struct Floor {
    std::string_view stage;
    double permutations, bytes, products;
};

std::vector<Floor> floors(const ProtocolResult& r) {
    const double cells = r.cells, leaves = r.interactions;
    return {
        {"commit: encode", 0, 4 * cells * 3, 0},
        {"commit: hash", r.hash_permutations, 4 * cells * 2, 0},
        {"fractions: leaves", 0, 4 * cells + 24 * leaves, leaves},
        {"fractions: tree", 0, 24 * leaves + 40 * leaves * 2, leaves * 2.2},
        {"fractions: layers", 0, 24 * leaves * 2 + 20 * leaves * 8, leaves * 10},
        {"zerocheck: linear part", 0, 4 * cells, cells / 5},
        {"opening: column claims", 0, 4 * cells, cells / 5},
        {"opening: fold stack", 0, 4 * cells, cells / 5},
    };
}

}  // namespace

double ProtocolResult::floor(std::string_view stage) const {
    for (const Floor& f : floors(*this))
        if (f.stage == stage)
            return std::max(
                {f.permutations / bounds.permutations, f.bytes / bounds.copy_bytes, f.products / bounds.products});
    return 0;
}

HostResult<ProtocolResult> bench_protocol(const Setting& s, const iop::Profile& profile, unsigned log_cycles,
                                          size_t runs, const std::function<void(const ProtocolResult&)>& seen) {
    const Functions& functions = ASHLAR_ISA_TABLE(Functions, ::ashlar::bench, FUNCTIONS).select(s.isa);
    pcs::KeyParts parts;
    parts.profile = profile;
    parts.isa = s.isa;
    parts.system = iop::make_system<Statement, Chips>();
    parts.structure = iop::structure_digest<Statement, Chips>();
    parts.kernels = functions.kernels();
    parts.prep.resize(3);
    parts.prep[2] = iop::Trace(profile, 3, 1 << 17);
    for (uint32_t c = 0; c < 3; c++)
        for (uint32_t x = 0; x < 1 << 17; x++) parts.prep[2].at(c, x) = F::reduce(x * (c + 1));
    ASHLAR_ASSIGN(const auto key, pcs::make_proving_key(std::move(parts), s.pool));
    const uint64_t rows = uint64_t{1} << log_cycles;
    const iop::Traces traces = make_traces(profile, rows);
    const auto shape = iop::Shape::make(key.vk, {static_cast<uint32_t>(rows), static_cast<uint32_t>(rows), 1 << 17});
    if (!shape) return fail("usage", fmt::format("2^{} cycles: {}", log_cycles, to_string(shape.error())));
    ProtocolResult out;
    out.rows = static_cast<double>(rows), out.cells = static_cast<double>(shape->main.cells),
    out.interactions = static_cast<double>(shape->fractions_end);
    out.slices = shape->total_slices;
    out.hash_permutations = static_cast<double>(uint64_t{1} << profile.log_domain(0)) *
                            (static_cast<double>((shape->main_slices + 14) / 15) + 1);
    out.bounds = measure_bounds(s.pool, s.isa, functions);
    if (seen) seen(out);
    for (size_t run = 0; run < runs; run++) {
        ProtocolRun r;
        double begin = now();
        ASHLAR_ASSIGN(const auto proof, iop::prove(key, {}, traces, s.pool, &r.times));
        r.seconds = now() - begin;
        r.proof_bytes = proof.size();
        begin = now();
        const auto verdict = iop::verify(key.vk, {}, proof);
        r.verify_seconds = now() - begin;
        if (!verdict) return wrong(fmt::format("a proof is not valid: {}", to_string(verdict.error())));
        out.runs.push_back(std::move(r));
        if (seen) seen(out);
    }
    return out;
}

Row protocol_row(const ProtocolResult& r, const std::string& group) {
    const std::string_view prefix = group == "fraction-sum" ? "fractions"
                                    : group == "zerocheck"  ? "zerocheck"
                                                            : "opening";
    const bool fractions = group == "fraction-sum";
    const double amount = (fractions ? r.interactions : r.cells) / 1e6;
    std::vector<double> seconds, ratios;
    for (const ProtocolRun& run : r.runs) {
        double wall = 0, cpu = 0, floor = 0;
        for (const auto& stage : run.times.stages)
            if (std::string_view(stage.name).starts_with(prefix))
                wall += stage.wall, cpu += stage.cpu, floor += r.floor(stage.name);
        seconds.push_back(wall);
        ratios.push_back(floor / cpu);
    }
    std::sort(seconds.begin(), seconds.end());
    std::sort(ratios.begin(), ratios.end());
    Row row =
        make_row(group, fmt::format("{:.1f} M {}", amount, fractions ? "interactions" : "cells"), amount,
                 fractions ? "Minter/s" : "Mcells/s", {seconds[seconds.size() / 2], seconds.front(), seconds.back()});
    row.runs = r.runs.size();
    row.bound = row.median / ratios[ratios.size() / 2];
    row.bound_name = "what memcpy and products in E allow";
    return row;
}

}  // namespace ashlar::bench
