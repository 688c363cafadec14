// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/address.hpp"
#include "libs/chips/precompiles/curves.hpp"
#include "libs/chips/precompiles/element.hpp"

/// What all precompile chips share: the call itself and operands in memory.
///
/// A chip of one row per call has a column `is_real` that is the multiplicity of the call's reception, of every access
/// and of every lookup.
namespace ashlar::chips {

/// Receives (t, id, a0, a1) with both arguments checked pointers.
template <class B, class V>
void receive_call(B& b, const V& flag, const V& t, Syscall word, const Operand<V>& a0, const Operand<V>& a1) {
    b.receive(
        BUS_CALL, flag,
        {t, V(F::from_canonical(call_id(word))), V(operand_low(a0)), a0.first.high, V(operand_low(a1)), a1.first.high});
}
/// The second argument is given by its limbs.
template <class B, class V>
void receive_call(B& b, const V& flag, const V& t, const V& id, const Operand<V>& a0, const V& low, const V& high) {
    b.receive(BUS_CALL, flag, {t, id, V(operand_low(a0)), a0.first.high, low, high});
}

/// Reads N words from `first` on at time t, held in bytes. 4 N interactions.
template <class B, class V, size_t N>
void read_bytes(B& b, const V& flag, const V& first, const V& t, const AccessTime<V>* times, const V (&bytes)[N]) {
    for (size_t i = 0; i < N / 4; i++)
        read_word(b, flag, V(first + F::from_canonical(static_cast<uint32_t>(i))), t, times[i], word_low(bytes, i),
                  word_high(bytes, i));
}
/// Overwrites N / 4 words from `first` on at time t. 4 N interactions.
template <class B, class V, size_t N>
void replace_bytes(B& b, const V& flag, const V& first, const V& t, const AccessTime<V>* times, const V (&old_bytes)[N],
                   const V (&new_bytes)[N]) {
    for (size_t i = 0; i < N / 4; i++)
        access_word(b, flag, V(first + F::from_canonical(static_cast<uint32_t>(i))), t, times[i],
                    word_low(old_bytes, i), word_high(old_bytes, i), word_low(new_bytes, i), word_high(new_bytes, i));
}

/// The words an operand held before and after its accesses.
template <size_t N>
struct OperandWords {
    std::array<uint32_t, N> before, after;
    explicit OperandWords(const rv32::WordAccess* accesses) {
        for (size_t i = 0; i < N; i++) before[i] = accesses[i].prev, after[i] = accesses[i].value;
    }
};

template <size_t N>
void fill_times(AccessTime<F> (&times)[N], const rv32::WordAccess* accesses) {
    for (size_t i = 0; i < N; i++) fill(times[i], accesses[i]);
}

}  // namespace ashlar::chips
