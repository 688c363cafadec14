// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/kernels/kernels.hpp"

namespace ashlar::recursion {

std::vector<iop::TableKernels> field_machine_kernels(exec::Isa isa) {
    return ASHLAR_ISA_TABLE(KernelTable, ashlar::recursion, KERNEL_TABLE).select(isa).make();
}

}  // namespace ashlar::recursion
