// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/bench/measure.hpp"

namespace ashlar::bench {

/// The layered argument for 512 calls of Keccak-f, proven and verified `runs` times: a row for the whole and one for
/// each stage, in calls a second; the bound is what the stage's floor allows (stage_floors.hpp). Code "bench_wrong"
/// when a proof is refused or its claims are not those of the calls.
HostResult<void> layers_rows(const Setting& setting, size_t runs, const RowFn& row);

}  // namespace ashlar::bench
