// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "test/support/spec_kernels.hpp"

#include "test/support/spec_system.hpp"

namespace ashlar::test::ASHLAR_ISA {

using L = field::ASHLAR_ISA::Lane;
const SpecKernels SPEC_KERNELS{&iop::make_kernels<L, SpecChips>, &iop::make_kernels<L, LoneChips>};

}  // namespace ashlar::test::ASHLAR_ISA
