// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/recursion/step.hpp"

namespace ashlar::recursion {

/// Coefficients of cells. Window: d = five in a row of those of x and y, from the r-th on. Extract: d = coefficient r
/// of x as an element of F.
struct SliceChip {
    static constexpr std::string_view NAME = "slice";
    static constexpr size_t WINDOWS = 4;
    template <class T>
    struct Main {
        T window[WINDOWS];  ///< one-hot with `extract`: r = 1 .. 4
        T extract[5];       ///< r = 0 .. 4
        State<T> state;
        Operand<T> operand[3];  ///< x, y, d
        T x[5], y[5];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        V windows = V(F::ZERO), extracts = V(F::ZERO), op = V(F::ZERO);
        for (uint32_t r = 0; r < WINDOWS; r++) {
            b.boolean(m.window[r]);
            windows += m.window[r];
            op += m.window[r] * F::from_canonical(OP_WINDOW + 8 * r);
        }
        for (uint32_t r = 0; r < 5; r++) {
            b.boolean(m.extract[r]);
            extracts += m.extract[r];
            op += m.extract[r] * F::from_canonical(OP_EXTRACT + 8 * r);
        }
        const V real = windows + extracts;
        b.boolean(windows);
        b.boolean(real);
        for (uint32_t k = 0; k < 3; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(b, real, m.state, op,
                   {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, V(F::ZERO), V(F::ZERO), V(F::ZERO)});
        V d[5];
        for (size_t k = 0; k < 5; k++) {
            d[k] = V(F::ZERO);
            for (size_t r = 1; r <= WINDOWS; r++) d[k] += m.window[r - 1] * (r + k < 5 ? m.x[r + k] : m.y[r + k - 5]);
        }
        for (size_t r = 0; r < 5; r++) d[0] += m.extract[r] * m.x[r];
        memory_cell(b, real, address(m.state, m.operand[0]), m.x);
        memory_cell(b, windows, address(m.state, m.operand[1]), m.y);
        memory_cell(b, real, address(m.state, m.operand[2]), d);
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        const bool window = r.instruction.op < OP_EXTRACT;
        const uint32_t rest = r.instruction.op - (window ? OP_WINDOW : OP_EXTRACT), flags = rest & 7;
        (window ? m.window[rest >> 3] : m.extract[rest >> 3]) = F::ONE;
        m.state = r.state();
        for (size_t k = 0; k < 3; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        fill(m.x, r.memory[r.address(0, flags & 1)]);
        if (window) fill(m.y, r.memory[r.address(1, flags & 2)]);
    }
};

/// The five coefficients of (x, y) from the r-th on.
constexpr Ext window_of(const Ext& x, const Ext& y, size_t r) {
    Ext d;
    for (size_t k = 0; k < 5; k++) d.c[k] = r + k < 5 ? x.c[r + k] : y.c[r + k - 5];
    return d;
}

}  // namespace ashlar::recursion
