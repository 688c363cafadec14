// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/kernels/kernels.hpp"

namespace ashlar::recursion::ASHLAR_ISA {

extern const KernelTable KERNEL_TABLE;
const KernelTable KERNEL_TABLE{&iop::make_kernels<field::ASHLAR_ISA::Lane, FieldMachineChips>};

}  // namespace ashlar::recursion::ASHLAR_ISA
