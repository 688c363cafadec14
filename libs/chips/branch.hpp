// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"
#include "libs/chips/less_than.hpp"

namespace ashlar::chips {

/// Cells that both branch chips share.
template <class Main>
void fill_branch(Main& m, const rv32::BranchRecord& r) {
    fill(m.cpu, r.pc, r.t);
    m.rs1 = F::from_canonical(r.rs1);
    m.rs2 = F::from_canonical(r.rs2);
    m.difference = F::from_int(r.imm);
    fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value);
    fill(m.b, r.t + 1, r.rs2_read.t_prev, r.rs2_read.value);
    m.taken = F::from_canonical(r.taken ? 1 : 0);
}

/// The row's instruction `op` and its reads.
template <class B, class Main, class V>
ASHLAR_INLINE void branch(B& b, const V& real, const Main& m, const V& op) {
    instruction(b, real, m.cpu, V(m.cpu.pc + 4_f + m.taken * (m.difference - 4_f)),
                Entry<V>{.op = op, .rs1 = m.rs1, .rs2 = m.rs2, .imm_low = m.difference});
    register_read(b, real, m.rs1, time_rs1(m.cpu), m.a);
    register_read(b, real, m.rs2, time_rs2(m.cpu), m.b);
}

/// beq, bne.
struct BranchEqualChip {
    static constexpr std::string_view NAME = "branch_equal";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rs1, rs2;
        T difference;  ///< target - pc in F
        T is_beq, is_bne;
        RegisterAccess<T> a, b;
        T taken;
        T witness[2];  ///< sum of (a - b) limb * witness = 1 if a != b
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_beq + m.is_bne;
        b.boolean(m.is_beq);
        b.boolean(m.is_bne);
        b.boolean(real);
        // taken is 0 or 1: by what follows equal is 0 if the limbs differ, and real if they do not.
        const V equal = m.is_beq * m.taken + m.is_bne * (F::ONE - m.taken);
        const V low = m.a.prev[0] - m.b.prev[0], high = m.a.prev[1] - m.b.prev[1];
        for (const V& x : {low, high}) b.bound(x, -65535, 65535);  // so one is 0 in F only if it is 0
        b.zero(equal * low);
        b.zero(equal * high);
        b.zero(real - equal - low * m.witness[0] - high * m.witness[1]);
        branch(b, real, m, V(m.is_beq * opcode(OP_BEQ) + m.is_bne * opcode(OP_BNE)));
    }

    static void fill_row(Main<F>& m, const rv32::BranchRecord& r) {
        fill_branch(m, r);
        (r.op == rv32::Opcode::beq ? m.is_beq : m.is_bne) = F::ONE;
        const F low = m.a.prev[0] - m.b.prev[0], high = m.a.prev[1] - m.b.prev[1];
        if (!low.is_zero())
            m.witness[0] = low.inverse();
        else
            m.witness[1] = high.inverse();
    }
};

/// blt, bge, bltu, bgeu.
struct BranchLessChip {
    static constexpr std::string_view NAME = "branch_less";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rs1, rs2;
        T difference;  ///< target - pc in F
        T is_blt, is_bge, is_bltu, is_bgeu;
        RegisterAccess<T> a, b;
        T taken;
        T borrow;
        T sign_a, sign_b;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V is_signed = m.is_blt + m.is_bge, if_less = m.is_blt + m.is_bltu, unless_less = m.is_bge + m.is_bgeu;
        const V real = if_less + unless_less;
        b.boolean(m.is_blt);
        b.boolean(m.is_bge);
        b.boolean(m.is_bltu);
        b.boolean(m.is_bgeu);
        b.boolean(is_signed);
        b.boolean(real);
        b.boolean(m.taken);
        const V less = m.taken * if_less + (F::ONE - m.taken) * unless_less;
        check_sign(b, is_signed, m.sign_a, m.a.prev[1]);
        check_sign(b, is_signed, m.sign_b, m.b.prev[1]);
        const F two_16 = F::from_canonical(1 << 16);
        check_less_than(b, real, m.borrow, m.a.prev[0], V(m.a.prev[1] - m.sign_a * two_16), m.b.prev[0],
                        V(m.b.prev[1] - m.sign_b * two_16), less);
        branch(b, real, m,
               V(m.is_blt * opcode(OP_BLT) + m.is_bge * opcode(OP_BGE) + m.is_bltu * opcode(OP_BLTU) +
                 m.is_bgeu * opcode(OP_BGEU)));
    }

    static void fill_row(Main<F>& m, const rv32::BranchRecord& r) {
        using enum rv32::Opcode;
        fill_branch(m, r);
        (r.op == blt ? m.is_blt : r.op == bge ? m.is_bge : r.op == bltu ? m.is_bltu : m.is_bgeu) = F::ONE;
        const bool is_signed = r.op == blt || r.op == bge;
        m.borrow = F::from_canonical((r.rs1_read.value & 0xffff) < (r.rs2_read.value & 0xffff));
        m.sign_a = F::from_canonical(is_signed ? r.rs1_read.value >> 31 : 0);
        m.sign_b = F::from_canonical(is_signed ? r.rs2_read.value >> 31 : 0);
    }
};

}  // namespace ashlar::chips
