// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/pcs/prove.hpp"
#include "libs/pcs/stack_weight.hpp"

/// The prover's side of sections 5.5 and 5.6, compiled once per instruction set.
namespace ashlar::pcs {

struct OpeningContext {
    const ProvingKey& key;
    const iop::Shape& shape;
    const Stack& main;
    const Codeword& codeword;  // of the main stack
    exec::ThreadPool& pool;
    iop::StageTimes& times;

    uint64_t slices() const { return main.slices + key.prep_stack.slices; }
    /// Slice i of the joint stack.
    const F* slice(uint64_t i) const { return i < main.slices ? main.slice(i) : key.prep_stack.slice(i - main.slices); }
};

/// The joint stack with the lowest 2^g cells of each segment bound by some weights: [2^k0 slices][2^(s-g) segments], in
/// planes.
struct ReducedStack {
    size_t stride = 0;
    exec::Buffer<F> planes;
    field::ExtPtr ptr() { return {planes.data(), stride}; }
    field::ConstExtPtr ptr() const { return {planes.data(), stride}; }
};

struct PcsFunctions {
    /// Segments of 2^g cells, g = min_block, combined with low[0 .. 2^g).
    ReducedStack (*reduce)(const OpeningContext&, std::span<const Ext> low);
    /// The columns' values at r from the stack reduced by eq(r[0..g), .).
    std::vector<Ext> (*column_claims)(const OpeningContext&, const ReducedStack&, iop::PointView r);
    /// sum_i stack(i) z^i.
    Ext (*evaluate_powers)(const OpeningContext&, const Ext& z);
    /// Section 5.6 after eta. `reduced` is the stack reduced by eq(r[0..g), .); `points` the out-of-domain samples of
    /// the commitment.
    void (*prove_opening)(const OpeningContext&, ReducedStack reduced, iop::PointView r, const Ext& eta,
                          std::span<const Ext> points, iop::ProverTranscript&, iop::Proof&);
};

ASHLAR_ISA_DECLARE(PcsFunctions, PCS_FUNCTIONS)
const PcsFunctions& pcs_functions(exec::Isa isa);

}  // namespace ashlar::pcs
