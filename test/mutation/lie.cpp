// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/lie.hpp"

#include <algorithm>

#include "libs/chips/buses.hpp"

namespace ashlar::mutation {

namespace {

constexpr unsigned STEPS = 40;    // of Newton's method
constexpr size_t FEW_CELLS = 24;  // of a check, to try each of
constexpr size_t WIDE = 150;      // columns of a chip for which only straight lines are tried

/// A node and by how much it shall change.
struct Wish {
    uint32_t node;
    F by;
};

/// Rows next to an honest one in which a wish comes true and all but one check holds.
class Repair {
  public:
    Repair(const Row& honest, const std::vector<Fired>& fired, Check check, const machine::ProgramLayout& program,
           uint32_t released = ~uint32_t{0})
        : honest_(honest), fired_(fired), check_(check), program_(program), inputs_(inputs(honest)) {
        std::erase(inputs_, released);
        hold(honest_, base_);
    }

    /// How all cells change with a node that changes by 1, to first order; nullopt if it cannot.
    std::optional<std::vector<F>> direction(uint32_t node, bool backwards) const {
        Basis basis = base_;
        if (!want(honest_, node, honest_[node] + F::ONE, basis)) return std::nullopt;
        settle(honest_, backwards, basis);
        return basis.solve();
    }
    Row along(const std::vector<F>& direction, F by) const {
        std::vector<F> cells = honest_.cells();
        for (size_t c = 0; c < cells.size(); c++) cells[c] += by * direction[c];
        return Row(honest_.chip(), std::move(cells));
    }
    /// Newton's method from there; nullopt if the steps do not end.
    std::optional<Row> newton(Row at, const Wish& wish, bool backwards) const {
        for (unsigned step = 0; step < STEPS; step++) {
            Basis basis(at.chip().num_main, 1);
            want(at, wish.node, honest_[wish.node] + wish.by, basis);
            if (!hold(at, basis)) return std::nullopt;
            settle(at, backwards, basis);
            const std::vector<F> by = basis.solve();
            std::vector<F> cells = at.cells();
            for (size_t c = 0; c < cells.size(); c++) cells[c] += by[c];
            if (cells == at.cells()) return at;
            at = Row(at.chip(), std::move(cells));
        }
        return std::nullopt;
    }

  private:
    /// False if the equations before forbid it.
    static bool want(const Row& at, uint32_t node, F value, Basis& basis) {
        Sparse equation = at.gradient(node);
        const uint32_t right = at.chip().num_main;
        if (const F missing = value - at[node]; !missing.is_zero()) equation.emplace_back(right, -missing);
        return basis.insert(equation) || basis.rest().empty();
    }
    /// Inputs, constraints and the answers of lookups. False if they contradict what is there.
    bool hold(const Row& at, Basis& basis) const {
        const air::ChipStructure& chip = at.chip();
        bool possible = true;
        for (uint32_t node : inputs_) possible &= want(at, node, honest_[node], basis);
        for (size_t k = 0; k < chip.constraints.size(); k++)
            if (Check{Check::constraint, k} != check_) possible &= want(at, chip.constraints[k], F::ZERO, basis);
        for (const Fired& f : fired_) {
            if (Check{Check::interaction, f.interaction} == check_) continue;
            const auto& [bus, multiplicity, values] = chip.interactions[f.interaction];
            const size_t key = key_length(bus, honest_.message(f.interaction));
            const auto right = answer(bus, at.message(f.interaction), program_);
            if (!right) return false;
            for (size_t v = f.backward ? 0 : key; v < (f.backward ? key : values.size()); v++)
                possible &= want(at, values[v], f.backward ? honest_[values[v]] : (*right)[v], basis);
        }
        return possible;
    }
    /// As far as that goes: what other lookups ask stays, then cells do.
    void settle(const Row& at, bool backwards, Basis& basis) const {
        const air::ChipStructure& chip = at.chip();
        for (size_t i = 0; i < chip.interactions.size(); i++)
            if (is_lookup(chip.interactions[i].bus) && Check{Check::interaction, i} != check_)
                for (uint32_t v : chip.interactions[i].values)
                    if (chip.expressions[v].op != air::Op::constant) want(at, v, honest_[v], basis);
        for (uint32_t i = 0; i < chip.num_main && basis.rank() < chip.num_main; i++) {
            const uint32_t c = backwards ? chip.num_main - 1 - i : i;
            Sparse equation{{c, F::ONE}};
            if (const F d = at.cells()[c] - honest_.cells()[c]; !d.is_zero()) equation.emplace_back(chip.num_main, d);
            basis.insert(equation);
        }
    }

    const Row& honest_;
    const std::vector<Fired>& fired_;
    Check check_;
    const machine::ProgramLayout& program_;
    std::vector<uint32_t> inputs_;
    Basis base_{honest_.chip().num_main, 1};
};

void factors(const air::ChipStructure& chip, uint32_t node, std::vector<uint32_t>& out) {
    const air::Node& n = chip.expressions[node];
    if (n.op == air::Op::mul) factors(chip, n.a, out), factors(chip, n.b, out);
    if (n.op != air::Op::constant) out.push_back(node);
}

/// What to change: the check's own values, factors of its constraint, its cells.
std::vector<uint32_t> levers(const Row& honest, Check check) {
    const air::ChipStructure& chip = honest.chip();
    std::vector<uint32_t> nodes;
    if (check.kind == Check::constraint)
        factors(chip, chip.constraints[check.index], nodes);
    else
        for (uint32_t v : chip.interactions[check.index].values)
            if (chip.expressions[v].op != air::Op::constant) nodes.push_back(v);
    std::set<uint32_t> cells;
    for (uint32_t node : nodes)
        for (const auto& [c, x] : honest.gradient(node)) cells.insert(c);
    if (cells.size() <= FEW_CELLS)
        for (uint32_t node = 0; node < chip.expressions.size(); node++)
            if (chip.expressions[node].op == air::Op::column && cells.contains(chip.expressions[node].a) &&
                std::find(nodes.begin(), nodes.end(), node) == nodes.end())
                nodes.push_back(node);
    return nodes;
}
/// By how much.
const std::vector<F>& amounts() {
    static const auto all = [] {
        std::vector<F> out;
        for (int32_t x : {1, 2, 3, 7, 8, 32, 128, 256, 1024, 8192, 16384, 32768, 65536, 0x7800, 12345678})
            out.push_back(F::from_int(x)), out.push_back(F::from_int(-x));
        for (int32_t x : {2, 16, 256, 65536}) out.push_back(F::from_int(x).inverse());
        return out;
    }();
    return all;
}

}  // namespace

bool is_free(std::string_view chip, size_t interaction, size_t value) {
    if (chip == "bump") return interaction == 2 && value == 1;   // the time of a refresh
    if (chip == "hint_word") return value >= 2;                  // the word that is read
    if (chip == "ecall") return interaction == 5 && value >= 2;  // what a free call returns
    return false;
}

Verdict judge(const Row& honest, const Row& lie, const machine::ProgramLayout& program) {
    Verdict v{lie.broken(program)};
    if (!lie.speaks()) return v;
    const air::ChipStructure& chip = lie.chip();
    for (size_t i = 0; i < chip.interactions.size(); i++) {
        if (is_lookup(chip.interactions[i].bus) && !chip.free_multiplicities) continue;
        const F before = honest.multiplicity(i), after = lie.multiplicity(i);
        if (before != after && !chip.free_multiplicities) v.speaks_differently = true;
        if (before.is_zero() || after.is_zero()) continue;
        const auto a = honest.message(i), b = lie.message(i);
        for (size_t k = 0; k < a.size(); k++)
            if (a[k] != b[k] && !is_free(chip.name, i, k)) v.speaks_differently = true;
    }
    return v;
}

std::optional<Row> find_lie(const Row& honest, const std::vector<Fired>& fired, Check check,
                            const machine::ProgramLayout& program) {
    const air::ChipStructure& chip = honest.chip();
    const bool wide = chip.num_main > WIDE;
    const auto attempt = [&](const Repair& repair, uint32_t node, std::span<const F> by) -> std::optional<Row> {
        for (bool backwards : {false, true}) {
            if (wide && backwards) break;
            const auto direction = repair.direction(node, backwards);
            if (!direction) return std::nullopt;
            for (F x : by) {
                const Row line = repair.along(*direction, x);
                if (judge(honest, line, program).killer() == check) return line;
                if (wide) continue;
                auto lie = repair.newton(line, {node, x}, backwards);
                if (lie && judge(honest, *lie, program).killer() == check) return lie;
            }
        }
        return std::nullopt;
    };
    const Repair repair(honest, fired, check, program);
    for (uint32_t node : levers(honest, check))
        if (auto lie = attempt(repair, node, amounts())) return lie;
    // A memory word taken from the future: received as of a later time than it is sent with.
    for (size_t i = 0; i + 1 < chip.interactions.size(); i++) {
        const auto &from = chip.interactions[i], &to = chip.interactions[i + 1];
        if (from.bus != chips::BUS_MEMORY || to.bus != from.bus || from.values[0] != to.values[0]) continue;
        if (honest.multiplicity(i) != -F::ONE) continue;
        // Only of the access that the check looks at.
        const auto own = check.kind == Check::interaction && check.index > i && check.index <= i + 3;
        if (!own) continue;
        const Repair later(honest, fired, check, program, from.values[1]);
        const F now = honest[to.values[1]] - honest[from.values[1]];
        const F by[] = {now, now + F::ONE, now + F::from_canonical(1 << 16), now + F::from_canonical(0x123456)};
        if (auto lie = attempt(later, from.values[1], by)) return lie;
    }
    return std::nullopt;
}

}  // namespace ashlar::mutation
