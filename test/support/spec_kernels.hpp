// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/iop/table_kernels.hpp"

namespace ashlar::test {

struct SpecKernels {
    std::vector<iop::TableKernels> (*machine)();
    std::vector<iop::TableKernels> (*lone)();
};
ASHLAR_ISA_DECLARE(SpecKernels, SPEC_KERNELS)

}  // namespace ashlar::test
