// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/air/describe.hpp"
#include "libs/hash/digest.hpp"

namespace ashlar::iop {

/// Name, columns, constraints and interactions of one chip.
hash::Digest chip_digest(const air::ChipStructure& chip);
/// The structure digest of a verifying key: the hash of the canonical words of all chips (with their names) and of the
/// public messages. Host only; the guest verifier has it compiled in.
hash::Digest structure_digest(const std::vector<air::ChipStructure>& chips, const air::ChipStructure& statement);

template <class Statement, class Set>
hash::Digest structure_digest() {
    return structure_digest(air::describe_all<Set>(), air::describe_statement<Statement>());
}

}  // namespace ashlar::iop
