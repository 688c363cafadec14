// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/executor.hpp"

#include <algorithm>

#include "libs/evm/gas.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;
using evm::uint256;

constexpr uint64_t TOTAL_GAS_CAP = 0xffffffff;   // EIP-8037
constexpr size_t MAX_BLOBS_PER_TRANSACTION = 6;  // EIP-7594
constexpr uint8_t BLOB_HASH_VERSION = 0x01;      // EIP-4844

/// a * b + c; nullopt if it takes more than 256 bits.
std::optional<uint256> multiply_add(const uint256& a, const uint256& b, const uint256& c) {
    if (!a.is_zero() && !b.is_zero() && a.bit_length() + b.bit_length() > 256) {
        // One bit more than the product may need: decided by division.
        if (uint256::max() / a < b) return std::nullopt;
    }
    const uint256 product = a * b;
    const uint256 sum = product + c;
    if (sum < product) return std::nullopt;
    return sum;
}

}  // namespace

// Where a transaction breaks several rules, the first one in this order is named. It is the order of the Python
// execution specifications (ethereum/execution-specs, branch forks/osaka at 1626a8c15, src/ethereum/<fork>/fork.py and
// transactions.py, the same for all forks from Paris to Osaka but for the rules that a fork lacks):
//
//   decode_transaction          type, encoding, full blobs, recipient of types 3 and 4       (transaction.cpp)
//   validate_transaction        intrinsic gas and its floor, last nonce, init code, gas cap  check_alone
//   check_transaction, first    gas left in the block, blob gas left in the block            check_room
//   recover_sender              signature, chain                                             check
//   check_transaction, then     priority fee, base fee                                       check_prices
//                               no blobs, too many for one transaction, version, blob price
//                               no authorization
//                               nonce too low, too high; funds; code of the sender           check_account
//
// From Amsterdam on the intrinsic gas depends on the sender (EIP-2780): a signature that is none comes first.
//
// One transaction is decoded and run after the other: what the first breaks is named, whatever the second is.

Outcome<void> Executor::check_alone(const Transaction& t, const IntrinsicGas& intrinsic) const {
    if (t.gas_limit < intrinsic.cost) return Fail{ErrorCode::intrinsic_gas};
    if (t.gas_limit < intrinsic.floor) return Fail{ErrorCode::floor_gas};
    if (revision_ >= Revision::amsterdam) {
        if (intrinsic.cost > EXECUTION_GAS_CAP) return Fail{ErrorCode::intrinsic_gas};
        if (intrinsic.floor > EXECUTION_GAS_CAP) return Fail{ErrorCode::floor_gas};
    }
    if (t.nonce == ~uint64_t{0}) return Fail{ErrorCode::nonce_is_max};  // EIP-2681
    if (t.is_creation() && t.data.size() > evm::gas_parameters(revision_).max_initcode_size)
        return Fail{ErrorCode::initcode_size};
    const uint64_t cap = revision_ >= Revision::amsterdam ? TOTAL_GAS_CAP : EXECUTION_GAS_CAP;
    if (revision_ >= Revision::osaka && t.gas_limit > cap) return Fail{ErrorCode::gas_limit_maximum};
    return {};
}

Outcome<void> Executor::check_room(const Transaction& t) const {
    const bool two = revision_ >= Revision::amsterdam;  // dimensions, each with the block's limit (EIP-8037)
    if ((two ? std::min(t.gas_limit, EXECUTION_GAS_CAP) : t.gas_limit) > header_.gas_limit - progress_.gas ||
        (two && t.gas_limit > header_.gas_limit - progress_.state_gas))
        return Fail{ErrorCode::gas_allowance};
    if (t.type == TransactionType::blob) {
        const uint64_t limit = blobs_.max * GAS_PER_BLOB;
        if (progress_.blob_gas > limit || t.blob_hashes.size() * GAS_PER_BLOB > limit - progress_.blob_gas)
            return Fail{ErrorCode::blob_gas_allowance};
    }
    return {};
}

Outcome<void> Executor::check_prices(const Transaction& t) const {
    if (t.max_fee < t.max_priority_fee) return Fail{ErrorCode::priority_fee};
    if (t.max_fee < state_.block.base_fee) return Fail{ErrorCode::max_fee};
    if (t.type == TransactionType::blob) {
        if (t.blob_hashes.empty()) return Fail{ErrorCode::zero_blobs};
        if (revision_ >= Revision::osaka && t.blob_hashes.size() > MAX_BLOBS_PER_TRANSACTION)
            return Fail{ErrorCode::blob_count};
        for (const Bytes32& h : t.blob_hashes)
            if (h[0] != BLOB_HASH_VERSION) return Fail{ErrorCode::blob_versioned_hash};
        if (t.max_blob_fee < state_.block.blob_base_fee) return Fail{ErrorCode::max_blob_fee};
    }
    if (t.type == TransactionType::set_code && t.authorizations.empty())
        return Fail{ErrorCode::empty_authorization_list};
    return {};
}

Outcome<void> Executor::check_account(const Transaction& t, const Address& sender_address) {
    evm::Account& sender = state_.account(sender_address);
    ASHLAR_TRY(state_error());
    if (t.nonce < sender.nonce) return Fail{ErrorCode::nonce_too_low};
    if (t.nonce > sender.nonce) return Fail{ErrorCode::nonce_too_high};
    auto most = multiply_add(uint256{t.gas_limit}, t.max_fee, t.value);
    if (most) most = multiply_add(uint256{t.blob_hashes.size() * GAS_PER_BLOB}, t.max_blob_fee, *most);
    if (!most || sender.balance < *most) return Fail{ErrorCode::funds};
    // EIP-3607; a delegated account may send (EIP-7702).
    if (sender.has_code()) {
        const bool delegated = revision_ >= Revision::prague && state_.code(sender).delegate();
        ASHLAR_TRY(state_error());
        if (!delegated) return Fail{ErrorCode::sender_not_eoa};
    }
    return {};
}

Outcome<Executor::Checked> Executor::check(const Transaction& t, const Signers* signers) {
    const auto sender = signers ? signers->sender : recover_sender(t);
    if (!sender && revision_ >= Revision::amsterdam) return Fail{ErrorCode::signature};
    const IntrinsicGas intrinsic = intrinsic_gas(t, revision_, sender);
    ASHLAR_TRY(check_alone(t, intrinsic));
    ASHLAR_TRY(check_room(t));
    if (!sender) return Fail{ErrorCode::signature};
    if (t.chain_id && *t.chain_id != uint256{config_.chain_id}) return Fail{ErrorCode::chain_id};
    ASHLAR_TRY(check_prices(t));
    ASHLAR_TRY(check_account(t, *sender));
    return Checked{*sender, intrinsic};
}

}  // namespace ashlar::ethereum
