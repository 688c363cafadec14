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

/// Calls visit.operator()<Chip>(column) for each free multiplicity.
template <class Visit>
void for_each_free_column(const Visit& visit) {
    const auto all = [&]<class C>(auto member, uint32_t n) {
        for (uint32_t k = 0; k < n; k++)
            visit.template operator()<C>(static_cast<uint32_t>(air::column_of<C>(member)) + k);
    };
    all.template operator()<ProgramTable>(&ProgramTable::Main<char>::multiplicity, 1);
    for (uint32_t k = 0; k < MemoryTable::CELLS; k++)
        visit.template operator()<MemoryTable>(
            static_cast<uint32_t>(air::column_of<MemoryTable>(&MemoryTable::Main<char>::cell)) + 6 * k + 5);
    all.template operator()<TreeNodeChip>(&TreeNodeChip::Main<char>::asked, 2);
    all.template operator()<TreeRootChip>(&TreeRootChip::Main<char>::asked, 1);
    all.template operator()<WeightStepChip>(&WeightStepChip::Main<char>::asked, 1);
    all.template operator()<chips::HashChip>(&chips::HashChip::Main<char>::multiplicity, 1);
    all.template operator()<chips::PermutationChip>(&chips::PermutationChip::Main<char>::multiplicity, 1);
}

/// Whether a bus is a lookup that rows with free multiplicities answer.
bool is_answered(uint32_t bus) {
    return bus == BUS_PROGRAM || bus == BUS_MEMORY || bus == BUS_TREE || bus == BUS_WEIGHT || bus == chips::BUS_HASH ||
           bus == chips::BUS_PERMUTATION;
}

}  // namespace

bool is_free_multiplicity(size_t table, uint32_t column) {
    bool found = false;
    for_each_free_column(
        [&]<class C>(uint32_t c) { found |= FieldMachineChips::index_of<C>() == table && c == column; });
    return found;
}

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
        if (!is_answered(bus)) return;
        asked.try_emplace(key(bus, values), F::ZERO).first->second += m;
    };
    // With all free multiplicities 0, what rows say on these buses is what they ask.
    for_each_free_column([&]<class C>(uint32_t column) {
        iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
        for (uint64_t i = 0; i < t.height(); i++) t.at(column, i) = F::ZERO;
    });
    for_each_row(traces, prep_,
                 [&]<class C>(const air::RowOf<C, F>& row, size_t) { air::visit_interactions<C>(row, count); });
    air::InteractionVisitor<decltype(count)> visitor(count);
    PublicStatement::messages(visitor, public_values);
    // With one of them 1, the one message more is its answer. The first row that can answer gives all that is asked.
    for_each_free_column([&]<class C>(uint32_t column) {
        iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
        for (uint64_t i = 0; i < t.height(); i++) {
            auto row = row_of<C>(traces, i);
            for (uint32_t c = 0; c < air::NUM_PREP<C>; c++) row[air::NUM_MAIN<C> + c] = prep_.at(c, i);
            for_each_free_column([&]<class D>(uint32_t c) {
                if constexpr (std::is_same_v<C, D>) row[c] = F::from_canonical(c == column);
            });
            F multiplicity = F::ZERO;
            air::visit_interactions<C>(row, [&](uint32_t bus, F m, std::span<const F> values) {
                if (!is_answered(bus) || !(m == -F::ONE)) return;
                const auto it = asked.find(key(bus, values));
                if (it == asked.end()) return;
                multiplicity = it->second;
                asked.erase(it);
            });
            t.at(column, i) = multiplicity;
        }
    });
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
