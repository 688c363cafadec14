// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/product.hpp"

namespace ashlar::chips {

/// mul: the low word of the product.
struct MulChip {
    static constexpr std::string_view NAME = "mul";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, rs2;
        T is_real;
        ByteOperand<T> x, y;
        RegisterAccess<T> d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.is_real;
        b.boolean(real);
        sequential_instruction(b, real, m.cpu,
                               Entry<V>{.op = V(opcode(OP_MUL)), .rd = m.rd, .rs1 = m.rs1, .rs2 = m.rs2});
        read_bytes(b, real, m.rs1, time_rs1(m.cpu), m.x);
        read_bytes(b, real, m.rs2, time_rs2(m.cpu), m.y);
        // Limb sums are below 2^27 and carries have 10 bits: the equations hold over the integers.
        const V carry = exact_quotient(b, real, V(product_limb(m.x.bytes, m.y.bytes, 0) - m.result[0]));
        range_check(b, real, 10u, carry);
        range_check(b, real, 10u,
                    exact_quotient(b, real, V(product_limb(m.x.bytes, m.y.bytes, 1) + carry - m.result[1])));
        range_check(b, real, 16u, m.result[0]);
        range_check(b, real, 16u, m.result[1]);
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill_alu(m, r);
        m.is_real = F::ONE;
        fill(m.x, r.t, r.rs1_read);
        fill(m.y, r.t + 1, r.rs2_read);
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
