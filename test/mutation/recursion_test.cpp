// SPDX-License-Identifier: Apache-2.0
// Removes every constraint and every lookup of every chip of the field machine in turn and asks what notices: the rank
// of a sample row's equations, the rules for chips, or a row with one cell changed that nothing else refuses.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "libs/air/describe.hpp"
#include "test/mutation/rank.hpp"
#include "test/mutation/recursion_lies.hpp"
#include "test/support/recursion_lab.hpp"
#include "test/support/recursion_openings.hpp"

using namespace ashlar;
using namespace ashlar::mutation;
using namespace ashlar::recursion;

namespace {

/// What is known of a chip: the kernels of its sample rows, and the checks whose loss is not noticed here, for these
/// reasons:
///   memory: test/soundness/recursion_test.cpp changes each cell of memory together with all who read it; a lookup that
///   says what
///     memory holds is what refuses that. For the row alone it may follow from others.
///   off: test/soundness/recursion_*test.cpp lets rows answer that are off. Where only is_real = 1 answers, its being 0
///   or 1 is a rule
///     and no more.
///   implied: taken = is_branch (value inverse), and (is_branch - taken) value = 0, make it 0 or 1, and 0 on other
///   rows. asked: the root that an opening asks for, the weight: without it nothing ties the value;
///   recursion_openings_test.cpp.
struct Pin {
    std::string_view chip;
    std::vector<uint32_t> kernels;
    std::string_view survivors;
};

const Pin PINS[] = {
    {"memory", {24}, "c0 c1 c2 c3 c4"},                        // off
    {"arithmetic", {0, 0, 0, 0, 0, 0, 0}, "i6"},               // memory
    {"move", {0, 3, 0}, "i3 i5"},                              // memory
    {"control", {0, 5, 5, 5, 0, 5, 5, 5}, "c5 c6 i4"},         // implied; memory
    {"slice", {5, 5, 5, 5, 0, 5}, "i5"},                       // memory
    {"permute", {0}, "i3 i4 i5 i6 i7 i8 i9 i10 i11 i12 i13"},  // memory; the permutation: asked
    {"index", {0}, "i3 i4 i5"},                                // memory
    {"open", {0}, "i4 i5 i6 i9"},                              // memory; asked
    {"leaf", {39, 79}, "c1 i15"},                              // a row without a first element is off; asked
    {"tree_node", {11}, "c0 c2"},                              // off
    {"tree_root", {10}, "c0"},                                 // off
    {"weight", {0}, "i5 i6"},                                  // memory; asked
    {"weight_step", {11, 6}, "c0 c1 c2"},                      // off
};

constexpr size_t MOST_ROWS = 10;

/// Honest rows that differ in their boolean columns.
template <air::Chip C>
std::vector<Row> sample_rows(const air::ChipStructure& chip) {
    static const test::RecursionLab labs[] = {test::RecursionLab(test::collatz_program(6, 3)),
                                              test::RecursionLab(test::nested_program(3)),
                                              test::RecursionLab(test::openings_program(3, 20, 3, 5))};
    std::set<uint32_t> switches;
    for (uint32_t node : chip.booleans)
        if (chip.expressions[node].op == air::Op::column) switches.insert(chip.expressions[node].a);
    std::set<std::vector<uint32_t>> seen;
    std::vector<Row> rows;
    for (const auto& lab : labs) {
        const auto traces = lab.traces();
        const auto& table = traces[FieldMachineChips::index_of<C>()];
        for (uint64_t i = 0; i < table.height() && rows.size() < MOST_ROWS; i++) {
            std::vector<uint32_t> pattern;
            // Of an index only its flags tell rows apart, not its bits.
            for (uint32_t c : switches)
                if (!std::is_same_v<C, IndexChip>) pattern.push_back(table.at(c, i).canonical());
            if (!seen.insert(pattern).second) continue;
            std::vector<F> cells;
            for (uint32_t c = 0; c < chip.num_main; c++) cells.push_back(table.at(c, i));
            rows.emplace_back(chip, std::move(cells));
        }
    }
    return rows;
}

std::vector<Check> checks_of(const air::ChipStructure& chip) {
    std::vector<Check> out;
    for (size_t k = 0; k < chip.constraints.size(); k++) out.push_back({Check::constraint, k});
    for (size_t i = 0; i < chip.interactions.size(); i++)
        if (is_lookup(chip.interactions[i].bus) && !chip.free_multiplicities) out.push_back({Check::interaction, i});
    return out;
}

/// Violations of the rules without constraint k.
size_t violations(const air::ChipStructure& chip, std::optional<size_t> k) {
    air::ChipStructure less = chip;
    if (k) {
        const air::Node n = chip.expressions[chip.constraints[*k]];
        less.constraints.erase(less.constraints.begin() + static_cast<std::ptrdiff_t>(*k));
        if (n.op == air::Op::mul) std::erase_if(less.booleans, [&](uint32_t x) { return x == n.a || x == n.b; });
    }
    return air::check_rules(std::span(&less, 1), nullptr).size();
}

/// The constraint that alone refuses a row which says something.
std::optional<Check> broken_alone(const air::ChipStructure& chip, std::vector<F> cells) {
    const Row lie(chip, std::move(cells));
    std::optional<Check> broken;
    for (size_t k = 0; k < chip.constraints.size(); k++) {
        if (lie[chip.constraints[k]].is_zero()) continue;
        if (broken) return std::nullopt;
        broken = Check{Check::constraint, k};
    }
    return lie.speaks() ? broken : std::nullopt;
}

/// Those of rows next to an honest one: one cell changed, or three flags that are -1, 1 and 1.
std::set<Check> broken_nearby(const Row& honest) {
    std::set<Check> out;
    const air::ChipStructure& chip = honest.chip();
    const auto attempt = [&](std::vector<F> cells) {
        if (const auto c = broken_alone(chip, std::move(cells))) out.insert(*c);
    };
    for (uint32_t c = 0; c < chip.num_main; c++)
        for (const F x : {F::ZERO, F::ONE, F::TWO, honest.cells()[c] + F::ONE}) {
            auto cells = honest.cells();
            cells[c] = x;
            attempt(std::move(cells));
        }
    std::vector<uint32_t> flags;
    for (uint32_t node : chip.booleans)
        if (chip.expressions[node].op == air::Op::column) flags.push_back(chip.expressions[node].a);
    constexpr size_t FEW = 12;
    if (flags.size() > FEW) return out;
    for (uint32_t a : flags)
        for (uint32_t b : flags)
            for (uint32_t c : flags) {
                if (a == b || a == c || b >= c) continue;
                std::vector<F> cells(chip.num_main, F::ZERO);
                cells[a] = -F::ONE, cells[b] = cells[c] = F::ONE;
                attempt(std::move(cells));
            }
    return out;
}

}  // namespace

TEST_CASE("every check of the field machine's chips has a killer, but for those named here", "[mutation]") {
    std::vector<std::string> lines;
    size_t pin = 0;
    const auto traces = test::RecursionLab(test::openings_program(3, 20, 3, 5)).traces();
    const auto lies = recursion_lies(test::row_of<IndexChip>(traces, 0), test::row_of<LeafChip>(traces, 0));
    FieldMachineChips::for_each([&]<class C>() {
        if constexpr (!air::FixedChip<C> && !std::is_same_v<C, chips::HashChip> &&
                      !std::is_same_v<C, chips::PermutationChip>) {
            const air::ChipStructure chip = air::describe<C>();
            std::set<Check> noticed;
            std::vector<uint32_t> kernels;
            for (const Row& row : sample_rows<C>(chip)) {
                const Rank r = rank(row);
                kernels.push_back(r.kernel);
                noticed.insert(r.needed.begin(), r.needed.end());
                noticed.merge(broken_nearby(row));
            }
            for (const RecursionLie& lie : lies)
                if (lie.chip == chip.name) {
                    const auto c = broken_alone(chip, lie.cells);
                    CHECK(c.has_value());
                    if (c) noticed.insert(*c);
                }
            const size_t before = violations(chip, {});
            std::string survivors;
            for (const Check& c : checks_of(chip)) {
                if (noticed.contains(c)) continue;
                if (c.kind == Check::constraint && violations(chip, c.index) > before) continue;
                survivors += fmt::format("{}{}{}", survivors.empty() ? "" : " ",
                                         c.kind == Check::constraint ? 'c' : 'i', c.index);
            }
            lines.push_back(
                fmt::format("    {{\"{}\", {{{}}}, \"{}\"}},", chip.name, fmt::join(kernels, ", "), survivors));
            INFO(lines.back());
            const Pin& p = PINS[std::min(pin++, std::size(PINS) - 1)];
            CHECK((p.chip == chip.name && p.kernels == kernels && p.survivors == survivors));
        }
    });
    CHECK(pin == std::size(PINS));
}
