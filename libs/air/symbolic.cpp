// SPDX-License-Identifier: Apache-2.0
#include "libs/air/symbolic.hpp"

#include <algorithm>

namespace ashlar::air {

namespace {
thread_local Expressions* current = nullptr;
}

namespace detail {
Scope::Scope(Expressions& e) : before_(current) { current = &e; }
Scope::~Scope() { current = before_; }
}  // namespace detail

uint32_t Expressions::intern(Node n) {
    const std::pair<uint64_t, uint32_t> key{uint64_t{n.a} << 32 | n.b, static_cast<uint32_t>(n.op)};
    const auto [it, inserted] = index_.try_emplace(key, static_cast<uint32_t>(nodes_.size()));
    if (inserted) nodes_.push_back(n);
    return it->second;
}

uint32_t Expressions::constant(F x) { return intern({Op::constant, x.canonical(), 0, 0}); }
uint32_t Expressions::column(uint32_t index) { return intern({Op::column, index, 0, 1}); }

uint32_t Expressions::binary(Op op, uint32_t a, uint32_t b) {
    const Node x = nodes_[a], y = nodes_[b];
    const bool ca = x.op == Op::constant, cb = y.op == Op::constant;
    if (ca && cb) {
        const F u = F::from_canonical(x.a), v = F::from_canonical(y.a);
        return constant(op == Op::add ? u + v : op == Op::sub ? u - v : u * v);
    }
    if (cb && y.a == 0) return op == Op::mul ? b : a;
    if (ca && x.a == 0 && op != Op::sub) return op == Op::mul ? a : b;
    if (op == Op::mul && ca && x.a == 1) return b;
    if (op == Op::mul && cb && y.a == 1) return a;
    return intern({op, a, b, op == Op::mul ? x.degree + y.degree : std::max(x.degree, y.degree)});
}

std::vector<F> Expressions::at_zero() const {
    std::vector<F> v(nodes_.size(), F::ZERO);
    for (size_t i = 0; i < nodes_.size(); i++) {
        const Node& n = nodes_[i];
        switch (n.op) {
            case Op::constant:
                v[i] = F::from_canonical(n.a);
                break;
            case Op::column:
                break;
            case Op::add:
                v[i] = v[n.a] + v[n.b];
                break;
            case Op::sub:
                v[i] = v[n.a] - v[n.b];
                break;
            case Op::mul:
                v[i] = v[n.a] * v[n.b];
                break;
        }
    }
    return v;
}

Symbolic::Symbolic(F constant) : id_(current->constant(constant)) {}

Symbolic Symbolic::binary(Op op, const Symbolic& a, const Symbolic& b) {
    return node(current->binary(op, a.id_, b.id_));
}

void SymbolicBuilder::interaction(uint32_t bus, const Symbolic& multiplicity, std::span<const Symbolic> values) {
    Interaction i{bus, multiplicity.id(), {}};
    for (const Symbolic& v : values) i.values.push_back(v.id());
    out_.interactions.push_back(std::move(i));
}

uint32_t ChipStructure::max_constraint_degree() const {
    uint32_t d = 0;
    for (uint32_t c : constraints) d = std::max(d, degree(c));
    return d;
}

uint32_t ChipStructure::max_interaction_degree() const {
    uint32_t d = 0;
    for (const Interaction& i : interactions) {
        d = std::max(d, degree(i.multiplicity));
        for (uint32_t v : i.values) d = std::max(d, degree(v));
    }
    return d;
}

std::vector<uint32_t> ChipStructure::words() const {
    std::vector<uint32_t> number(expressions.size(), ~0u), body;
    uint32_t next = 0;
    // Iterative depth-first walk: precompile chips have chains of thousands of additions.
    auto visit = [&](uint32_t root) {
        std::vector<uint32_t> stack{root};
        while (!stack.empty()) {
            const uint32_t id = stack.back();
            const Node& n = expressions[id];
            if (number[id] != ~0u) {
                stack.pop_back();
                continue;
            }
            const bool leaf = n.op == Op::constant || n.op == Op::column;
            if (!leaf && number[n.a] == ~0u) {
                stack.push_back(n.a);
                continue;
            }
            if (!leaf && number[n.b] == ~0u) {
                stack.push_back(n.b);
                continue;
            }
            number[id] = next++;
            body.push_back(static_cast<uint32_t>(n.op));
            body.push_back(leaf ? n.a : number[n.a]);
            if (!leaf) body.push_back(number[n.b]);
            stack.pop_back();
        }
        return number[root];
    };
    std::vector<uint32_t> roots{static_cast<uint32_t>(constraints.size())};
    for (uint32_t c : constraints) roots.push_back(visit(c));
    roots.push_back(static_cast<uint32_t>(interactions.size()));
    for (const Interaction& i : interactions) {
        roots.push_back(i.bus);
        roots.push_back(visit(i.multiplicity));
        roots.push_back(static_cast<uint32_t>(i.values.size()));
        for (uint32_t v : i.values) roots.push_back(visit(v));
    }
    std::vector<uint32_t> out{num_main, num_prep, next, static_cast<uint32_t>(body.size())};
    out.insert(out.end(), body.begin(), body.end());
    out.insert(out.end(), roots.begin(), roots.end());
    if (layered)
        for (uint32_t w : layered->words()) out.push_back(w);
    return out;
}

}  // namespace ashlar::air
