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
        V k, power, power_rest;  // 2^k at the cut, 2^(16-k)
        if constexpr (IMMEDIATE) {
            b.boolean(m.amount.by_16);
            k = m.amount.j;
            power = m.amount.power;
            power_rest = m.amount.power_rest;
            entry.op += m.amount.by_16 * F::from_canonical(OP_SHIFT_16);
            entry.rs2 = k;
            entry.imm_low = power;
            entry.imm_high = power_rest;
        } else {
            k = RegisterAmount<V>::amount_mod_16(m.amount);
            power = m.amount.power_k;
            power_rest = m.amount.power_k_rest;
            entry.rs2 = m.amount.rs2;
            check_amount(b, real, m.cpu, m.amount);
        }
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
        const uint32_t amount = (IMMEDIATE ? static_cast<uint32_t>(r.imm) : r.rs2_read.value) & 31, k = amount & 15;
        if constexpr (IMMEDIATE)
            m.amount = {F::from_canonical(k), F::from_canonical(1u << k), F::from_canonical(1u << (16 - k)),
                        F::from_canonical(amount >> 4)};
        else
            fill(m.amount, r.t, r.rs2, r.rs2_read);
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value, k);
        m.sign = F::from_canonical(arithmetic ? r.rs1_read.value >> 31 : 0);
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
