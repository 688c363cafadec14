// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "libs/field/koala_bear.hpp"

/// Linear equations over F, few columns each.
namespace ashlar::mutation {

using field::F;

/// Entries (column, coefficient) by rising column, none of them 0.
using Sparse = std::vector<std::pair<uint32_t, F>>;

/// Equations in echelon form. Columns from `unknowns` on are carried along and never eliminated: right-hand sides, or
/// one column for each equation, which then tells what a row was made of.
class Basis {
  public:
    explicit Basis(uint32_t unknowns, uint32_t carried);
    /// Adds an equation. True if it says something new; else what is left of it stays in rest().
    bool insert(const Sparse& row);
    /// Whether the equation follows from the others; what is left of it stays in rest().
    bool follows(const Sparse& row);
    /// The carried columns of the last equation that said nothing new.
    const Sparse& rest() const { return rest_; }
    uint32_t rank() const { return rank_; }
    uint32_t unknowns() const { return unknowns_; }
    /// The solution of rows carrying -b in column `unknowns`, once there are as many as unknowns.
    std::vector<F> solve() const;

  private:
    /// Into scratch_; the first unknown left, or unknowns_.
    uint32_t reduce(const Sparse& row);
    Sparse take(uint32_t from);

    uint32_t unknowns_, rank_ = 0;
    std::vector<Sparse> rows_;  // by pivot, scaled to 1 there; empty: none
    std::vector<F> scratch_;
    Sparse rest_;
};

}  // namespace ashlar::mutation
