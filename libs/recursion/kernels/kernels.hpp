// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/iop/table_kernels.hpp"

/// The prover's loops over every chip of the field machine, compiled once per instruction set.
namespace ashlar::recursion {

struct KernelTable {
    std::vector<iop::TableKernels> (*make)() = nullptr;
};
ASHLAR_ISA_DECLARE(KernelTable, KERNEL_TABLE)

/// Kernels of all chips, in the order of FieldMachineChips.
std::vector<iop::TableKernels> field_machine_kernels(exec::Isa isa);

}  // namespace ashlar::recursion
