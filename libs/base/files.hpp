// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar {

/// `n` random bytes of the system's generator (at most 256), as hex.
std::string random_hex(size_t n);

/// Reads a whole file; code "file_unreadable".
HostResult<Bytes> read_file(const std::filesystem::path& file);
/// Writes beside the target, syncs, renames: readers see the old or the new file, whole. Code "file_unwritable".
HostResult<void> write_file_atomically(const std::filesystem::path& file, BytesView bytes, unsigned mode = 0640);

/// The error of a failed system call on a file: `code`, "cannot <what>", the reason of errno and a remedy.
Fail<Error> io_error(const char* code, const std::filesystem::path& file, const char* what);
/// Writes all bytes; false with errno set.
bool write_all(int fd, BytesView bytes);
/// A rename is durable only after its directory is synced.
void sync_directory(const std::filesystem::path& dir);

}  // namespace ashlar
