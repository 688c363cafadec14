// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "libs/cluster/model.hpp"

namespace ashlar::cluster {

/// Column names of proving_report.csv; the first five are those of the system it replaces.
inline constexpr const char* REPORT_HEADER =
    "block_number,success,cycles,proving_seconds,data_fetch_seconds,job,ordinal,block_hash,gas_used,transactions,"
    "subblocks,"
    "attempts,subblock_seconds,aggregate_seconds,proof_bytes,verify_milliseconds,reason,started,finished\n";

/// One row for a block in a final state. Proving runs from the first task to the end of verification.
std::string report_row(const Block& block);
/// Header and rows.
std::string report_csv(const std::vector<Block>& blocks);
/// RFC 4180: quoted when it holds a comma, quote or line break.
std::string csv_field(const std::string& text);

}  // namespace ashlar::cluster
