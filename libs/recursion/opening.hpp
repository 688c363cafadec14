// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/proof.hpp"
#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/recursion/execute.hpp"
#include "libs/recursion/transcript.hpp"

/// The opening of the joint stack (libs/pcs/PROTOCOL.md 5.6, 5.7) as a program, for profiles without out-of-domain
/// samples and without proof of work between foldings, and keys with preprocessed columns.
namespace ashlar::recursion {

/// What is opened: the batched claim, the roots of the two stacks (nine elements in two cells each), how many slices
/// each has, and k0, 2^k0 being at least their sum. The last three are elements of F that the caller vouches for.
struct OpeningInput {
    Element claim;
    Element main_root, prep_root;
    Element main_slices, prep_slices, slice_variables;
};

/// claim = final (initial weight + query_weights) is what is left to check: the initial weight is that of the column
/// claims at the point, of s + k0 coordinates, that `point` finds.
struct OpeningClaim {
    Element claim, final, query_weights, point;
};

/// Messages, the order of the queries and opened leaves are advice (opening_advice). The transcript must have nothing
/// to absorb.
///
/// Queries: the host opens each distinct index once, ascending. Here each index that is drawn goes to a slot of its own
/// and slots are read in order: equal ones are passed over, later ones must be larger. So both open the same leaves and
/// give them the same powers.
OpeningClaim verify_opening(Emitter& e, Transcript& transcript, const iop::Profile& profile, const OpeningInput& in);

/// What the program reads, and the point, for a proof whose transcript is at the opening's first round. nullopt if a
/// multi-opening does not fit its indices.
struct OpeningAdvice {
    Advice advice;
    poly::Point point;
};
std::optional<OpeningAdvice> opening_advice(const iop::VerifyingKey& vk, const iop::Shape& shape,
                                            const iop::Proof& proof, iop::Transcript transcript);

}  // namespace ashlar::recursion
