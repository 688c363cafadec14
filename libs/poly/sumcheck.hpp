// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <span>

#include "libs/poly/multilinear.hpp"

namespace ashlar::poly {

/// The next claim of a sumcheck, for any type of elements with sums, products and products with F: sumcheck_next of
/// multilinear.hpp, which says what `sent` is. By Newton's forward differences: as many products as the degree.
template <class E>
E sumcheck_claim(const E& claim, std::span<const E> sent, const E& r) {
    using field::F;
    const size_t degree = sent.size();
    std::array<E, MAX_NODES> difference;
    difference[0] = sent[0];
    difference[1] = claim - sent[0];
    for (size_t i = 2; i <= degree; i++) difference[i] = sent[i - 1];
    for (size_t k = 1; k <= degree; k++)
        for (size_t i = degree; i >= k; i--) difference[i] = difference[i] - difference[i - 1];
    // sum_k difference_k r (r - 1) .. (r - k + 1) / k!, from the inside.
    E value = difference[degree];
    for (size_t k = degree; k-- > 0;) {
        const F at = F::from_canonical(static_cast<uint32_t>(k)),
                step = F::from_canonical(static_cast<uint32_t>(k + 1));
        const E factor = (r - at) * step.inverse();
        value = factor * value + difference[k];
    }
    return value;
}

}  // namespace ashlar::poly
