// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/precompiles/call.hpp"

/// Calls that find a root: the buffer at a0 holds the root, which is written at t + 1, then the number it is found
/// from, which is read at t; a1 is a sign, 0 or 1, that says which root.
namespace ashlar::chips {

/// The call and its accesses. The root's old words are held in limbs.
template <class B, class V, size_t N>
void receive_decompression(B& b, const V& flag, const V& t, Syscall word, const Operand<V>& buffer, const V& sign,
                           const AccessTime<V> (&number_times)[N / 4], const V (&number)[N],
                           const AccessTime<V> (&root_times)[N / 4], const V (&old_root)[N / 2], const V (&root)[N]) {
    b.boolean(flag);
    b.boolean(sign);
    b.zero(sign * (flag - F::ONE));
    receive_call(b, flag, t, id_value<V>(word), buffer, N / 2, sign, V(F::ZERO));
    const V root_word = word_of(buffer.first), later = t + F::ONE;
    read_bytes(b, flag, V(root_word + F::from_canonical(N / 4)), t, number_times, number);
    for (size_t i = 0; i < N / 4; i++)
        access_word(b, flag, V(root_word + F::from_canonical(static_cast<uint32_t>(i))), later, root_times[i],
                    old_root[2 * i], old_root[2 * i + 1], word_low(root, i), word_high(root, i));
}

/// Its cells; W words each. False for another sign.
template <size_t W>
bool fill_decompression(const rv32::CallRecord& call, const rv32::WordAccess* accesses, F& flag, F& t,
                        Operand<F>& buffer, F& sign, AccessTime<F> (&number_times)[W], AccessTime<F> (&root_times)[W],
                        F (&old_root)[2 * W]) {
    if (call.a1 > 1) return false;
    flag = F::ONE;
    t = F::from_canonical(call.t);
    fill(buffer, call.a0, 2 * W);
    sign = F::from_canonical(call.a1);
    fill_times(number_times, accesses);
    fill_times(root_times, accesses + W);
    for (size_t i = 0; i < 2 * W; i++)
        old_root[i] = F::from_canonical(accesses[W + i / 2].prev >> (16 * (i % 2)) & 0xffff);
    return true;
}

/// The sign is the parity of a number: its lowest byte is 2 half + sign. One interaction.
template <class B, class V>
void check_parity(B& b, const V& flag, const V& sign, const V& lowest_byte, const V& half) {
    b.zero(half * 2_f + sign - lowest_byte);
    range_check(b, flag, 7u, half);
}
/// False if it is not.
inline bool fill_parity(F& half, uint32_t sign, uint32_t lowest_word) {
    half = F::from_canonical((lowest_word & 0xff) >> 1);
    return (lowest_word & 1) == sign;
}

}  // namespace ashlar::chips
