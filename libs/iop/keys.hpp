// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/iop/layout.hpp"
#include "libs/iop/profile.hpp"
#include "libs/iop/system.hpp"

namespace ashlar::iop {

using hash::Digest;

/// A bound the machine puts on stored heights: sum of weights[t] h'_t <= limit, over the integers.
struct HeightBound {
    std::vector<uint32_t> weights;  // one for each table
    uint64_t limit = 0;
};

/// What a verifier holds. Make it with make_verifying_key; `digest` is what the transcript binds.
struct VerifyingKey {
    System system;
    Profile profile;
    Digest structure{};                   // of chips and public messages (structure.hpp)
    std::vector<uint32_t> fixed_heights;  // 0 for a table without preprocessed columns
    Digest prep_root{};                   // nine zeros if there is no preprocessed stack
    std::vector<F> extra;                 // whatever else the machine binds (entry pc, image root)
    std::vector<HeightBound> height_bounds;

    Layout prep_layout;
    Digest profile_id{}, digest{};

    bool has_prep() const { return prep_layout.slices != 0; }
};

/// Fills in what follows from the other parts: the preprocessed layout, the profile id and
/// digest = H(profile id, structure, number of tables, fixed heights, prep root, number of public values, |extra|,
/// extra). VerifyError::profile for a profile out of range, fixed_height if a fixed height is 0 or not its own h' or
/// the lists do not fit the system.
Result<VerifyingKey, VerifyError> make_verifying_key(VerifyingKey parts);

/// Everything that follows from key and heights (PROTOCOL.md 3): checked limits, layouts, fraction blocks.
struct Shape {
    struct FractionBlock {
        uint32_t table, interaction;
        uint64_t offset;  // first leaf, a multiple of 2^n of its table
    };
    std::vector<uint32_t> heights;
    std::vector<uint32_t> live;     // tables with a row; the others occur nowhere below
    std::vector<uint32_t> layered;  // live tables with a layered part
    std::vector<uint32_t> n;        // n_T of each table; 0 for an empty one
    std::vector<uint64_t> stored;   // h'
    Layout main;
    uint64_t main_slices = 0, total_slices = 0;  // at least one main slice; preprocessed slices follow
    uint32_t k0 = 0;                             // slice variables of the joint stack
    std::vector<FractionBlock> fractions;        // by n_T descending, then table, then interaction
    uint64_t fractions_end = 0;                  // leaves beyond are (0, 1)
    uint32_t log_fractions = 0;
    uint32_t rounds = 0;                // variables of the joint zerocheck
    std::vector<uint32_t> first_claim;  // of each table, in the list of column claims
    uint32_t num_claims = 0;
    std::vector<uint32_t> first_constraint;  // global index, empty tables included

    static Result<Shape, VerifyError> make(const VerifyingKey& vk, std::vector<uint32_t> heights);
};

}  // namespace ashlar::iop
