// SPDX-License-Identifier: Apache-2.0
#include "libs/air/row_state.hpp"

#include <algorithm>

namespace ashlar::air {

namespace {
constexpr size_t MAX_TERMS = 400;  // of a sum that is put in order
}  // namespace

RowState::RowState(const ChipStructure& chip, const BusContracts& contracts, Columns columns, Chosen chosen)
    : chip_(chip), contracts_(contracts), fixed_(std::move(columns)), chosen_(std::move(chosen)) {
    solve();
    if (possible_) derive();
}

RowState RowState::with(uint32_t column, F value) const {
    auto columns = fixed_;
    columns[column] = value;
    return RowState(chip_, contracts_, std::move(columns), chosen_);
}

RowState RowState::with_alternative(size_t interaction, const MessageRanges& alternative) const {
    auto columns = fixed_;
    const Interaction& i = chip_.interactions[interaction];
    for (size_t v = 0; v < alternative.size() && v < i.values.size(); v++) {
        const Form& form = forms_[i.values[v]];
        if (form.kind == Form::affine && alternative[v].width() == 0)
            columns[form.column] = (element(alternative[v].lo) - form.b) * form.a.inverse();
    }
    auto chosen = chosen_;
    chosen[interaction] = alternative;
    return RowState(chip_, contracts_, std::move(columns), std::move(chosen));
}

int RowState::sign(size_t interaction) const {
    const Form& m = forms_[chip_.interactions[interaction].multiplicity];
    if (m.kind != Form::constant) return 0;
    return m.b == F::ONE ? 1 : m.b == -F::ONE ? -1 : 0;
}

std::vector<MessageRanges> RowState::told(size_t interaction) const {
    const int s = sign(interaction);
    if (s == 0) return {};
    if (const auto it = chosen_.find(interaction); it != chosen_.end()) return {it->second};
    const Interaction& i = chip_.interactions[interaction];
    std::vector<Interval> values;
    for (uint32_t v : i.values) values.push_back(range(v));
    auto alternatives = contracts_.tells(i.bus, s == 1, values);
    // Those that contradict what is known are out.
    std::erase_if(alternatives, [&](const MessageRanges& a) {
        for (size_t v = 0; v < a.size() && v < values.size(); v++)
            if (disjoint(values[v], a[v])) return true;
        return false;
    });
    return alternatives;
}

Interval RowState::range(std::initializer_list<std::pair<uint32_t, int>> sum) const {
    std::map<uint32_t, Wide> terms;
    Wide constant = 0;
    Interval plain = {0, 0};
    for (const auto& [node, c] : sum) plain = plain + range(node) * Interval{c, c};
    for (const auto& [node, c] : sum)
        if (!collect(node, c, terms, constant, true)) return plain;
    Interval r = {constant, constant};
    for (const auto& [node, c] : terms) r = r + range_[node] * Interval{c, c};
    return {std::max(r.lo, plain.lo), std::min(r.hi, plain.hi)};
}

Interval RowState::computed(uint32_t node) const {
    const Interval plain = compute(rep_[node]);
    std::map<uint32_t, Wide> terms;
    Wide constant = 0;
    if (!collect(node, 1, terms, constant, false)) return plain;
    Interval r = {constant, constant};
    for (const auto& [term, c] : terms) r = r + range_[term] * Interval{c, c};
    return {std::max(r.lo, plain.lo), std::min(r.hi, plain.hi)};
}

bool RowState::collect(uint32_t node, Wide c, std::map<uint32_t, Wide>& terms, Wide& constant,
                       bool stop_at_first) const {
    struct Item {
        uint32_t node;
        Wide c;
        bool stop;
    };
    std::vector<Item> stack{{node, c, stop_at_first}};
    for (size_t steps = 0; !stack.empty(); steps++) {
        if (steps > MAX_TERMS) return false;
        const Item item = stack.back();
        stack.pop_back();
        const uint32_t i = rep_[item.node];
        const Node& n = chip_.expressions[i];
        if (forms_[i].kind == Form::constant) {
            constant += item.c * constant_interval(forms_[i].b).lo;
            continue;
        }
        if (n.op == Op::column || (item.stop && facts_.contains(i))) {
            terms[i] += item.c;
            continue;
        }
        if (n.op == Op::add || n.op == Op::sub) {
            stack.push_back({n.a, item.c, true});
            stack.push_back({n.b, n.op == Op::add ? item.c : -item.c, true});
            continue;
        }
        const Form &x = forms_[n.a], &y = forms_[n.b];
        const bool cx = x.kind == Form::constant, cy = y.kind == Form::constant;
        const Wide k = cx ? constant_interval(x.b).lo : cy ? constant_interval(y.b).lo : 0;
        const Wide scaled = item.c * k;
        if ((cx || cy) && scaled < (Wide{1} << 60) && scaled > -(Wide{1} << 60))
            stack.push_back({cx ? n.b : n.a, scaled, true});
        else
            terms[i] += item.c;
    }
    return true;
}

void RowState::solve() {
    const Expressions& e = chip_.expressions;
    for (;;) {
        forms_.assign(e.size(), {});
        rep_.resize(e.size());
        for (uint32_t i = 0; i < e.size(); i++) set_form(i, e[i]);
        size_t before = fixed_.size();
        for (uint32_t c : chip_.constraints) {
            const Form& f = forms_[c];
            if (f.kind == Form::constant && !f.b.is_zero()) possible_ = false;
            if (f.kind == Form::affine) fixed_.try_emplace(f.column, -f.b * f.a.inverse());
        }
        if (!possible_ || fixed_.size() == before) return;
    }
}

void RowState::set_form(uint32_t i, const Node& n) {
    Form& f = forms_[i];
    rep_[i] = i;
    if (n.op == Op::constant) {
        f = {Form::constant, 0, F::ZERO, F::from_canonical(n.a)};
        return;
    }
    if (n.op == Op::column) {
        const auto it = fixed_.find(n.a);
        f = it != fixed_.end() ? Form{Form::constant, 0, F::ZERO, it->second}
                               : Form{Form::affine, n.a, F::ONE, F::ZERO};
        return;
    }
    const Form &x = forms_[n.a], &y = forms_[n.b];
    const bool cx = x.kind == Form::constant, cy = y.kind == Form::constant;
    if (n.op == Op::mul) {
        if (cx && cy) return void(f = {Form::constant, 0, F::ZERO, x.b * y.b});
        if ((cx && x.b.is_zero()) || (cy && y.b.is_zero())) return void(f = {Form::constant, 0, F::ZERO, F::ZERO});
        if (cx && x.b == F::ONE) rep_[i] = rep_[n.b];
        if (cy && y.b == F::ONE) rep_[i] = rep_[n.a];
        if (cx && y.kind == Form::affine) f = {Form::affine, y.column, y.a * x.b, y.b * x.b};
        if (cy && x.kind == Form::affine) f = {Form::affine, x.column, x.a * y.b, x.b * y.b};
        return;
    }
    const F sign = n.op == Op::add ? F::ONE : -F::ONE;
    if (cx && cy) return void(f = {Form::constant, 0, F::ZERO, x.b + sign * y.b});
    if (cy && y.b.is_zero()) rep_[i] = rep_[n.a];
    if (cx && x.b.is_zero() && n.op == Op::add) rep_[i] = rep_[n.b];
    if (x.kind == Form::other || y.kind == Form::other) return;
    if (!cx && !cy && x.column != y.column) return;
    f = {Form::affine, cx ? y.column : x.column, x.a + sign * y.a, x.b + sign * y.b};
    if (f.a.is_zero()) f = {Form::constant, 0, F::ZERO, f.b};
}

Interval RowState::compute(uint32_t i) const {
    const Node& n = chip_.expressions[i];
    if (forms_[i].kind == Form::constant) return constant_interval(forms_[i].b);
    switch (n.op) {
        case Op::constant:
            return constant_interval(F::from_canonical(n.a));
        case Op::column:
            return ELEMENTS;
        case Op::add:
            return range_[n.a] + range_[n.b];
        case Op::sub:
            return range_[n.a] - range_[n.b];
        case Op::mul: {
            Interval r = range_[n.a] * range_[n.b];
            if (rep_[n.a] == rep_[n.b]) r.lo = std::max(r.lo, Wide{0});
            return r;
        }
    }
    return ELEMENTS;
}

void RowState::compute_ranges() {
    range_.resize(chip_.expressions.size());
    for (uint32_t i = 0; i < range_.size(); i++) {
        if (rep_[i] != i) {
            range_[i] = range_[rep_[i]];
            continue;
        }
        range_[i] = compute(i);
        const auto it = facts_.find(i);
        if (it == facts_.end() || forms_[i].kind == Form::constant) continue;
        const bool column = chip_.expressions[i].op == Op::column;
        if (column || !comparable(range_[i], it->second)) {
            range_[i] = it->second;
        } else {
            range_[i] = {std::max(range_[i].lo, it->second.lo), std::min(range_[i].hi, it->second.hi)};
            if (range_[i].lo > range_[i].hi) possible_ = false, range_[i] = it->second;
        }
    }
}

void RowState::fact(uint32_t node, Interval r) {
    node = rep_[node];
    const Form& f = forms_[node];
    if (f.kind == Form::constant) {
        const Wide c = f.b.canonical();
        const Wide first = c + ((r.lo - c + (r.lo > c ? PRIME - 1 : 0)) / PRIME) * PRIME;
        if (r.width() < PRIME && !(first >= r.lo && first <= r.hi) && !(first + PRIME <= r.hi)) possible_ = false;
        return;
    }
    if (r.width() >= PRIME) return;
    const auto [it, first] = facts_.try_emplace(node, r);
    if (first) {
        changed_ = true;
    } else if (comparable(it->second, r)) {
        const Interval both = {std::max(it->second.lo, r.lo), std::min(it->second.hi, r.hi)};
        if (both.lo > both.hi) return void(possible_ = false);
        if (both == it->second) return;
        it->second = r = both;
        changed_ = true;
    } else {
        if (r.width() >= it->second.width()) return;
        it->second = r;
        changed_ = true;
    }
    const Node& n = chip_.expressions[node];
    if (n.op == Op::column || n.op == Op::constant) return;
    const Form &x = forms_[n.a], &y = forms_[n.b];
    const auto shifted = [](const Interval& i, const Interval& by) { return Interval{i.lo - by.lo, i.hi - by.lo}; };
    if (n.op != Op::mul && y.kind == Form::constant) {
        const Interval c = constant_interval(n.op == Op::add ? y.b : -y.b);
        fact(n.a, shifted(r, c));
    } else if (n.op != Op::mul && x.kind == Form::constant) {
        const Interval c = constant_interval(x.b);
        const Interval rest = shifted(r, c);
        fact(n.b, n.op == Op::add ? rest : Interval{-rest.hi, -rest.lo});
    } else if (n.op == Op::mul && x.kind == Form::constant && x.b == -F::ONE) {
        fact(n.b, {-r.hi, -r.lo});
    } else if (n.op == Op::mul && y.kind == Form::constant && y.b == -F::ONE) {
        fact(n.a, {-r.hi, -r.lo});
    }
}

std::optional<uint32_t> RowState::forced_boolean(uint32_t c) const {
    const Node& n = chip_.expressions[rep_[c]];
    if (n.op != Op::mul) return std::nullopt;
    const auto minus_one = [&](uint32_t node, uint32_t x) {
        const Node& m = chip_.expressions[rep_[node]];
        if (m.op != Op::sub) return false;
        const auto one = [&](uint32_t k) { return forms_[k].kind == Form::constant && forms_[k].b == F::ONE; };
        return (rep_[m.a] == rep_[x] && one(m.b)) || (rep_[m.b] == rep_[x] && one(m.a));
    };
    if (minus_one(n.b, n.a)) return rep_[n.a];
    if (minus_one(n.a, n.b)) return rep_[n.b];
    return std::nullopt;
}

void RowState::sum_is_zero(uint32_t constraint) {
    std::map<uint32_t, Wide> terms;
    Wide constant = 0;
    if (!collect(constraint, 1, terms, constant, true)) return;
    for (const auto& [column, c] : terms) {
        if (chip_.expressions[column].op != Op::column || (c != 1 && c != -1)) continue;
        Interval rest = {constant, constant};
        for (const auto& [term, k] : terms)
            if (term != column) rest = rest + range_[term] * Interval{k, k};
        fact(column, c == 1 ? Interval{-rest.hi, -rest.lo} : rest);
    }
}

void RowState::derive_limbs() {
    const LayeredPart* part = chip_.layered;
    if (!part) return;
    for (uint32_t i = 0; i < chip_.expressions.size(); i++) {
        const Node& n = chip_.expressions[i];
        if (n.op != Op::column || n.a < part->first_limb || n.a >= part->first_limb + part->num_limbs()) continue;
        const Wide zero = part->zero_limbs[n.a - part->first_limb].canonical();
        fact(i, {-zero, (Wide{1} << layers::LIMB_BITS) - 1 - zero});
    }
}

void RowState::derive() {
    facts_.clear();
    for (uint32_t b : chip_.booleans) fact(b, {0, 1});
    for (uint32_t c : chip_.constraints)
        if (const auto x = forced_boolean(c)) fact(*x, {0, 1});
    derive_limbs();
    for (int round = 0; round < 8 && possible_; round++) {
        changed_ = false;
        compute_ranges();
        for (size_t i = 0; i < chip_.interactions.size() && possible_; i++) {
            const int s = sign(i);
            if (s == 0) continue;
            const auto alternatives = told(i);
            if (alternatives.empty()) continue;
            MessageRanges all = alternatives[0];
            for (const MessageRanges& a : alternatives)
                for (size_t v = 0; v < all.size(); v++) all[v] = v < a.size() ? hull(all[v], a[v]) : UNKNOWN;
            for (size_t v = 0; v < all.size() && v < chip_.interactions[i].values.size(); v++)
                fact(chip_.interactions[i].values[v], all[v]);
        }
        for (uint32_t c : chip_.constraints) {
            if (!possible_) break;
            sum_is_zero(c);
        }
        if (!changed_) break;
    }
    if (possible_) compute_ranges();
}

}  // namespace ashlar::air
