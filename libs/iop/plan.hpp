// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/air/symbolic.hpp"
#include "libs/iop/statement.hpp"

/// What the prover knows of a chip before it proves: which parts of the zerocheck's bracket are linear in the columns.
///
/// The bracket num + mu den + mu^2 sum lambda^k C_k is mostly linear: nearly all message values and many constraints
/// are. The linear part is one virtual column u = sum_c K_c col_c (plus a constant), which costs one product per cell
/// once and folds by itself; only the rest is evaluated point by point, and only the columns it reads are folded.
namespace ashlar::iop {

/// A linear form of the columns.
struct LinearForm {
    F constant = F::ZERO;
    std::vector<std::pair<uint32_t, F>> terms;  // column, coefficient
};

/// One summand of the bracket, in the order eval states them.
struct PlanItem {
    enum class Kind : uint8_t { constraint, multiplicity, value };
    Kind kind;
    uint32_t index;     // constraint, or interaction
    uint32_t position;  // of a value in its message, from 0
    bool nonlinear;
    LinearForm linear;  // if not nonlinear
    F at_zero;          // value on the zero row
};

struct TablePlan {
    uint32_t num_columns = 0;
    std::vector<uint32_t> buses;     // of each interaction
    std::vector<PlanItem> items;     // constraint: one; interaction: multiplicity, then values
    std::vector<uint8_t> nonlinear;  // flag of each item
    std::vector<uint32_t> used;      // columns that nonlinear items read, ascending
    bool nonlinear_interactions = false;
};

/// The weights of one proof, ready for the kernels.
struct TableCoefficients {
    std::vector<Ext> linear;     // K_c of each column
    Ext constant;                // of the linear part: message constants and alpha included
    std::vector<Ext> nonlinear;  // weight of each nonlinear item
    Ext nonlinear_at_zero;       // their sum on the zero row
};
TableCoefficients coefficients(const TablePlan& plan, const RowWeights& weights);

namespace detail {

/// Makes items from eval's statements.
class PlanBuilder : public air::BuilderBase<PlanBuilder, air::Symbolic> {
  public:
    PlanBuilder(const air::Expressions& expressions, TablePlan& plan) : expressions_(expressions), plan_(plan) {}
    void zero(const air::Symbolic& x) { add(PlanItem::Kind::constraint, constraints_++, 0, x); }
    void interaction(uint32_t bus, const air::Symbolic& multiplicity, std::span<const air::Symbolic> values) {
        const auto j = static_cast<uint32_t>(plan_.buses.size());
        plan_.buses.push_back(bus);
        add(PlanItem::Kind::multiplicity, j, 0, multiplicity);
        for (uint32_t i = 0; i < values.size(); i++) add(PlanItem::Kind::value, j, i, values[i]);
    }

  private:
    void add(PlanItem::Kind kind, uint32_t index, uint32_t position, const air::Symbolic& x);
    const air::Expressions& expressions_;
    TablePlan& plan_;
    std::vector<uint32_t> nodes_;
    uint32_t constraints_ = 0;
    friend void finish_plan(PlanBuilder& b);
};
/// Linear forms, flags and used columns from the items' expressions.
void finish_plan(PlanBuilder& b);

}  // namespace detail

template <air::Chip C>
TablePlan make_plan() {
    TablePlan plan;
    plan.num_columns = static_cast<uint32_t>(air::NUM_MAIN<C> + air::NUM_PREP<C>);
    air::Expressions expressions;
    air::detail::Scope scope(expressions);
    air::RowOf<C, air::Symbolic> row;
    for (uint32_t i = 0; i < plan.num_columns; i++) row[i] = air::Symbolic::node(expressions.column(i));
    detail::PlanBuilder b(expressions, plan);
    air::eval_chip<C>(b, row);
    detail::finish_plan(b);
    return plan;
}

}  // namespace ashlar::iop
