// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/proof.hpp"
#include "libs/iop/transcript.hpp"

namespace ashlar::pcs {

using iop::VerifyError;

/// Verifies a proof: total on any bytes, no exceptions, no state; the same code runs in the guest.
Result<void, VerifyError> verify(const iop::VerifyingKey& vk, std::span<const field::F> public_values, BytesView proof);

/// The same for a proof and shape as iop::decode gives them (lengths are not checked again).
Result<void, VerifyError> verify(const iop::VerifyingKey& vk, std::span<const field::F> public_values,
                                 const iop::Proof& proof, const iop::Shape& shape);

}  // namespace ashlar::pcs

namespace ashlar::iop {
using pcs::verify;
}
