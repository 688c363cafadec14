// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/lookup.hpp"

/// 32-bit words as bits, for the SHA-256 chips. Functions of bits are given as limbs: values of a 16-bit half.
namespace ashlar::chips {

template <class T>
struct WordBits {
    T bit[32];
};

template <class B, class V>
void check_bits(B& b, const WordBits<V>& w) {
    for (const V& bit : w.bit) b.boolean(bit);
}

/// sum_i 2^i f(16 half + i), for f of bit positions.
template <class V, class Function>
V limb_of_bits(size_t half, Function f) {
    V sum = f(16 * half + 15);
    for (size_t i = 15; i-- > 0;) sum = sum + sum + f(16 * half + i);
    return sum;
}
template <class V>
V limb(const WordBits<V>& w, size_t half) {
    return limb_of_bits<V>(half, [&](size_t i) { return w.bit[i]; });
}

template <class V>
V xor_of(const V& a, const V& b) {
    return a + b - a * b * 2_f;
}
/// Degree 3.
template <class V>
V xor_of(const V& a, const V& b, const V& c) {
    return xor_of(xor_of(a, b), c);
}

/// Half of rotr(w, r0) ^ rotr(w, r1) ^ rotr(w, r2), or with SHIFT the last a plain shift. Degree 3.
template <bool SHIFT, class V>
V sigma(const WordBits<V>& w, size_t half, size_t r0, size_t r1, size_t r2) {
    return limb_of_bits<V>(half, [&](size_t i) {
        const V pair = xor_of(w.bit[(i + r0) % 32], w.bit[(i + r1) % 32]);
        return SHIFT && i + r2 >= 32 ? pair : xor_of(pair, w.bit[(i + r2) % 32]);
    });
}

inline void fill(WordBits<F>& w, uint32_t value) {
    for (size_t i = 0; i < 32; i++) w.bit[i] = value >> i & 1 ? F::ONE : F::ZERO;
}

/// A small carry in bits: sum_i 2^i bit_i - offset.
template <class T, size_t BITS>
struct CarryBits {
    T bit[BITS];
};
/// The carry's value; each bit is a boolean.
template <class B, class V, size_t BITS>
V carry_value(B& b, const CarryBits<V, BITS>& c) {
    V sum = c.bit[0];
    b.boolean(c.bit[0]);
    for (size_t i = 1; i < BITS; i++) {
        b.boolean(c.bit[i]);
        sum += c.bit[i] * F::from_canonical(1u << i);
    }
    return sum;
}
template <size_t BITS>
void fill(CarryBits<F, BITS>& c, int64_t value) {
    for (size_t i = 0; i < BITS; i++) c.bit[i] = value >> i & 1 ? F::ONE : F::ZERO;
}

}  // namespace ashlar::chips
