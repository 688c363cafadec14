// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/transaction.hpp"

namespace ashlar::ethereum {

/// recover_sender and recover_authority of each transaction, all at once, which is several times as fast. Host only.
std::vector<Signers> recover_signers(std::span<const Transaction> transactions);

}  // namespace ashlar::ethereum
