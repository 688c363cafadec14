// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layers/prover.hpp"
#include "libs/iop/prover_functions.hpp"

namespace ashlar::iop {

namespace {

/// Eight columns of bits as one byte a row.
void pack(const F* const* columns, size_t rows, uint8_t* out) {
    for (size_t i = 0; i < rows; i++) out[i] = 0;
    for (size_t b = 0; b < 8; b++)
        for (size_t i = 0; i < rows; i++)
            out[i] = static_cast<uint8_t>(out[i] | (columns[b][i].is_zero() ? 0 : 1) << b);
}

}  // namespace

std::vector<LinearClaim> prove_layered(const ProverContext& c, exec::Isa isa, ProverTranscript& tr, Proof& proof,
                                       StageTimes& times) {
    std::vector<LinearClaim> out;
    for (uint32_t t : c.shape.layered) {
        Laps laps(times);
        const air::LayeredPart& part = *c.vk.system.tables[t].layered;
        const F* const* bits = c.tables[t].columns.data() + part.first_bit;
        const size_t rows = c.shape.heights[t];
        const layers::BitTrace trace(part.circuit, c.shape.n[t], rows, c.pool,
                                     [&](uint32_t word, uint8_t* planes, size_t pitch) {
                                         for (size_t b = 0; b < layers::BitTrace::PLANES; b++)
                                             pack(bits + layers::WORD_BITS * word + 8 * b, rows, planes + b * pitch);
                                     });
        laps.add("layers: bits");
        add_claims(out, t, part,
                   layers::prover(isa).prove(part.circuit, trace, c.pool, tr, proof.layered.emplace_back(), times));
    }
    return out;
}

}  // namespace ashlar::iop
