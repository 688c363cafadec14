// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/memory_access.hpp"
#include "libs/rv32/record.hpp"

/// Accesses of call operands whose limbs a chip holds in its own form (bytes, bits), so that only the time of the
/// previous access needs columns.
namespace ashlar::chips {

template <class T>
struct AccessTime {
    T t_prev;
    T gap;  ///< low 16 bits of t - t_prev - 1
};

/// Word `word` at time t goes from (old_low, old_high) to (new_low, new_high). Four interactions; new limbs are
/// range-checked by the caller.
template <class B, class V>
void access_word(B& b, const V& flag, const V& word, const V& t, const AccessTime<V>& access, const V& old_low,
                 const V& old_high, const V& new_low, const V& new_high) {
    b.receive(BUS_MEMORY, flag, {word, access.t_prev, old_low, old_high});
    b.send(BUS_MEMORY, flag, {word, t, new_low, new_high});
    range_check(b, flag, 16u, access.gap);
    range_check(b, flag, 13u, exact_quotient(b, flag, V(t - access.t_prev - F::ONE - access.gap)));
}
/// A read leaves the limbs as they are.
template <class B, class V>
void read_word(B& b, const V& flag, const V& word, const V& t, const AccessTime<V>& access, const V& low,
               const V& high) {
    access_word(b, flag, word, t, access, low, high, low, high);
}

inline void fill(AccessTime<F>& a, const rv32::WordAccess& access) {
    a.t_prev = F::from_canonical(access.t_prev);
    a.gap = F::from_canonical((access.t - access.t_prev - 1) & 0xffff);
}

}  // namespace ashlar::chips
