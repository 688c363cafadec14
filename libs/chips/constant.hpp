// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// lui, auipc: rd = a constant of the program table.
struct ConstantChip {
    static constexpr std::string_view NAME = "constant";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, imm[2];
        T is_real;
        RegisterAccess<T> d;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        sequential_instruction(
            b, m.is_real, m.cpu,
            Entry<V>{.op = V(opcode(OP_CONSTANT)), .rd = m.rd, .imm_low = m.imm[0], .imm_high = m.imm[1]});
        register_write(b, m.is_real, m.rd, time_rd(m.cpu), m.d, m.imm[0], m.imm[1]);
    }

    static void fill_row(Main<F>& m, const rv32::UpperRecord& r) {
        fill(m.cpu, r.pc, r.t);
        m.rd = F::from_canonical(r.rd);
        fill_limbs(m.imm, r.rd_write.value);
        m.is_real = F::ONE;
        fill(m.d, r.t + 3, r.rd_write.t_prev, r.rd_write.prev);
    }
};

/// Instructions whose only result would go to x0: they read their registers and change nothing.
struct DiscardChip {
    static constexpr std::string_view NAME = "discard";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rs1, rs2;
        T reads[3];  ///< one-hot: no register, rs1, both
        RegisterAccess<T> a, b;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        for (const V& x : m.reads) b.boolean(x);
        const V reads_1 = m.reads[1] + m.reads[2], real = m.reads[0] + reads_1;
        b.boolean(reads_1);
        b.boolean(real);
        sequential_instruction(b, real, m.cpu,
                               Entry<V>{.op = m.reads[0] * opcode(OP_DISCARD_0) + m.reads[1] * opcode(OP_DISCARD_1) +
                                              m.reads[2] * opcode(OP_DISCARD_2),
                                        .rs1 = m.rs1,
                                        .rs2 = m.rs2});
        register_read(b, reads_1, m.rs1, time_rs1(m.cpu), m.a);
        register_read(b, m.reads[2], m.rs2, time_rs2(m.cpu), m.b);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill(m.cpu, r.pc, r.t);
        const bool immediate = has_immediate_operand(r.op);
        m.reads[immediate ? 1 : 2] = F::ONE;
        m.rs1 = F::from_canonical(r.rs1);
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value);
        if (immediate) return;
        m.rs2 = F::from_canonical(r.rs2);
        fill(m.b, r.t + 1, r.rs2_read.t_prev, r.rs2_read.value);
    }
    static void fill_row(Main<F>& m, const rv32::UpperRecord& r) {
        fill(m.cpu, r.pc, r.t);
        m.reads[0] = F::ONE;
    }
};

}  // namespace ashlar::chips
