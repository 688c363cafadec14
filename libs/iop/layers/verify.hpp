// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/result.hpp"
#include "libs/iop/error.hpp"
#include "libs/iop/layers/argument.hpp"

namespace ashlar::iop::layers {

/// Verifies that 2^k instances of a circuit have the outputs that the returned claims speak of, if the inputs are those
/// the claims speak of and each is a bit. Total for any messages; VerifyError::layers.
Result<Claims, VerifyError> verify(const Circuit& circuit, uint32_t k, Transcript& tr, std::span<const Ext> messages);

}  // namespace ashlar::iop::layers
