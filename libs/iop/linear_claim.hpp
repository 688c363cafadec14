// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/layered_part.hpp"
#include "libs/iop/layers/argument.hpp"

namespace ashlar::iop {

/// A claim that neighbouring columns of a table, added up with weights, have a value at a point of their own. It joins
/// the zerocheck, which leads it to the point of all other claims.
struct LinearClaim {
    uint32_t table;
    uint32_t first_column;
    std::vector<Ext> weights;  ///< of the columns from the first on
    poly::Point at;            ///< as many coordinates as the table has variables
    Ext value;
};

/// Linear claims that a table's layered part leaves: one on its limbs, one on its bits.
inline constexpr size_t CLAIMS_OF_LAYERS = 2;
/// Appends what the layered argument leaves to show of a table.
void add_claims(std::vector<LinearClaim>& out, uint32_t table, const air::LayeredPart& part, layers::Claims claims);

}  // namespace ashlar::iop
