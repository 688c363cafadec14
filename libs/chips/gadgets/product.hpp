// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/instruction.hpp"

namespace ashlar::chips {

/// Sum of the byte products of x y that belong to 16-bit limb `k` of the 64-bit product (k = 0..3): at most 66.9 M < p.
/// Degree 2.
template <class V>
ASHLAR_INLINE V product_limb(const V (&x)[4], const V (&y)[4], size_t k) {
    V even = V(F::ZERO), odd = V(F::ZERO);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            if (i + j == 2 * k) even += x[i] * y[j];
            if (i + j == 2 * k + 1) odd += x[i] * y[j];
        }
    return even + odd * 256_f;
}

/// A register operand held in bytes: four range-checked bytes, read at t.
template <class T>
struct ByteOperand {
    T t_prev;
    T bytes[4];
    ASHLAR_INLINE auto low() const { return pair_value(bytes[0], bytes[1]); }
    ASHLAR_INLINE auto high() const { return pair_value(bytes[2], bytes[3]); }
};

template <class B, class V>
ASHLAR_INLINE void check_bytes(B& b, const V& flag, const V (&bytes)[4]) {
    byte_pair(b, flag, bytes[0], bytes[1]);
    byte_pair(b, flag, bytes[2], bytes[3]);
}

/// Reads the register; five interactions.
template <class B, class V>
ASHLAR_INLINE void read_bytes(B& b, const V& flag, const V& number, const V& t, const ByteOperand<V>& o) {
    register_read(b, flag, number, t, o.t_prev, o.low(), o.high());
    check_bytes(b, flag, o.bytes);
}

inline void fill(ByteOperand<F>& o, uint32_t t, const rv32::Read& read) {
    o.t_prev = F::from_canonical(recent(t, read.t_prev));
    fill_bytes(o.bytes, read.value);
}

}  // namespace ashlar::chips
