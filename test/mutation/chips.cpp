// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/chips.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "libs/air/describe.hpp"

namespace ashlar::mutation {

namespace {

constexpr size_t WIDE = 150;                   // columns
constexpr size_t ROWS = 16, ROWS_IF_WIDE = 6;  // of a chip

/// Columns that some multiplicity, operation or state depends on and that are boolean.
std::set<uint32_t> switches(const air::ChipStructure& chip) {
    std::set<uint32_t> boolean, out, seen;
    for (uint32_t node : chip.booleans)
        if (chip.expressions[node].op == air::Op::column) boolean.insert(chip.expressions[node].a);
    if (chip.num_main < WIDE) return boolean;
    std::vector<uint32_t> stack;
    for (const auto& i : chip.interactions) {
        stack.push_back(i.multiplicity);
        if (i.bus == chips::BUS_CALL) stack.insert(stack.end(), i.values.begin(), i.values.begin() + 2);
    }
    while (!stack.empty()) {
        const uint32_t i = stack.back();
        stack.pop_back();
        if (!seen.insert(i).second) continue;
        const air::Node& n = chip.expressions[i];
        if (n.op == air::Op::column) {
            if (boolean.contains(n.a)) out.insert(n.a);
        } else if (n.op != air::Op::constant) {
            stack.push_back(n.a), stack.push_back(n.b);
        }
    }
    return out;
}

template <class C>
std::unique_ptr<Subject> subject(const test::Lab& lab) {
    auto s = std::make_unique<Subject>();
    s->chip = air::describe<C>();
    const auto& table = lab.trace[test::MachineChips::index_of<C>()];
    const std::set<uint32_t> columns = switches(s->chip);
    std::set<std::vector<uint32_t>> seen;
    const auto take = [&](size_t i) {
        std::vector<uint32_t> pattern;
        for (uint32_t c : columns) pattern.push_back(table.at(c, i).canonical());
        if (!seen.insert(pattern).second) return;
        std::vector<F> cells;
        for (uint32_t c = 0; c < s->chip.num_main; c++) cells.push_back(table.at(c, i));
        s->rows.emplace_back(s->chip, std::move(cells));
    };
    const size_t most = s->chip.num_main < WIDE ? ROWS : ROWS_IF_WIDE, height = table.height();
    for (size_t i : {height - 1, height / 2}) take(i);
    for (size_t i = 0; i < height && s->rows.size() < most; i++) take(i);
    return s;
}

}  // namespace

const std::vector<std::unique_ptr<Subject>>& subjects() {
    static const auto all = [] {
        std::vector<std::unique_ptr<Subject>> out;
        test::MachineChips::for_each([&]<class C>() {
            if constexpr (!air::FixedChip<C>) out.push_back(subject<C>(test::every_chip_lab()));
        });
        return out;
    }();
    return all;
}

std::vector<Check> checks(const air::ChipStructure& chip) {
    std::vector<Check> out;
    for (size_t k = 0; k < chip.constraints.size(); k++) out.push_back({Check::constraint, k});
    for (size_t i = 0; i < chip.interactions.size(); i++)
        if (is_lookup(chip.interactions[i].bus) && !chip.free_multiplicities) out.push_back({Check::interaction, i});
    return out;
}

const air::ChipStructure& Lacking::operator()(Check check) {
    chip_.constraints = whole_.constraints;
    chip_.interactions = whole_.interactions;
    chip_.booleans = whole_.booleans;
    chip_.integer_equations = whole_.integer_equations;
    const auto at = static_cast<std::ptrdiff_t>(check.index);
    if (check.kind == Check::interaction) {
        chip_.interactions.erase(chip_.interactions.begin() + at);
        return chip_;
    }
    const uint32_t gone = whole_.constraints[check.index];
    chip_.constraints.erase(chip_.constraints.begin() + at);
    std::erase_if(chip_.integer_equations, [&](const auto& e) { return e.constraint == check.index; });
    for (auto& e : chip_.integer_equations)
        if (e.constraint != air::ChipStructure::NONE && e.constraint > check.index) e.constraint--;
    if (std::find(chip_.constraints.begin(), chip_.constraints.end(), gone) != chip_.constraints.end()) return chip_;
    const air::Node& n = whole_.expressions[gone];
    if (n.op == air::Op::mul) std::erase_if(chip_.booleans, [&](uint32_t x) { return x == n.a || x == n.b; });
    return chip_;
}

}  // namespace ashlar::mutation
