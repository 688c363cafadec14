// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <type_traits>

namespace ashlar::field {

/// Work in E of this thread so far. Exists in builds with ASHLAR_COUNT_PRODUCTS only.
struct ProductCounts {
    uint64_t products = 0;  ///< E x E
    uint64_t squares = 0;
    uint64_t by_base = 0;  ///< E x F
};
inline thread_local constinit ProductCounts product_counts;

constexpr void count_product(uint64_t ProductCounts::* what) {
    if (!std::is_constant_evaluated()) (product_counts.*what)++;
}

}  // namespace ashlar::field
