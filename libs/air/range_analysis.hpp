// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/air/symbolic.hpp"

namespace ashlar::air {

/// An integer interval. Arithmetic saturates at +-2^120, which no sound equation comes near.
struct Interval {
    __int128 lo = 0, hi = 0;
};

/// The interval of every node: constants are taken as the representative of least absolute value, columns as [0, p-1]
/// unless declared by bound() or boolean(); a declaration on any node narrows what its operands give.
/// @param only_booleans  believe boolean() alone, which is a constraint, and not bound(), which is a promise.
std::vector<Interval> intervals(const ChipStructure& chip, bool only_booleans = false);

/// Equations meant over the integers whose sides can differ by p or more: text for each, empty if all are sound.
std::vector<std::string> check_integer_equations(const ChipStructure& chip);

}  // namespace ashlar::air
