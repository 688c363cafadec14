// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/chip_set.hpp"
#include "libs/air/rules.hpp"
#include "libs/air/symbolic.hpp"

namespace ashlar::air {

/// The structures of all chips of a set, in order.
template <class Set>
std::vector<ChipStructure> describe_all() {
    std::vector<ChipStructure> out;
    Set::for_each([&]<class C>() { out.push_back(describe<C>()); });
    return out;
}

/// The verifier's own messages as a chip without constraints whose columns are the public values. A Statement has
///   static constexpr size_t NUM_PUBLIC;
///   template <class B> static void messages(B& b, std::span<const typename B::Value> public_values);
template <class Statement>
ChipStructure describe_statement() {
    ChipStructure s;
    s.name = "public";
    s.num_main = Statement::NUM_PUBLIC;
    s.free_multiplicities = true;
    detail::Scope scope(s.expressions);
    std::vector<Symbolic> values;
    for (uint32_t i = 0; i < s.num_main; i++) values.push_back(Symbolic::node(s.expressions.column(i)));
    SymbolicBuilder b(s);
    Statement::messages(b, std::span<const Symbolic>(values));
    return s;
}

/// All rule violations of a set of chips with a statement; see check_rules.
template <class Statement, class Set>
std::vector<Violation> check_system() {
    const ChipStructure s = describe_statement<Statement>();
    return check_rules(describe_all<Set>(), &s);
}

}  // namespace ashlar::air
