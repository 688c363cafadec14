// SPDX-License-Identifier: Apache-2.0
// How dumps are walked, for dump.cpp and dump_archive.cpp.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"
#include "libs/ethereum/dump.hpp"

struct archive;

namespace ashlar::ethereum {

/// Reads the file that is visited, if it has at most `limit` bytes; may be left uncalled.
using DumpFileReader = std::function<HostResult<Bytes>(uint64_t limit)>;
/// Sees one file of some block's dump; `offset` is where it begins in an archive. Returns whether to go on.
using DumpVisitor =
    std::function<HostResult<bool>(const DumpEntry&, const std::string& name, uint64_t offset, const DumpFileReader&)>;

/// Visits the files of an archive that is open, in their order. Errors name the file that could not be read.
HostResult<bool> each_archived_file(archive* a, const std::string& path, const DumpVisitor& visit);

/// Puts one block's dump together out of the files that `each` visits.
HostResult<Dump> gather_dump(const std::string& path, const DumpEntry& entry, uint64_t max_bytes,
                             const std::function<HostResult<bool>(const DumpVisitor&)>& each);

/// "block<N>/gas<G>".
std::string folder_of(const DumpEntry& entry);
/// Whether a file is part of a dump; anything else that lies beside it is not looked at.
bool is_dump_file(std::string_view name);

}  // namespace ashlar::ethereum
