// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "libs/recursion/chip_set.hpp"

/// Rows of the field machine's chips made by hand that one constraint alone refuses.
namespace ashlar::mutation {

using field::F;

struct RecursionLie {
    std::string_view chip;
    std::vector<F> cells;
};

/// All of them, made from honest rows: of `index` any, of `leaf` one of a full block.
std::vector<RecursionLie> recursion_lies(const air::RowOf<recursion::IndexChip, F>& index,
                                         const air::RowOf<recursion::LeafChip, F>& leaf);

}  // namespace ashlar::mutation
