// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "libs/ethereum/error.hpp"

namespace ashlar::ethereum {

/// One line for people: the error's name, the transaction, the value or digest it is about, and for a missing node
/// where it stands. Host only.
std::string describe(const Error& error);

/// What to do about an error of this code: every MISSING_* has one, and what else is not the block's own fault; empty
/// for a rule that the block breaks. The one table of remedies. Host only.
std::string_view remedy(ErrorCode code);

}  // namespace ashlar::ethereum
