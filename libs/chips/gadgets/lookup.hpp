// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/buses.hpp"
#include "libs/field/koala_bear.hpp"

/// Lookups every chip uses. `flag` is the multiplicity: 0 or 1, of degree <= 2, and 0 on a switched-off row.
namespace ashlar::chips {

using field::F;
using namespace field::literals;

/// value < 2^bits as an integer, bits 0..16. `bits` may be an expression.
template <class B, class V>
ASHLAR_INLINE void range_check(B& b, const V& flag, const V& bits, const V& value) {
    b.send(BUS_RANGE, flag, {bits, value});
}
template <class B, class V>
ASHLAR_INLINE void range_check(B& b, const V& flag, unsigned bits, const V& value) {
    b.send(BUS_RANGE, flag, {F::from_canonical(bits), value});
}

/// x and y are bytes.
template <class B, class V>
ASHLAR_INLINE void byte_pair(B& b, const V& flag, const V& x, const V& y) {
    b.send(BUS_BYTE, flag, {F::from_canonical(BYTE_PAIR), x, y, F::ZERO});
}

/// x and y are bytes and z = x & y.
template <class B, class V>
ASHLAR_INLINE void byte_and(B& b, const V& flag, const V& x, const V& y, const V& z) {
    b.send(BUS_BYTE, flag, {F::from_canonical(BYTE_AND), x, y, z});
}

}  // namespace ashlar::chips
