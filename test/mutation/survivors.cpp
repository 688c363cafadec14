// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/survivors.hpp"

#include <algorithm>

#include "libs/air/rules.hpp"
#include "libs/chips/bus_contracts.hpp"
#include "test/mutation/lie.hpp"
#include "test/soundness/lies.hpp"
#include "test/support/chip_weights.hpp"

namespace ashlar::mutation {

namespace {

constexpr size_t NARROW = 150;  // columns
constexpr size_t SAMPLES = 3;

const std::vector<test::Lie>& made_lies() {
    static const auto all = [] {
        auto lies = test::core_lies();
        for (auto& lie : test::precompile_lies()) lies.push_back(std::move(lie));
        return lies;
    }();
    return all;
}

/// Numbers for a chip's nodes: the same for expressions that differ only in which columns they are of.
std::vector<uint64_t> shapes(const air::Expressions& e) {
    std::vector<uint64_t> out(e.size());
    for (uint32_t i = 0; i < e.size(); i++) {
        const air::Node& n = e[i];
        const auto mix = [&](uint64_t x) { out[i] = (out[i] ^ x) * 0x9e3779b97f4a7c15u + 1, out[i] ^= out[i] >> 29; };
        mix(static_cast<uint64_t>(n.op));
        if (n.op == air::Op::constant) mix(n.a);
        if (n.op != air::Op::constant && n.op != air::Op::column) mix(out[n.a]), mix(out[n.b]);
    }
    return out;
}
/// Checks of one shape.
std::vector<std::vector<Check>> classes(const air::ChipStructure& chip) {
    const auto shape = shapes(chip.expressions);
    std::map<std::vector<uint64_t>, std::vector<Check>> by_shape;
    for (Check c : checks(chip)) {
        std::vector<uint64_t> key;
        if (c.kind == Check::constraint) {
            key = {0, shape[chip.constraints[c.index]]};
        } else {
            const auto& i = chip.interactions[c.index];
            key = {i.bus, shape[i.multiplicity]};
            for (uint32_t v : i.values) key.push_back(shape[v]);
        }
        by_shape[key].push_back(c);
    }
    std::vector<std::vector<Check>> out;
    for (auto& [key, list] : by_shape) out.push_back(std::move(list));
    return out;
}

size_t rule_violations(const air::ChipStructure& chip) { return air::check_rules(std::span(&chip, 1), nullptr).size(); }
size_t integer_findings(const air::ChipStructure& chip) {
    return air::check_integers(chip, chips::bus_contracts(), test::chip_weights(chip.name)).size();
}

}  // namespace

size_t Report::count(Killer killer, Check::Kind kind) const {
    return static_cast<size_t>(std::count_if(
        checks.begin(), checks.end(), [&](const auto& c) { return c.second == killer && c.first.kind == kind; }));
}

Report examine(const Subject& subject, Effort effort) {
    const air::ChipStructure& chip = subject.chip;
    const machine::ProgramLayout& program = test::every_chip_lab().layout;
    Report report;
    report.chip = chip.name;
    for (Check c : checks(chip)) report.checks[c] = Killer::none;
    const auto kill = [&](Check c, Killer killer) {
        Killer& k = report.checks.at(c);
        if (k == Killer::none) k = killer;
    };
    const bool wide = chip.num_main > NARROW, sample = wide && effort == Effort::sample;
    const auto alike = classes(chip);
    const auto for_survivors = [&](Killer killer, const auto& notices) {
        for (const auto& members : alike) {
            std::vector<Check> left;
            for (Check c : members)
                if (report.checks.at(c) == Killer::none) left.push_back(c);
            const size_t n = left.size();
            if (sample && n > SAMPLES) {
                const Check tried[] = {left[0], left[n / 2], left[n - 1]};
                if (std::all_of(std::begin(tried), std::end(tried), notices))
                    for (Check c : left) report.checks[c] = killer;
                continue;
            }
            for (Check c : left)
                if (notices(c)) report.checks[c] = killer;
        }
    };

    std::vector<Rank> ranks;
    for (const Row& row : subject.rows) {
        if (!row.broken(program).empty()) report.problems.push_back(chip.name + ": a sample row is not honest");
        ranks.push_back(rank(row));
        report.kernels.push_back(ranks.back().kernel);
        for (Check c : ranks.back().needed) kill(c, Killer::rank);
    }
    Lacking without(chip);
    const size_t violations = rule_violations(chip);
    for_survivors(Killer::rules,
                  [&](Check c) { return c.kind == Check::constraint && rule_violations(without(c)) > violations; });
    for (const test::Lie& lie : made_lies()) {
        if (lie.chip != chip.name) continue;
        const Row row(chip, lie.cells);
        const auto broken = row.broken(program, lie.entry);
        if (broken.size() == 1 && row.speaks()) {
            kill(broken[0], Killer::made);
            continue;
        }
        std::string problem = chip.name + ": '" + lie.what + "' is refused by";
        for (Check c : broken) problem += " " + to_string(c);
        report.problems.push_back(problem + (row.speaks() ? "" : " and says nothing"));
    }
    if (wide && effort == Effort::quick) return report;
    for (size_t i = 0; i < subject.rows.size(); i++)
        for_survivors(Killer::lie,
                      [&](Check c) { return find_lie(subject.rows[i], ranks[i].fired, c, program).has_value(); });
    const size_t findings = integer_findings(chip);
    for_survivors(Killer::integers, [&](Check c) { return integer_findings(without(c)) > findings; });
    return report;
}

}  // namespace ashlar::mutation
