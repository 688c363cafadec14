// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/chips/gadgets/memory_access.hpp"

namespace ashlar::chips {

/// A field element as its one word below p = 0x7f000001, in range-checked limbs.
template <class T>
struct CanonicalWord {
    T limb[2];
    T inverse;  ///< of 0x7f00 - high limb; any if that is 0
};

/// The word of `element`. Three interactions.
///
/// The high limb is at most 0x7f00, p's own. Where it is less, the word is below p and the last constraint has a
/// solution; where it is equal, that constraint says that the low limb is 0, and the word is p - 1.
template <class B, class V>
void check_canonical(B& b, const V& flag, const CanonicalWord<V>& w, const V& element) {
    const F top = F::from_canonical(0x7f00);
    const V &low = w.limb[0], &high = w.limb[1];
    b.zero(low + high * F::from_canonical(1 << 16) - element);
    range_check(b, flag, 16u, low);
    range_check(b, flag, 16u, high);
    range_check(b, flag, 16u, V(flag * top - high));
    b.zero(low * ((top - high) * w.inverse - F::ONE));
}

inline void fill(CanonicalWord<F>& w, uint32_t word) {
    fill_limbs(w.limb, word);
    w.inverse = (F::from_canonical(0x7f00) - w.limb[1]).inverse();
}

}  // namespace ashlar::chips
