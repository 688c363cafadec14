// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/chips/buses.hpp"
#include "libs/hash/digest.hpp"
#include "libs/recursion/step.hpp"

namespace ashlar::recursion {

/// A state of the permutation in cells: three of the rate's 15 elements, two of the capacity's 9 and a 0.
using PermutationState = hash::Poseidon2<24>::State;
inline constexpr uint32_t RATE_CELLS = 3, STATE_CELLS = 5;
static_assert(hash::RATE == 5 * RATE_CELLS && std::tuple_size_v<PermutationState> == 5 * STATE_CELLS - 1);

constexpr Ext state_cell(const PermutationState& s, size_t k) {
    Ext x = Ext::zero();
    for (size_t i = 0; i < 5 && 5 * k + i < s.size(); i++) x.c[i] = s[5 * k + i];
    return x;
}
template <class Cells>
constexpr PermutationState state_of(const Cells& cell) {
    PermutationState s;
    for (size_t i = 0; i < s.size(); i++) s[i] = cell[i / 5].c[i % 5];
    return s;
}

/// One permutation between cells. The rate's cells may lie anywhere, as what is absorbed does; a sponge is what a
/// program makes of it. Since a state is a value in memory, there is no way to hand on another one than the program
/// says.
struct PermuteChip {
    static constexpr std::string_view NAME = "permute";
    template <class T>
    struct Main {
        T is_real;
        State<T> state;
        Operand<T> operand[5];  ///< cells of the rate, first cell of the capacity, first cell of the result
        T in[24], out[24];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        V op = F::from_canonical(OP_PERMUTE);
        for (uint32_t k = 0; k < 5; k++) {
            b.boolean(m.operand[k].is_global);
            op += m.operand[k].is_global * F::from_canonical(1u << k);
        }
        sequential(b, m.is_real, m.state, op,
                   {m.operand[0].offset, m.operand[1].offset, m.operand[2].offset, m.operand[3].offset,
                    m.operand[4].offset, V(F::ZERO)});
        const auto cell = [&](const V(&s)[24], uint32_t k, const V& at) {
            V value[5];
            for (uint32_t i = 0; i < 5; i++) value[i] = 5 * k + i < 24 ? s[5 * k + i] : V(F::ZERO);
            memory_cell(b, m.is_real, at, value);
        };
        for (uint32_t k = 0; k < STATE_CELLS; k++) {
            const V at = address(m.state, m.operand[k < RATE_CELLS ? k : RATE_CELLS]);
            cell(m.in, k, k < RATE_CELLS ? at : V(at + F::from_canonical(k - RATE_CELLS)));
            cell(m.out, k, V(address(m.state, m.operand[4]) + F::from_canonical(k)));
        }
        V message[48];
        for (size_t i = 0; i < 24; i++) message[i] = m.in[i], message[24 + i] = m.out[i];
        b.send(chips::BUS_PERMUTATION, m.is_real, std::span<const V>(message));
    }

    template <class Memory>
    static void fill_row(Main<F>& m, const StepView<Memory>& r) {
        m.is_real = F::ONE;
        m.state = r.state();
        const uint32_t flags = r.instruction.op - OP_PERMUTE;
        for (size_t k = 0; k < 5; k++) fill(m.operand[k], r.instruction.field[k], flags >> k & 1);
        for (uint32_t i = 0; i < 24; i++) {
            const uint32_t k = i / 5, from = k < RATE_CELLS ? k : RATE_CELLS;
            m.in[i] = r.memory[r.address(from, flags >> from & 1) + k - from].c[i % 5];
            m.out[i] = r.memory[r.address(4, flags >> 4 & 1) + k].c[i % 5];
        }
    }
};

}  // namespace ashlar::recursion
