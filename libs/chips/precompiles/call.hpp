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

template <class V>
V id_value(Syscall word) {
    return V(F::from_canonical(call_id(word)));
}
/// Receives (t, id, a0, a1): a0 a checked pointer to so many words, a1 given by its limbs.
template <class B, class V>
void receive_call(B& b, const V& flag, const V& t, const V& id, const Operand<V>& a0, size_t words, const V& low,
                  const V& high) {
    b.receive(BUS_CALL, flag, {t, id, V(operand_low(a0)), a0.first.high, low, high});
    check_operand(b, flag, a0, static_cast<unsigned>(words));
}
/// With a1 a checked pointer, too.
template <class B, class V>
void receive_call(B& b, const V& flag, const V& t, const V& id, const Operand<V>& a0, size_t words_0,
                  const Operand<V>& a1, size_t words_1) {
    receive_call(b, flag, t, id, a0, words_0, V(operand_low(a1)), a1.first.high);
    check_operand(b, flag, a1, static_cast<unsigned>(words_1));
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

/// The same for two numbers, one behind the other.
template <class B, class V, size_t N>
void read_two(B& b, const V& flag, const V& first, const V& t, const AccessTime<V>* times, const V (&x)[N],
              const V (&y)[N]) {
    read_bytes(b, flag, first, t, times, x);
    read_bytes(b, flag, V(first + F::from_canonical(N / 4)), t, times + N / 4, y);
}
template <class B, class V, size_t N>
void replace_two(B& b, const V& flag, const V& first, const V& t, const AccessTime<V>* times, const V (&old_x)[N],
                 const V (&new_x)[N], const V (&old_y)[N], const V (&new_y)[N]) {
    replace_bytes(b, flag, first, t, times, old_x, new_x);
    replace_bytes(b, flag, V(first + F::from_canonical(N / 4)), t, times + N / 4, old_y, new_y);
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

/// Cells of a call that reads an operand at a1, then overwrites one at a0.
template <size_t WORDS_0, size_t WORDS_1>
void fill_call(const rv32::CallRecord& call, const rv32::WordAccess* accesses, F& t, Operand<F>& a0,
               AccessTime<F> (&times_0)[WORDS_0], Operand<F>& a1, AccessTime<F> (&times_1)[WORDS_1]) {
    t = F::from_canonical(call.t);
    fill(a0, call.a0, WORDS_0);
    fill(a1, call.a1, WORDS_1);
    fill_times(times_1, accesses);
    fill_times(times_0, accesses + WORDS_1);
}

}  // namespace ashlar::chips
