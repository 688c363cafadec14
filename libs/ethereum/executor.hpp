// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "libs/ethereum/state.hpp"
#include "libs/ethereum/transaction.hpp"
#include "libs/ethereum/withdrawal.hpp"
#include "libs/evm/evm.hpp"

namespace ashlar::ethereum {

/// Runs a block's transactions, or a range of them, on a state: `begin_block` (only for the first), `transaction` for
/// each, `end_block` (only for the last). Every rule on a transaction is checked here; after an error the object and
/// the state are of no use. The state's own errors (missing data) come out of each call.
class Executor {
  public:
    /// @param gas_used, blob_gas_used  of the block's transactions before.
    Executor(const ChainConfig& config, const Header& header, evm::Revision revision, State& state, uint64_t gas_used,
             uint64_t blob_gas_used);

    /// The system calls of EIP-4788 and EIP-2935.
    Outcome<void> begin_block();
    /// @param signers  who signed, if that is known already (recover_signers); the guest recovers each here.
    Outcome<void> transaction(const Transaction& transaction, const Signers* signers = nullptr);
    /// Withdrawals, then the system calls of EIP-7002 and EIP-7251.
    Outcome<void> end_block(std::span<const Withdrawal> withdrawals);

    /// Of the block so far.
    uint64_t gas_used() const { return gas_used_; }
    uint64_t blob_gas_used() const { return blob_gas_used_; }
    /// Receipts of the transactions so far, as items of an RLP list.
    const Bytes& receipts() const { return receipts_; }
    /// Requests the system calls returned, each an RLP string of type and data; empty ones are left out (EIP-7685).
    const Bytes& requests() const { return requests_; }

  private:
    struct Fees {
        evm::uint256 price;     ///< of a unit of gas, paid by the sender
        evm::uint256 priority;  ///< of that, what the coinbase gets
        evm::uint256 blob;      ///< of all blob gas
    };

    /// Every rule on a transaction, in the order of executor.cpp. Returns the sender's address.
    Outcome<Address> check(const Transaction& t, const IntrinsicGas& intrinsic, const Signers* signers);
    Outcome<void> check_alone(const Transaction& t, const IntrinsicGas& intrinsic) const;
    Outcome<void> check_room(const Transaction& t) const;
    Outcome<void> check_prices(const Transaction& t) const;
    Outcome<void> check_account(const Transaction& t, const Address& sender);
    Fees fees(const Transaction& t) const;
    int64_t set_delegations(const Transaction& t, const Signers* signers);
    void warm(const Transaction& t);
    evm::ExecutionResult system_call(const Address& contract, BytesView input);
    Outcome<void> request_call(uint8_t type, const Address& contract);
    Outcome<void> state_error() const;

    const ChainConfig& config_;
    const Header& header_;
    const evm::Revision revision_;
    const BlobParameters blobs_;
    State& state_;
    evm::Evm evm_;
    uint64_t gas_used_, blob_gas_used_;
    Bytes receipts_, requests_;
};

}  // namespace ashlar::ethereum
