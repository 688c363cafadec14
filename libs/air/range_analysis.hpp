// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/air/symbolic.hpp"

namespace ashlar::air {

__extension__ using Wide = __int128;

/// An integer interval. Arithmetic saturates at +-2^120, which no sound equation comes near.
struct Interval {
    Wide lo = 0, hi = 0;
    friend bool operator==(const Interval&, const Interval&) = default;
    bool inside(const Interval& o) const { return lo >= o.lo && hi <= o.hi; }
    Wide width() const { return hi - lo; }
};

/// All that a column without a fact can be.
inline constexpr Interval ELEMENTS = {0, Wide{F::P} - 1};

Interval operator+(const Interval& a, const Interval& b);
Interval operator-(const Interval& a, const Interval& b);
Interval operator*(const Interval& a, const Interval& b);
/// The smallest interval around both.
Interval hull(const Interval& a, const Interval& b);
/// A constant is read as its representative of least absolute value.
Interval constant_interval(F c);

/// The interval of every node: columns are [0, p-1] unless boolean() is stated of them or of a node they stand in.
std::vector<Interval> boolean_intervals(const Expressions& expressions, const std::vector<uint32_t>& booleans);

}  // namespace ashlar::air
