// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set.
#include "test/unit/layers/join_system.hpp"

namespace ashlar::test::ASHLAR_ISA {

const JoinKernels JOIN_KERNELS{&iop::make_kernels<field::ASHLAR_ISA::Lane, JoinChips>};

}  // namespace ashlar::test::ASHLAR_ISA
