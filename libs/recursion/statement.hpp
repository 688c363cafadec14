// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/recursion/gadgets.hpp"

namespace ashlar::recursion {

/// What a proof says: the program ends, with these elements of F in the cells from FIRST_PUBLIC on. As public values of
/// the proof system: the number of the memory table's rows, which says nothing, then the cells. How many cells is a
/// matter of the program's key.
struct PublicStatement {
    static constexpr size_t NUM_PUBLIC = 1;

    template <class B>
    static void messages(B& b, std::span<const typename B::Value> v) {
        using V = typename B::Value;
        const V one = F::ONE;
        b.send(BUS_STATE, one, {V(F::from_canonical(ENTRY_PC)), V(F::ZERO), V(F::ZERO)});
        b.receive(BUS_STATE, one, {V(F::from_canonical(HALT_PC)), V(F::ZERO), V(F::ZERO)});
        b.send(BUS_MEMORY_ROW, one, {V(F::ZERO)});
        b.receive(BUS_MEMORY_ROW, one, {v[0]});
        memory_base_cell(b, one, V(F::from_canonical(CELL_ZERO)), V(F::ZERO));
        memory_base_cell(b, one, V(F::from_canonical(CELL_ONE)), one);
        for (uint32_t i = 1; i < v.size(); i++)
            memory_base_cell(b, one, V(F::from_canonical(FIRST_PUBLIC + i - 1)), v[i]);
    }

    static std::vector<F> values(uint32_t memory_rows, std::span<const F> output) {
        std::vector<F> v{F::from_canonical(memory_rows)};
        v.insert(v.end(), output.begin(), output.end());
        return v;
    }
};

}  // namespace ashlar::recursion
