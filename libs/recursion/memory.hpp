// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

#include "libs/recursion/gadgets.hpp"

namespace ashlar::recursion {

/// Memory: a function from addresses to elements of E. A row holds four cells, those of addresses 4 row .. 4 row + 3.
///
/// Each address occurs once: a row receives its number on a bus and sends the next one; the verifier sends 0 and
/// receives the number of rows (a public value that says nothing else). A closed cycle would take p rows.
struct MemoryTable {
    static constexpr std::string_view NAME = "memory";
    static constexpr bool FREE_MULTIPLICITIES = true;
    static constexpr uint32_t CELLS = 4;
    template <class T>
    struct Cell {
        T value[5];
        T multiplicity;
    };
    template <class T>
    struct Main {
        T is_real;
        T row;
        Cell<T> cell[CELLS];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        b.receive(BUS_MEMORY_ROW, m.is_real, {m.row});
        b.send(BUS_MEMORY_ROW, m.is_real, {m.row + F::ONE});
        for (uint32_t i = 0; i < CELLS; i++) {
            const Cell<V>& c = m.cell[i];
            b.zero(c.multiplicity * (F::ONE - m.is_real));
            const V at = m.row * F::from_canonical(CELLS) + F::from_canonical(i);
            b.receive(BUS_MEMORY, c.multiplicity, {at, c.value[0], c.value[1], c.value[2], c.value[3], c.value[4]});
        }
    }

    /// `cells` and `multiplicities` begin with the row's own; shorter lists are filled up with 0.
    static void fill_row(Main<F>& m, size_t row, std::span<const Ext> cells, std::span<const uint32_t> multiplicities) {
        m.is_real = F::ONE;
        m.row = F::from_canonical(static_cast<uint32_t>(row));
        for (size_t i = 0; i < CELLS && i < cells.size(); i++) {
            fill(m.cell[i].value, cells[i]);
            m.cell[i].multiplicity = F::from_canonical(multiplicities[i]);
        }
    }
};

}  // namespace ashlar::recursion
