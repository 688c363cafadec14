// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/load.hpp"

namespace ashlar::chips {

/// sw.
struct StoreWordChip {
    static constexpr std::string_view NAME = "store_word";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rs1, rs2, imm[2];
        T is_real;
        RegisterAccess<T> base, source;
        Address<T> address;
        MemoryAccess<T> memory;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        sequential_instruction(
            b, m.is_real, m.cpu,
            Entry<V>{.op = V(opcode(OP_SW)), .rs1 = m.rs1, .rs2 = m.rs2, .imm_low = m.imm[0], .imm_high = m.imm[1]});
        register_read(b, m.is_real, m.rs1, time_rs1(m.cpu), m.base);
        register_read(b, m.is_real, m.rs2, time_rs2(m.cpu), m.source);
        check_sum_address(b, m.is_real, m.base, m.imm, m.address, V(m.address.quarter * 4_f));
        memory_write(b, m.is_real, V(word_of(m.address)), time_memory(m.cpu), m.memory, m.source.prev[0],
                     m.source.prev[1]);
    }

    static void fill_row(Main<F>& m, const rv32::StoreRecord& r) {
        fill_memory_instruction(m, r);
        m.is_real = F::ONE;
        m.rs2 = F::from_canonical(r.rs2);
        fill(m.source, r.t + 1, r.rs2_read.t_prev, r.rs2_read.value);
        fill(m.memory, r.t + 2, r.memory.t_prev, r.memory.prev);
    }
};

/// sb, sh: one limb of the word changes.
struct StoreSubChip {
    static constexpr std::string_view NAME = "store_sub";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rs1, rs2, imm[2];
        T is_sb, is_sh;
        RegisterAccess<T> base;
        T source_t_prev;
        T source[2];  ///< bytes of rs2's low limb
        T source_high;
        Address<T> address;
        Offset<T> offset;
        MemoryAccess<T> memory;
        T limb[2];  ///< bytes of the limb that changes
        T stored;   ///< that limb afterwards
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V real = m.is_sb + m.is_sh;
        b.boolean(m.is_sb);
        b.boolean(m.is_sh);
        b.boolean(real);
        check_offset(b, m.is_sh, m.offset);
        sequential_instruction(b, real, m.cpu,
                               Entry<V>{.op = m.is_sb * opcode(OP_SB) + m.is_sh * opcode(OP_SH),
                                        .rs1 = m.rs1,
                                        .rs2 = m.rs2,
                                        .imm_low = m.imm[0],
                                        .imm_high = m.imm[1]});
        register_read(b, real, m.rs1, time_rs1(m.cpu), m.base);
        const V source = pair_value(m.source[0], m.source[1]);
        register_read(b, real, m.rs2, time_rs2(m.cpu), m.source_t_prev, source, m.source_high);
        byte_pair(b, real, m.source[0], m.source[1]);
        check_sum_address(b, real, m.base, m.imm, m.address, low_limb(m.address, m.offset));
        const V &low = m.memory.prev[0], &high = m.memory.prev[1];
        b.equal_integers(real, V(low + m.offset.bit1 * (high - low)), pair_value(m.limb[0], m.limb[1]));
        byte_pair(b, real, m.limb[0], m.limb[1]);
        const V at_0 = pair_value(m.source[0], m.limb[1]), at_1 = pair_value(m.limb[0], m.source[0]);
        b.equal_integers(real, V(m.is_sh * source + m.is_sb * (at_0 + m.offset.bit0 * (at_1 - at_0))),
                         V(real * m.stored));
        memory_write(b, real, V(word_of(m.address)), time_memory(m.cpu), m.memory,
                     V(m.stored + m.offset.bit1 * (low - m.stored)), V(high + m.offset.bit1 * (m.stored - high)));
    }

    static void fill_row(Main<F>& m, const rv32::StoreRecord& r) {
        fill_memory_instruction(m, r);
        (r.op == rv32::Opcode::sb ? m.is_sb : m.is_sh) = F::ONE;
        m.rs2 = F::from_canonical(r.rs2);
        m.source_t_prev = F::from_canonical(recent(r.t + 1, r.rs2_read.t_prev));
        m.source[0] = F::from_canonical(r.rs2_read.value & 0xff);
        m.source[1] = F::from_canonical(r.rs2_read.value >> 8 & 0xff);
        m.source_high = F::from_canonical(r.rs2_read.value >> 16);
        fill(m.offset, r.address);
        fill(m.memory, r.t + 2, r.memory.t_prev, r.memory.prev);
        const unsigned shift = r.address & 2 ? 16 : 0;
        m.limb[0] = F::from_canonical(r.memory.prev >> shift & 0xff);
        m.limb[1] = F::from_canonical(r.memory.prev >> (shift + 8) & 0xff);
        m.stored = F::from_canonical(r.memory.value >> shift & 0xffff);
    }
};

}  // namespace ashlar::chips
