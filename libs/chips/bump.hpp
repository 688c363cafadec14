// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// An access that an instruction makes to a register after a long time, split in two.
struct BumpRecord {
    uint32_t word;
    uint32_t t_prev;
    uint32_t t;  ///< a multiple of 2^16, more than t_prev
    uint32_t value;
};

/// Refreshes a word at time 2^16 epoch, so that register accesses need to look back 16 bits only. It is on no state
/// bus: what keeps chains of refreshes from closing to a cycle is that its own time is below 2^29 (epoch has 13 bits),
/// as all other times are, and t - t_prev - 1 has 29 bits: with both, t > t_prev as integers.
struct BumpChip {
    static constexpr std::string_view NAME = "bump";
    template <class T>
    struct Main {
        T is_real;
        T word;
        T epoch;
        MemoryAccess<T> access;
    };

    template <class B>
    ASHLAR_INLINE static void eval(B& b, const Main<typename B::Value>& m) {
        using V = typename B::Value;
        b.boolean(m.is_real);
        range_check(b, m.is_real, 13u, m.epoch);
        memory_read(b, m.is_real, m.word, V(m.epoch * F::from_canonical(1 << 16)), m.access);
    }

    static void fill_row(Main<F>& m, const BumpRecord& r) {
        m.is_real = F::ONE;
        m.word = F::from_canonical(r.word);
        m.epoch = F::from_canonical(r.t >> 16);
        fill(m.access, r.t, r.t_prev, r.value);
    }
};

}  // namespace ashlar::chips
