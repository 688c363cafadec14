// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/call_table.hpp"
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// Words of the registers a call uses.
inline constexpr uint32_t REGISTER_T0 = 5, REGISTER_A0 = 10, REGISTER_A1 = 11;

/// ecall: looks t0's whole word up in the call table, hands a call with a chip to it, and puts the returned value into
/// t0 (t0 read at t and written at t + 3 are one access here: nothing lies between).
///
/// A HINT_READ may be repeated: the next instruction is then the same call, with the registers as they are. Each row of
/// it writes some of the words, so that a long read goes over several chunks (hint_read.hpp).
struct EcallChip {
    static constexpr std::string_view NAME = "ecall";
    template <class T>
    struct Main {
        Cpu<T> cpu;
        T is_real;
        RegisterAccess<T> t0, a0, a1;
        T id, advance, has_chip, returns, is_free, halts;  ///< as the call table says, the last four 0 or 1
        T repeats;                                         ///< a HINT_READ that goes on at the same pc
        T result[2];                                       ///< of a call that returns, else 0
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        const V& real = m.is_real;
        b.boolean(real);
        b.boolean(m.has_chip);
        b.boolean(m.repeats);
        b.zero(m.repeats * (m.id - F::from_canonical(CALL_HINT_READ & 0xff)));  // no other call has this id
        b.zero(m.has_chip * (F::ONE - real));
        b.receive(BUS_STATE, real, {m.cpu.pc, m.cpu.t});
        b.send(BUS_STATE, real, {(m.cpu.pc + 4_f - m.repeats * 4_f) * (F::ONE - m.halts), m.cpu.t + m.advance});
        b.send(BUS_PROGRAM, real, {m.cpu.pc, opcode(OP_ECALL), F::ZERO, F::ZERO, F::ZERO, F::ZERO, F::ZERO});
        b.send(BUS_CALL_TABLE, real,
               {m.t0.prev[0], m.t0.prev[1], m.id, m.advance, m.has_chip, m.returns, m.is_free, m.halts});
        b.receive(BUS_MEMORY, real, {F::from_canonical(REGISTER_T0), m.t0.t_prev, m.t0.prev[0], m.t0.prev[1]});
        b.send(BUS_MEMORY, real,
               {F::from_canonical(REGISTER_T0), m.cpu.t + m.returns * 3_f,
                m.t0.prev[0] + m.returns * (m.result[0] - m.t0.prev[0]),
                m.t0.prev[1] + m.returns * (m.result[1] - m.t0.prev[1])});
        range_check(b, real, 16u, V(m.cpu.t - m.t0.t_prev - F::ONE));
        register_read(b, real, V(F::from_canonical(REGISTER_A0)), V(m.cpu.t + F::ONE), m.a0);
        register_read(b, real, V(F::from_canonical(REGISTER_A1)), V(m.cpu.t + 2_f), m.a1);
        for (const V& limb : m.result) {
            range_check(b, real, 16u, limb);
            b.zero(limb * (F::ONE - m.is_free));
        }
        b.send(BUS_CALL, m.has_chip, {m.cpu.t, m.id, m.a0.prev[0], m.a0.prev[1], m.a1.prev[0], m.a1.prev[1]});
    }

    /// The call must be in the table.
    static void fill_row(Main<F>& m, const rv32::CallRecord& r) {
        const ProvableCall& call = *find_call(r.word);
        fill(m.cpu, r.pc, r.t);
        m.is_real = F::ONE;
        fill(m.t0, r.t, r.t0_read.t_prev, r.t0_read.value);
        fill(m.a0, r.t + 1, r.a0_read.t_prev, r.a0_read.value);
        fill(m.a1, r.t + 2, r.a1_read.t_prev, r.a1_read.value);
        m.id = F::from_canonical(call.id());
        m.advance = F::from_canonical(call.advance());
        m.has_chip = F::from_canonical(call.has_chip);
        m.returns = F::from_canonical(call.returns);
        m.is_free = F::from_canonical(call.free);
        m.halts = F::from_canonical(call.halts);
        m.repeats = F::from_canonical(r.repeats);
        if (call.returns) fill_limbs(m.result, r.t0_write.value);
    }
};

}  // namespace ashlar::chips
