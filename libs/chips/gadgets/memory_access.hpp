// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/chips/gadgets/lookup.hpp"

/// Memory accesses (MACHINE.md 2): receive the word's previous message, send the new one with a later time.
namespace ashlar::chips {

/// Inverse of 2^16, for carries: (sum - low limb) * INVERSE_65536.
inline constexpr F INVERSE_65536 = F::reduce(uint32_t{1} << 16).inverse();

/// numerator / 2^16 as an element that is no column. Where `when` is 1 it is the integer quotient: the caller gives it
/// a range, and the integer analyser shows that numerator = 2^16 quotient cannot wrap.
template <class B, class V>
ASHLAR_INLINE V exact_quotient(B& b, const V& when, const V& numerator) {
    const V quotient = numerator * INVERSE_65536;
    if constexpr (B::READS_INTEGERS) b.same_integers(when, numerator, V(quotient * F::from_canonical(1 << 16)));
    return quotient;
}

/// One access of a data word at any distance from the previous one: t - t_prev - 1 = gap + 2^16 * (13 bits).
template <class T>
struct MemoryAccess {
    T t_prev;
    T gap;
    T prev[2];  ///< limbs the word held
};

/// An access of a register, whose previous access is at most 2^16 ticks back (chip `bump` refreshes older ones):
/// t - t_prev - 1 is one 16-bit lookup and needs no column.
template <class T>
struct RegisterAccess {
    T t_prev;
    T prev[2];
};

/// Word `word` at time t goes from access.prev to (low, high). Four interactions. The new limbs are range-checked by
/// the caller, if they are new.
template <class B, class V, class N>
ASHLAR_INLINE void memory_write(B& b, const V& flag, const V& word, const V& t, const MemoryAccess<V>& access,
                                const N& low, const N& high) {
    b.receive(BUS_MEMORY, flag, {word, access.t_prev, access.prev[0], access.prev[1]});
    b.send(BUS_MEMORY, flag, {word, t, low, high});
    range_check(b, flag, 16u, access.gap);
    range_check(b, flag, 13u, exact_quotient(b, flag, V(t - access.t_prev - F::ONE - access.gap)));
}
/// A read leaves the word as it is.
template <class B, class V>
ASHLAR_INLINE void memory_read(B& b, const V& flag, const V& word, const V& t, const MemoryAccess<V>& access) {
    memory_write(b, flag, word, t, access, access.prev[0], access.prev[1]);
}

/// Register `number` at time t goes from access.prev to (low, high). Three interactions.
template <class B, class V>
ASHLAR_INLINE void register_write(B& b, const V& flag, const V& number, const V& t, const RegisterAccess<V>& access,
                                  const V& low, const V& high) {
    b.receive(BUS_MEMORY, flag, {number, access.t_prev, access.prev[0], access.prev[1]});
    b.send(BUS_MEMORY, flag, {number, t, low, high});
    range_check(b, flag, 16u, t - access.t_prev - F::ONE);
}
template <class B, class V>
ASHLAR_INLINE void register_read(B& b, const V& flag, const V& number, const V& t, const RegisterAccess<V>& access) {
    register_write(b, flag, number, t, access, access.prev[0], access.prev[1]);
}
/// A read whose limbs the chip holds in another form (bytes, pieces); only access.t_prev is a column.
template <class B, class V>
ASHLAR_INLINE void register_read(B& b, const V& flag, const V& number, const V& t, const V& t_prev, const V& low,
                                 const V& high) {
    b.receive(BUS_MEMORY, flag, {number, t_prev, low, high});
    b.send(BUS_MEMORY, flag, {number, t, low, high});
    range_check(b, flag, 16u, t - t_prev - F::ONE);
}

/// Cells of an access of a word at time t, last accessed at t_prev holding `prev`.
inline void fill(MemoryAccess<F>& a, uint32_t t, uint32_t t_prev, uint32_t prev) {
    a.t_prev = F::from_canonical(t_prev);
    a.gap = F::from_canonical((t - t_prev - 1) & 0xffff);
    a.prev[0] = F::from_canonical(prev & 0xffff);
    a.prev[1] = F::from_canonical(prev >> 16);
}

/// Limbs of a 32-bit value.
inline void fill_limbs(F (&limbs)[2], uint32_t value) {
    limbs[0] = F::from_canonical(value & 0xffff);
    limbs[1] = F::from_canonical(value >> 16);
}
/// Bytes of a 32-bit value, low first.
inline void fill_bytes(F (&bytes)[4], uint32_t value) {
    for (unsigned i = 0; i < 4; i++) bytes[i] = F::from_canonical(value >> (8 * i) & 0xff);
}

}  // namespace ashlar::chips
