// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

#include "libs/bench/stage_floors.hpp"
#include "libs/chips/precompiles/keccak_layers.hpp"
#include "libs/iop/layers/prover.hpp"
#include "libs/iop/layers/verify.hpp"

namespace ashlar::bench {

namespace {

using namespace iop::layers;

constexpr uint32_t LOG_CALLS = 9;

/// Seconds of a stage in each run.
struct Seconds {
    std::vector<double> wall, cpu;
    void add(double wall_seconds, double cpu_seconds) {
        wall.push_back(wall_seconds);
        cpu.push_back(cpu_seconds);
    }
};

Row stage_row(const std::string& name, double calls, Seconds seconds, double floor) {
    std::sort(seconds.wall.begin(), seconds.wall.end());
    std::sort(seconds.cpu.begin(), seconds.cpu.end());
    const size_t middle = seconds.wall.size() / 2;
    Row row = make_row(name, fmt::format("2^{} Keccak-f", LOG_CALLS), calls, "calls/s",
                       {seconds.wall[middle], seconds.wall.front(), seconds.wall.back()});
    row.runs = seconds.wall.size();
    row.bound = floor > 0 ? row.median * seconds.cpu[middle] / floor : 0;
    row.bound_name = floor > 0 ? "what memcpy and products in E allow" : "";
    return row;
}

/// The claim on the input bits, on the words themselves.
bool holds(const Claims& claims, std::span<const uint64_t> words) {
    const std::vector<Ext> at = poly::eq_table(claims.inputs_at);
    Ext sum = Ext::zero();
    for (size_t i = 0; i < at.size(); i++) {
        Ext instance = Ext::zero();
        for (size_t w = 0; w < claims.words.size(); w++) {
            Ext bits = Ext::zero();
            for (size_t z = 0; z < WORD_BITS; z++)
                if (words[i * claims.words.size() + w] >> z & 1) bits += claims.bits[z];
            instance += claims.words[w] * bits;
        }
        sum += at[i] * instance;
    }
    return sum == claims.input;
}

}  // namespace

HostResult<void> layers_rows(const Setting& setting, size_t runs, const RowFn& row) {
    const Circuit circuit = chips::keccak_circuit(chips::KECCAK_ROUNDS);
    constexpr size_t CALLS = size_t{1} << LOG_CALLS;
    std::mt19937_64 rng(LOG_CALLS);
    std::vector<uint64_t> inputs(CALLS * circuit.inputs);
    for (uint64_t& w : inputs) w = rng();

    std::vector<std::string> names;
    std::map<std::string, Seconds> stages;
    Seconds whole;
    for (size_t run = 0; run < runs; run++) {
        iop::StageTimes times;
        iop::Laps laps(times);
        const BitTrace trace(
            circuit, LOG_CALLS, CALLS, setting.pool, [&](uint32_t word, uint8_t* planes, size_t pitch) {
                for (size_t i = 0; i < CALLS; i++)
                    for (size_t b = 0; b < BitTrace::PLANES; b++)
                        planes[b * pitch + i] = static_cast<uint8_t>(inputs[circuit.inputs * i + word] >> (8 * b));
            });
        laps.add("layers: bits");
        iop::ProverTranscript tr(nullptr, nullptr);
        std::vector<Ext> messages;
        (void)prover(setting.isa).prove(circuit, trace, setting.pool, tr, messages, times);
        iop::Transcript verifier;
        const auto claims = verify(circuit, LOG_CALLS, verifier, messages);
        if (!claims || !holds(*claims, inputs)) return wrong("the layers of Keccak-f are refused");
        double wall = 0, cpu = 0;
        for (const auto& s : times.stages) {
            wall += s.wall, cpu += s.cpu;
            const auto [it, fresh] = stages.try_emplace(s.name);
            if (fresh) names.emplace_back(s.name);
            it->second.add(s.wall, s.cpu);
        }
        whole.add(wall, cpu);
    }
    const StageWork work = layers_work(circuit, CALLS);
    const StageBounds bounds = measure_stage_bounds(setting.pool, setting.isa);
    double all = 0;
    for (const std::string& name : names) all += stage_floor(name, work, bounds);
    row(stage_row("layers", CALLS, whole, all));
    for (const std::string& name : names) row(stage_row(name, CALLS, stages[name], stage_floor(name, work, bounds)));
    return {};
}

}  // namespace ashlar::bench
