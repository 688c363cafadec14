// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "libs/ethereum/dump.hpp"
#include "libs/ethereum/packed_file.hpp"

namespace ashlar::ethereum {

/// An archive of dumps (tar, or tar in gzip) that is read where it lies: gone through once, after which the inputs of
/// each block are found at once, unpacking at most PackedFile::POINT_DISTANCE bytes before them. Needs 32 KiB of memory
/// for each such distance. Host only; library ethereum_dump.
class DumpArchive {
  public:
    /// Goes through the file. `go_on` (may be empty) is asked at each file in it; if it says no: code "stopped". An
    /// archive that ends early or is damaged in some place still gives what lies before. Error: dump_unreadable if
    /// nothing does, or if its checksum is wrong, which names no place.
    static HostResult<DumpArchive> index(const std::filesystem::path& path, const std::function<bool()>& go_on = {});

    struct Span {
        uint64_t begin = 0, last = 0;  ///< where the first and the last file of a block begin
        bool cut = false;              ///< the damage is in it
    };
    const std::map<DumpEntry, Span>& entries() const { return entries_; }
    /// What is wrong with the file; names the place.
    const std::optional<ashlar::Error>& damage() const { return damage_; }

    /// Errors: those of read_dump; for a block with the damage in it, the damage.
    HostResult<Dump> read(const DumpEntry& entry, uint64_t max_bytes = MAX_DUMP_BYTES) const;

  private:
    std::filesystem::path path_;
    std::vector<UnpackPoint> points_;
    std::map<DumpEntry, Span> entries_;
    std::optional<ashlar::Error> damage_;
};

/// The blocks an archive's name promises: <start>+<count>.tar.gz (or .tar, .tgz). nullopt: another name.
std::optional<std::pair<uint64_t, uint64_t>> blocks_of_archive_name(const std::string& name);

}  // namespace ashlar::ethereum
