// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/add_sub.hpp"
#include "libs/chips/gadgets/address.hpp"

namespace ashlar::chips {

/// jal: the link value's limbs and the distance are constants of the table.
struct JalChip {
    static constexpr std::string_view NAME = "jal";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd;
        T difference;  ///< target - pc in F
        T link[2];
        T is_real;
        T writes;  ///< rd is not x0
        RegisterAccess<T> d;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        check_writes(b, m.is_real, m.writes);
        instruction(b, m.is_real, m.cpu, V(m.cpu.pc + m.difference),
                    Entry<V>{.op = m.is_real * opcode(OP_JAL) + m.writes * opcode(OP_WRITES),
                             .rd = m.rd,
                             .rs2 = m.difference,
                             .imm_low = m.link[0],
                             .imm_high = m.link[1]});
        register_write(b, m.writes, m.rd, time_rd(m.cpu), m.d, m.link[0], m.link[1]);
    }

    static void fill_row(Main<F>& m, const rv32::UpperRecord& r) {
        fill(m.cpu, r.pc, r.t);
        m.difference = F::from_int(r.imm);
        m.is_real = F::ONE;
        if (r.rd != 0) fill_limbs(m.link, r.pc + 4);
        fill_destination(m, r);
    }
};

/// jalr: pc = rs1 + immediate mod 2^32, which must be a multiple of 4 below 0x7800'0000 as limbs: as a field element
/// alone, pc + p would do for pc.
struct JalrChip {
    static constexpr std::string_view NAME = "jalr";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T rd, rs1, imm[2];
        T link_low;
        T is_real;
        T writes;
        RegisterAccess<T> a, d;
        T target_quarter;  ///< low limb of the target / 4
        T target_high;
        T target_nonzero;  ///< target_high != 0; only there because the lookup says it
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const F two_16 = F::from_canonical(1 << 16);
        b.boolean(m.is_real);
        check_writes(b, m.is_real, m.writes);
        const V target[2] = {m.target_quarter * 4_f, m.target_high};
        instruction(b, m.is_real, m.cpu, V(target[0] + target[1] * two_16),
                    Entry<V>{.op = m.is_real * opcode(OP_JALR) + m.writes * opcode(OP_WRITES),
                             .rd = m.rd,
                             .rs1 = m.rs1,
                             .rs2 = m.link_low,
                             .imm_low = m.imm[0],
                             .imm_high = m.imm[1]});
        register_read(b, m.is_real, m.rs1, time_rs1(m.cpu), m.a);
        add_limbs(b, m.is_real, m.a.prev, m.imm, target);
        range_check(b, m.is_real, 14u, m.target_quarter);
        b.send(BUS_ADDRESS, m.is_real, {m.target_high, m.target_nonzero});
        // pc + 4 = link_low + 2^16 high, with pc and link_low from the table.
        register_write(b, m.writes, m.rd, time_rd(m.cpu), m.d, m.link_low,
                       exact_quotient(b, m.is_real, V(m.cpu.pc + 4_f - m.link_low)));
    }

    static void fill_row(Main<F>& m, const rv32::AluRecord& r) {
        fill(m.cpu, r.pc, r.t);
        m.rs1 = F::from_canonical(r.rs1);
        fill_limbs(m.imm, static_cast<uint32_t>(r.imm));
        m.link_low = F::from_canonical((r.pc + 4) & 0xffff);
        m.is_real = F::ONE;
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value);
        const uint32_t target = r.rs1_read.value + static_cast<uint32_t>(r.imm);
        m.target_quarter = F::from_canonical((target & 0xffff) >> 2);
        m.target_high = F::from_canonical(target >> 16);
        m.target_nonzero = F::from_canonical(target >> 16 != 0);
        fill_destination(m, r);
    }
};

}  // namespace ashlar::chips
