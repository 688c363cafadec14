// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/prover_functions.hpp"

/// Declarations inside an instruction set's own namespace; only for sources compiled once per instruction set.
namespace ashlar::iop::ASHLAR_ISA {

using L = field::ASHLAR_ISA::Lane;
inline constexpr exec::Isa THIS_ISA = exec::Isa::ASHLAR_ISA;

FractionResult prove_fractional_sum(const ProverContext& c, const Fingerprint& fingerprint, ProverTranscript& tr,
                                    Proof& proof, StageTimes& times);
Point prove_zerocheck(const ProverContext& c, const Combined& combined, PointView xi, const Ext& claim,
                      std::span<const LinearClaim> linear, ProverTranscript& tr, Proof& proof, StageTimes& times);
F grind(const Transcript& transcript, uint32_t bits, exec::ThreadPool& pool);

}  // namespace ashlar::iop::ASHLAR_ISA
