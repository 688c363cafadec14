// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/air/debug.hpp"
#include "libs/machine/check.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/memory_tree.hpp"
#include "libs/machine/trace.hpp"
#include "libs/rv32/executor.hpp"

/// An honest trace to lie with, and an adversary who repairs what it can: lookup multiplicities and permutation rows
/// are free, so a lie is caught only by a constraint, by a lookup that no table answers, or by a message on any other
/// bus that finds no partner.
namespace ashlar::test {

using field::F;
using machine::MachineChips;

/// A message that is left over, by bus and values.
using Difference = std::map<std::vector<uint32_t>, F>;

/// Whether a lookup message has an answer, whatever multiplicities and permutation rows the adversary makes up.
/// nullopt: the bus is no lookup.
std::optional<bool> has_answer(uint32_t bus, std::span<const F> values, const machine::ProgramLayout& program);

/// Whether a column of a chip is free on some rows (mutation_test.cpp has the list, with reasons).
bool may_be_free(std::string_view chip, size_t column);

class Lab {
  public:
    Lab(const rv32::Program& program, rv32::Stdin in);

    const iop::Profile& profile;
    machine::ProgramLayout layout;
    rv32::ChunkRecord chunk;
    machine::Statement statement;
    std::vector<machine::Table> trace;
    std::vector<machine::Table> prep;

    machine::Table& table(std::string_view name) { return trace[index(name)]; }
    static size_t index(std::string_view name);

    /// Row `i` of chip C.
    template <air::Chip C>
    air::RowOf<C, F> row(size_t i) const {
        constexpr size_t T = MachineChips::index_of<C>();
        return air::make_row<C>([&](size_t c) {
            const auto column = static_cast<uint32_t>(c);
            return c < air::NUM_MAIN<C> ? trace[T].at(column, i)
                                        : prep[T].at(column - static_cast<uint32_t>(air::NUM_MAIN<C>), i);
        });
    }

    /// Adds a row's messages, `sign` times, to a difference; lookups without an answer go to `unanswered`.
    template <air::Chip C>
    void speak(const air::RowOf<C, F>& row, F sign, Difference& d, std::vector<std::string>& unanswered) const {
        air::visit_interactions<C>(row, [&](uint32_t bus, F multiplicity, std::span<const F> values) {
            const bool asks = multiplicity == F::ONE;  // tables and answering chips receive
            const auto answer = asks ? has_answer(bus, values, layout) : std::nullopt;
            if (answer) {
                if (!*answer && sign == F::ONE)
                    unanswered.push_back(machine::bus_name(bus) + " lookup without an answer");
                return;
            }
            std::vector<uint32_t> key{bus};
            for (F v : values) key.push_back(v.canonical());
            F& sum = d[key];
            sum += sign * multiplicity;
            if (sum.is_zero()) d.erase(key);
        });
    }

    /// What catches the lie of replacing rows `from` by rows `to` (either may be empty: rows are dropped or made up),
    /// everything else as it was. nullopt if nothing does.
    template <air::Chip C>
    std::optional<std::string> caught(const std::vector<air::RowOf<C, F>>& from,
                                      const std::vector<air::RowOf<C, F>>& to) const {
        Change change(*this);
        for (const auto& r : from) change.drop<C>(r);
        for (const auto& r : to) change.add<C>(r);
        return change.caught();
    }
    template <air::Chip C>
    std::optional<std::string> caught(const air::RowOf<C, F>& from, const air::RowOf<C, F>& to) const {
        return caught<C>(std::vector{from}, std::vector{to});
    }

    /// A lie over rows of several chips.
    class Change {
      public:
        explicit Change(const Lab& lab) : lab_(lab) {}
        template <air::Chip C>
        void drop(const air::RowOf<C, F>& row) {
            lab_.speak<C>(row, -F::ONE, difference_, complaints_);
        }
        template <air::Chip C>
        void add(const air::RowOf<C, F>& row) {
            if (auto broken = air::check_row<C>(row)) complaints_.push_back(*broken);
            lab_.speak<C>(row, F::ONE, difference_, complaints_);
        }
        std::optional<std::string> caught() const {
            if (!complaints_.empty()) return complaints_[0];
            if (!difference_.empty()) return machine::bus_name(difference_.begin()->first[0]) + " does not balance";
            return std::nullopt;
        }

      private:
        const Lab& lab_;
        Difference difference_;
        std::vector<std::string> complaints_;
    };
};

/// The one lab most tests share: one chunk with rows in every table.
Lab& every_chip_lab();

/// The first row of chip C whose cells are as wanted; fails the test if there is none.
template <class C>
air::RowOf<C, F> find_row(const Lab& lab, const auto& wanted) {
    for (size_t i = 0; i < lab.trace[MachineChips::index_of<C>()].height(); i++) {
        auto row = lab.row<C>(i);
        if (wanted(row.main)) return row;
    }
    FAIL("no such row of " << C::NAME);
    return {};
}

}  // namespace ashlar::test
