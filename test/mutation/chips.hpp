// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "test/mutation/row.hpp"
#include "test/soundness/lab.hpp"

namespace ashlar::mutation {

/// A chip of the machine and honest rows of it that differ in what they do.
struct Subject {
    air::ChipStructure chip;
    std::vector<Row> rows;
};

/// All chips but the fixed tables, which have no constraints and look nothing up. The rows refer to the subject's chip.
const std::vector<std::unique_ptr<Subject>>& subjects();

/// The checks of a chip: its constraints, and its lookups.
std::vector<Check> checks(const air::ChipStructure& chip);

/// A copy of a chip that lacks one check at a time.
class Lacking {
  public:
    explicit Lacking(const air::ChipStructure& chip) : whole_(chip), chip_(chip) {}
    /// The chip without `check`, and without what eval states together with it; valid until the next call.
    const air::ChipStructure& operator()(Check check);

  private:
    const air::ChipStructure& whole_;
    air::ChipStructure chip_;
};

}  // namespace ashlar::mutation
