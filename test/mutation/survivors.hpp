// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "test/mutation/chips.hpp"

namespace ashlar::mutation {

/// What notices that a check is gone.
enum class Killer {
    none,
    rank,      ///< the rank test: the kernel of the row grows
    rules,     ///< air::check_rules
    made,      ///< a lie made by hand, test/soundness/lies.hpp
    lie,       ///< a lie that find_lie() found
    integers,  ///< air::check_integers
};
inline constexpr std::string_view KILLER_NAMES[] = {"none", "rank", "rules", "made", "lie", "integers"};

struct Report {
    std::string chip;
    std::vector<uint32_t> kernels;  ///< of each sample row
    std::map<Check, Killer> checks;
    std::vector<std::string> problems;  ///< of lies made by hand that are none, or of rows that are not honest

    size_t count(Killer killer, Check::Kind kind) const;
};

/// How long to look at wide chips (narrow ones take no time).
enum class Effort {
    quick,   ///< nothing slow: no search for lies, no integer analysis
    sample,  ///< of checks that differ only in their columns, three stand for all
    whole,
};

/// Tries each check of a chip against everything that could notice, cheapest first.
Report examine(const Subject& subject, Effort effort);

}  // namespace ashlar::mutation
