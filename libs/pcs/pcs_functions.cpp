// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/whir_prover.hpp"

namespace ashlar::pcs {

const PcsFunctions& pcs_functions(exec::Isa isa) {
    static const auto table = ASHLAR_ISA_TABLE(PcsFunctions, ::ashlar::pcs, PCS_FUNCTIONS);
    return table.select(isa);
}

}  // namespace ashlar::pcs
