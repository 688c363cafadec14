// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/memory_access.hpp"
#include "libs/chips/machine_opcode.hpp"
#include "libs/rv32/record.hpp"

namespace ashlar::chips {

/// pc and clock of an instruction's row.
template <class T>
struct Cpu {
    T pc;
    T t;
};

/// The fields of a program table entry as the chip reads them; members left out are 0.
template <class V>
struct Entry {
    V op;
    V rd = V(F::ZERO);
    V rs1 = V(F::ZERO);
    V rs2 = V(F::ZERO);
    V imm_low = V(F::ZERO);
    V imm_high = V(F::ZERO);
};

constexpr F opcode(uint32_t op) { return F::from_canonical(op); }

/// Three interactions: takes (pc, t) from the state bus, looks the entry up, sends (next_pc, t + 4).
template <class B, class V>
ASHLAR_INLINE void instruction(B& b, const V& flag, const Cpu<V>& cpu, const V& next_pc, const Entry<V>& e) {
    b.receive(BUS_STATE, flag, {cpu.pc, cpu.t});
    b.send(BUS_STATE, flag, {next_pc, cpu.t + 4_f});
    b.send(BUS_PROGRAM, flag, {cpu.pc, e.op, e.rd, e.rs1, e.rs2, e.imm_low, e.imm_high});
}
template <class B, class V>
ASHLAR_INLINE void sequential_instruction(B& b, const V& flag, const Cpu<V>& cpu, const Entry<V>& e) {
    instruction(b, flag, cpu, V(cpu.pc + 4_f), e);
}

/// `writes` is 0 or 1, and 0 on a row that is off: whether rd is a register other than x0.
template <class B, class V>
ASHLAR_INLINE void check_writes(B& b, const V& flag, const V& writes) {
    b.boolean(writes);
    b.zero(writes * (F::ONE - flag));
}

// Times of an instruction's accesses.
template <class V>
ASHLAR_INLINE V time_rs1(const Cpu<V>& cpu) {
    return cpu.t;
}
template <class V>
ASHLAR_INLINE V time_rs2(const Cpu<V>& cpu) {
    return cpu.t + F::ONE;
}
template <class V>
ASHLAR_INLINE V time_memory(const Cpu<V>& cpu) {
    return cpu.t + 2_f;
}
template <class V>
ASHLAR_INLINE V time_rd(const Cpu<V>& cpu) {
    return cpu.t + 3_f;
}

/// low byte + 256 high byte.
template <class V>
ASHLAR_INLINE V pair_value(const V& low, const V& high) {
    return low + high * 256_f;
}

/// Time of the last access a register access at t may refer to: the previous one, or the refresh that chip `bump` puts
/// at the last multiple of 2^16 before t when that is more than 2^16 ticks back.
constexpr bool needs_bump(uint32_t t, uint32_t t_prev) { return t - t_prev - 1 >= 1u << 16; }
constexpr uint32_t bump_time(uint32_t t) { return (t - 1) & ~0xffffu; }
constexpr uint32_t recent(uint32_t t, uint32_t t_prev) { return needs_bump(t, t_prev) ? bump_time(t) : t_prev; }

inline void fill(Cpu<F>& cpu, uint32_t pc, uint32_t t) {
    cpu.pc = F::from_canonical(pc);
    cpu.t = F::from_canonical(t);
}
inline void fill(RegisterAccess<F>& a, uint32_t t, uint32_t t_prev, uint32_t prev) {
    a.t_prev = F::from_canonical(recent(t, t_prev));
    fill_limbs(a.prev, prev);
}

/// Cells of a destination that may be x0.
template <class Main, class Record>
void fill_destination(Main& m, const Record& r) {
    if (r.rd == 0) return;
    m.rd = F::from_canonical(r.rd);
    m.writes = F::ONE;
    fill(m.d, r.t + 3, r.rd_write.t_prev, r.rd_write.prev);
}

/// Cells that ALU rows share: cpu, rd, and where the chip has them whole rs1, rs2, and the accesses a, b, d.
template <class Main>
void fill_alu(Main& m, const rv32::AluRecord& r) {
    fill(m.cpu, r.pc, r.t);
    m.rd = F::from_canonical(r.rd);
    m.rs1 = F::from_canonical(r.rs1);
    fill(m.d, r.t + 3, r.rd_write.t_prev, r.rd_write.prev);
    if constexpr (requires {
                      m.a.t_prev;
                      m.a.prev;
                  })
        fill(m.a, r.t, r.rs1_read.t_prev, r.rs1_read.value);
    if constexpr (requires { m.rs2; }) m.rs2 = F::from_canonical(r.rs2);
    if constexpr (requires {
                      m.b.t_prev;
                      m.b.prev;
                  })
        fill(m.b, r.t + 1, r.rs2_read.t_prev, r.rs2_read.value);
}

}  // namespace ashlar::chips
