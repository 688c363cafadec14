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
        V j, power, power_rest;  // 2^j at the cut, 2^k = 2^(16-j)
        if constexpr (IMMEDIATE) {
            b.boolean(m.amount.by_16);
            j = m.amount.j;
            power = m.amount.power;
            power_rest = m.amount.power_rest;
            entry.op += m.amount.by_16 * F::from_canonical(OP_SHIFT_16);
            entry.rs2 = j;
            entry.imm_low = power;
            entry.imm_high = power_rest;
        } else {
            j = V(16_f) - RegisterAmount<V>::amount_mod_16(m.amount);
            power = m.amount.power_k_rest;
            power_rest = m.amount.power_k;
            entry.rs2 = m.amount.rs2;
            check_amount(b, real, m.cpu, m.amount);
        }
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
        const uint32_t amount = (IMMEDIATE ? static_cast<uint32_t>(r.imm) : r.rs2_read.value) & 31,
                       j = 16 - (amount & 15);
        if constexpr (IMMEDIATE)
            m.amount = {F::from_canonical(j), F::from_canonical(1u << j), F::from_canonical(1u << (16 - j)),
                        F::from_canonical(amount >> 4)};
        else
            fill(m.amount, r.t, r.rs2, r.rs2_read);
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value, j);
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
