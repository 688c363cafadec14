// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/prover_functions.hpp"

namespace ashlar::iop {

const ProverFunctions& prover_functions(exec::Isa isa) {
    static const auto table = ASHLAR_ISA_TABLE(ProverFunctions, ::ashlar::iop, PROVER_FUNCTIONS);
    return table.select(isa);
}

}  // namespace ashlar::iop
