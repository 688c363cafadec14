// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/ethereum/header.hpp"
#include "libs/ethereum/transaction.hpp"
#include "libs/evm/host.hpp"

namespace ashlar::ethereum {

/// Sets the bits of one address or topic (Yellow Paper 4.4.1, M3:2048).
void add_to_bloom(Bloom& bloom, BytesView value);
/// Bloom of the logs of one transaction.
Bloom logs_bloom(const std::vector<evm::Log>& logs);

/// Appends the receipt as an item of a list: [status, cumulative gas, bloom, logs], for typed transactions behind the
/// type byte and inside a string (EIP-2718).
void append_receipt(Bytes& out, TransactionType type, bool success, uint64_t cumulative_gas,
                    const std::vector<evm::Log>& logs);

/// What a decoded receipt is read for.
struct ReceiptView {
    BytesView envelope;  ///< what the receipts trie holds
    uint64_t cumulative_gas = 0;
    BytesView bloom;  ///< 256 bytes
    BytesView logs;   ///< items of the list of logs
};

/// Decodes the items of a list of receipts. Error: block_rlp.
Outcome<std::vector<ReceiptView>> decode_receipts(BytesView items);

/// Appends to `out` the data of each deposit request in the logs of the receipts, in order (EIP-6110). Error:
/// block_rlp, deposit_event.
Outcome<void> collect_deposits(const std::vector<ReceiptView>& receipts, const Address& deposit_contract, Bytes& out);

}  // namespace ashlar::ethereum
