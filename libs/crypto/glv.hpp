// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/crypto/high_product.hpp"

/// Scalars of 256 bits as two halves, for groups with an endomorphism that multiplies by a LAMBDA. Source: Gallant,
/// Lambert, Vanstone, CRYPTO 2001.
namespace ashlar::crypto {

/// A scalar of absolute value below 2^128.
struct HalfScalar {
    bool negative = false;
    Words256 magnitude{};
};
/// k or k - n, whichever is of half the size; one of them must be.
template <class Scalar>
HalfScalar signed_value(const Scalar& k) {
    HalfScalar h;
    h.magnitude = k.words();
    for (size_t i = h.magnitude.size() / 2; i < h.magnitude.size(); i++)
        if (h.magnitude[i]) h.negative = true;
    if (h.negative) h.magnitude = (-k).words();
    return h;
}
/// k = low + high LAMBDA mod n. L describes the lattice of the (a, b) with a + b LAMBDA = 0 mod n: `LAMBDA`; -`B1` and
/// `B2`, the b of a short basis; `G1` and `G2`, B1 / n and B2 / n times a power of two; and `scaled_product(a, b)`, a b
/// over that power, rounded.
template <class L, class Scalar>
void split(const Scalar& k, HalfScalar& low, HalfScalar& high) {
    const Words256 w = k.words();
    const Scalar c1 = Scalar::from_words(L::scaled_product(w, L::G1));
    const Scalar c2 = Scalar::from_words(L::scaled_product(w, L::G2));
    const Scalar k2 = c1 * Scalar::from_words(L::B1) - c2 * Scalar::from_words(L::B2);
    high = signed_value(k2);
    low = signed_value(k - k2 * Scalar::from_words(L::LAMBDA));
}

}  // namespace ashlar::crypto
