// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "libs/air/symbolic.hpp"
#include "libs/machine/program_layout.hpp"
#include "test/mutation/linear.hpp"

/// One row of a chip by its expressions, so that constraints and interactions can be left out at run time.
namespace ashlar::mutation {

/// A constraint or an interaction of a chip, by its index; or what the layered argument proves of it.
struct Check {
    enum Kind : uint8_t { constraint, interaction, layers } kind = constraint;
    size_t index = 0;
    friend auto operator<=>(const Check&, const Check&) = default;
};
inline constexpr Check NOTHING = {Check::constraint, ~size_t{0}};
/// "constraint 3", "lookup 7".
std::string to_string(const Check& check);

/// A bus that fixed tables and hash chips answer: all but them ask there.
bool is_lookup(uint32_t bus);
/// How many values of a message decide the others; all of them where a lookup only restricts.
size_t key_length(uint32_t bus, std::span<const F> values);
/// The one message with this key that the bus answers; nullopt if there is none. The program is the lab's.
std::optional<std::vector<F>> answer(uint32_t bus, std::span<const F> values, const machine::ProgramLayout& program);

class Row {
  public:
    Row(const air::ChipStructure& chip, std::vector<F> cells);
    const air::ChipStructure& chip() const { return *chip_; }
    const std::vector<F>& cells() const { return cells_; }
    F operator[](uint32_t node) const { return values_[node]; }
    /// Derivatives of a node by the main columns; kept once computed.
    const Sparse& gradient(uint32_t node) const;
    F multiplicity(size_t interaction) const { return values_[chip_->interactions[interaction].multiplicity]; }
    std::vector<F> message(size_t interaction) const;
    /// Whether the row puts anything on a bus.
    bool speaks() const;
    /// Constraints and layers that do not hold and lookups that have no answer. `entry`: the program's instruction at
    /// this row's pc, if not as in `program`.
    std::vector<Check> broken(const machine::ProgramLayout& program,
                              const std::optional<chips::ProgramEntry>& entry = std::nullopt) const;

  private:
    const air::ChipStructure* chip_;
    std::vector<F> cells_, values_;
    mutable std::unordered_map<uint32_t, Sparse> gradients_;
};

}  // namespace ashlar::mutation
