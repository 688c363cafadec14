// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/layers/argument.hpp"
#include "libs/iop/prover_transcript.hpp"

namespace ashlar::test {

/// Makes every message fit its claim: the verifier's own checks all pass, and what is left is false.
struct Fitting : iop::ProverHooks {
    size_t fitted = 0;
    void fit_first(const field::Ext& claim, std::span<const field::Ext> weights,
                   std::span<field::Ext> values) override {
        field::Ext rest = claim;
        for (size_t z = 0; z < weights.size(); z++) rest -= weights[z] * values[z];
        values[3] += rest * weights[3].inverse();
        fitted += !rest.is_zero();
    }
    void fit_claims(const field::Ext& claim, const air::layers::Layer& layer, std::span<const field::Ext> weights,
                    std::span<field::Ext> claims) override {
        // The layer's value is linear in each claim.
        const field::Ext now = iop::layers::layer_value(layer, weights, claims);
        fitted += !(claim == now);
        const field::Ext kept = claims[0];
        claims[0] += field::F::ONE;
        const field::Ext slope = iop::layers::layer_value(layer, weights, claims) - now;
        claims[0] = kept + (claim - now) * slope.inverse();
    }
};

}  // namespace ashlar::test
