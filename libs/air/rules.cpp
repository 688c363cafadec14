// SPDX-License-Identifier: Apache-2.0
#include "libs/air/rules.hpp"

#include <map>
#include <set>
#include <unordered_set>

#include "libs/air/range_analysis.hpp"

namespace ashlar::air {

namespace {

/// Nodes x that a constraint x (x - 1) or (x - 1) x forces to 0 or 1, stated by boolean() or by hand.
std::vector<uint32_t> booleans(const ChipStructure& chip) {
    std::vector<uint32_t> out = chip.booleans;
    auto minus_one_of = [&](uint32_t sub, uint32_t x) {
        const Node& n = chip.expressions[sub];
        if (n.op != Op::sub) return false;
        const Node &a = chip.expressions[n.a], &b = chip.expressions[n.b];
        return (n.a == x && b.op == Op::constant && b.a == 1) || (n.b == x && a.op == Op::constant && a.a == 1);
    };
    for (uint32_t c : chip.constraints) {
        const Node& n = chip.expressions[c];
        if (n.op != Op::mul) continue;
        if (minus_one_of(n.b, n.a)) out.push_back(n.a);
        if (minus_one_of(n.a, n.b)) out.push_back(n.b);
    }
    return out;
}

/// Columns that some constraint makes bits.
std::set<uint32_t> boolean_columns(const ChipStructure& chip) {
    std::set<uint32_t> out;
    for (uint32_t x : booleans(chip))
        if (chip.expressions[x].op == Op::column) out.insert(chip.expressions[x].a);
    return out;
}

void check_layered(const ChipStructure& chip, std::vector<Violation>& out) {
    const LayeredPart& part = *chip.layered;
    const uint32_t bits_end = part.first_bit + part.num_bits(), limbs_end = part.first_limb + part.num_limbs();
    if (bits_end > chip.num_main || limbs_end > chip.num_main ||
        (part.first_bit < limbs_end && part.first_limb < bits_end))
        out.push_back({Rule::layered_columns, chip.name + ": columns of the layered part"});
    const std::set<uint32_t> boolean = boolean_columns(chip);
    for (uint32_t c = part.first_bit; c < bits_end; c++)
        if (!boolean.contains(c))
            out.push_back({Rule::layered_bits, chip.name + ": column " + std::to_string(c) + " may be no bit"});
}

void check_chip(const ChipStructure& chip, std::vector<Violation>& out) {
    auto add = [&](Rule rule, const std::string& what) { out.push_back({rule, chip.name + ": " + what}); };
    const std::vector<F> zero = chip.expressions.at_zero();
    for (size_t k = 0; k < chip.constraints.size(); k++) {
        const uint32_t c = chip.constraints[k];
        const std::string what = "constraint " + std::to_string(k);
        if (chip.degree(c) > 3) add(Rule::constraint_degree, what + " has degree " + std::to_string(chip.degree(c)));
        if (!zero[c].is_zero()) add(Rule::zero_row_constraint, what + " fails on the zero row");
    }
    if (chip.layered) check_layered(chip, out);
    const std::vector<Interval> range = boolean_intervals(chip.expressions, booleans(chip));
    for (size_t j = 0; j < chip.interactions.size(); j++) {
        const Interaction& i = chip.interactions[j];
        const std::string what = "interaction " + std::to_string(j) + " on bus " + std::to_string(i.bus);
        if (chip.degree(i.multiplicity) > 2) add(Rule::interaction_degree, what + ": multiplicity");
        for (uint32_t v : i.values)
            if (chip.degree(v) > 2)
                add(Rule::interaction_degree, what + ": value of degree " + std::to_string(chip.degree(v)));
        if (!zero[i.multiplicity].is_zero()) add(Rule::zero_row_multiplicity, what + ": not 0 on the zero row");
        const Interval& m = range[i.multiplicity];
        if (!chip.free_multiplicities && !(m.lo >= 0 && m.hi <= 1) && !(m.lo >= -1 && m.hi <= 0))
            add(Rule::free_multiplicity, what + ": multiplicity is not 0 or 1 by any constraint");
    }
}

}  // namespace

std::vector<Violation> check_rules(std::span<const ChipStructure> chips, const ChipStructure* public_messages) {
    std::vector<Violation> out;
    std::set<std::string> names;
    std::map<uint32_t, std::pair<size_t, std::string>> lengths;  // bus -> message length, who said so first
    auto messages = [&](const ChipStructure& chip) {
        for (const Interaction& i : chip.interactions) {
            if (i.bus == 0 || i.bus >= F::P)
                out.push_back({Rule::bus_id, chip.name + ": bus " + std::to_string(i.bus)});
            const auto [it, first] = lengths.try_emplace(i.bus, i.values.size(), chip.name);
            if (i.values.empty() || it->second.first != i.values.size())
                out.push_back({Rule::message_length, chip.name + ": " + std::to_string(i.values.size()) +
                                                         " values on bus " + std::to_string(i.bus) + ", " +
                                                         std::to_string(it->second.first) + " in " +
                                                         it->second.second});
        }
    };
    for (const ChipStructure& chip : chips) {
        if (chip.name.empty() || !names.insert(chip.name).second)
            out.push_back({Rule::name, "chip name '" + chip.name + "'"});
        check_chip(chip, out);
        messages(chip);
    }
    if (public_messages) messages(*public_messages);
    return out;
}

}  // namespace ashlar::air
