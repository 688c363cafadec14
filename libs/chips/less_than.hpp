// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// less = (x < y): x - y + 2^32 less lies in [0, 2^32), limb by limb with a borrow. `x_high` and `y_high` are limbs as
/// integers, signed ones in [-2^15, 2^15), so both differences below fit 16 bits for exactly one choice of borrow and
/// less. less has degree <= 2 and is 0 or 1 by the caller's constraint.
template <class B, class V>
ASHLAR_INLINE void check_less_than(B& b, const V& flag, const V& borrow, const V& x_low, const V& x_high,
                                   const V& y_low, const V& y_high, const V& less) {
    b.boolean(borrow);
    range_check(b, flag, 16u, V(x_low - y_low + borrow * F::from_canonical(1 << 16)));
    range_check(b, flag, 16u, V(x_high - y_high - borrow + less * F::from_canonical(1 << 16)));
}

/// `sign` is bit 15 of `limb` when `is_signed` is 1, and 0 when it is 0.
template <class B, class V>
ASHLAR_INLINE void check_sign(B& b, const V& is_signed, const V& sign, const V& limb) {
    b.boolean(sign);
    b.zero(sign * (F::ONE - is_signed));
    range_check(b, is_signed, 15u, V(limb - sign * F::from_canonical(1 << 15)));
}

/// slt, sltu, slti, sltiu.
template <bool IMMEDIATE>
struct LessThanChip {
    static constexpr std::string_view NAME = IMMEDIATE ? "less_than_immediate" : "less_than";
    template <class T>
    struct RegisterOperand {
        T rs2;
        RegisterAccess<T> access;
        T sign;
    };
    template <class T>
    struct ImmediateOperand {
        T imm[2];  ///< high limb signed for slti
    };
    template <class T>
    using Operand = std::conditional_t<IMMEDIATE, ImmediateOperand<T>, RegisterOperand<T>>;
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1;
        T is_signed, is_unsigned;
        RegisterAccess<T> a, d;
        Operand<T> operand;
        T borrow;
        T sign;
        T less;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_signed + m.is_unsigned;
        b.boolean(m.is_signed);
        b.boolean(m.is_unsigned);
        b.boolean(real);
        b.boolean(m.less);
        Entry<V> entry{.op = m.is_signed * opcode(IMMEDIATE ? OP_SLTI : OP_SLT) +
                             m.is_unsigned * opcode(IMMEDIATE ? OP_SLTIU : OP_SLTU),
                       .rd = m.rd,
                       .rs1 = m.rs1};
        V y[2];
        if constexpr (IMMEDIATE) {
            y[0] = entry.imm_low = m.operand.imm[0];
            y[1] = entry.imm_high = m.operand.imm[1];
        } else {
            entry.rs2 = m.operand.rs2;
            y[0] = m.operand.access.prev[0];
            y[1] = m.operand.access.prev[1] - m.operand.sign * F::from_canonical(1 << 16);
            register_read(b, real, m.operand.rs2, time_rs2(m.cpu), m.operand.access);
            check_sign(b, m.is_signed, m.operand.sign, m.operand.access.prev[1]);
        }
        sequential_instruction(b, real, m.cpu, entry);
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a);
        check_sign(b, m.is_signed, m.sign, m.a.prev[1]);
        check_less_than(b, real, m.borrow, m.a.prev[0], V(m.a.prev[1] - m.sign * F::from_canonical(1 << 16)), y[0],
                        y[1], m.less);
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.less, V(F::ZERO));
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        using enum rv32::Opcode;
        fill_alu(m, r);
        const bool is_signed = r.op == slt || r.op == slti;
        (is_signed ? m.is_signed : m.is_unsigned) = F::ONE;
        const uint32_t x = r.rs1_read.value, y = IMMEDIATE ? static_cast<uint32_t>(r.imm) : r.rs2_read.value;
        if constexpr (IMMEDIATE) {
            fill_limbs(m.operand.imm, y);
            if (is_signed && y >> 31) m.operand.imm[1] -= F::from_canonical(1 << 16);
        } else {
            m.operand.rs2 = F::from_canonical(r.rs2);
            fill(m.operand.access, r.t + 1, r.rs2_read.t_prev, y);
            m.operand.sign = F::from_canonical(is_signed ? y >> 31 : 0);
        }
        m.borrow = F::from_canonical((x & 0xffff) < (y & 0xffff));
        m.sign = F::from_canonical(is_signed ? x >> 31 : 0);
        m.less = F::from_canonical(r.rd_write.value & 1);
    }
};

}  // namespace ashlar::chips
