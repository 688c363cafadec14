// SPDX-License-Identifier: Apache-2.0
// The same lies about rows for every table of the machine, whatever its chip: left out, repeated, exchanged, switched
// off, cells exchanged between rows, numbers in limbs replaced by other limbs of the same field element.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "libs/air/describe.hpp"
#include "test/soundness/lab.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

constexpr uint32_t P_HIGH = 0x7f00;  // p = 2^16 P_HIGH + 1

/// A few rows of a chip, both ends among them; fewer of wide chips.
template <air::Chip C>
std::vector<size_t> sample_rows(const Lab& lab, std::mt19937& random) {
    const size_t height = lab.trace[MachineChips::index_of<C>()].height();
    std::set<size_t> rows{0, height - 1};
    const size_t more = air::NUM_MAIN<C> > 500 ? 1 : 6;
    for (size_t i = 0; i < more; i++) rows.insert(random() % height);
    return {rows.begin(), rows.end()};
}

template <air::Chip C>
bool same(const air::RowOf<C, F>& a, air::RowOf<C, F> b) {
    auto x = a;
    for (size_t c = 0; c < air::NUM_MAIN<C>; c++)
        if (x[c] != b[c]) return false;
    return true;
}

/// Columns that multiplicities depend on and that a constraint keeps at 0 or 1; where multiplicities are free, every
/// such column.
template <air::Chip C>
std::set<uint32_t> flags(const air::ChipStructure& s) {
    std::set<uint32_t> boolean, out;
    for (uint32_t node : s.booleans)
        if (s.expressions[node].op == air::Op::column) boolean.insert(s.expressions[node].a);
    if (s.free_multiplicities) return boolean;
    for (const auto& i : s.interactions) {
        std::vector<uint32_t> stack{i.multiplicity};
        while (!stack.empty()) {
            const air::Node n = s.expressions[stack.back()];
            stack.pop_back();
            if (n.op == air::Op::column) {
                if (boolean.contains(n.a)) out.insert(n.a);
            } else if (n.op != air::Op::constant) {
                stack.push_back(n.a);
                stack.push_back(n.b);
            }
        }
    }
    return out;
}

template <class Each>
void each_chip(const Each& each) {
    MachineChips::for_each([&]<class C>() {
        INFO(C::NAME);
        if constexpr (!air::FixedChip<C>) each.template operator()<C>();
    });
}

}  // namespace

TEST_CASE("rows left out, repeated or put in another's place are noticed in every table", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::mt19937 random(1);
    size_t lies = 0;
    each_chip([&]<class C>() {
        const auto rows = sample_rows<C>(lab, random);
        for (size_t i : rows) {
            const auto row = lab.row<C>(i);
            CHECK(lab.caught<C>({row}, {}));
            CHECK(lab.caught<C>({}, {row}));
            CHECK(lab.caught<C>({}, {row, row}));
            lies += 3;
            for (size_t j : rows) {
                const auto other = lab.row<C>(j);
                if (same<C>(row, other)) continue;
                CHECK(lab.caught<C>(row, other));
                lies++;
            }
        }
    });
    fmt::print("{} lies about whole rows\n", lies);
}

TEST_CASE("a cell exchanged with that of another row is noticed in every column", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::mt19937 random(2);
    size_t columns = 0, constant = 0;
    each_chip([&]<class C>() {
        const auto& table = lab.trace[MachineChips::index_of<C>()];
        const size_t height = table.height(), first = random() % height;
        const auto a = lab.row<C>(first);
        for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) {
            // Another row that differs there and elsewhere too: else the exchange only swaps the rows.
            bool found = false;
            for (size_t k = 1; k < height && !found; k++) {
                const size_t second = (first + k) % height;
                if (table.at(c, second) == table.at(c, first)) continue;
                const auto b = lab.row<C>(second);
                auto lie_a = a, lie_b = b;
                std::swap(lie_a[c], lie_b[c]);
                if (same<C>(lie_a, b)) continue;
                found = true;
                if (!may_be_free(C::NAME, c) && !lab.caught<C>({a, b}, {lie_a, lie_b}))
                    FAIL_CHECK(C::NAME << " column " << c << ": rows " << first << " and " << second);
            }
            (found ? columns : constant)++;
        }
    });
    fmt::print("{} columns with exchanged cells, {} are constant in their table\n", columns, constant);
    CHECK(columns > 2000);
}

TEST_CASE("limbs of x + p, and limbs that are not normalised, are noticed in every pair of columns", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::mt19937 random(3);
    struct Lie {
        std::array<int64_t, 4> by;
        size_t width;
    };
    const std::vector<Lie> lies = {
        {{1, P_HIGH}, 2}, {{-1, -int64_t{P_HIGH}}, 2}, {{1 << 16, -1}, 2},   {{-(1 << 16), 1}, 2}, {{256, -1}, 2},
        {{-256, 1}, 2},   {{1, 0, 0, 127}, 4},         {{-1, 0, 0, -127}, 4}};
    size_t tried = 0;
    each_chip([&]<class C>() {
        const size_t width = air::NUM_MAIN<C>;
        const size_t height = lab.trace[MachineChips::index_of<C>()].height();
        for (size_t c = 0; c + 1 < width; c++) {
            const auto honest = lab.row<C>(random() % height);
            for (const Lie& lie : lies) {
                if (c + lie.width > width) continue;
                if (width > 500 && random() % 4 != 0) continue;
                auto row = honest;
                bool free = false;
                for (size_t i = 0; i < lie.width; i++) {
                    row[c + i] += F::from_int(static_cast<int32_t>(lie.by[i]));
                    free = free || (lie.by[i] != 0 && may_be_free(C::NAME, c + i));
                }
                tried++;
                if (!free && !lab.caught<C>(honest, row))
                    FAIL_CHECK(C::NAME << " columns from " << c << " on: " << lie.by[0] << ", " << lie.by[1]);
            }
        }
    });
    fmt::print("{} aliases of numbers in limbs\n", tried);
}

TEST_CASE("a row with a flag switched off is noticed, multiplicities left free or not", "[soundness]") {
    const Lab& lab = every_chip_lab();
    std::mt19937 random(4);
    each_chip([&]<class C>() {
        const auto s = air::describe<C>();
        const auto chip_flags = flags<C>(s);
        CHECK_FALSE(chip_flags.empty());
        for (size_t i : sample_rows<C>(lab, random)) {
            const auto honest = lab.row<C>(i);
            for (uint32_t flag : chip_flags) {
                auto row = honest;
                if (row[flag].is_zero()) continue;
                row[flag] = F::ZERO;
                CHECK(lab.caught<C>(honest, row));
            }
            // All off, all else at random: whatever still speaks is forbidden by a constraint on what it speaks with.
            auto row = honest;
            for (size_t c = 0; c < air::NUM_MAIN<C>; c++) row[c] = F::reduce(static_cast<uint32_t>(random()));
            for (uint32_t flag : chip_flags) row[flag] = F::ZERO;
            const auto evaluate = [&](uint32_t node, auto&& self) -> std::pair<F, std::set<uint32_t>> {
                const air::Node& n = s.expressions[node];
                if (n.op == air::Op::constant) return {F::from_canonical(n.a), {}};
                if (n.op == air::Op::column) return {row[n.a], {n.a}};
                auto [x, columns] = self(n.a, self);
                const auto [y, more] = self(n.b, self);
                columns.insert(more.begin(), more.end());
                return {n.op == air::Op::add ? x + y : n.op == air::Op::sub ? x - y : x * y, columns};
            };
            std::set<uint32_t> seen;
            for (const auto& interaction : s.interactions) {
                if (!seen.insert(interaction.multiplicity).second) continue;
                const auto [m, columns] = evaluate(interaction.multiplicity, evaluate);
                if (m.is_zero()) continue;
                bool forbidden = false;
                for (uint32_t k = 0; k < s.constraints.size() && !forbidden; k++) {
                    if (s.degree(s.constraints[k]) > 2) continue;
                    // Small constraints only: those that tie a multiplicity to a flag.
                    std::vector<uint32_t> stack{s.constraints[k]};
                    size_t nodes = 0;
                    bool touches = false;
                    while (!stack.empty() && ++nodes < 40) {
                        const air::Node n = s.expressions[stack.back()];
                        stack.pop_back();
                        if (n.op == air::Op::column) touches = touches || columns.contains(n.a);
                        if (n.op == air::Op::column || n.op == air::Op::constant) continue;
                        stack.push_back(n.a);
                        stack.push_back(n.b);
                    }
                    if (nodes >= 40 || !touches) continue;
                    const auto [broken, where] = evaluate(s.constraints[k], evaluate);
                    bool only_these = !broken.is_zero();
                    for (uint32_t c : where) only_these = only_these && (columns.contains(c) || chip_flags.contains(c));
                    forbidden = only_these;
                }
                if (!forbidden) FAIL_CHECK(C::NAME << " speaks on bus " << interaction.bus << " with all flags off");
            }
        }
    });
}

TEST_CASE("multiplicities of two entries of a fixed table exchanged are noticed", "[soundness]") {
    const Lab& lab = every_chip_lab();
    MachineChips::for_each([&]<class C>() {
        if constexpr (air::FixedChip<C>) {
            INFO(C::NAME);
            const auto& table = lab.trace[MachineChips::index_of<C>()];
            for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) {
                size_t other = 1;
                while (other < table.height() && table.at(c, other) == table.at(c, 0)) other++;
                REQUIRE(other < table.height());
                const auto a = lab.row<C>(0), b = lab.row<C>(other);
                auto lie_a = a, lie_b = b;
                std::swap(lie_a[c], lie_b[c]);
                CHECK(lab.caught<C>({a, b}, {lie_a, lie_b}));
            }
        }
    });
}
