// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/plan.hpp"

#include <algorithm>
#include <map>

namespace ashlar::iop {

namespace {

using air::Node;
using air::Op;

/// Adds factor * node, a node of degree <= 1, to a form.
void add_linear(const air::Expressions& e, uint32_t root, F factor, F& constant, std::map<uint32_t, F>& terms) {
    std::vector<std::pair<uint32_t, F>> stack{{root, factor}};
    while (!stack.empty()) {
        const auto [id, f] = stack.back();
        stack.pop_back();
        const Node& n = e[id];
        switch (n.op) {
            case Op::constant:
                constant += f * F::from_canonical(n.a);
                break;
            case Op::column:
                terms.try_emplace(n.a, F::ZERO).first->second += f;
                break;
            case Op::add:
                stack.insert(stack.end(), {{n.a, f}, {n.b, f}});
                break;
            case Op::sub:
                stack.insert(stack.end(), {{n.a, f}, {n.b, -f}});
                break;
            case Op::mul: {
                const bool left = e[n.a].op == Op::constant;
                const F c = F::from_canonical(e[left ? n.a : n.b].a);
                stack.push_back({left ? n.b : n.a, f * c});
                break;
            }
        }
    }
}

/// Degree at most 1, and every product has a constant side: constant folding makes the second follow from the first.
bool is_linear(const air::Expressions& e, uint32_t id) { return e[id].degree <= 1; }

}  // namespace

namespace detail {

void PlanBuilder::add(PlanItem::Kind kind, uint32_t index, uint32_t position, const air::Symbolic& x) {
    plan_.items.push_back({kind, index, position, !is_linear(expressions_, x.id()), {}, F::ZERO});
    nodes_.push_back(x.id());
}

void finish_plan(PlanBuilder& b) {
    TablePlan& plan = b.plan_;
    const std::vector<F> zero = b.expressions_.at_zero();
    std::vector<uint8_t> reads(b.expressions_.size(), 0);
    for (size_t k = 0; k < plan.items.size(); k++) {
        PlanItem& item = plan.items[k];
        const uint32_t node = b.nodes_[k];
        item.at_zero = zero[node];
        plan.nonlinear.push_back(item.nonlinear);
        if (item.nonlinear) {
            reads[node] = 1;
            plan.nonlinear_interactions |= item.kind != PlanItem::Kind::constraint;
        } else {
            std::map<uint32_t, F> terms;
            add_linear(b.expressions_, node, F::ONE, item.linear.constant, terms);
            for (const auto& [column, c] : terms)
                if (!c.is_zero()) item.linear.terms.push_back({column, c});
        }
    }
    // Operands precede their node.
    for (size_t i = reads.size(); i-- > 0;) {
        if (!reads[i]) continue;
        const Node& n = b.expressions_[static_cast<uint32_t>(i)];
        if (n.op == Op::column)
            plan.used.push_back(n.a);
        else if (n.op != Op::constant)
            reads[n.a] = reads[n.b] = 1;
    }
    std::sort(plan.used.begin(), plan.used.end());
}

}  // namespace detail

TableCoefficients coefficients(const TablePlan& plan, const RowWeights& weights) {
    TableCoefficients out;
    out.linear.assign(plan.num_columns, Ext::zero());
    out.constant = out.nonlinear_at_zero = Ext::zero();
    const Ext mu2 = weights.mu.square();
    for (const PlanItem& item : plan.items) {
        Ext w;
        switch (item.kind) {
            case PlanItem::Kind::constraint:
                w = mu2 * weights.lambda_powers[item.index];
                break;
            case PlanItem::Kind::multiplicity:
                w = weights.prefix[item.index];
                out.constant +=
                    weights.mu * w * (weights.alpha + weights.w[0] * F::from_canonical(plan.buses[item.index]));
                break;
            case PlanItem::Kind::value:
                w = weights.mu * weights.prefix[item.index] * weights.w[item.position + 1];
                break;
        }
        if (item.nonlinear) {
            out.nonlinear.push_back(w);
            out.nonlinear_at_zero += w * item.at_zero;
        } else {
            out.constant += w * item.linear.constant;
            for (const auto& [column, c] : item.linear.terms) out.linear[column] += w * c;
        }
    }
    return out;
}

}  // namespace ashlar::iop
