// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <set>

#include "test/mutation/row.hpp"

/// The rank test: given what a row receives, its other cells are determined by its constraints and by what its lookups
/// answer, to first order. The kernel of that linear map is pinned; a check without which it grows has a killer.
///
/// Received messages are fixed (an answering chip's: their key). A lookup that is a function fixes the rest of its
/// message as soon as its key is fixed; one of a hash also its key as soon as the digest is. Range checks fix nothing:
/// so the limbs of a number and the carries of an identity leave a kernel where only ranges make them unique, and so do
/// cells that are free on that row.
namespace ashlar::mutation {

/// A lookup that fixes the rest of its message; `backward`: a hash whose digest is known.
struct Fired {
    size_t interaction;
    bool backward;
};

struct Rank {
    uint32_t kernel = 0;
    std::set<Check> needed;    ///< without which the kernel is larger
    std::vector<Fired> fired;  ///< lookups that fix something
};

/// Nodes that what a row receives fixes.
std::vector<uint32_t> inputs(const Row& row);

/// The kernel alone, with one check left out.
uint32_t kernel(const Row& row, Check without = NOTHING);
Rank rank(const Row& row);

}  // namespace ashlar::mutation
