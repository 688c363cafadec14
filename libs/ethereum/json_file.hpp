// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/value.hpp>
#include <filesystem>
#include <optional>
#include <string_view>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::ethereum {

/// A whole file. Errors: file_not_found; file_unreadable, also for one above the limit.
HostResult<Bytes> read_file(const std::filesystem::path& path, uint64_t max_bytes = uint64_t{1} << 31);
/// JSON of any kind. Error: `code`.
HostResult<boost::json::value> parse_json(std::string_view text, const char* code);
/// A number below 2^64, or a string with one, decimal or 0x-hex; nullopt for anything else, null pointers included.
std::optional<uint64_t> json_number(const boost::json::value* v);

}  // namespace ashlar::ethereum
