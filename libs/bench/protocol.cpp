// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <random>

#include "libs/bench/protocol_system.hpp"
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

double ProtocolResult::floor(std::string_view stage) const { return stage_floor(stage, work, bounds); }

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
    out.rows = static_cast<double>(rows);
    out.slices = shape->total_slices;
    out.work = stage_work(profile, shape->main.cells, shape->fractions_end);
    out.bounds = measure_stage_bounds(s.pool, s.isa);
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
    const double amount = (fractions ? r.work.interactions : r.work.cells) / 1e6;
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
