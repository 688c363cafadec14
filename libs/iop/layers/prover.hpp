// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/iop/layers/argument.hpp"
#include "libs/iop/layers/bit_trace.hpp"
#include "libs/iop/prover_transcript.hpp"
#include "libs/iop/stage_times.hpp"

/// The prover of the layered argument, compiled once per instruction set.
namespace ashlar::iop::layers {

/// Name of the stage that proves a layer, in StageTimes.
inline const char* stage_name(const Layer& layer) {
    if (layer.form == Form::chi) return "layers: chi";
    return layer.factors() == 2 ? "layers: products of 3" : "layers: products of 5";
}

struct ProverFunctions {
    /// Appends the messages for 2^trace.k() instances; returns what is left to show, as verify() does. A trace that is
    /// not a run of the circuit gives a proof that is refused. (A challenge 0, of probability below 2^-140, does too.)
    Claims (*prove)(const Circuit&, const BitTrace&, exec::ThreadPool&, ProverTranscript&, std::vector<Ext>& messages,
                    StageTimes&);
};
ASHLAR_ISA_DECLARE(ProverFunctions, PROVER)

const ProverFunctions& prover(exec::Isa isa);

}  // namespace ashlar::iop::layers
