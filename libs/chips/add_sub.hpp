// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::chips {

/// x + y = z mod 2^32 on limbs, when `flag` is 1: both carries are 0 or 1. flag has degree <= 1.
template <class B, class V>
ASHLAR_INLINE void add_limbs(B& b, const V& flag, const V (&x)[2], const V (&y)[2], const V (&z)[2]) {
    const V low = exact_quotient(b, flag, V(x[0] + y[0] - z[0]));
    const V high = exact_quotient(b, flag, V(x[1] + y[1] - z[1] + low));
    b.zero(flag * low * (low - F::ONE));
    b.zero(flag * high * (high - F::ONE));
}

/// add, sub: rd = rs1 +- rs2 mod 2^32.
struct AddSubChip {
    static constexpr std::string_view NAME = "add_sub";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, rs2;
        T is_add, is_sub;
        RegisterAccess<T> a, b, d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_add + m.is_sub;
        b.boolean(m.is_add);
        b.boolean(m.is_sub);
        b.boolean(real);
        sequential_instruction(
            b, real, m.cpu,
            Entry<V>{
                .op = m.is_add * opcode(OP_ADD) + m.is_sub * opcode(OP_SUB), .rd = m.rd, .rs1 = m.rs1, .rs2 = m.rs2});
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a);
        register_read(b, real, m.rs2, time_rs2(m.cpu), m.b);
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
        range_check(b, real, 16u, m.result[0]);
        range_check(b, real, 16u, m.result[1]);
        add_limbs(b, m.is_add, m.a.prev, m.b.prev, m.result);
        add_limbs(b, m.is_sub, m.result, m.b.prev, m.a.prev);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill_alu(m, r);
        (r.op == rv32::Opcode::add ? m.is_add : m.is_sub) = F::ONE;
        fill_limbs(m.result, r.rd_write.value);
    }
};

/// addi: rd = rs1 + immediate mod 2^32.
struct AddiChip {
    static constexpr std::string_view NAME = "addi";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, imm[2];
        T is_real;
        RegisterAccess<T> a, d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        sequential_instruction(
            b, m.is_real, m.cpu,
            Entry<V>{.op = opcode(OP_ADDI), .rd = m.rd, .rs1 = m.rs1, .imm_low = m.imm[0], .imm_high = m.imm[1]});
        register_read(b, m.is_real, m.rs1, time_rs1(m.cpu), m.a);
        register_write(b, m.is_real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
        range_check(b, m.is_real, 16u, m.result[0]);
        range_check(b, m.is_real, 16u, m.result[1]);
        add_limbs(b, m.is_real, m.a.prev, m.imm, m.result);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill_alu(m, r);
        m.is_real = F::ONE;
        fill_limbs(m.imm, static_cast<uint32_t>(r.imm));
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
