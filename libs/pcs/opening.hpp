// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/prover_transcript.hpp"
#include "libs/iop/stage_times.hpp"
#include "libs/pcs/backend.hpp"

/// The prover's side of sections 5.5 and 5.6: order of messages and transcript, over a backend's steps.
namespace ashlar::pcs {

struct OpeningContext {
    const iop::VerifyingKey& vk;
    const iop::Shape& shape;
    JointStack stack;
    const Oracle& main;  // of the main stack
    const Oracle* prep;  // of the preprocessed one, if there is one
    ProverSteps& steps;
    iop::StageTimes& times;
};

/// The columns' values at r from the stack reduced by eq(r[0..g), .), g = min_block.
HostResult<std::vector<Ext>> column_claims(const OpeningContext& c, const Vector& reduced, PointView r);

/// Section 5.6 after eta. `reduced` is the stack reduced by eq(r[0..g), .); `points` the out-of-domain samples of the
/// commitment.
Result<void, Error> prove_opening(const OpeningContext& c, VectorPtr reduced, PointView r, const Ext& eta,
                                  std::span<const Ext> points, iop::ProverTranscript& tr, iop::Proof& proof);

}  // namespace ashlar::pcs
