// SPDX-License-Identifier: Apache-2.0
#include "libs/air/integers.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <unordered_map>

namespace ashlar::air {

namespace {

constexpr Wide PRIME = Wide{F::P};
constexpr unsigned MAX_SPLITS = 10;  // further cases of one claim, one in another
constexpr size_t MAX_STATES = 400;   // so many in all
constexpr size_t MAX_TERMS = 400;    // of a sum that is put in order
constexpr size_t FEW_COLUMNS = 12;   // of a constraint that ties flags together
constexpr size_t FEW_BOOLEANS = 24;  // up to so many, any boolean column is worth a split

/// What a node is when some columns are constants.
struct Form {
    enum Kind : uint8_t { constant, affine, other } kind = other;
    uint32_t column = 0;
    F a = F::ZERO, b = F::ZERO;  // a column + b
};

/// A chip under assumptions: some columns are constants.
class State {
  public:
    using Columns = std::map<uint32_t, F>;
    using Chosen = std::map<size_t, MessageRanges>;  // by interaction
    State(const ChipStructure& chip, const BusContracts& contracts, Columns columns, Chosen chosen = {})
        : chip_(chip), contracts_(contracts), fixed_(std::move(columns)), chosen_(std::move(chosen)) {
        solve();
        if (possible_) derive();
    }
    State with(uint32_t column, F value) const {
        auto columns = fixed_;
        columns[column] = value;
        return State(chip_, contracts_, std::move(columns), chosen_);
    }
    /// With alternative `k` of an interaction's message: its single values become constants.
    State with_alternative(size_t interaction, const MessageRanges& alternative) const {
        auto columns = fixed_;
        const Interaction& i = chip_.interactions[interaction];
        for (size_t v = 0; v < alternative.size() && v < i.values.size(); v++) {
            const Form& form = forms_[i.values[v]];
            if (form.kind == Form::affine && alternative[v].width() == 0)
                columns[form.column] = (element(alternative[v].lo) - form.b) * form.a.inverse();
        }
        auto chosen = chosen_;
        chosen[interaction] = alternative;
        return State(chip_, contracts_, std::move(columns), std::move(chosen));
    }

    /// No row is like this.
    bool possible() const { return possible_; }
    const Interval& range(uint32_t node) const { return range_[rep_[node]]; }
    const Form& form(uint32_t node) const { return forms_[node]; }
    bool fixed(uint32_t column) const { return fixed_.contains(column); }
    /// 1, -1, or 0 if the multiplicity is not decided to be one of these.
    int sign(size_t interaction) const {
        const Form& m = forms_[chip_.interactions[interaction].multiplicity];
        if (m.kind != Form::constant) return 0;
        return m.b == F::ONE ? 1 : m.b == -F::ONE ? -1 : 0;
    }
    bool is_boolean(uint32_t column_node) const {
        const auto it = facts_.find(column_node);
        return it != facts_.end() && it->second.inside({0, 1});
    }
    std::vector<MessageRanges> told(size_t interaction) const {
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
    /// The interval of sum_k c_k node_k: like terms are put together first, since intervals do not cancel.
    Interval range(std::initializer_list<std::pair<uint32_t, int>> sum) const {
        std::map<uint32_t, Wide> terms;
        Wide constant = 0;
        Interval plain = {0, 0};
        for (const auto& [node, c] : sum) {
            plain = c == 1 ? plain + range(node) : plain - range(node);
            if (!collect(node, c, terms, constant, true)) return plain;
        }
        Interval r = {constant, constant};
        for (const auto& [node, c] : terms) r = r + range_[node] * Interval{c, c};
        return {std::max(r.lo, plain.lo), std::min(r.hi, plain.hi)};
    }
    /// The interval that operands alone give, without what lookups say of the node itself.
    Interval computed(uint32_t node) const {
        const Interval plain = compute(rep_[node]);
        std::map<uint32_t, Wide> terms;
        Wide constant = 0;
        if (!collect(node, 1, terms, constant, false)) return plain;
        Interval r = {constant, constant};
        for (const auto& [term, c] : terms) r = r + range_[term] * Interval{c, c};
        return {std::max(r.lo, plain.lo), std::min(r.hi, plain.hi)};
    }
    bool is_compound(uint32_t node) const {
        const Op op = chip_.expressions[rep_[node]].op;
        return op != Op::column && op != Op::constant && forms_[node].kind != Form::constant;
    }
    uint32_t rep(uint32_t node) const { return rep_[node]; }

  private:
    static F element(Wide x) {
        const Wide r = ((x % PRIME) + PRIME) % PRIME;
        return F::from_canonical(static_cast<uint32_t>(r));
    }
    /// Whether two readings of one element must be the same integer.
    static bool comparable(const Interval& a, const Interval& b) { return hull(a, b).width() < PRIME; }
    static bool disjoint(const Interval& a, const Interval& b) {
        return comparable(a, b) && (a.hi < b.lo || b.hi < a.lo);
    }

    /// node times c as a sum of terms that are no sums. Stops at nodes with a fact (unless it is the first and
    /// `stop_at_first` is false): they stand for another integer than their operands give, maybe. False if too long.
    bool collect(uint32_t node, Wide c, std::map<uint32_t, Wide>& terms, Wide& constant, bool stop_at_first) const {
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

    /// Constants, and columns that a constraint of degree 1 determines, until nothing new follows.
    void solve() {
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
    void set_form(uint32_t i, const Node& n) {
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

    Interval compute(uint32_t i) const {
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
    void compute_ranges() {
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

    /// Notes that the element `node`, read in [lo, hi], is so; goes down to what it determines.
    void fact(uint32_t node, Interval r) {
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
        } else if (n.op == Op::mul && (x.b == -F::ONE || y.b == -F::ONE) &&
                   (x.kind == Form::constant || y.kind == Form::constant)) {
            fact(x.kind == Form::constant ? n.b : n.a, {-r.hi, -r.lo});
        }
    }

    /// x if the constraint r is x (x - 1) or (x - 1) x.
    std::optional<uint32_t> forced_boolean(uint32_t c) const {
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

    /// A sum that is 0 bounds each column in it by the other terms.
    void sum_is_zero(uint32_t constraint) {
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

    /// Facts from constraints and messages, until nothing new follows.
    void derive() {
        facts_.clear();
        for (uint32_t b : chip_.booleans) fact(b, {0, 1});
        for (uint32_t c : chip_.constraints)
            if (const auto x = forced_boolean(c)) fact(*x, {0, 1});
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

    const ChipStructure& chip_;
    const BusContracts& contracts_;
    Columns fixed_;
    Chosen chosen_;
    std::vector<Form> forms_;
    std::vector<uint32_t> rep_;  // the node that a node is, once constants are folded
    std::vector<Interval> range_;
    std::unordered_map<uint32_t, Interval> facts_;  // by rep
    bool possible_ = true;
    bool changed_ = false;
};

class Analyser {
  public:
    Analyser(const ChipStructure& chip, const BusContracts& contracts) : chip_(chip), contracts_(contracts) {
        const Expressions& e = chip.expressions;
        column_node_.assign(chip.num_main + chip.num_prep, ChipStructure::NONE);
        for (uint32_t i = 0; i < e.size(); i++)
            if (e[i].op == Op::column) column_node_[e[i].a] = i;
        const State any(chip, contracts, {});
        if (!any.possible()) return;
        for (uint32_t c = 0; c < column_node_.size(); c++)
            if (column_node_[c] != ChipStructure::NONE && any.is_boolean(column_node_[c])) booleans_.insert(c);
    }

    std::vector<IntegerFinding> run(Weights weights) {
        check_same();
        if (weights != Weights::field) check_declared(weights);
        std::set<uint32_t> speaking;
        for (const Interaction& i : chip_.interactions)
            if (chip_.expressions[i.multiplicity].op != Op::constant) speaking.insert(i.multiplicity);
        // Chips that answer lookups with free multiplicities speak for no one: their rows are judged by whoever asks.
        if (!chip_.free_multiplicities)
            for (uint32_t m : speaking) check_cases(m, true);
        std::set<uint32_t> conditions;
        for (const auto& e : chip_.integer_equations)
            if (e.when != ChipStructure::NONE) conditions.insert(e.when);
        for (uint32_t w : conditions) check_cases(w, false);
        return std::move(findings_);
    }

  private:
    /// Columns below a node.
    std::set<uint32_t> support(const std::vector<uint32_t>& roots) const {
        std::set<uint32_t> seen, columns;
        std::vector<uint32_t> stack = roots;
        while (!stack.empty()) {
            const uint32_t i = stack.back();
            stack.pop_back();
            if (!seen.insert(i).second) continue;
            const Node& n = chip_.expressions[i];
            if (n.op == Op::column) columns.insert(n.a);
            if (n.op == Op::column || n.op == Op::constant) continue;
            stack.push_back(n.a);
            stack.push_back(n.b);
        }
        return columns;
    }

    /// Boolean columns that stand with one of `columns` in a constraint of few columns: flags that decide each other.
    std::set<uint32_t> related_booleans(const std::set<uint32_t>& columns) const {
        std::set<uint32_t> out;
        for (uint32_t c : chip_.constraints) {
            const std::set<uint32_t> here = support({c});
            if (here.size() > FEW_COLUMNS) continue;
            if (std::none_of(here.begin(), here.end(), [&](uint32_t x) { return columns.contains(x); })) continue;
            for (uint32_t x : here)
                if (booleans_.contains(x)) out.insert(x);
        }
        return out;
    }

    /// States in which `condition` is 1 (or -1 for a multiplicity), over all values of the booleans it is made of.
    std::vector<State> cases(uint32_t condition, bool multiplicity) {
        std::vector<State> open{State(chip_, contracts_, {})};
        for (uint32_t c : support({condition})) {
            if (!booleans_.contains(c)) continue;
            std::vector<State> next;
            for (const State& s : open) {
                if (!s.possible()) continue;
                if (s.fixed(c)) {
                    next.push_back(s);
                    continue;
                }
                for (F v : {F::ZERO, F::ONE})
                    if (State t = s.with(c, v); t.possible()) next.push_back(std::move(t));
            }
            open = std::move(next);
        }
        std::vector<State> out;
        for (State& s : open) {
            const Form& f = s.form(condition);
            if (!s.possible()) continue;
            if (f.kind != Form::constant)
                add(IntegerRule::undecided, "a condition over columns that are no booleans");
            else if (f.b == F::ONE || (multiplicity && f.b == -F::ONE))
                out.push_back(std::move(s));
        }
        return out;
    }

    /// Whether a claim is true, with further cases where it takes them: first over the booleans it is made of, then
    /// over flags that stand with the row's own.
    template <class Claim>
    bool holds(const State& s, const Claim& claim, const std::vector<uint32_t>& roots,
               const std::set<uint32_t>& related) const {
        for (const auto& first : {std::set<uint32_t>{}, related}) {
            size_t states = MAX_STATES;
            if (split(s, claim, roots, first, 0, states)) return true;
        }
        return false;
    }
    template <class Claim>
    bool split(const State& s, const Claim& claim, const std::vector<uint32_t>& roots,
               const std::set<uint32_t>& related, unsigned depth, size_t& states) const {
        if (!s.possible() || claim(s)) return true;
        if (depth == MAX_SPLITS || states-- == 0) return states++, false;
        const auto both = [&](uint32_t column) {
            return split(s.with(column, F::ZERO), claim, roots, related, depth + 1, states) &&
                   split(s.with(column, F::ONE), claim, roots, related, depth + 1, states);
        };
        for (uint32_t c : related)
            if (!s.fixed(c)) return both(c);
        for (uint32_t c : support(roots))
            if (!s.fixed(c) && s.is_boolean(column_node_[c])) return both(c);
        for (size_t i = 0; i < chip_.interactions.size(); i++) {
            if (s.sign(i) == 0) continue;
            const auto alternatives = s.told(i);
            if (alternatives.size() < 2) continue;
            for (const MessageRanges& a : alternatives)
                if (!split(s.with_alternative(i, a), claim, roots, related, depth + 1, states)) return false;
            return true;
        }
        if (booleans_.size() <= FEW_BOOLEANS)
            for (uint32_t c : booleans_)
                if (!s.fixed(c)) return both(c);
        return false;
    }

    void check_cases(uint32_t condition, bool multiplicity) {
        const std::set<uint32_t> related = related_booleans(support({condition}));
        for (const State& s : cases(condition, multiplicity)) {
            for (size_t k = 0; k < chip_.integer_equations.size(); k++) {
                const auto& e = chip_.integer_equations[k];
                if (multiplicity ? e.when != ChipStructure::NONE : e.when != condition) continue;
                const auto sound = [&](const State& t) {
                    const Interval d = t.range({{e.lhs, 1}, {e.rhs, -1}});
                    return d.lo > -PRIME && d.hi < PRIME;
                };
                if (!holds(s, sound, {e.lhs, e.rhs}, related))
                    add(IntegerRule::wraps, "integer equation " + std::to_string(k) + ": its sides can differ by p");
            }
            if (!multiplicity) continue;
            for (uint32_t k : weighted_) {
                const uint32_t c = chip_.constraints[k];
                if (!holds(s, [&](const State& t) { return of_integers(t, c); }, {c}, related)) complain_of_weights(k);
            }
            for (size_t k = 0; k < chip_.bounds.size(); k++) {
                const auto& b = chip_.bounds[k];
                const Interval stated = {b.lo, b.hi};
                if (!holds(
                        s, [&](const State& t) { return t.range({{b.value, 1}}).inside(stated); }, {b.value}, related))
                    add(IntegerRule::bound, "bound " + std::to_string(k) + " does not follow");
            }
            for (size_t k = 0; k < chip_.interactions.size(); k++) check_message(s, k, related);
        }
    }

    /// The value stays within (-p, p), but for terms x w with a column w that is an inverse or the like: then x does,
    /// so that x is 0 in F only if it is 0.
    bool of_integers(const State& t, uint32_t node) const {
        const auto small = [](const Interval& i) { return i.lo > -PRIME && i.hi < PRIME; };
        if (small(t.range({{node, 1}}))) return true;
        Interval rest = {0, 0};
        std::vector<std::pair<uint32_t, bool>> stack{{node, false}};  // node, negated
        while (!stack.empty()) {
            const auto [at, negated] = stack.back();
            stack.pop_back();
            const uint32_t i = t.rep(at);
            const Node& n = chip_.expressions[i];
            if ((n.op == Op::add || n.op == Op::sub) && t.form(i).kind != Form::constant) {
                stack.push_back({n.a, negated});
                stack.push_back({n.b, negated != (n.op == Op::sub)});
                continue;
            }
            if (n.op == Op::mul && !small(t.range(i))) {
                const auto witness = [&](uint32_t w, uint32_t x) {
                    const uint32_t c = t.rep(w);
                    return chip_.expressions[c].op == Op::column && t.range(c) == ELEMENTS && small(t.range({{x, 1}}));
                };
                // A product alone is 0 where a factor is.
                const bool alone = i == t.rep(node) && t.form(n.a).kind != Form::constant &&
                                   t.form(n.b).kind != Form::constant && of_integers(t, n.a) && of_integers(t, n.b);
                if (!witness(n.a, n.b) && !witness(n.b, n.a) && !alone) return false;
                continue;
            }
            rest = negated ? rest - t.range(i) : rest + t.range(i);
        }
        return small(rest);
    }

    void check_message(const State& s, size_t k, const std::set<uint32_t>& related) {
        const int sign = s.sign(k);
        if (sign == 0) return;
        const Interaction& i = chip_.interactions[k];
        const std::string what = "interaction " + std::to_string(k) + " on bus " + std::to_string(i.bus) + ", value ";
        const MessageRanges asked = contracts_.asks(i.bus, sign == 1);
        for (size_t v = 0; v < asked.size() && v < i.values.size(); v++)
            if (!holds(
                    s, [&](const State& t) { return t.range({{i.values[v], 1}}).inside(asked[v]); }, {i.values[v]},
                    related))
                add(IntegerRule::duty, what + std::to_string(v) + ": outside what the bus asks");
        for (size_t v = 0; v < i.values.size(); v++) {
            if (quotients().contains(i.values[v])) continue;
            const auto in_table = [&](const State& t) {
                if (!t.is_compound(i.values[v]) || quotients().contains(t.rep(i.values[v]))) return true;
                for (const MessageRanges& a : t.told(k))
                    if (v < a.size() && a[v].width() < PRIME && hull(t.computed(i.values[v]), a[v]).width() >= PRIME)
                        return false;
                return true;
            };
            if (!holds(s, in_table, {i.values[v]}, related))
                add(IntegerRule::lookup, what + std::to_string(v) + ": can wrap around p");
        }
    }

    /// Sides of same_integers are the same polynomial, up to an error of degree / p at three points.
    void check_same() {
        std::mt19937 random(1);
        for (int point = 0; point < 3; point++) {
            const auto columns = [&] {
                std::vector<F> c(column_node_.size());
                for (F& x : c) x = F::reduce(static_cast<uint32_t>(random()));
                return c;
            }();
            std::vector<F> v(chip_.expressions.size());
            for (uint32_t i = 0; i < v.size(); i++) {
                const Node& n = chip_.expressions[i];
                v[i] = n.op == Op::constant ? F::from_canonical(n.a)
                       : n.op == Op::column ? columns[n.a]
                       : n.op == Op::add    ? v[n.a] + v[n.b]
                       : n.op == Op::sub    ? v[n.a] - v[n.b]
                                            : v[n.a] * v[n.b];
            }
            for (size_t k = 0; k < chip_.integer_equations.size(); k++) {
                const auto& e = chip_.integer_equations[k];
                if (e.constraint == ChipStructure::NONE && v[e.lhs] != v[e.rhs])
                    add(IntegerRule::not_same,
                        "integer equation " + std::to_string(k) + ": the sides are not the same");
            }
        }
    }

    /// An inverse of 2^8 or 2^16.
    static bool is_inverse(F c) {
        return c * F::from_canonical(1 << 16) == F::ONE || c * F::from_canonical(1 << 8) == F::ONE;
    }
    static bool is_weight(F c) { return size_of(c) >= 2; }
    static uint32_t size_of(F c) { return std::min(c.canonical(), F::P - c.canonical()); }
    /// The other operand of a product with a constant of a kind.
    std::optional<uint32_t> scaled(uint32_t node, bool (*kind)(F)) const {
        const Node& n = chip_.expressions[node];
        if (n.op != Op::mul) return std::nullopt;
        const Node &x = chip_.expressions[n.a], &y = chip_.expressions[n.b];
        if (y.op == Op::constant && x.op != Op::constant && kind(F::from_canonical(y.a))) return n.a;
        if (x.op == Op::constant && y.op != Op::constant && kind(F::from_canonical(x.a))) return n.b;
        return std::nullopt;
    }

    /// Quotients that are no columns: products with an inverse that stand in a declared same_integers.
    const std::set<uint32_t>& quotients() const {
        if (quotients_) return *quotients_;
        quotients_.emplace();
        for (const auto& e : chip_.integer_equations) {
            if (e.constraint != ChipStructure::NONE) continue;
            for (uint32_t side : {e.lhs, e.rhs})
                if (const auto q = scaled(side, is_weight); q && scaled(*q, is_inverse)) quotients_->insert(*q);
        }
        return *quotients_;
    }

    void check_declared(Weights weights) {
        std::set<uint32_t> declared;
        for (const auto& e : chip_.integer_equations)
            if (e.constraint != ChipStructure::NONE) declared.insert(static_cast<uint32_t>(e.constraint));
        std::set<uint32_t> complained;
        const auto visit = [&](uint32_t root, auto&& each) {
            std::set<uint32_t> seen;
            std::vector<uint32_t> stack{root};
            while (!stack.empty()) {
                const uint32_t i = stack.back();
                stack.pop_back();
                if (!seen.insert(i).second) continue;
                const Node& n = chip_.expressions[i];
                if (n.op == Op::column || n.op == Op::constant) continue;
                if (!each(i)) continue;
                stack.push_back(n.a);
                stack.push_back(n.b);
            }
        };
        const auto undeclared_quotient = [&](uint32_t i) {
            if (quotients().contains(i)) return true;
            if (scaled(i, is_inverse) && complained.insert(i).second)
                add(IntegerRule::undeclared, "a product with an inverse that no same_integers() declares");
            return true;
        };
        for (const Interaction& i : chip_.interactions)
            for (uint32_t v : i.values) visit(v, undeclared_quotient);
        for (size_t k = 0; k < chip_.constraints.size(); k++) {
            visit(chip_.constraints[k], undeclared_quotient);
            if (declared.contains(static_cast<uint32_t>(k))) continue;
            bool weighted = false;
            visit(chip_.constraints[k], [&](uint32_t i) {
                if (quotients().contains(i)) return false;  // declared by itself
                weighted = weighted || scaled(i, is_weight);
                return true;
            });
            if (!weighted) continue;
            if (weights == Weights::declared)
                complain_of_weights(k);
            else
                weighted_.push_back(static_cast<uint32_t>(k));
        }
    }

    void complain_of_weights(size_t k) {
        add(IntegerRule::undeclared,
            "constraint " + std::to_string(k) + " has weights, but is not declared as one of integers");
    }
    void add(IntegerRule rule, const std::string& text) {
        if (texts_.insert(text).second) findings_.push_back({rule, chip_.name + ": " + text});
    }

    const ChipStructure& chip_;
    const BusContracts& contracts_;
    std::vector<uint32_t> column_node_;
    std::set<uint32_t> booleans_;     // columns that are 0 or 1 on every row
    std::vector<uint32_t> weighted_;  // constraints to show to be equations of integers
    mutable std::optional<std::set<uint32_t>> quotients_;
    std::set<std::string> texts_;
    std::vector<IntegerFinding> findings_;
};

}  // namespace

std::vector<IntegerFinding> check_integers(const ChipStructure& chip, const BusContracts& contracts, Weights weights) {
    return Analyser(chip, contracts).run(weights);
}

}  // namespace ashlar::air
