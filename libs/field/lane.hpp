// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/extension.hpp"
#include "libs/field/packed_avx2.hpp"
#include "libs/field/packed_avx512.hpp"

/// In a source compiled once per instruction set (ashlar_isa_library) ASHLAR_ISA is one of scalar, avx2, avx512, and
/// `field::ASHLAR_ISA::Lane` is its lane.
#if defined(ASHLAR_ISA)
#define ASHLAR_LANE_scalar KoalaBear
#define ASHLAR_LANE_avx2 PackedAvx2
#define ASHLAR_LANE_avx512 PackedAvx512
#define ASHLAR_LANE_OF_(isa) ASHLAR_LANE_##isa
#define ASHLAR_LANE_OF(isa) ASHLAR_LANE_OF_(isa)

namespace ashlar::field::ASHLAR_ISA {
using Lane = ASHLAR_LANE_OF(ASHLAR_ISA);
}  // namespace ashlar::field::ASHLAR_ISA
#endif

namespace ashlar::field {

/// Sum of a lane's elements.
template <class L>
ASHLAR_INLINE KoalaBear lane_sum(L x) {
    KoalaBear e[L::WIDTH];
    x.store(e);
    KoalaBear s = e[0];
    for (size_t i = 1; i < L::WIDTH; i++) s += e[i];
    return s;
}
template <class L>
ASHLAR_INLINE Ext lane_sum(const Extension<L>& x) {
    return {{lane_sum(x.c[0]), lane_sum(x.c[1]), lane_sum(x.c[2]), lane_sum(x.c[3]), lane_sum(x.c[4])}};
}

/// Transposes L::WIDTH vectors of L::WIDTH elements in place, by log2(WIDTH) perfect shuffles.
template <class L>
ASHLAR_INLINE void transpose(L* rows) {
    for (size_t step = 1; step < L::WIDTH; step *= 2) {
        L next[L::WIDTH];
        for (size_t i = 0; i < L::WIDTH / 2; i++) {
            const auto [lo, hi] = L::interleave(rows[i], rows[i + L::WIDTH / 2]);
            next[2 * i] = lo;
            next[2 * i + 1] = hi;
        }
        for (size_t i = 0; i < L::WIDTH; i++) rows[i] = next[i];
    }
}

}  // namespace ashlar::field
