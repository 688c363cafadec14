// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/ethereum/chain_config.hpp"
#include "libs/ethereum/error.hpp"
#include "libs/evm/uint256.hpp"

namespace ashlar::ethereum {

using Bloom = FixedBytes<256>;

/// A block header, all forks to Amsterdam. Fields that a fork lacks stay zero; `fields` tells which are there.
struct Header {
    static constexpr unsigned PARIS_FIELDS = 16, SHANGHAI_FIELDS = 17, CANCUN_FIELDS = 20, PRAGUE_FIELDS = 21,
                              AMSTERDAM_FIELDS = 23;

    Bytes32 parent_hash, ommers_hash;
    Address coinbase;
    Bytes32 state_root, transactions_root, receipts_root;
    Bloom logs_bloom;
    evm::uint256 difficulty;
    uint64_t number = 0, gas_limit = 0, gas_used = 0, timestamp = 0;
    BytesView extra_data;  ///< view into the RLP
    Bytes32 prev_randao;
    FixedBytes<8> nonce;
    uint64_t base_fee = 0;
    Bytes32 withdrawals_root;      ///< from Shanghai on
    uint64_t blob_gas_used = 0;    ///< from Cancun on
    uint64_t excess_blob_gas = 0;  ///< from Cancun on
    Bytes32 parent_beacon_root;    ///< from Cancun on
    Bytes32 requests_hash;         ///< from Prague on
    Bytes32 access_list_hash;      ///< from Amsterdam on (EIP-7928)
    uint64_t slot_number = 0;      ///< from Amsterdam on (EIP-7843)
    unsigned fields = 0;
    /// keccak256 of the RLP this was decoded from.
    Bytes32 hash;
};

/// Decodes and hashes a header; extra_data stays a view. Errors: block_rlp, block_rlp_overflow, block_format, and
/// fork_not_supported for one with more fields than any fork that is known here.
Outcome<Header> decode_header(BytesView rlp);

/// Every rule of the header's fork against its parent (Yellow Paper 4.4.4, EIP-1559, EIP-3675, EIP-4844, EIP-7918).
/// Blob gas is compared with what the transactions use, which the limit holds for; see check_blob_gas.
Outcome<void> validate_header(const ChainConfig& config, const Header& header, const Header& parent);

/// The header's blob gas against what the transactions used. Errors: blob_gas_above_limit, blob_gas_used.
Outcome<void> check_blob_gas(const ChainConfig& config, const Header& header, uint64_t used);

/// Base fee that the child of `parent` must have (EIP-1559).
uint64_t next_base_fee(const Header& parent);
/// Excess blob gas that a child of `parent` at `timestamp` must have (EIP-4844, EIP-7691, EIP-7918).
uint64_t next_excess_blob_gas(const ChainConfig& config, const Header& parent, uint64_t number, uint64_t timestamp);
/// Price of a unit of blob gas (EIP-4844). Beyond e^120 wei, which no valid block reaches, the price stops rising.
evm::uint256 blob_base_fee(const BlobParameters& parameters, uint64_t excess_blob_gas);

inline constexpr uint64_t GAS_PER_BLOB = 1 << 17;

}  // namespace ashlar::ethereum
