// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/row.hpp"

#include <algorithm>
#include <queue>

#include "libs/chips/core.hpp"
#include "libs/hash/poseidon2.hpp"
#include "libs/recursion/buses.hpp"
#include "test/soundness/lab.hpp"

namespace ashlar::mutation {

using namespace chips;

std::string to_string(const Check& check) {
    if (check.kind == Check::layers) return "layers";
    return (check.kind == Check::constraint ? "constraint " : "interaction ") + std::to_string(check.index);
}

bool is_lookup(uint32_t bus) {
    switch (bus) {
        case BUS_PROGRAM:
        case BUS_RANGE:
        case BUS_BYTE:
        case BUS_ADDRESS:
        case BUS_CALL_TABLE:
        case BUS_HASH:
        case BUS_PERMUTATION:
        case recursion::BUS_PROGRAM:
        case recursion::BUS_MEMORY:
        case recursion::BUS_TREE:
        case recursion::BUS_WEIGHT:
            return true;
        default:
            return false;
    }
}

size_t key_length(uint32_t bus, std::span<const F> values) {
    switch (bus) {
        case BUS_PROGRAM:
            return 1;
        case BUS_CALL_TABLE:
            return 2;
        case BUS_ADDRESS:
        case recursion::BUS_PROGRAM:  // pc
        case recursion::BUS_MEMORY:   // address
            return 1;
        case recursion::BUS_TREE:    // tree, level, index
        case recursion::BUS_WEIGHT:  // pointer, number of factors, z
            return 3;
        case BUS_BYTE:
            return 3;
        case BUS_HASH:
            return HASH_INPUTS + 1;
        case BUS_PERMUTATION:
            return PERMUTATION_WIDTH;
        case BUS_RANGE:
            return values[0].is_zero() ? 1 : 2;  // no bits: the value is 0
        default:
            return values.size();
    }
}

std::optional<std::vector<F>> answer(uint32_t bus, std::span<const F> v, const machine::ProgramLayout& program) {
    std::vector<F> out(v.begin(), v.end());
    const auto entry = [&](const auto& row) {
        const F* cells = reinterpret_cast<const F*>(&row);
        std::copy(cells, cells + out.size(), out.begin());
    };
    switch (bus) {
        case BUS_PROGRAM: {
            const uint32_t row = program.row_of(v[0].canonical());
            if (row == machine::ProgramLayout::NO_ROW) return std::nullopt;
            entry(ProgramTable::prep_row(program.entries[row]));
            break;
        }
        case BUS_CALL_TABLE: {
            const size_t i = CallTable::index(v[0].canonical(), v[1].canonical());
            if (i == CallTable::HEIGHT) return std::nullopt;
            entry(CallTable::prep_row(i));
            break;
        }
        case BUS_ADDRESS:
            out[1] = v[0].is_zero() ? F::ZERO : F::ONE;
            break;
        case BUS_BYTE:
            out[3] = v[0].canonical() == BYTE_AND ? F::reduce(v[1].canonical() & v[2].canonical()) : F::ZERO;
            break;
        case BUS_RANGE:
            if (v[0].is_zero()) out[1] = F::ZERO;
            break;
        case BUS_HASH:
        case BUS_PERMUTATION: {
            hash::Poseidon2<24>::State s{};
            const size_t inputs = key_length(bus, v);
            for (size_t i = 0; i < inputs; i++) s[bus == BUS_HASH && i + 1 == inputs ? 23 : i] = v[i];
            hash::Poseidon2<24>::permute(s);
            for (size_t i = inputs; i < v.size(); i++) out[i] = s[i - inputs];
            break;
        }
        default:
            break;
    }
    return out;
}

Row::Row(const air::ChipStructure& chip, std::vector<F> cells) : chip_(&chip), cells_(std::move(cells)) {
    const air::Expressions& e = chip.expressions;
    values_.resize(e.size());
    for (uint32_t i = 0; i < e.size(); i++) {
        const air::Node& n = e[i];
        values_[i] = n.op == air::Op::constant ? F::from_canonical(n.a)
                     : n.op == air::Op::column ? cells_[n.a]
                     : n.op == air::Op::add    ? values_[n.a] + values_[n.b]
                     : n.op == air::Op::sub    ? values_[n.a] - values_[n.b]
                                               : values_[n.a] * values_[n.b];
    }
}

const Sparse& Row::gradient(uint32_t root) const {
    const auto [kept, first] = gradients_.try_emplace(root);
    if (!first) return kept->second;
    const air::Expressions& e = chip_->expressions;
    static thread_local std::vector<F> adjoint;
    static thread_local std::vector<bool> seen;
    if (adjoint.size() < e.size()) adjoint.resize(e.size(), F::ZERO), seen.resize(e.size(), false);
    std::priority_queue<uint32_t> open;  // operands have smaller numbers
    Sparse& out = kept->second;
    const auto add = [&](uint32_t node, F x) {
        adjoint[node] += x;
        if (!seen[node]) seen[node] = true, open.push(node);
    };
    add(root, F::ONE);
    while (!open.empty()) {
        const uint32_t i = open.top();
        open.pop();
        const F x = adjoint[i];
        adjoint[i] = F::ZERO, seen[i] = false;
        if (x.is_zero()) continue;
        const air::Node& n = e[i];
        if (n.op == air::Op::column && n.a < chip_->num_main) out.emplace_back(n.a, x);
        if (n.op == air::Op::column || n.op == air::Op::constant) continue;
        if (n.op == air::Op::mul) {
            add(n.a, x * values_[n.b]);
            add(n.b, x * values_[n.a]);
        } else {
            add(n.a, x);
            add(n.b, n.op == air::Op::add ? x : -x);
        }
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return out;
}

std::vector<F> Row::message(size_t interaction) const {
    std::vector<F> out;
    for (uint32_t v : chip_->interactions[interaction].values) out.push_back(values_[v]);
    return out;
}

bool Row::speaks() const {
    for (size_t i = 0; i < chip_->interactions.size(); i++)
        if (!multiplicity(i).is_zero()) return true;
    return false;
}

std::vector<Check> Row::broken(const machine::ProgramLayout& program,
                               const std::optional<chips::ProgramEntry>& entry) const {
    std::vector<Check> out;
    for (size_t k = 0; k < chip_->constraints.size(); k++)
        if (!values_[chip_->constraints[k]].is_zero()) out.push_back({Check::constraint, k});
    if (chip_->layered && !chip_->layered->holds(cells_)) out.push_back({Check::layers, 0});
    for (size_t i = 0; i < chip_->interactions.size(); i++) {
        const uint32_t bus = chip_->interactions[i].bus;
        if (!is_lookup(bus) || chip_->free_multiplicities || multiplicity(i).is_zero()) continue;
        bool answered = test::has_answer(bus, message(i), program).value_or(true);
        if (entry && bus == BUS_PROGRAM) {
            const auto row = ProgramTable::prep_row(*entry);
            const F* cells = reinterpret_cast<const F*>(&row);
            const auto values = message(i);
            answered = std::equal(values.begin(), values.end(), cells);
        }
        if (!answered) out.push_back({Check::interaction, i});
    }
    return out;
}

}  // namespace ashlar::mutation
