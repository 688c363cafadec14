// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "libs/ethereum/error.hpp"
#include "libs/evm/revision.hpp"

namespace ashlar::ethereum {

/// Blob parameters from a time on: a fork's, or those of a blob-parameter-only fork (EIP-7892).
struct BlobParameters {
    uint64_t timestamp = 0;
    uint32_t target = 0;  ///< blobs a block
    uint32_t max = 0;     ///< blobs a block
    uint64_t update_fraction = 1;
    friend bool operator==(const BlobParameters&, const BlobParameters&) = default;
};

/// What a chain's rules depend on besides the block: which fork is active when, the blob schedule, and where the system
/// contracts are. Its digest is part of what a proof claims.
struct ChainConfig {
    uint64_t chain_id = 1;
    /// First block of Paris.
    uint64_t paris_block = 0;
    /// First timestamp of each fork from Shanghai on, NEVER if it has none.
    uint64_t shanghai_time = NEVER;
    uint64_t cancun_time = NEVER;
    uint64_t prague_time = NEVER;
    uint64_t osaka_time = NEVER;
    uint64_t amsterdam_time = NEVER;
    /// By timestamp, rising.
    std::vector<BlobParameters> blobs;
    Address deposit_contract;                 ///< EIP-6110
    Address beacon_roots_contract;            ///< EIP-4788
    Address history_contract;                 ///< EIP-2935
    Address withdrawal_requests_contract;     ///< EIP-7002
    Address consolidation_requests_contract;  ///< EIP-7251
    Address builder_deposits_contract;        ///< EIP-8282
    Address builder_exits_contract;           ///< EIP-8282

    static constexpr uint64_t NEVER = ~uint64_t{0};

    /// Fork of a block; nullopt before Paris.
    std::optional<evm::Revision> revision(uint64_t number, uint64_t timestamp) const;
    /// Blob parameters of a block from Cancun on.
    BlobParameters blob_parameters(uint64_t timestamp) const;

    /// The one encoding (codec.hpp), version first.
    Bytes encode() const;
    static std::optional<ChainConfig> decode(BytesView encoded);
    /// keccak256 of the encoding.
    Bytes32 digest() const;
    friend bool operator==(const ChainConfig&, const ChainConfig&) = default;
};

/// Known chains: mainnet, sepolia, holesky, hoodi; nullopt for another name.
std::optional<ChainConfig> known_chain(std::string_view name);
/// The same by chain id.
std::optional<ChainConfig> known_chain(uint64_t chain_id);
/// A configuration with the common system contracts and nothing activated but Paris.
ChainConfig base_config(uint64_t chain_id);

}  // namespace ashlar::ethereum
