// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/shift.hpp"

namespace ashlar::chips {

/// srl, sra, srli, srai: each limb is cut at k, the amount mod 16; the pieces above move down, those below come from
/// the next limb up. `sign` fills for sra. Results need no range check: they are sums of disjoint bit ranges.
template <bool IMMEDIATE>
struct ShiftRightChip {
    static constexpr std::string_view NAME = IMMEDIATE ? "shift_right_immediate" : "shift_right";
    template <class T>
    using Amount = std::conditional_t<IMMEDIATE, ImmediateAmount<T>, RegisterAmount<T>>;
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1;
        T is_logical, is_arithmetic;
        Amount<T> amount;
        SplitWord<T> a;
        T sign;
        RegisterAccess<T> d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_logical + m.is_arithmetic;
        b.boolean(m.is_logical);
        b.boolean(m.is_arithmetic);
        b.boolean(real);
        Entry<V> entry{.op = m.is_logical * opcode(IMMEDIATE ? OP_SRLI : OP_SRL) +
                             m.is_arithmetic * opcode(IMMEDIATE ? OP_SRAI : OP_SRA),
                       .rd = m.rd,
                       .rs1 = m.rs1};
        const auto [k, power, power_rest] = bind_amount<false>(b, real, m.cpu, m.amount, entry);
        sequential_instruction(b, real, m.cpu, entry);
        const V limb_high = m.a.limb(1, power);
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a.t_prev, V(m.a.limb(0, power)), limb_high);
        check_split(b, real, k, m.a);
        // The sign is bit 31 of rs1 for sra, 0 for srl.
        b.boolean(m.sign);
        b.zero(m.sign * (F::ONE - m.is_arithmetic));
        range_check(b, m.is_arithmetic, 15u, V(limb_high - m.sign * F::from_canonical(1 << 15)));
        // High limb shifted down by k < 16, sign bits above it.
        const V top = m.a.high[1] + m.sign * (F::from_canonical(1 << 16) - power_rest);
        const V& by_16 = m.amount.by_16;
        b.equal_integers(real, V(m.result[0] - (F::ONE - by_16) * (m.a.high[0] + m.a.low[1] * power_rest)),
                         V(by_16 * top));
        b.equal_integers(real, V(m.result[1] - (F::ONE - by_16) * top), V(by_16 * m.sign * 65535_f));
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        using enum rv32::Opcode;
        fill_alu(m, r);
        const bool arithmetic = r.op == sra || r.op == srai;
        (arithmetic ? m.is_arithmetic : m.is_logical) = F::ONE;
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value, fill_amount<false>(m.amount, r));
        m.sign = F::from_canonical(arithmetic ? r.rs1_read.value >> 31 : 0);
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
