// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/iop/keys.hpp"
#include "libs/recursion/emitter.hpp"

/// What follows from the heights of a proof's tables (libs/pcs/PROTOCOL.md 3), as a program: iop::Shape::make.
namespace ashlar::recursion {

/// One table; all are elements of F, and 0 if it has no row.
struct TableShape {
    Element live;         ///< 1 if it has a row
    Element stored;       ///< h' = blocks 2^exponent
    Element blocks;       ///< 1 .. 8
    Element exponent;     ///< log2 of the smallest digit that h' is rounded to
    Element log;          ///< n, the least with 2^n >= h'
    Element first_claim;  ///< of its columns, in the list of claims; also of one without rows
};

struct ProgramShape {
    std::vector<TableShape> tables;
    Element rounds;           ///< the largest n
    Element log_fractions;    ///< log2 of the leaves of the fractional sum
    Element main_slices;      ///< slices of 2^s cells of the main columns
    Element slice_variables;  ///< k0
    Element num_claims;
};

/// Heights are any elements of F (one a table, nothing about them is trusted). The program refuses what the host
/// refuses: a height, a stack or a number of fractions above the profile's bound, a bound of the key's. Heights of
/// fixed tables are compared by the caller. In every proof some table must have columns and rows, and the profile's
/// smallest blocks must be at least as long as the list of fractions in clear.
ProgramShape compute_shape(Emitter& e, const iop::VerifyingKey& vk, std::span<const Element> heights,
                           const Element& prep_slices);

/// What the program reads. Heights that the host refuses have none: nullopt.
std::optional<std::vector<Ext>> shape_advice(const iop::VerifyingKey& vk, std::span<const uint32_t> heights);

}  // namespace ashlar::recursion
