// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/iop/table_kernels.hpp"

/// The prover's loops over every chip of the machine, compiled once per instruction set, a group of chips a source.
namespace ashlar::machine {

struct KernelTable {
    std::vector<iop::TableKernels> (*make)() = nullptr;
};
ASHLAR_ISA_DECLARE(KernelTable, KERNEL_TABLE)

/// Kernels of all chips, in the order of MachineChips.
std::vector<iop::TableKernels> machine_kernels(exec::Isa isa);

}  // namespace ashlar::machine

#if defined(ASHLAR_ISA)
namespace ashlar::machine::ASHLAR_ISA {

using Kernels = std::vector<iop::TableKernels>;
Kernels table_kernels();
Kernels alu_kernels();
Kernels control_kernels();
Kernels call_kernels();
Kernels boundary_kernels();
Kernels keccak_kernels();
Kernels sha_kernels();
Kernels arithmetic_kernels();
Kernels curve_kernels();
Kernels bls12381_kernels();
Kernels field_kernels();
Kernels edwards_kernels();

template <class Set>
Kernels kernels_of() {
    return iop::make_kernels<field::ASHLAR_ISA::Lane, Set>();
}

}  // namespace ashlar::machine::ASHLAR_ISA
#endif
