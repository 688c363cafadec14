// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/ethereum/block.hpp"

namespace ashlar::ethereum {

/// A block as the consensus layer hands it to a client (engine API, NewPayloadRequest of Amsterdam). All of it follows
/// from the block and its execution.
struct PayloadRequest {
    const Block& block;
    BytesView access_list;  ///< items of the block access list
    BytesView deposits;     ///< data of the deposits, without type
    BytesView requests;     ///< items, those of the system calls
};

/// hash_tree_root of the request (EIP-8025; execution-specs, forks/amsterdam/stateless_ssz.py). Errors: those of
/// decode_transaction and decode_withdrawals; block_format before Amsterdam; requests if they are not of whole items.
Outcome<Bytes32> payload_request_root(const PayloadRequest& request);

/// What an execution proof shows in public: StatelessValidationResult of EIP-8025.
struct StatelessResult {
    /// Fork 0x15, revision 1: big-endian in front of a StatelessInput, little-endian here as SSZ has it.
    static constexpr uint16_t SCHEMA_ID = 0x1501;
    static constexpr size_t SIZE = 32 + 1 + 8 + 2;

    Bytes32 request_root;
    bool valid = false;
    uint64_t chain_id = 0;
    uint16_t schema_id = SCHEMA_ID;

    Bytes encode() const;
    /// nullopt for anything that `encode` does not give.
    static std::optional<StatelessResult> decode(BytesView encoded);
    friend bool operator==(const StatelessResult&, const StatelessResult&) = default;
};

}  // namespace ashlar::ethereum
