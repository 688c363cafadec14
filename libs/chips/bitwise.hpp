// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// and, or, xor of registers (IMMEDIATE = false) or with an immediate. Both operands are held in bytes; one lookup a
/// byte gives x & y, from which or and xor follow: x | y = x + y - (x & y), x ^ y = x + y - 2 (x & y).
template <bool IMMEDIATE>
struct BitwiseChip {
    static constexpr std::string_view NAME = IMMEDIATE ? "bitwise_immediate" : "bitwise";
    /// Second operand: a register's bytes.
    template <class T>
    struct RegisterOperand {
        T rs2;
        T t_prev;
        T bytes[4];
    };
    /// Second operand: a sign-extended 12-bit immediate, whose upper two bytes are equal.
    template <class T>
    struct ImmediateOperand {
        T bytes[3];
    };
    template <class T>
    using Operand = std::conditional_t<IMMEDIATE, ImmediateOperand<T>, RegisterOperand<T>>;
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1;
        T is_and, is_or, is_xor;
        T a_t_prev;
        T a[4];
        Operand<T> operand;
        T both[4];  ///< bytes of a & b
        RegisterAccess<T> d;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_and + m.is_or + m.is_xor;
        b.boolean(m.is_and);
        b.boolean(m.is_or);
        b.boolean(m.is_xor);
        b.boolean(real);
        const V second[4] = {m.operand.bytes[0], m.operand.bytes[1], m.operand.bytes[2],
                             m.operand.bytes[IMMEDIATE ? 2 : 3]};
        const V a[2] = {pair_value(m.a[0], m.a[1]), pair_value(m.a[2], m.a[3])};
        const V y[2] = {pair_value(second[0], second[1]), pair_value(second[2], second[3])};
        const V c[2] = {pair_value(m.both[0], m.both[1]), pair_value(m.both[2], m.both[3])};
        Entry<V> entry{.op = m.is_and * opcode(IMMEDIATE ? OP_ANDI : OP_AND) +
                             m.is_or * opcode(IMMEDIATE ? OP_ORI : OP_OR) +
                             m.is_xor * opcode(IMMEDIATE ? OP_XORI : OP_XOR),
                       .rd = m.rd,
                       .rs1 = m.rs1};
        if constexpr (IMMEDIATE) {
            entry.imm_low = y[0];
            entry.imm_high = y[1];
        } else {
            entry.rs2 = m.operand.rs2;
        }
        sequential_instruction(b, real, m.cpu, entry);
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a_t_prev, a[0], a[1]);
        if constexpr (!IMMEDIATE) register_read(b, real, m.operand.rs2, time_rs2(m.cpu), m.operand.t_prev, y[0], y[1]);
        for (size_t i = 0; i < 4; i++) byte_and(b, real, m.a[i], second[i], m.both[i]);
        const V sum = m.is_or + m.is_xor, both = m.is_and - m.is_or - m.is_xor * 2_f;
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, V(sum * (a[0] + y[0]) + both * c[0]),
                       V(sum * (a[1] + y[1]) + both * c[1]));
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        using enum rv32::Opcode;
        fill_alu(m, r);
        (r.op == and_ || r.op == andi ? m.is_and : r.op == or_ || r.op == ori ? m.is_or : m.is_xor) = F::ONE;
        m.a_t_prev = F::from_canonical(recent(r.t, r.rs1_read.t_prev));
        fill_bytes(m.a, r.rs1_read.value);
        const uint32_t y = IMMEDIATE ? static_cast<uint32_t>(r.imm) : r.rs2_read.value;
        if constexpr (IMMEDIATE) {
            for (unsigned i = 0; i < 3; i++) m.operand.bytes[i] = F::from_canonical(y >> (8 * i) & 0xff);
        } else {
            m.operand.rs2 = F::from_canonical(r.rs2);
            m.operand.t_prev = F::from_canonical(recent(r.t + 1, r.rs2_read.t_prev));
            fill_bytes(m.operand.bytes, y);
        }
        fill_bytes(m.both, r.rs1_read.value & y);
    }
};

}  // namespace ashlar::chips
