// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>

#include "libs/recursion/execute.hpp"

namespace ashlar::recursion {

/// The leaves of a multi-opening, each with its own path, as the advice of a run needs them. nullopt if rows and
/// siblings do not fit the indices (libs/hash/merkle.hpp has their order); whether they lead to a root is for the run
/// to see.
///
/// @param indices   strictly ascending, below 2^depth.
/// @param rows      [indices.size() * width] elements.
/// @param siblings  digests that do not follow from the rows.
std::optional<std::vector<Opening>> expand_opening(unsigned depth, std::span<const uint32_t> indices, size_t width,
                                                   std::span<const F> rows, std::span<const hash::Digest> siblings);

}  // namespace ashlar::recursion
