// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// Both limbs of a word cut at bit j: limb = low + 2^j high, low < 2^j, high < 2^(16-j).
template <class T>
struct SplitWord {
    T t_prev;
    T low[2];
    T high[2];

    /// limb i; `power` = 2^j.
    template <class P>
    ASHLAR_INLINE auto limb(size_t i, const P& power) const {
        return low[i] + high[i] * power;
    }
};

/// Four lookups that make the cut what it says; 0 <= j <= 16.
template <class B, class V>
ASHLAR_INLINE void check_split(B& b, const V& flag, const V& j, const SplitWord<V>& a) {
    for (size_t i = 0; i < 2; i++) {
        range_check(b, flag, j, a.low[i]);
        range_check(b, flag, V(F::from_canonical(16) - j), a.high[i]);
    }
}

inline void fill(SplitWord<F>& a, uint32_t t, uint32_t t_prev, uint32_t value, unsigned j) {
    a.t_prev = F::from_canonical(recent(t, t_prev));
    for (size_t i = 0; i < 2; i++) {
        const uint32_t limb = value >> (16 * i) & 0xffff;
        a.low[i] = F::from_canonical(limb & ((1u << j) - 1));
        a.high[i] = F::from_canonical(limb >> j);
    }
}

/// Shift amount from a table entry: the split position, 2^j and 2^(16-j), and whether the amount is 16 or more.
template <class T>
struct ImmediateAmount {
    T j, power, power_rest, by_16;
};

/// Shift amount from rs2: bits of its low five and the rest; `four` = 2^(amount mod 4).
template <class T>
struct RegisterAmount {
    T rs2;
    T t_prev;
    T bits[4];
    T by_16;
    T rest;  ///< rs2's low limb / 32
    T high;  ///< rs2's high limb
    T four;
    T power_k;       ///< 2^(amount mod 16)
    T power_k_rest;  ///< 2^(16 - amount mod 16)

    template <class V>
    ASHLAR_INLINE static V amount_mod_16(const RegisterAmount<V>& s) {
        return s.bits[0] + s.bits[1] * 2_f + s.bits[2] * 4_f + s.bits[3] * 8_f;
    }
};

/// Reads rs2 and binds the powers; five bits, an 11-bit rest, limbs as they are in the register.
template <class B, class V>
ASHLAR_INLINE void check_amount(B& b, const V& flag, const Cpu<V>& cpu, const RegisterAmount<V>& s) {
    for (size_t i = 0; i < 4; i++) b.boolean(s.bits[i]);
    b.boolean(s.by_16);
    const V low = RegisterAmount<V>::amount_mod_16(s) + s.by_16 * 16_f + s.rest * 32_f;
    register_read(b, flag, s.rs2, time_rs2(cpu), s.t_prev, low, s.high);
    range_check(b, flag, 11u, s.rest);
    // On a row that is off the factors below are 1, so the powers carry the flag.
    b.equal_integers(flag, s.four, V(flag * (F::ONE + s.bits[0]) * (F::ONE + s.bits[1] * 3_f)));
    b.equal_integers(flag, s.power_k, V(s.four * (F::ONE + s.bits[2] * 15_f) * (F::ONE + s.bits[3] * 255_f)));
    b.equal_integers(flag, V(s.power_k * s.power_k_rest), V(flag * F::from_canonical(1 << 16)));
}

/// Where a shift cuts the limbs: bit j; `power` = 2^j and `power_rest` = 2^(16-j).
template <class V>
struct Cut {
    V j, power, power_rest;
};

/// Binds the amount k to the instruction's table entry or to rs2, and gives the cut: at k mod 16 for shifts to the
/// right, at 16 - k mod 16 for those to the left.
template <bool LEFT, class B, class V>
ASHLAR_INLINE Cut<V> bind_amount(B& b, const V&, const Cpu<V>&, const ImmediateAmount<V>& s, Entry<V>& entry) {
    b.boolean(s.by_16);
    entry.op += s.by_16 * F::from_canonical(OP_SHIFT_16);
    entry.rs2 = s.j;
    entry.imm_low = s.power;
    entry.imm_high = s.power_rest;
    return {s.j, s.power, s.power_rest};
}
template <bool LEFT, class B, class V>
ASHLAR_INLINE Cut<V> bind_amount(B& b, const V& flag, const Cpu<V>& cpu, const RegisterAmount<V>& s, Entry<V>& entry) {
    entry.rs2 = s.rs2;
    check_amount(b, flag, cpu, s);
    const V k = RegisterAmount<V>::amount_mod_16(s);
    if constexpr (LEFT)
        return {V(16_f) - k, s.power_k_rest, s.power_k};
    else
        return {k, s.power_k, s.power_k_rest};
}

/// The amount's cells; returns j of the cut.
template <bool LEFT>
unsigned fill_amount(ImmediateAmount<F>& s, const rv32::AluRecord& r) {
    const uint32_t amount = static_cast<uint32_t>(r.imm) & 31, j = LEFT ? 16 - (amount & 15) : amount & 15;
    s = {F::from_canonical(j), F::from_canonical(1u << j), F::from_canonical(1u << (16 - j)),
         F::from_canonical(amount >> 4)};
    return j;
}
template <bool LEFT>
unsigned fill_amount(RegisterAmount<F>& s, const rv32::AluRecord& r) {
    const rv32::Read& read = r.rs2_read;
    const uint32_t k = read.value & 15;
    s.rs2 = F::from_canonical(r.rs2);
    s.t_prev = F::from_canonical(recent(r.t + 1, read.t_prev));
    for (unsigned i = 0; i < 4; i++) s.bits[i] = F::from_canonical(k >> i & 1);
    s.by_16 = F::from_canonical(read.value >> 4 & 1);
    s.rest = F::from_canonical((read.value & 0xffff) >> 5);
    s.high = F::from_canonical(read.value >> 16);
    s.four = F::from_canonical(1u << (k & 3));
    s.power_k = F::from_canonical(1u << k);
    s.power_k_rest = F::from_canonical(1u << (16 - k));
    return LEFT ? 16 - k : k;
}

}  // namespace ashlar::chips
