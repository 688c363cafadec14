// SPDX-License-Identifier: Apache-2.0
#include "libs/bench/stage_floors.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <vector>

#include "libs/bench/protocol_system.hpp"
#include "libs/exec/buffer.hpp"
#include "libs/hash/bulk.hpp"
#include "libs/iop/layers/prover.hpp"

namespace ashlar::bench {

namespace {

/// Of all threads; bounds and ratios use it, so that other load on the machine does not matter.
double cpu_time() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Products are in E; E by F counts as a fifth, F by F as a 25th.
struct Floor {
    std::string_view stage;
    double permutations, bytes, products;
};

/// Products of one layer for an instance.
double layer_products(const air::layers::Layer& layer) {
    const auto groups = static_cast<double>(layer.groups.size()), factors = static_cast<double>(layer.factors());
    double terms = 0;
    for (const air::layers::Group& g : layer.groups) terms += static_cast<double>(g.linear.size());
    const double blocks = static_cast<double>(air::layers::WORD_BITS / layer.first_size());
    // First message, in F: at each node beyond the domain the forms, then each term's product and its weight in E.
    const double nodes = layer.first_length() - layer.first_size();
    const double first = nodes * blocks * (groups * (factors - 1) + terms * 6) / 25;
    // Later rounds: all of them have as many pairs as the first has blocks. A pair gives each group's product at each
    // point, and its columns are folded.
    const double columns =
        groups + static_cast<double>(layer.factor_lanes().size()) + (layer.copies.empty() ? 0.0 : 1.0);
    return first + blocks * ((factors + 1) * groups * factors + columns);
}

}  // namespace

StageBounds measure_stage_bounds(exec::ThreadPool& pool, exec::Isa isa) {
    const Functions& f = ASHLAR_ISA_TABLE(Functions, ::ashlar::bench, FUNCTIONS).select(isa);
    StageBounds b;
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

StageWork stage_work(const iop::Profile& profile, uint64_t cells, uint64_t interactions) {
    const uint64_t slices = (cells + (uint64_t{1} << profile.s) - 1) >> profile.s;
    const auto c = static_cast<double>(cells), domain = static_cast<double>(uint64_t{1} << profile.log_domain(0));
    // Encoding at rate 1/2: two transforms of half a product a cell and level, and the second one's coset.
    return {.cells = c,
            .interactions = static_cast<double>(interactions),
            .hash_permutations = domain * static_cast<double>((slices + 14) / 15 + 1),
            .encode_products = c * (profile.s + 1),
            .layers = {}};
}

void StageWork::add_layers(const Layers& o) {
    for (Layers& x : layers)
        if (x.stage == o.stage) {
            x.bytes += o.bytes, x.products += o.products;
            return;
        }
    layers.push_back(o);
}

void StageWork::add(const StageWork& o) {
    cells += o.cells, interactions += o.interactions;
    hash_permutations += o.hash_permutations, encode_products += o.encode_products;
    for (const Layers& x : o.layers) add_layers(x);
}

StageWork layers_work(const air::layers::Circuit& circuit, uint64_t instances) {
    constexpr double WORD_BYTES = air::layers::WORD_BITS / 8;
    const auto n = static_cast<double>(instances);
    StageWork work;
    double words = circuit.outputs, folded = 0, wired = 0;
    for (const air::layers::Step& step : circuit.steps) {
        work.add_layers({iop::layers::stage_name(step.layer), 0, n * layer_products(step.layer)});
        words += step.layer.lanes;
        folded += step.layer.outputs;
        if (!step.wires.empty()) wired += step.layer.outputs;
    }
    // A bit is a cell of the trace.
    const double cells = air::layers::WORD_BITS * sizeof(field::F) * static_cast<double>(circuit.inputs);
    work.add_layers({"layers: bits", n * (cells + WORD_BYTES * words), 0});
    work.add_layers({"layers: folds over instances", n * WORD_BYTES * folded, 0});
    // Two sums and two folds a pair of positions, whatever the instances.
    work.add_layers({"layers: wiring", 0, wired * (air::layers::WORD_BITS - 1) * 4});
    return work;
}

double stage_floor(std::string_view stage, const StageWork& work, const StageBounds& bounds) {
    const double cells = work.cells, leaves = work.interactions;
    const Floor floors[] = {
        {"commit: encode, hash", work.hash_permutations, 4 * cells * 5, work.encode_products / 25},
        {"fractions: leaves", 0, 4 * cells + 24 * leaves, leaves},
        {"fractions: tree", 0, 24 * leaves + 40 * leaves * 2, leaves * 2.2},
        {"fractions: layers", 0, 24 * leaves * 2 + 20 * leaves * 8, leaves * 10},
        {"zerocheck: linear part", 0, 4 * cells, cells / 5},
        {"opening: column claims", 0, 4 * cells, cells / 5},
        {"opening: fold stack", 0, 4 * cells, cells / 5},
    };
    for (const Floor& f : floors)
        if (f.stage == stage)
            return std::max(
                {f.permutations / bounds.permutations, f.bytes / bounds.copy_bytes, f.products / bounds.products});
    for (const StageWork::Layers& x : work.layers)
        if (x.stage == stage) return std::max(x.bytes / bounds.copy_bytes, x.products / bounds.products);
    return 0;
}

}  // namespace ashlar::bench
