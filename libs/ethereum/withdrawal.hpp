// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/ethereum/error.hpp"

namespace ashlar::ethereum {

/// A withdrawal from the beacon chain (EIP-4895).
struct Withdrawal {
    uint64_t index = 0, validator = 0;
    Address address;
    uint64_t amount = 0;  ///< Gwei
    BytesView raw;        ///< its RLP, what the withdrawals trie holds
};

/// Decodes the items of a withdrawals list. Errors: block_rlp, block_rlp_overflow.
Outcome<std::vector<Withdrawal>> decode_withdrawals(BytesView items);

}  // namespace ashlar::ethereum
