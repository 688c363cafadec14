// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/iop/linear_claim.hpp"
#include "libs/iop/proof.hpp"
#include "libs/iop/prover_transcript.hpp"
#include "libs/iop/stage_times.hpp"
#include "libs/iop/table_kernels.hpp"
#include "libs/iop/trace.hpp"

/// The prover's side of sections 5.3 and 5.4, compiled once per instruction set.
namespace ashlar::iop {

/// The columns of one table as the prover reads them: main, then preprocessed; rows from h' on are zero for at least a
/// pair of lanes.
struct TableColumns {
    std::vector<const F*> columns;
};

struct ProverContext {
    const VerifyingKey& vk;
    const Shape& shape;
    const std::vector<TableKernels>& kernels;
    const std::vector<TableColumns>& tables;
    exec::ThreadPool& pool;
};

struct FractionResult {
    Point xi;
    Ext p, q;  // claims on the leaves
};

struct ProverFunctions {
    FractionResult (*prove_fractional_sum)(const ProverContext&, const Fingerprint&, ProverTranscript&, Proof&,
                                           StageTimes&);
    /// Returns the point r; the column claims are left to the opening, which reads every cell anyway.
    Point (*prove_zerocheck)(const ProverContext&, const Combined&, PointView xi, const Ext& claim,
                             std::span<const LinearClaim> linear, ProverTranscript&, Proof&, StageTimes&);
    /// The least nonce whose proof of work of `bits` > 0 succeeds, on all threads of the pool.
    F (*grind)(const Transcript&, uint32_t bits, exec::ThreadPool& pool);
};

ASHLAR_ISA_DECLARE(ProverFunctions, PROVER_FUNCTIONS)

/// The layered argument of every table that has such a part: what it leaves to show.
std::vector<LinearClaim> prove_layered(const ProverContext&, exec::Isa isa, ProverTranscript&, Proof&, StageTimes&);

/// The functions for an instruction set, or the next weaker one that was compiled.
const ProverFunctions& prover_functions(exec::Isa isa);

}  // namespace ashlar::iop
