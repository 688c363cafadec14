// SPDX-License-Identifier: Apache-2.0
#include "libs/air/integers.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "libs/air/row_state.hpp"

namespace ashlar::air {

namespace {

constexpr unsigned MAX_SPLITS = 10;  // further cases of one claim, one in another
constexpr size_t MAX_STATES = 400;   // so many in all
constexpr size_t FEW_COLUMNS = 12;   // of a constraint that ties flags together
constexpr size_t FEW_BOOLEANS = 24;  // up to so many, any boolean column is worth a split

class Analyser {
  public:
    Analyser(const ChipStructure& chip, const BusContracts& contracts) : chip_(chip), contracts_(contracts) {
        const Expressions& e = chip.expressions;
        column_node_.assign(chip.num_main + chip.num_prep, ChipStructure::NONE);
        for (uint32_t i = 0; i < e.size(); i++)
            if (e[i].op == Op::column) column_node_[e[i].a] = i;
        const RowState any(chip, contracts, {});
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
    std::vector<RowState> cases(uint32_t condition, bool multiplicity) {
        std::vector<RowState> open{RowState(chip_, contracts_, {})};
        for (uint32_t c : support({condition})) {
            if (!booleans_.contains(c)) continue;
            std::vector<RowState> next;
            for (const RowState& s : open) {
                if (!s.possible()) continue;
                if (s.fixed(c)) {
                    next.push_back(s);
                    continue;
                }
                for (F v : {F::ZERO, F::ONE})
                    if (RowState t = s.with(c, v); t.possible()) next.push_back(std::move(t));
            }
            open = std::move(next);
        }
        std::vector<RowState> out;
        for (RowState& s : open) {
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
    bool holds(const RowState& s, const Claim& claim, const std::vector<uint32_t>& roots,
               const std::set<uint32_t>& related) const {
        for (const auto& first : {std::set<uint32_t>{}, related}) {
            size_t states = MAX_STATES;
            if (split(s, claim, roots, first, 0, states)) return true;
        }
        return false;
    }
    template <class Claim>
    bool split(const RowState& s, const Claim& claim, const std::vector<uint32_t>& roots,
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
        for (const RowState& s : cases(condition, multiplicity)) {
            for (size_t k = 0; k < chip_.integer_equations.size(); k++) {
                const auto& e = chip_.integer_equations[k];
                if (multiplicity ? e.when != ChipStructure::NONE : e.when != condition) continue;
                const auto sound = [&](const RowState& t) {
                    const Interval d = t.range({{e.lhs, 1}, {e.rhs, -1}});
                    return d.lo > -PRIME && d.hi < PRIME;
                };
                if (!holds(s, sound, {e.lhs, e.rhs}, related))
                    add(IntegerRule::wraps, "integer equation " + std::to_string(k) + ": its sides can differ by p");
            }
            if (!multiplicity) continue;
            for (uint32_t k : to_show_) {
                const uint32_t c = chip_.constraints[k];
                if (!holds(s, [&](const RowState& t) { return of_integers(t, c); }, {c}, related))
                    complain_of_weights(k);
            }
            for (size_t k = 0; k < chip_.bounds.size(); k++) {
                const auto& b = chip_.bounds[k];
                const Interval stated = {b.lo, b.hi};
                if (!holds(
                        s, [&](const RowState& t) { return t.range({{b.value, 1}}).inside(stated); }, {b.value},
                        related))
                    add(IntegerRule::bound, "bound " + std::to_string(k) + " does not follow");
            }
            for (size_t k = 0; k < chip_.interactions.size(); k++) check_message(s, k, related);
        }
    }

    /// The value stays within (-p, p), but for terms x w with a column w that is an inverse or the like: then x does,
    /// so that x is 0 in F only if it is 0.
    bool of_integers(const RowState& t, uint32_t node) const {
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

    void check_message(const RowState& s, size_t k, const std::set<uint32_t>& related) {
        const int sign = s.sign(k);
        if (sign == 0) return;
        const Interaction& i = chip_.interactions[k];
        const std::string what = "interaction " + std::to_string(k) + " on bus " + std::to_string(i.bus) + ", value ";
        const MessageRanges asked = contracts_.asks(i.bus, sign == 1);
        for (size_t v = 0; v < asked.size() && v < i.values.size(); v++)
            if (!holds(
                    s, [&](const RowState& t) { return t.range({{i.values[v], 1}}).inside(asked[v]); }, {i.values[v]},
                    related))
                add(IntegerRule::duty, what + std::to_string(v) + ": outside what the bus asks");
        for (size_t v = 0; v < i.values.size(); v++) {
            if (quotients().contains(i.values[v])) continue;
            const auto in_table = [&](const RowState& t) {
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

    /// A product of two values of which none is a constant or a boolean column.
    bool is_product(uint32_t node) const {
        const Node& n = chip_.expressions[node];
        if (n.op != Op::mul) return false;
        const auto plain = [&](uint32_t i) {
            const Node& x = chip_.expressions[i];
            return x.op == Op::constant || (x.op == Op::column && booleans_.contains(x.a));
        };
        return !plain(n.a) && !plain(n.b);
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
            bool weighted = false, product = false;
            visit(chip_.constraints[k], [&](uint32_t i) {
                if (quotients().contains(i)) return false;  // declared by itself
                weighted = weighted || scaled(i, is_weight);
                product = product || is_product(i);
                return true;
            });
            if (weighted && weights == Weights::declared)
                complain_of_weights(k);
            else if (weighted || product)
                to_show_.push_back(static_cast<uint32_t>(k));
        }
    }

    void complain_of_weights(size_t k) {
        add(IntegerRule::undeclared,
            "constraint " + std::to_string(k) + " has weights or products, but is not declared as one of integers");
    }
    void add(IntegerRule rule, const std::string& text) {
        if (texts_.insert(text).second) findings_.push_back({rule, chip_.name + ": " + text});
    }

    const ChipStructure& chip_;
    const BusContracts& contracts_;
    std::vector<uint32_t> column_node_;
    std::set<uint32_t> booleans_;    // columns that are 0 or 1 on every row
    std::vector<uint32_t> to_show_;  // constraints to show to be equations of integers
    mutable std::optional<std::set<uint32_t>> quotients_;
    std::set<std::string> texts_;
    std::vector<IntegerFinding> findings_;
};

}  // namespace

std::vector<IntegerFinding> check_integers(const ChipStructure& chip, const BusContracts& contracts, Weights weights) {
    return Analyser(chip, contracts).run(weights);
}

}  // namespace ashlar::air
