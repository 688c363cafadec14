// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "libs/ethereum/error.hpp"
#include "libs/evm/revision.hpp"
#include "libs/evm/uint256.hpp"

namespace ashlar::ethereum {

/// An entry of an access list (EIP-2930).
struct AccessEntry {
    Address address;
    std::vector<Bytes32> keys;
};

/// A signed delegation (EIP-7702). Numbers as they stand; what is out of range makes it void, not the transaction.
struct Authorization {
    evm::uint256 chain_id;
    Address address;
    uint64_t nonce = 0;
    evm::uint256 y_parity, r, s;
    /// keccak256(0x05 || rlp([chain_id, address, nonce])).
    Bytes32 signing_hash;
};

enum class TransactionType : uint8_t { legacy = 0, access_list = 1, dynamic_fee = 2, blob = 3, set_code = 4 };

/// A transaction, all types to 4. Views point into the RLP it was decoded from.
struct Transaction {
    TransactionType type = TransactionType::legacy;
    uint64_t nonce = 0;
    uint64_t gas_limit = 0;
    std::optional<Address> to;  ///< none: a creation
    evm::uint256 value;
    BytesView data;
    /// Types 0 and 1: both are the gas price.
    evm::uint256 max_fee, max_priority_fee;
    std::vector<AccessEntry> access_list;
    evm::uint256 max_blob_fee;
    std::vector<Bytes32> blob_hashes;
    std::vector<Authorization> authorizations;
    /// The chain the signature is for; none for a legacy transaction without replay protection (EIP-155).
    std::optional<evm::uint256> chain_id;
    /// Parity of the signature's point; none if the field that tells it has none of its values.
    std::optional<bool> y_odd = false;
    evm::uint256 r, s;
    /// What the sender signed, hashed.
    Bytes32 signing_hash;
    /// The envelope: the type byte and the payload, or the legacy list. What the transactions trie holds.
    BytesView envelope;

    bool is_creation() const { return !to; }
};

/// Decodes the item of a block body that holds a transaction: a list (legacy) or a string (EIP-2718).
/// Errors: transaction_rlp, transaction_type, set_code_contract_creation, blob_contract_creation, full_blobs, and the
/// pre-fork errors of types that `revision` does not know.
Outcome<Transaction> decode_transaction(BytesView item, evm::Revision revision);

/// The account that signed; nullopt if the signature is not one (out of range, s too high by EIP-2, no point).
std::optional<Address> recover_sender(const Transaction& transaction);
/// The account that signed an authorization; nullopt likewise.
std::optional<Address> recover_authority(const Authorization& authorization);

/// Who signed a transaction and its authorizations, in their order; nullopt for what is no signature.
struct Signers {
    std::optional<Address> sender;
    std::vector<std::optional<Address>> authorities;
};

/// Gas that is charged before anything else (Yellow Paper 6.2 g0; EIP-2028, 2780, 2930, 3860, 7702, 7981), and the
/// floor of what a transaction pays (EIP-7623, EIP-7976; 0 before Prague).
struct IntrinsicGas {
    uint64_t cost = 0;
    uint64_t floor = 0;
};
/// @param sender  counts from Amsterdam on: calls of oneself are cheaper (EIP-2780).
IntrinsicGas intrinsic_gas(const Transaction& transaction, evm::Revision revision,
                           const std::optional<Address>& sender = {});

}  // namespace ashlar::ethereum
