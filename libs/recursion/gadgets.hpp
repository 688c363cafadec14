// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/field/extension.hpp"
#include "libs/recursion/buses.hpp"
#include "libs/recursion/instruction.hpp"

/// What the chips of the field machine share.
namespace ashlar::recursion {

using field::Ext;
using namespace field::literals;

/// State of the machine before an instruction: pc, the frame in use and the global frame.
template <class T>
struct State {
    T pc, fp, gp;
};

/// A cell at an offset from fp, or from gp.
template <class T>
struct Operand {
    T offset, is_global;
};

template <class V>
ASHLAR_INLINE V address(const State<V>& s, const Operand<V>& o) {
    return s.fp + o.is_global * (s.gp - s.fp) + o.offset;
}

/// The row's instruction: its entry of the program, and the way from its state to the next one. `flag` is 0 or 1.
template <class B, class V>
ASHLAR_INLINE void instruction(B& b, const V& flag, const State<V>& now, const State<V>& next, const V& op,
                               const std::array<V, 6>& field) {
    b.receive(BUS_STATE, flag, {now.pc, now.fp, now.gp});
    b.send(BUS_STATE, flag, {next.pc, next.fp, next.gp});
    b.send(BUS_PROGRAM, flag, {now.pc, op, field[0], field[1], field[2], field[3], field[4], field[5]});
}
/// The same for an instruction that the next one in the program follows.
template <class B, class V>
ASHLAR_INLINE void sequential(B& b, const V& flag, const State<V>& now, const V& op, const std::array<V, 6>& field) {
    instruction(b, flag, now, State<V>{V(now.pc + F::ONE), now.fp, now.gp}, op, field);
}

/// The cell at `at` holds `value`. Cells are written once, so a read and a write are the same statement.
template <class B, class V>
ASHLAR_INLINE void memory_cell(B& b, const V& flag, const V& at, const V (&value)[5]) {
    b.send(BUS_MEMORY, flag, {at, value[0], value[1], value[2], value[3], value[4]});
}
/// The same for a cell that holds an element of F.
template <class B, class V>
ASHLAR_INLINE void memory_base_cell(B& b, const V& flag, const V& at, const V& value) {
    b.send(BUS_MEMORY, flag, {at, value, V(F::ZERO), V(F::ZERO), V(F::ZERO), V(F::ZERO)});
}

/// Product in E = F[x]/(x^5 + x^2 - 1).
template <class V>
ASHLAR_INLINE std::array<V, 5> product(const V (&x)[5], const V (&y)[5]) {
    V c[9];
    for (V& v : c) v = V(F::ZERO);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) c[i + j] = i == 0 || j == 4 ? V(x[i] * y[j]) : V(c[i + j] + x[i] * y[j]);
    return {c[0] + c[5] - c[8], c[1] + c[6], c[2] - c[5] + c[7] + c[8], c[3] - c[6] + c[8], c[4] - c[7]};
}

/// Cells of an operand, of a state, of an element.
inline void fill(Operand<F>& o, F offset, bool is_global) { o = {offset, F::from_canonical(is_global)}; }
inline void fill(F (&cells)[5], const Ext& x) {
    for (size_t k = 0; k < 5; k++) cells[k] = x.c[k];
}

}  // namespace ashlar::recursion
