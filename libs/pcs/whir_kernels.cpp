// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "libs/pcs/whir_kernels.hpp"

namespace ashlar::pcs::ASHLAR_ISA {

using L = field::ASHLAR_ISA::Lane;

extern const WhirKernels WHIR_KERNELS{&reduce_segments<L>, &fold_slices<L>,    &dot<L>,         &scale<L>,
                                      &sum_row_pairs<L>,   &fold_row_pairs<L>, &add_products<L>};

}  // namespace ashlar::pcs::ASHLAR_ISA
