// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/check.hpp"

#include <fmt/format.h>

#include "libs/air/bus_ledger.hpp"
#include "libs/machine/chip_set.hpp"

namespace ashlar::machine {

namespace {

template <air::Chip C>
air::RowOf<C, F> row_at(const Table& main, const Table& prep, size_t i) {
    return air::make_row<C>([&](size_t c) {
        const auto column = static_cast<uint32_t>(c);
        return c < air::NUM_MAIN<C> ? main.at(column, i) : prep.at(column - static_cast<uint32_t>(air::NUM_MAIN<C>), i);
    });
}

/// Calls visit.operator()<Chip>(table index) for each chip.
template <class Visit>
void for_each_chip(const Visit& visit) {
    size_t i = 0;
    MachineChips::for_each([&]<class C>() { visit.template operator()<C>(i++); });
}

}  // namespace

std::vector<std::string> check_constraints(std::span<const Table> trace, std::span<const Table> prep, size_t limit) {
    std::vector<std::string> out;
    for_each_chip([&]<class C>(size_t t) {
        for (size_t i = 0; i < trace[t].height() && out.size() < limit; i++) {
            auto row = row_at<C>(trace[t], prep[t], i);
            const auto failed = air::check_row<C>(row);
            if (!failed) continue;
            std::string cells;
            for (size_t c = 0; c < trace[t].columns() && c < 64; c++) cells += fmt::format(" {}", row[c].canonical());
            out.push_back(fmt::format("{} (row {}; cells{})", *failed, i, cells));
        }
    });
    return out;
}

std::vector<std::string> check_balance(std::span<const Table> trace, std::span<const Table> prep,
                                       const Statement& statement, size_t limit) {
    air::BusLedger ledger;
    for_each_chip([&]<class C>(size_t t) {
        for (size_t i = 0; i < trace[t].height(); i++)
            air::visit_interactions<C>(
                row_at<C>(trace[t], prep[t], i), [&](uint32_t bus, F multiplicity, std::span<const F> values) {
                    ledger.add({bus, multiplicity, std::vector<F>(values.begin(), values.end())}, C::NAME);
                });
    });
    air::DebugBuilder b;
    const auto values = PublicStatement::values(statement);
    PublicStatement::messages(b, std::span<const F>(values));
    for (const air::Message& m : b.messages) ledger.add(m, "public");
    std::vector<std::string> out;
    for (const auto& open : ledger.open(limit)) out.push_back(bus_name(open.bus) + ": " + air::to_string(open));
    return out;
}

std::vector<std::string> check_trace(std::span<const Table> trace, std::span<const Table> prep,
                                     const Statement& statement, size_t limit) {
    auto out = check_constraints(trace, prep, limit);
    for (auto& line : check_balance(trace, prep, statement, limit)) out.push_back(std::move(line));
    return out;
}

std::string bus_name(uint32_t bus) {
    switch (bus) {
        case chips::BUS_STATE:
            return "state";
        case chips::BUS_PROGRAM:
            return "program";
        case chips::BUS_MEMORY:
            return "memory";
        case chips::BUS_RANGE:
            return "range";
        case chips::BUS_BYTE:
            return "byte";
        case chips::BUS_ADDRESS:
            return "address";
        case chips::BUS_CALL_TABLE:
            return "call table";
        case chips::BUS_CALL:
            return "call";
        case chips::BUS_TREE:
            return "tree";
        case chips::BUS_HASH:
            return "hash";
        case chips::BUS_PERMUTATION:
            return "permutation";
        case chips::BUS_HINT:
            return "hint";
        default:
            return fmt::format("bus {}", bus);
    }
}

}  // namespace ashlar::machine
