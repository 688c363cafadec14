// SPDX-License-Identifier: Apache-2.0
// Every error code a client or an operator can meet, in one table.
#pragma once
#include <span>
#include <string_view>

#include "libs/base/error.hpp"

namespace ashlar::cluster {

/// A code, or a family of them (`name` ends in '_': codes that begin so).
struct ErrorCode {
    std::string_view name;
    int http_status;  ///< of an answer that reports it
    int exit_code;    ///< of `ashlarctl`: 1 failed or false, 2 usage or configuration, 3 not reached, 4 internal
    std::string_view meaning;
    std::string_view remedy = "";  ///< what an error without a hint of its own suggests
};

std::span<const ErrorCode> error_codes();
/// The row of a code, else the family it belongs to (the longest), else that of unlisted codes: 400 and exit code 1.
const ErrorCode& error_code(std::string_view code);

}  // namespace ashlar::cluster
