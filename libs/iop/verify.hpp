// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/linear_claim.hpp"
#include "libs/iop/proof.hpp"
#include "libs/iop/statement.hpp"

/// The verifier's side of the fractional sum and the joint zerocheck.
namespace ashlar::iop {

struct FractionClaim {
    Point xi;
    Ext p, q;  // claimed numerators and denominators of the leaves at xi
};
/// PROTOCOL.md 5.3.
Result<FractionClaim, VerifyError> verify_fractional_sum(Transcript& tr, const Proof& proof, const Ext& public_sum);

/// The layered argument of every table that has such a part (PROTOCOL.md 5.3a): what it leaves to show.
Result<std::vector<LinearClaim>, VerifyError> verify_layered(Transcript& tr, const VerifyingKey& vk, const Shape& shape,
                                                             const Proof& proof);

/// PROTOCOL.md 5.4. Checks the last claim with the column claims; returns the point r. `challenges` are xi
/// (extended), mu and lambda inside `combined`.
Result<Point, VerifyError> verify_zerocheck(Transcript& tr, const VerifyingKey& vk, const Shape& shape,
                                            const Proof& proof, PointView xi, const Combined& combined, const Ext& p,
                                            const Ext& q, std::span<const LinearClaim> linear);

}  // namespace ashlar::iop
