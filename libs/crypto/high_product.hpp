// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "libs/crypto/field.hpp"

namespace ashlar::crypto {

/// 256 bits, least significant word first.
using Words256 = std::array<limbs::Word, 32 / sizeof(limbs::Word)>;

/// The upper 256 bits of the product.
inline Words256 high_product(const Words256& a, const Words256& b) {
#ifdef __riscv
    // lo + hi = a b mod 2^256 - 1 and lo = a b mod 2^256, two calls; hi < 2^256 - 1.
    uint32_t y_m[16] = {}, low[8], sum[8];
    for (size_t i = 0; i < 8; i++) {
        y_m[i] = b[i];
        low[i] = sum[i] = a[i];
    }
    guest::uint256_mul(low, y_m);
    for (size_t i = 8; i < 16; i++) y_m[i] = 0xffffffff;
    guest::uint256_mul(sum, y_m);
    Words256 high;
    uint32_t borrow = limbs::sub(high.data(), sum, low, 8);
    if (borrow)
        for (size_t i = 0; borrow && i < 8; i++) borrow = high[i]-- == 0;
    return high;
#else
    limbs::Word full[2 * std::tuple_size_v<Words256>];
    limbs::mul(full, a.data(), a.size(), b.data(), b.size());
    Words256 high;
    for (size_t i = 0; i < high.size(); i++) high[i] = full[i + high.size()];
    return high;
#endif
}

}  // namespace ashlar::crypto
