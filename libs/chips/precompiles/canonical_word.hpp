// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/memory_access.hpp"

namespace ashlar::chips {

/// A field element as its one word below p = 0x7f000001, in range-checked limbs.
template <class T>
struct CanonicalWord {
    T limb[2];
    T is_top;   ///< the high limb is 0x7f00, p's own: then the low limb is 0
    T inverse;  ///< of 0x7f00 - high limb, otherwise
};

/// The word of `element`; all cells are 0 where flag is 0. Three interactions.
template <class B, class V>
void check_canonical(B& b, const V& flag, const CanonicalWord<V>& w, const V& element) {
    const F top = F::from_canonical(0x7f00);
    const V &low = w.limb[0], &high = w.limb[1];
    b.zero(low + high * F::from_canonical(1 << 16) - element);
    range_check(b, flag, 16u, low);
    range_check(b, flag, 16u, high);
    range_check(b, flag, 16u, V(flag * top - high));
    b.boolean(w.is_top);
    b.zero(w.is_top * (high - top));
    b.zero(w.is_top * low);
    b.zero((flag - w.is_top) * ((top - high) * w.inverse - F::ONE));
}

inline void fill(CanonicalWord<F>& w, uint32_t word) {
    fill_limbs(w.limb, word);
    w.is_top = word >> 16 == 0x7f00 ? F::ONE : F::ZERO;
    w.inverse = (F::from_canonical(0x7f00) - w.limb[1]).inverse();
}

}  // namespace ashlar::chips
