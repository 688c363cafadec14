// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <set>

#include "libs/bench/measure.hpp"

namespace ashlar::bench {

/// Groups of rows that core_rows knows: field (products, multilinear tables), hash, ntt, commit.
inline constexpr const char* CORE_GROUPS[] = {"field", "hash", "ntt", "commit"};

/// Measures the groups asked for, and the bounds they need. Code "bench_wrong".
HostResult<void> core_rows(const Setting& setting, const std::set<std::string>& groups, const RowFn& row);

}  // namespace ashlar::bench
