// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/hash/merkle.hpp"
#include "libs/iop/proof.hpp"
#include "libs/iop/transcript.hpp"

namespace ashlar::pcs {

using iop::VerifyError;

/// Verifies a proof: total on any bytes, no exceptions, no state; the same code runs in the guest. `permute` only
/// decides how fast the openings are hashed.
Result<void, VerifyError> verify(const iop::VerifyingKey& vk, std::span<const field::F> public_values, BytesView proof,
                                 hash::PermuteStates permute = hash::permute_each);

/// The same for a proof and shape as iop::decode gives them (lengths are not checked again).
Result<void, VerifyError> verify(const iop::VerifyingKey& vk, std::span<const field::F> public_values,
                                 const iop::Proof& proof, const iop::Shape& shape,
                                 hash::PermuteStates permute = hash::permute_each);

}  // namespace ashlar::pcs

namespace ashlar::iop {
using pcs::verify;
}
