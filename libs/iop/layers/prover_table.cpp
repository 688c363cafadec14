// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layers/prover.hpp"

namespace ashlar::iop::layers {

const ProverFunctions& prover(exec::Isa isa) {
    static const auto table = ASHLAR_ISA_TABLE(ProverFunctions, ::ashlar::iop::layers, PROVER);
    return table.select(isa);
}

}  // namespace ashlar::iop::layers
