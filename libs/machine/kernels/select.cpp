// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/kernels/kernels.hpp"

namespace ashlar::machine {

std::vector<iop::TableKernels> machine_kernels(exec::Isa isa) {
    return ASHLAR_ISA_TABLE(KernelTable, ashlar::machine, KERNEL_TABLE).select(isa).make();
}

}  // namespace ashlar::machine
