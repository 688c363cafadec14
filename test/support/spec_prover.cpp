// SPDX-License-Identifier: Apache-2.0
#include "test/support/spec_prover.hpp"

#include <random>

#include "test/support/spec_kernels.hpp"
#include "test/support/spec_system.hpp"

namespace ashlar::test {

using namespace iop;

ProvingKey spec_proving_key(const std::string& system, const Profile& profile, exec::Isa isa, exec::ThreadPool& pool,
                            std::shared_ptr<const pcs::Backend> backend) {
    static const auto kernels = ASHLAR_ISA_TABLE(SpecKernels, ::ashlar::test, SPEC_KERNELS);
    const bool machine = system == "machine";
    pcs::KeyParts parts;
    parts.profile = profile;
    parts.isa = isa;
    parts.backend = std::move(backend);
    parts.kernels = machine ? kernels.select(isa).machine() : kernels.select(isa).lone();
    parts.system = machine ? make_system<SpecStatement, SpecChips>() : make_system<NoStatement, LoneChips>();
    parts.structure =
        machine ? structure_digest<SpecStatement, SpecChips>() : structure_digest<NoStatement, LoneChips>();
    parts.prep.resize(parts.system.tables.size());
    if (machine) {
        const uint64_t h = stored_height(profile, SQUARE_RANGE);
        Trace prep(profile, 2, h);
        for (uint64_t x = 0; x < h; x++) {
            const F v = F::reduce(x < SQUARE_RANGE ? x : uint64_t{0});
            prep.at(0, x) = v;
            prep.at(1, x) = v * v + F::ONE;
        }
        parts.prep[2] = std::move(prep);
    }
    auto key = pcs::make_proving_key(std::move(parts), pool);
    return std::move(key.value());
}

Traces spec_traces(const VerifyingKey& vk, const std::vector<SpecCase::Table>& tables) {
    Traces out;
    for (size_t t = 0; t < tables.size(); t++) {
        const uint32_t columns = vk.system.tables[t].num_main;
        Trace trace(vk.profile, columns, tables[t].height);
        for (uint32_t x = 0; x < tables[t].height; x++)
            for (uint32_t c = 0; c < columns; c++) trace.at(c, x) = F::reduce(tables[t].cells[x * columns + c]);
        out.push_back(std::move(trace));
    }
    return out;
}

SpecRun spec_run(uint64_t seed, const Profile& profile, uint32_t steps, uint32_t accesses, uint32_t cells,
                 uint32_t ones, uint32_t cubes) {
    std::mt19937_64 rng(seed);
    auto random = [&] { return F::reduce(1 + rng() % (F::P - 1)); };
    std::vector<std::vector<F>> rows(7);
    std::vector<uint32_t> mult(stored_height(profile, SQUARE_RANGE));
    F x = random(), y = random();
    SpecRun run;
    run.public_values = {x, y};
    for (uint32_t clk = 0; clk < steps; clk++) {
        const auto a = static_cast<uint32_t>(1 + rng() % (SQUARE_RANGE - 1));
        mult[a]++;
        const F fa = F::reduce(a), t = F::reduce(clk);
        rows[0].insert(rows[0].end(), {F::ONE, t, x, y, fa, x * y * fa, fa * fa + F::ONE});
        const F next = x * y + t;
        x = y;
        y = next;
    }
    std::vector<F> init(cells), value;
    for (F& v : init) v = random();
    value = init;
    std::vector<uint32_t> last(cells);
    for (uint32_t j = 0; cells && j < accesses; j++) {
        const uint32_t i = j % cells;
        const auto gap = static_cast<uint32_t>(rng() % SQUARE_RANGE), write = static_cast<uint32_t>(rng() % 2);
        const F now = write ? random() : value[i];
        mult[gap]++;
        rows[3].insert(rows[3].end(), {F::ONE, F::reduce(100 + i), value[i], F::reduce(last[i]), now,
                                       F::reduce(last[i] + gap + 1), F::reduce(write)});
        value[i] = now;
        last[i] += gap + 1;
    }
    const F v = ones ? random() : F::ZERO, w = v * v * v;
    for (uint32_t m : mult) rows[2].push_back(F::reduce(m));
    for (uint32_t i = 0; i < cells; i++)
        rows[4].insert(rows[4].end(), {F::ONE, F::reduce(100 + i), init[i], value[i], F::reduce(last[i])});
    if (ones) rows[5] = {v, w};
    for (uint32_t i = 0; i < cubes; i++) {
        const F a = random(), b = random();
        rows[6].insert(rows[6].end(), {a, b, a * a * b});
    }
    run.public_values.insert(run.public_values.end(), {F::reduce(steps), x, y, v, w});
    const uint32_t widths[7] = {7, 2, 1, 7, 5, 2, 3};
    for (size_t t = 0; t < 7; t++) {
        SpecCase::Table table{static_cast<uint32_t>(rows[t].size() / widths[t]), {}};
        for (F c : rows[t]) table.cells.push_back(c.canonical());
        run.tables.push_back(std::move(table));
    }
    return run;
}

}  // namespace ashlar::test
