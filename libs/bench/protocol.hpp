// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/bench/measure.hpp"
#include "libs/bench/stage_floors.hpp"
#include "libs/iop/stage_times.hpp"

namespace ashlar::bench {

/// One proof of the synthetic chips.
struct ProtocolRun {
    double seconds = 0, verify_seconds = 0;
    size_t proof_bytes = 0;
    iop::StageTimes times;
};

/// A chunk of 2^log_cycles rows of each synthetic chip.
struct ProtocolResult {
    double rows = 0;
    uint64_t slices = 0;
    StageWork work;
    StageBounds bounds;
    std::vector<ProtocolRun> runs;
    /// Seconds of processor time below which a stage cannot go with these bounds; 0: none is known.
    double floor(std::string_view stage) const;
};

/// Proves and verifies `runs` times. `seen` hears of the sizes and bounds first, then of each run. Codes of the prover;
/// "bench_wrong" when a proof is not valid.
HostResult<ProtocolResult> bench_protocol(const Setting& setting, const iop::Profile& profile, unsigned log_cycles,
                                          size_t runs, const std::function<void(const ProtocolResult&)>& seen = {});

/// Groups of stages: fraction-sum, zerocheck, open.
inline constexpr const char* PROTOCOL_GROUPS[] = {"fraction-sum", "zerocheck", "open"};
/// A group's stages together as a row: cells or interactions a second, and the ratio of the floors to the processor
/// time.
Row protocol_row(const ProtocolResult& result, const std::string& group);

}  // namespace ashlar::bench
