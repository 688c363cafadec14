// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/ethereum/payload_request.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/ethereum/subblock.hpp"

namespace ashlar::ethereum {

/// What a block proof claims. Whoever verifies it compares the first two with his own: they say which program ran and
/// under which rules.
struct BlockClaim {
    static constexpr uint32_t VERSION = 1;
    static constexpr size_t SIZE = 4 + 2 * 32 + 2 * 8 + 4 * 32 + 8;

    Bytes32 subblock_vk;  ///< digest of the subblock program: 8 words, little-endian
    Bytes32 config_digest;
    uint64_t chain_id = 0, number = 0;
    Bytes32 block_hash, parent_hash;
    Bytes32 root_before, root_after;
    uint64_t gas_used = 0;

    /// The committed bytes: fields in the order above, codec.hpp, version in front.
    Bytes encode() const;
    static std::optional<BlockClaim> decode(BytesView committed);
    friend bool operator==(const BlockClaim&, const BlockClaim&) = default;
};

/// The aggregator's first input buffer: the subblock program's digest and each subblock's committed bytes, in order.
struct AggregatorClaims {
    static constexpr uint32_t VERSION = 1;

    Bytes32 subblock_vk;
    std::vector<BytesView> subblocks;

    Bytes encode() const;
    static std::optional<AggregatorClaims> decode(BytesView encoded);
};

/// The second: the block, and the lists it is checked with. Nothing of it is trusted.
struct AggregatorBlock {
    static constexpr uint32_t VERSION = 3;

    /// What the aggregator commits: the claim, or from Amsterdam on the result that EIP-8025 names.
    enum class Output : uint32_t { claim = 0, stateless_result = 1 };

    Output output = Output::claim;
    BytesView config;          ///< ChainConfig::encode
    BytesView header, parent;  ///< RLP
    BytesView transactions;    ///< items
    std::optional<BytesView> withdrawals;
    BytesView receipts;  ///< items
    BytesView requests;  ///< items, as the subblocks committed them
    /// Each subblock's fragment of the access list, items; none before Amsterdam.
    std::vector<BytesView> fragments;

    Bytes encode() const;
    static std::optional<AggregatorBlock> decode(BytesView encoded);
};

/// Demands a proof that the program with digest `vk` committed values with this SHA-256.
using DemandProof = void (*)(void* context, const Bytes32& vk, const Bytes32& committed_digest);

/// Checks that the subblocks tile the block and that the block is a valid child of its parent
/// (STATEMENT.md). This is what the guest program does.
/// @param committed  receives what the guest commits, as the input's `output` says; may be null.
Outcome<BlockClaim> run_aggregator(BytesView claims, BytesView block, DemandProof demand, void* context,
                                   Bytes* committed = nullptr);

/// Root of the trie over the receipts, and the union of their blooms.
struct ReceiptsSummary {
    Bytes32 root;
    Bloom bloom;
};
ReceiptsSummary summarize_receipts(const std::vector<ReceiptView>& receipts);

}  // namespace ashlar::ethereum
