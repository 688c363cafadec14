// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/ethereum/error.hpp"

namespace ashlar::ethereum {

/// One line for people: the error's name, the transaction, the value or digest it is about, and for a missing node
/// where it stands. Host only.
std::string describe(const Error& error);

}  // namespace ashlar::ethereum
