// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/header.hpp"
#include "libs/ethereum/transaction.hpp"
#include "libs/ethereum/withdrawal.hpp"

namespace ashlar::ethereum {

/// A block as it travels: [header, transactions, ommers(, withdrawals)]. Everything is a view into its RLP.
struct Block {
    Header header;
    BytesView header_rlp;
    BytesView transactions;        ///< items of the list of transactions
    std::vector<BytesView> items;  ///< the same, one by one
    bool has_ommers = false;
    std::optional<BytesView> withdrawals;  ///< items of the list
    size_t size = 0;                       ///< bytes of the whole RLP
};

/// Decodes the frame and the header; the transactions stay undecoded. Errors: block_rlp, block_rlp_overflow,
/// block_format.
Outcome<Block> decode_block(BytesView rlp);

/// The items of an RLP list's payload, one by one. Error: block_rlp.
Outcome<std::vector<BytesView>> split_items(BytesView items);
/// What the transactions trie holds for an item of the body: the list itself, or what is inside the string.
BytesView envelope_of(BytesView item);

/// What the body must and must not have under its fork: ommers, withdrawals, size.
Outcome<void> validate_body(const ChainConfig& config, const Block& block);
/// Transactions root and withdrawals root against the header.
Outcome<void> validate_body_roots(const Block& block);

/// keccak256 of the RLP list with these items: how subblocks and aggregator name lists.
Bytes32 list_digest(BytesView items);

/// Requests hash of a block (EIP-7685): deposits first, then the requests of the system calls.
/// @param deposits  data of the deposits, without type. @param requests  items as Executor::requests gives them.
Outcome<Bytes32> requests_hash(BytesView deposits, BytesView requests);

}  // namespace ashlar::ethereum
