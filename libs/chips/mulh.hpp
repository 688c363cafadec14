// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/product.hpp"
#include "libs/chips/less_than.hpp"

namespace ashlar::chips {

/// mulh, mulhsu, mulhu: the high word of the product. The unsigned product's four limbs are exact; a negative operand
/// takes the other one (times 2^32) off its high word.
struct MulhChip {
    static constexpr std::string_view NAME = "mulh";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, rs2;
        T is_mulh, is_mulhsu, is_mulhu;
        ByteOperand<T> x, y;
        T sign_x, sign_y;
        T product[3];  ///< limbs of the unsigned product but the highest
        RegisterAccess<T> d;
        T result[2];
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V x_signed = m.is_mulh + m.is_mulhsu, real = x_signed + m.is_mulhu;
        b.boolean(m.is_mulh);
        b.boolean(m.is_mulhsu);
        b.boolean(m.is_mulhu);
        b.boolean(x_signed);
        b.boolean(real);
        sequential_instruction(b, real, m.cpu,
                               Entry<V>{.op = m.is_mulh * opcode(OP_MULH) + m.is_mulhsu * opcode(OP_MULHSU) +
                                              m.is_mulhu * opcode(OP_MULHU),
                                        .rd = m.rd,
                                        .rs1 = m.rs1,
                                        .rs2 = m.rs2});
        read_bytes(b, real, m.rs1, time_rs1(m.cpu), m.x);
        read_bytes(b, real, m.rs2, time_rs2(m.cpu), m.y);
        const V x[2] = {m.x.low(), m.x.high()}, y[2] = {m.y.low(), m.y.high()};
        check_sign(b, x_signed, m.sign_x, x[1]);
        check_sign(b, m.is_mulh, m.sign_y, y[1]);
        // Limb sums are below 2^27 and carries below 2^10: integers. The highest limb is what is left of the product,
        // hence below 2^16 without a check.
        V carry = V(F::ZERO);
        for (size_t k = 0; k < 3; k++) {
            carry = exact_quotient(b, real, V(product_limb(m.x.bytes, m.y.bytes, k) + carry - m.product[k]));
            range_check(b, real, 10u, carry);
            range_check(b, real, 16u, m.product[k]);
        }
        const V high[2] = {m.product[2], product_limb(m.x.bytes, m.y.bytes, 3) + carry};
        // result = product high - sign_x y - sign_y x mod 2^32; what each limb borrows is 0..3.
        V borrow = V(F::ZERO);
        for (size_t k = 0; k < 2; k++) {
            borrow = exact_quotient(b, real, V(m.result[k] - high[k] + m.sign_x * y[k] + m.sign_y * x[k] + borrow));
            range_check(b, real, 2u, borrow);
            range_check(b, real, 16u, m.result[k]);
        }
        register_write(b, real, m.rd, time_rd(m.cpu), m.d, m.result[0], m.result[1]);
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        using enum rv32::Opcode;
        fill_alu(m, r);
        (r.op == mulh ? m.is_mulh : r.op == mulhsu ? m.is_mulhsu : m.is_mulhu) = F::ONE;
        fill(m.x, r.t, r.rs1_read);
        fill(m.y, r.t + 1, r.rs2_read);
        m.sign_x = F::from_canonical(r.op == mulhu ? 0 : r.rs1_read.value >> 31);
        m.sign_y = F::from_canonical(r.op == mulh ? r.rs2_read.value >> 31 : 0);
        const uint64_t product = uint64_t{r.rs1_read.value} * r.rs2_read.value;
        for (unsigned k = 0; k < 3; k++)
            m.product[k] = F::from_canonical(static_cast<uint32_t>(product >> (16 * k)) & 0xffff);
        fill_limbs(m.result, r.rd_write.value);
    }
};

}  // namespace ashlar::chips
