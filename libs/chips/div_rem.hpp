// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/product.hpp"
#include "libs/chips/less_than.hpp"

namespace ashlar::chips {

/// div, divu, rem, remu. With A, D, Q, R the dividend, divisor, quotient and remainder as (signed) integers, the row
/// proves Q D + R = A over the integers, R = 0 or of A's sign, and |R| < |D|, which fix Q and R; for D = 0 the equation
/// gives R = A and the row asks for Q = 2^32 - 1. A signed integer is its word minus 2^32 times its sign; the
/// quotient's sign is free, since Q is fixed as an integer (so INT_MIN / -1 is 2^31, the word of INT_MIN).
struct DivRemChip {
    static constexpr std::string_view NAME = "div_rem";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, rs2;
        T is_div, is_divu, is_rem, is_remu;
        RegisterAccess<T> a;
        ByteOperand<T> divisor;
        T quotient[4];
        T remainder[2];
        T sign_a, sign_d, sign_q, sign_r;
        T divisor_zero;
        T divisor_inverse;  ///< of the sum of the divisor's limbs, if it is not 0
        T slack_low;        ///< low limb of |D| - |R| - 1
        RegisterAccess<T> d;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const F two_16 = F::from_canonical(1 << 16);
        const V is_signed = m.is_div + m.is_rem, takes_quotient = m.is_div + m.is_divu,
                takes_remainder = m.is_rem + m.is_remu;
        const V real = takes_quotient + takes_remainder;
        b.boolean(m.is_div);
        b.boolean(m.is_divu);
        b.boolean(m.is_rem);
        b.boolean(m.is_remu);
        b.boolean(is_signed);
        b.boolean(real);
        sequential_instruction(b, real, m.cpu,
                               Entry<V>{.op = m.is_div * opcode(OP_DIV) + m.is_divu * opcode(OP_DIVU) +
                                              m.is_rem * opcode(OP_REM) + m.is_remu * opcode(OP_REMU),
                                        .rd = m.rd,
                                        .rs1 = m.rs1,
                                        .rs2 = m.rs2});
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.a);
        read_bytes(b, real, m.rs2, time_rs2(m.cpu), m.divisor);
        check_bytes(b, real, m.quotient);
        range_check(b, real, 16u, m.remainder[0]);
        range_check(b, real, 16u, m.remainder[1]);
        const V d[2] = {m.divisor.low(), m.divisor.high()};
        const V q[2] = {pair_value(m.quotient[0], m.quotient[1]), pair_value(m.quotient[2], m.quotient[3])};
        const V(&a)[2] = m.a.prev;
        const V(&r)[2] = m.remainder;

        check_sign(b, is_signed, m.sign_a, a[1]);
        check_sign(b, is_signed, m.sign_d, d[1]);
        // R's sign is A's unless the word r is 0; then R = -2^32 for a dividend of sign 0 is neither less than |D| nor,
        // for D = 0, the dividend. So R is 0 or has A's sign, and an unsigned Q = (A - R) / D > -1 cannot be negative:
        // that sign needs no constraint of its own (for D = 0 both signs say the same).
        b.boolean(m.sign_q);
        b.boolean(m.sign_r);
        b.zero((m.sign_a - m.sign_r) * (r[0] + r[1]));

        // Q D + R = A: words q d + r = a + 2^32 (sign_q d + sign_d q + sign_r - sign_a) - 2^64 sign_q sign_d, limb by
        // limb. Limb sums are below 2^27, carries have 10 bits after a shift.
        const V carry_0 = exact_quotient(b, real, V(product_limb(m.quotient, m.divisor.bytes, 0) + r[0] - a[0]));
        const V carry_1 =
            exact_quotient(b, real, V(product_limb(m.quotient, m.divisor.bytes, 1) + r[1] - a[1] + carry_0));
        const V carry_2 = exact_quotient(b, real,
                                         V(product_limb(m.quotient, m.divisor.bytes, 2) + carry_1 - m.sign_q * d[0] -
                                           m.sign_d * q[0] - m.sign_r + m.sign_a));
        range_check(b, real, 10u, V(carry_0 + F::ONE));
        range_check(b, real, 10u, V(carry_1 + F::ONE));
        range_check(b, real, 10u, V(carry_2 + 4_f));
        b.equal_integers(real,
                         V(product_limb(m.quotient, m.divisor.bytes, 3) + carry_2 - m.sign_q * d[1] - m.sign_d * q[1] +
                           m.sign_q * m.sign_d * two_16),
                         V(F::ZERO));

        // divisor_zero says whether D = 0; then Q is all ones.
        const V d_sum = d[0] + d[1];
        const V divides = real - m.divisor_zero;
        b.boolean(m.divisor_zero);
        b.boolean(divides);
        b.equal_integers(real, V(m.divisor_zero * d_sum), V(F::ZERO));
        b.not_zero(divides, d_sum, m.divisor_inverse);
        for (const V& byte : m.quotient) b.zero(m.divisor_zero * (byte - 255_f));

        // |D| - |R| - 1 >= 0 unless D = 0.
        const V d_sign = F::ONE - m.sign_d * 2_f, r_sign = F::ONE - m.sign_r * 2_f;
        const V slack_carry = exact_quotient(b, divides, V(d_sign * d[0] - r_sign * r[0] - F::ONE - m.slack_low));
        const V slack_high = d_sign * d[1] - r_sign * r[1] + (m.sign_d - m.sign_r) * two_16 + slack_carry;
        range_check(b, divides, 16u, m.slack_low);
        range_check(b, divides, 3u, V(slack_carry + 4_f));
        range_check(b, divides, 16u, slack_high);

        register_write(b, real, m.rd, time_rd(m.cpu), m.d, V(takes_quotient * q[0] + takes_remainder * r[0]),
                       V(takes_quotient * q[1] + takes_remainder * r[1]));
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& rec) {
        using enum rv32::Opcode;
        fill_alu(m, rec);
        (rec.op == div ? m.is_div : rec.op == divu ? m.is_divu : rec.op == rem ? m.is_rem : m.is_remu) = F::ONE;
        fill(m.divisor, rec.t + 1, rec.rs2_read);
        const bool is_signed = rec.op == div || rec.op == rem;
        const auto integer = [&](uint32_t w) { return is_signed ? int64_t{static_cast<int32_t>(w)} : int64_t{w}; };
        const uint32_t dividend = rec.rs1_read.value, divisor = rec.rs2_read.value;
        const int64_t a = integer(dividend), d = integer(divisor);
        const int64_t q = d == 0 ? (is_signed ? -1 : int64_t{0xffffffff}) : a / d, r = d == 0 ? a : a % d;
        fill_bytes(m.quotient, static_cast<uint32_t>(q));
        fill_limbs(m.remainder, static_cast<uint32_t>(r));
        m.sign_a = F::from_canonical(a < 0);
        m.sign_d = F::from_canonical(d < 0);
        m.sign_q = F::from_canonical(q < 0);
        m.sign_r = F::from_canonical(r < 0);
        m.divisor_zero = F::from_canonical(d == 0);
        m.divisor_inverse = F::from_canonical((divisor & 0xffff) + (divisor >> 16)).inverse();
        const int64_t slack = (d < 0 ? -d : d) - (r < 0 ? -r : r) - 1;
        m.slack_low = F::from_canonical(static_cast<uint32_t>(slack) & 0xffff);
    }
};

}  // namespace ashlar::chips
