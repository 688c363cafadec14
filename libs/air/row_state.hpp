// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "libs/air/integers.hpp"

namespace ashlar::air {

inline constexpr Wide PRIME = Wide{F::P};

/// What a node is when some columns are constants.
struct Form {
    enum Kind : uint8_t { constant, affine, other } kind = other;
    uint32_t column = 0;
    F a = F::ZERO, b = F::ZERO;  // a column + b
};

/// What is known of the integers on a row of a chip under assumptions: some columns are constants, some messages are
/// one of the alternatives of their bus. Facts follow from the row's constraints and from what its messages meet (see
/// integers.hpp).
class RowState {
  public:
    using Columns = std::map<uint32_t, F>;
    using Chosen = std::map<size_t, MessageRanges>;  // by interaction
    RowState(const ChipStructure& chip, const BusContracts& contracts, Columns columns, Chosen chosen = {});
    /// With one more column a constant.
    RowState with(uint32_t column, F value) const;
    /// With one alternative of an interaction's message: its single values become constants.
    RowState with_alternative(size_t interaction, const MessageRanges& alternative) const;
    /// No row is like this.
    bool possible() const { return possible_; }
    /// The integers a node can be.
    const Interval& range(uint32_t node) const { return range_[rep_[node]]; }
    const Form& form(uint32_t node) const { return forms_[node]; }
    bool fixed(uint32_t column) const { return fixed_.contains(column); }
    /// 1, -1, or 0 if the multiplicity is not decided to be one of these.
    int sign(size_t interaction) const;
    /// Whether a column's node is 0 or 1.
    bool is_boolean(uint32_t column_node) const {
        const auto it = facts_.find(column_node);
        return it != facts_.end() && it->second.inside({0, 1});
    }
    /// What the bus of a message that is really sent or received says of it: alternatives that do not contradict what
    /// is known; none if it says nothing or the multiplicity is not decided.
    std::vector<MessageRanges> told(size_t interaction) const;
    /// The interval of sum_k c_k node_k: like terms are put together first, since intervals do not cancel.
    Interval range(std::initializer_list<std::pair<uint32_t, int>> sum) const;
    /// The interval that operands alone give, without what lookups say of the node itself.
    Interval computed(uint32_t node) const;
    /// Neither a column nor a constant.
    bool is_compound(uint32_t node) const {
        const Op op = chip_.expressions[rep_[node]].op;
        return op != Op::column && op != Op::constant && forms_[node].kind != Form::constant;
    }
    /// The node that a node is once constants are folded.
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
    bool collect(uint32_t node, Wide c, std::map<uint32_t, Wide>& terms, Wide& constant, bool stop_at_first) const;
    /// Constants, and columns that a constraint of degree 1 determines, until nothing new follows.
    void solve();
    void set_form(uint32_t i, const Node& n);
    Interval compute(uint32_t i) const;
    void compute_ranges();
    /// Notes that the element `node`, read in [lo, hi], is so; goes down to what it determines.
    void fact(uint32_t node, Interval r);
    /// x if the constraint r is x (x - 1) or (x - 1) x.
    std::optional<uint32_t> forced_boolean(uint32_t c) const;
    /// A sum that is 0 bounds each column in it by the other terms.
    void sum_is_zero(uint32_t constraint);
    /// The outputs of a layered part are limbs (its inputs are bits: rules.hpp).
    void derive_limbs();
    /// Facts from constraints and messages, until nothing new follows.
    void derive();

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

}  // namespace ashlar::air
