// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/kernels/kernels.hpp"

namespace ashlar::machine::ASHLAR_ISA {

namespace {

/// In the order of MachineChips.
Kernels all() {
    Kernels out;
    for (auto* group :
         {table_kernels, alu_kernels, control_kernels, call_kernels, boundary_kernels, keccak_kernels, sha_kernels,
          arithmetic_kernels, curve_kernels, bls12381_kernels, field_kernels, edwards_kernels})
        for (iop::TableKernels& k : group()) out.push_back(std::move(k));
    return out;
}

}  // namespace

extern const KernelTable KERNEL_TABLE;
const KernelTable KERNEL_TABLE{&all};

}  // namespace ashlar::machine::ASHLAR_ISA
