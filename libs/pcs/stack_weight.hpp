// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/keys.hpp"
#include "libs/poly/multilinear.hpp"

namespace ashlar::pcs {

using field::Ext;
using field::F;
using poly::PointView;

/// A group of blocks of the joint stack (main slices, then preprocessed ones) with the place of its columns' claims.
struct JointGroup {
    iop::BlockGroup block;  // position in the joint stack
    uint32_t first_claim;   // of its column 0
};
std::vector<JointGroup> joint_groups(const iop::VerifyingKey& vk, const iop::Shape& shape);

/// The weight of all column claims at rho: sum over blocks of
/// eta^(first + claim) eq(r[a..n), row / 2^a) eq(rho[a..), position / 2^a) eq(r[0..a), rho[0..a)).
/// @param eta_power  eta^first, first the number of claims before the columns'.
Ext stack_weight_at(const iop::VerifyingKey& vk, const iop::Shape& shape, PointView r, const Ext& eta,
                    const Ext& eta_power, PointView rho);

}  // namespace ashlar::pcs
