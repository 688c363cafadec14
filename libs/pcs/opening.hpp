// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/base/result.hpp"
#include "libs/iop/error.hpp"
#include "libs/iop/proof.hpp"

namespace ashlar::pcs {

using hash::Digest;
using iop::VerifyError;

/// Checks opened leaves against a root. `indices` are ascending and distinct, `width` the elements of a leaf; siblings
/// are those not computable from opened leaves, by level from the leaves up, ascending.
Result<void, VerifyError> check_opening(const Digest& root, uint32_t depth, std::span<const uint32_t> indices,
                                        size_t width, const iop::TreeOpening& opening);

}  // namespace ashlar::pcs
