// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "libs/recursion/gadgets.hpp"

namespace ashlar::recursion {

/// The program: entry i is the instruction at pc ENTRY_PC + i. The last entry fills the table to its height.
struct ProgramTable {
    static constexpr std::string_view NAME = "program";
    template <class T>
    struct Main {
        T multiplicity;
    };
    template <class T>
    struct Prep {
        T pc, op;
        T field[6];
    };
    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m, const Prep<typename B::Value>& p) {
        b.receive(BUS_PROGRAM, m.multiplicity,
                  {p.pc, p.op, p.field[0], p.field[1], p.field[2], p.field[3], p.field[4], p.field[5]});
    }
    static Prep<F> prep_row(uint32_t pc, const Instruction& i) {
        Prep<F> p{F::from_canonical(pc), F::from_canonical(i.op), {}};
        for (size_t k = 0; k < 6; k++) p.field[k] = i.field[k];
        return p;
    }
};

}  // namespace ashlar::recursion
