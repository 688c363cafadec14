// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/shift.hpp"

namespace ashlar::chips {

/// sll, slli: each limb is cut at 16 - k (k the amount mod 16); the pieces below move up by k, those above go to the
/// next limb. Results need no range check: low * 2^k < 2^16 and is a multiple of 2^k.
template <bool IMMEDIATE>
struct ShiftLeftChip {
    static constexpr std::string_view NAME = IMMEDIATE ? "shift_left_immediate" : "shift_left";
    template <class T>
    using Amount = std::conditional_t<IMMEDIATE, ImmediateAmount<T>, RegisterAmount<T>>;
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1;
        T is_real;
        Amount<T> amount;
        SplitWord<T> a;
        RegisterAccess<T> d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.is_real;
        b.boolean(real);
        Entry<V> entry{.op = V(opcode(IMMEDIATE ? OP_SLLI : OP_SLL)), .rd = m.rd, .rs1 = m.rs1};
        const auto [j, power, power_rest] = bind_amount<true>(b, real, m.cpu, m.amount, entry);
        sequential_instruction(b, real, m.cpu, entry);
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a.t_prev, V(m.a.limb(0, power)), V(m.a.limb(1, power)));
        check_split(b, real, j, m.a);
        const V& by_16 = m.amount.by_16;
        b.equal_integers(real, m.result[0], V((F::ONE - by_16) * m.a.low[0] * power_rest));
        b.equal_integers(real, V(m.result[1] - (F::ONE - by_16) * (m.a.low[1] * power_rest + m.a.high[0])),
                         V(by_16 * m.a.low[0] * power_rest));
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill_alu(m, r);
        m.is_real = F::ONE;
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value, fill_amount<true>(m.amount, r));
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
