// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/error.hpp"

/// Block access lists (EIP-7928): RLP lists of accounts, each
///   [address, [[slot, [[index, value], ...]], ...], [slot read, ...], balances, nonces, codes]
/// with addresses, slots and indices rising. What a range of transactions accessed and changed, its fragment, has the
/// same form: only its own indices occur, and slots that it read count as read whatever happens outside of it.
namespace ashlar::ethereum {

/// A list, and how many addresses and slots are in it.
struct AccessList {
    Bytes items;
    uint64_t count = 0;
};

/// The list of a block from the fragments of the ranges that tile it, in order (State::access_list). Changes follow
/// each other; a slot that one fragment read and another wrote is written. Error: input_encoding.
Outcome<AccessList> join_fragments(std::span<const BytesView> fragments);

/// The list against the header. Errors: access_list_hash, access_list_size.
Outcome<void> check_access_list(const AccessList& list, const Bytes32& hash, uint64_t gas_limit);

}  // namespace ashlar::ethereum
