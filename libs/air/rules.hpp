// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "libs/air/symbolic.hpp"

namespace ashlar::air {

/// The rules of MACHINE.md 3 that can be checked without a trace. Those about integers: integers.hpp.
enum class Rule {
    constraint_degree,      // at most 3
    interaction_degree,     // values and multiplicities at most 2
    zero_row_constraint,    // the all-zero row satisfies every constraint
    zero_row_multiplicity,  // and has multiplicity 0 in every interaction
    bus_id,                 // non-zero, below p
    message_length,         // at least 1, one length for each bus over all chips and public messages
    free_multiplicity,      // 0 or 1 up to sign by constraint, except on the table side of a lookup
    name,                   // chips have different, non-empty names
    layered_columns,        // main columns of a layered part exist and are no others' of it
    layered_bits,           // a constraint makes each of its inputs a bit
};

struct Violation {
    Rule rule;
    std::string text;  // names chip and constraint or interaction
};

/// All violations of a set of chips; `public_messages` (may be null) are the verifier's own, with one column for each
/// public value.
std::vector<Violation> check_rules(std::span<const ChipStructure> chips, const ChipStructure* public_messages);

}  // namespace ashlar::air
