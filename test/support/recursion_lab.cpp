// SPDX-License-Identifier: Apache-2.0
#include "test/support/recursion_lab.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>

#include "libs/air/bus_ledger.hpp"
#include "libs/air/debug.hpp"

namespace ashlar::test {

using namespace recursion;

namespace {

recursion::Run run_of(const SampleProgram& s) {
    auto run = execute(s.program, s.advice);
    INFO((run ? "" : run.error().message));
    REQUIRE(run.has_value());
    return std::move(*run);
}

/// Calls visit.operator()<Chip>(row, row number) for every row of every table.
template <class Visit>
void for_each_row(const iop::Traces& traces, const iop::Trace& prep, const Visit& visit) {
    FieldMachineChips::for_each([&]<class C>() {
        const iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
        for (uint64_t i = 0; i < t.height(); i++) {
            auto row = row_of<C>(traces, i);
            for (uint32_t c = 0; c < air::NUM_PREP<C>; c++) row[air::NUM_MAIN<C> + c] = prep.at(c, i);
            visit.template operator()<C>(row, i);
        }
    });
}

}  // namespace

RecursionLab::RecursionLab(SampleProgram sample)
    : sample_(std::move(sample)),
      profile_(*iop::named_profile("spec-test")),
      run_(run_of(sample_)),
      prep_(program_columns(profile_, sample_.program)) {}

iop::Traces RecursionLab::traces() const { return traces_of(run_); }

std::vector<F> RecursionLab::public_values() const { return PublicStatement::values(memory_rows(run_), run_.output); }

void RecursionLab::repair(iop::Traces& traces, std::span<const F> public_values) const {
    std::map<std::vector<uint32_t>, F> asked;
    const auto key = [](uint32_t bus, std::span<const F> values) {
        std::vector<uint32_t> k{bus};
        for (F v : values) k.push_back(v.canonical());
        return k;
    };
    const auto count = [&](uint32_t bus, F m, std::span<const F> values) {
        asked.try_emplace(key(bus, values), F::ZERO).first->second += m;
    };
    for_each_row(traces, prep_, [&]<class C>(const air::RowOf<C, F>& row, size_t) {
        if constexpr (!air::detail::free_multiplicities<C>()) air::visit_interactions<C>(row, count);
    });
    air::InteractionVisitor<decltype(count)> visitor(count);
    PublicStatement::messages(visitor, public_values);
    // The first row that answers a message gets all of it.
    const auto take = [&](uint32_t bus, std::span<const F> values) {
        const auto it = asked.find(key(bus, values));
        if (it == asked.end()) return F::ZERO;
        const F m = it->second;
        asked.erase(it);
        return m;
    };
    for (size_t i = 0; i < traces[FieldMachineChips::index_of<MemoryTable>()].height(); i++) {
        auto row = row_of<MemoryTable>(traces, i);
        for (uint32_t k = 0; k < MemoryTable::CELLS; k++) {
            auto& c = row.main.cell[k];
            const F values[] = {row.main.row * F::reduce(MemoryTable::CELLS) + F::reduce(k),
                                c.value[0],
                                c.value[1],
                                c.value[2],
                                c.value[3],
                                c.value[4]};
            c.multiplicity = take(BUS_MEMORY, values);
        }
        set_row<MemoryTable>(traces, i, row);
    }
    for (size_t i = 0; i < traces[FieldMachineChips::index_of<ProgramTable>()].height(); i++) {
        std::vector<F> values;
        for (uint32_t c = 0; c < prep_.columns(); c++) values.push_back(prep_.at(c, i));
        traces[FieldMachineChips::index_of<ProgramTable>()].at(0, i) = take(BUS_PROGRAM, values);
    }
}

std::vector<std::string> RecursionLab::refusals(const iop::Traces& traces, std::span<const F> public_values) const {
    std::vector<std::string> out;
    air::BusLedger ledger;
    const auto add = [&](std::string_view source) {
        return [&ledger, source](uint32_t bus, F multiplicity, std::span<const F> values) {
            ledger.add({bus, multiplicity, std::vector<F>(values.begin(), values.end())}, source);
        };
    };
    for_each_row(traces, prep_, [&]<class C>(const air::RowOf<C, F>& row, size_t i) {
        if (const auto failed = air::check_row<C>(row); failed && out.size() < 8)
            out.push_back(fmt::format("{} (row {})", *failed, i));
        air::visit_interactions<C>(row, add(C::NAME));
    });
    const auto visit = add("public");
    air::InteractionVisitor<decltype(visit)> visitor(visit);
    PublicStatement::messages(visitor, public_values);
    for (const auto& open : ledger.open(8)) out.push_back(air::to_string(open));
    return out;
}

}  // namespace ashlar::test
