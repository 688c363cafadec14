// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/add_sub.hpp"
#include "libs/chips/gadgets/address.hpp"

namespace ashlar::chips {

/// Offset of a sub-word access in its word, as two bits.
template <class T>
struct Offset {
    T bit0, bit1;
};

/// Low limb of the address.
template <class V>
ASHLAR_INLINE V low_limb(const Address<V>& a, const Offset<V>& o) {
    return a.quarter * 4_f + o.bit0 + o.bit1 * 2_f;
}
/// Two bits, and 0 or 2 where a half is accessed.
template <class B, class V>
ASHLAR_INLINE void check_offset(B& b, const V& is_half, const Offset<V>& o) {
    b.boolean(o.bit0);
    b.boolean(o.bit1);
    b.zero(is_half * o.bit0);
}
/// base + immediate is a data address with this low limb.
template <class B, class V>
ASHLAR_INLINE void check_sum_address(B& b, const V& flag, const RegisterAccess<V>& base, const V (&imm)[2],
                                     const Address<V>& a, const V& low) {
    const V sum[2] = {low, a.high};
    add_limbs(b, flag, base.prev, imm, sum);
    check_address(b, flag, a);
}

inline void fill(Offset<F>& o, uint32_t address) {
    o.bit0 = F::from_canonical(address & 1);
    o.bit1 = F::from_canonical(address >> 1 & 1);
}

/// Cells loads and stores share.
template <class Main, class Record>
void fill_memory_instruction(Main& m, const Record& r) {
    fill(m.cpu, r.pc, r.t);
    m.rs1 = F::from_canonical(r.rs1);
    fill_limbs(m.imm, static_cast<uint32_t>(r.imm));
    fill(m.base, r.t, r.rs1_read.t_prev, r.rs1_read.value);
    fill(m.address, r.address);
}

/// lw.
struct LoadWordChip {
    static constexpr std::string_view NAME = "load_word";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, imm[2];
        T is_real;
        T writes;  ///< rd is not x0
        RegisterAccess<T> base, d;
        Address<T> address;
        MemoryAccess<T> memory;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        check_writes(b, m.is_real, m.writes);
        sequential_instruction(b, m.is_real, m.cpu,
                               Entry<V>{.op = m.is_real * opcode(OP_LW) + m.writes * opcode(OP_WRITES),
                                        .rd = m.rd,
                                        .rs1 = m.rs1,
                                        .imm_low = m.imm[0],
                                        .imm_high = m.imm[1]});
        register_read(b, m.is_real, m.rs1, time_rs1(m.cpu), m.base);
        check_sum_address(b, m.is_real, m.base, m.imm, m.address, V(m.address.quarter * 4_f));
        memory_read(b, m.is_real, V(word_of(m.address)), time_memory(m.cpu), m.memory);
        register_write(b, m.writes, m.rd, time_rd(m.cpu), m.d, m.memory.prev[0], m.memory.prev[1]);
    }

    static void fill_row(Main<F>& m, const rv32::LoadRecord& r) {
        fill_memory_instruction(m, r);
        m.is_real = F::ONE;
        fill(m.memory, r.t + 2, r.memory.t_prev, r.memory.value);
        fill_destination(m, r);
    }
};

/// lb, lh, lbu, lhu.
struct LoadSubChip {
    static constexpr std::string_view NAME = "load_sub";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, imm[2];
        T is_lb, is_lh, is_lbu, is_lhu;
        T writes;
        RegisterAccess<T> base, d;
        Address<T> address;
        Offset<T> offset;
        MemoryAccess<T> memory;
        T limb[2];  ///< bytes of the limb that is read
        T top;      ///< most significant byte of what is read
        T sign;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V is_signed = m.is_lb + m.is_lh, is_byte = m.is_lb + m.is_lbu, is_half = m.is_lh + m.is_lhu,
                real = is_byte + is_half;
        b.boolean(m.is_lb);
        b.boolean(m.is_lh);
        b.boolean(m.is_lbu);
        b.boolean(m.is_lhu);
        b.boolean(is_signed);
        b.boolean(real);
        check_writes(b, real, m.writes);
        check_offset(b, is_half, m.offset);
        sequential_instruction(
            b, real, m.cpu,
            Entry<V>{.op = m.is_lb * opcode(OP_LB) + m.is_lh * opcode(OP_LH) + m.is_lbu * opcode(OP_LBU) +
                           m.is_lhu * opcode(OP_LHU) + m.writes * opcode(OP_WRITES),
                     .rd = m.rd,
                     .rs1 = m.rs1,
                     .imm_low = m.imm[0],
                     .imm_high = m.imm[1]});
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.base);
        check_sum_address(b, real, m.base, m.imm, m.address, low_limb(m.address, m.offset));
        memory_read(b, real, V(word_of(m.address)), time_memory(m.cpu), m.memory);
        const V limb = pair_value(m.limb[0], m.limb[1]);
        b.equal_integers(real, V(m.memory.prev[0] + m.offset.bit1 * (m.memory.prev[1] - m.memory.prev[0])), limb);
        byte_pair(b, real, m.limb[0], m.limb[1]);
        b.equal_integers(real, V(is_byte * (m.limb[0] + m.offset.bit0 * (m.limb[1] - m.limb[0])) + is_half * m.limb[1]),
                         V(real * m.top));
        b.boolean(m.sign);
        b.zero(m.sign * (F::ONE - is_signed));
        range_check(b, is_signed, 7u, V(m.top - m.sign * 128_f));
        register_write(b, m.writes, m.rd, time_rd(m.cpu), m.d,
                       V(is_half * limb + is_byte * m.top + m.sign * m.is_lb * 0xff00_f), V(m.sign * 0xffff_f));
    }

    static void fill_row(Main<F>& m, const rv32::LoadRecord& r) {
        using enum rv32::Opcode;
        fill_memory_instruction(m, r);
        (r.op == lb ? m.is_lb : r.op == lh ? m.is_lh : r.op == lbu ? m.is_lbu : m.is_lhu) = F::ONE;
        fill(m.offset, r.address);
        fill(m.memory, r.t + 2, r.memory.t_prev, r.memory.value);
        const uint32_t limb = r.memory.value >> (r.address & 2 ? 16 : 0) & 0xffff;
        m.limb[0] = F::from_canonical(limb & 0xff);
        m.limb[1] = F::from_canonical(limb >> 8);
        const bool half = r.op == lh || r.op == lhu;
        const uint32_t top = half || (r.address & 1) ? limb >> 8 : limb & 0xff;
        m.top = F::from_canonical(top);
        m.sign = F::from_canonical(r.op == lb || r.op == lh ? top >> 7 : 0);
        fill_destination(m, r);
    }
};

}  // namespace ashlar::chips
