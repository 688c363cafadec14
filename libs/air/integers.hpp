// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "libs/air/range_analysis.hpp"

/// The integer analyser: proves that what a chip means over the integers cannot be met by wrapping around p.
///
/// Nothing is believed that a chip only says. What is known of a value on a row comes from the row's constraints
/// (booleans, equations, columns they determine) and from the messages the row really puts on buses, by what those
/// buses promise. Everything is shown for each combination of the row's flags in turn, with further cases (bits,
/// alternatives of a table's entry) where the first try does not suffice. Each expression stands for one integer that
/// is congruent to it: an expression that a fact speaks of for the integer in that fact's interval, others for what
/// their operands give.
namespace ashlar::air {

/// What is known of the values of a message, by position; shorter lists say nothing of the rest.
using MessageRanges = std::vector<Interval>;
inline constexpr Interval UNKNOWN = {-(Wide{1} << 120), Wide{1} << 120};

/// What the buses of a machine promise to a row and ask of it.
struct BusContracts {
    /// What holds for a message of multiplicity 1 (sent) or -1: alternatives of which one is true, none if nothing is
    /// known. `values` are the intervals known so far.
    std::function<std::vector<MessageRanges>(uint32_t bus, bool sent, std::span<const Interval> values)> tells;
    /// What a row that speaks must keep, because others rely on it.
    std::function<MessageRanges(uint32_t bus, bool sent)> asks;
};

enum class IntegerRule {
    wraps,       // an equation whose sides can differ by p
    not_same,    // same_integers() of different elements
    bound,       // a stated bound that does not follow
    lookup,      // a looked-up expression that can wrap into the table
    duty,        // a message outside what its bus asks
    undeclared,  // a quotient by 2^16 or an equation with weights that is not declared as integers
    undecided,   // a multiplicity or condition that the flags do not decide
};

struct IntegerFinding {
    IntegerRule rule;
    std::string text;
};

/// Constraints with weights (a constant factor other than 1 and -1).
enum class Weights {
    declared,  ///< each is declared by equal_integers() or not_zero()
    shown,     ///< or shown to be an equation of integers all the same: its value, but for witnessed inverses, stays
               ///< within (-p, p)
    field,     ///< they are meant in F alone (hash chips)
};

std::vector<IntegerFinding> check_integers(const ChipStructure& chip, const BusContracts& contracts,
                                           Weights weights = Weights::declared);

}  // namespace ashlar::air
