// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/cluster/model/model.hpp"

namespace ashlar::cluster {

/// Column names of proving_report.csv; the first five are those of the system it replaces.
inline constexpr const char* REPORT_HEADER =
    "block_number,success,cycles,proving_seconds,data_fetch_seconds,job,ordinal,block_hash,gas_used,transactions,"
    "subblocks,"
    "attempts,subblock_seconds,aggregate_seconds,proof_bytes,verify_milliseconds,reason,started,finished,run_id\n";

/// One row for a block in a final state; what a failed block did not get to is 0 in the first five columns and empty
/// in ours. Proving runs from the first task to the end of verification.
std::string report_row(const Block& block);
/// The file. Rows are added at its end and never written again, so that a block costs one row whatever the history.
class ReportFile {
  public:
    /// The last `limit` blocks that ended, oldest first.
    using Ended = std::function<std::vector<Block>(size_t limit)>;
    explicit ReportFile(std::filesystem::path file) : file_(std::move(file)) {}
    /// Makes the file with up to `rows` rows if it is not there or has other columns; else cuts off a torn last line
    /// and adds the rows it lacks of the last LOOKED_BACK blocks. Code file_unwritable.
    HostResult<void> open(const Ended& ended, size_t rows);
    /// Adds rows, in one write, except those open() has seen; all of them are there afterwards or none (a torn line is
    /// cut off at once or by open()).
    HostResult<void> append(const std::vector<Block>& blocks);
    const std::filesystem::path& path() const { return file_; }

    static constexpr size_t LOOKED_BACK = 1000;

  private:
    std::filesystem::path file_;
    std::set<std::string> known_;  ///< "job,ordinal" of the last rows open() found or made
};

/// Header and rows.
std::string report_csv(const std::vector<Block>& blocks);
/// RFC 4180: quoted when it holds a comma, quote or line break.
std::string csv_field(const std::string& text);

}  // namespace ashlar::cluster
