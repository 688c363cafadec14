// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/linear_claim.hpp"

namespace ashlar::iop {

void add_claims(std::vector<LinearClaim>& out, uint32_t table, const air::LayeredPart& part, layers::Claims claims) {
    // Columns hold limbs less those of input 0, and eq adds up to 1 over all rows.
    for (size_t l = 0; l < part.num_limbs(); l++) claims.output -= claims.gamma[l] * part.zero_limbs[l];
    out.push_back({table, part.first_limb, std::move(claims.gamma), std::move(claims.outputs_at), claims.output});
    std::vector<Ext> bits;
    for (const Ext& word : claims.words)
        for (const Ext& z : claims.bits) bits.push_back(word * z);
    out.push_back({table, part.first_bit, std::move(bits), std::move(claims.inputs_at), claims.input});
}

}  // namespace ashlar::iop
