// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <span>

#include "libs/ethereum/state.hpp"
#include "libs/ethereum/transaction.hpp"
#include "libs/ethereum/withdrawal.hpp"
#include "libs/evm/evm.hpp"

namespace ashlar::ethereum {

/// The most gas a transaction may have (EIP-7825); from Amsterdam on, that its execution may take (EIP-8037).
inline constexpr uint64_t EXECUTION_GAS_CAP = 1 << 24;

/// How far a block has come: transactions, and what they used.
struct Progress {
    uint64_t transactions = 0;
    /// Gas of execution, refunds included from Amsterdam on (EIP-7778), and of state (EIP-8037; 0 before Amsterdam).
    /// The header's gas is the larger sum.
    uint64_t gas = 0, state_gas = 0;
    /// What the senders paid for: the cumulative gas of receipts. Before Amsterdam the same as `gas`.
    uint64_t paid_gas = 0;
    uint64_t blob_gas = 0;

    uint64_t header_gas() const { return std::max(gas, state_gas); }
    friend bool operator==(const Progress&, const Progress&) = default;
};

/// Runs a block's transactions, or a range of them, on a state: `begin_block` (only for the first), `transaction` for
/// each, `end_block` (only for the last). Every rule on a transaction is checked here; after an error the object and
/// the state are of no use. The state's own errors (missing data) come out of each call.
class Executor {
  public:
    /// @param before  the block's transactions before; its gas is within the header's limits.
    Executor(const ChainConfig& config, const Header& header, evm::Revision revision, State& state,
             const Progress& before);

    /// The system calls of EIP-4788 and EIP-2935.
    Outcome<void> begin_block();
    /// @param signers  who signed, if that is known already (recover_signers); the guest recovers each here.
    Outcome<void> transaction(const Transaction& transaction, const Signers* signers = nullptr);
    /// Withdrawals, then the system calls of EIP-7002, EIP-7251 and EIP-8282.
    Outcome<void> end_block(std::span<const Withdrawal> withdrawals);

    /// The block so far.
    const Progress& progress() const { return progress_; }
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

    struct Checked {
        Address sender;
        IntrinsicGas intrinsic;
    };
    /// How a transaction's outermost call or creation ended; before Amsterdam the meter's state gas is zero.
    struct Run {
        bool success = false;
        evm::GasMeter gas;
        uint64_t state_gas = 0;  ///< used for state
        uint64_t refund = 0;     ///< not capped yet
    };

    /// Every rule on a transaction, in the order of executor_check.cpp.
    Outcome<Checked> check(const Transaction& t, const Signers* signers);
    Outcome<void> check_alone(const Transaction& t, const IntrinsicGas& intrinsic) const;
    Outcome<void> check_room(const Transaction& t) const;
    Outcome<void> check_prices(const Transaction& t) const;
    Outcome<void> check_account(const Transaction& t, const Address& sender);
    Fees fees(const Transaction& t) const;

    void warm(const Transaction& t);
    /// The account that signed the authorization, if it is valid.
    evm::Account* authority(const Authorization& a, const std::optional<Address>& signer);
    /// Applies the authorizations (EIP-7702) and returns the refund.
    int64_t set_delegations(const Transaction& t, const Signers* signers);
    /// The same from Amsterdam on, where each is paid for as it is applied. False: out of gas.
    bool pay_delegations(const Transaction& t, const Address& sender, const Signers* signers, evm::GasMeter& gas);
    /// Authorizations, then what the recipient costs (EIP-2780). False: out of gas.
    /// @param new_account  receives the state gas paid for an account that the transaction makes.
    bool pay_start(const Transaction& t, const Address& sender, const Address& recipient, const Signers* signers,
                   evm::GasMeter& gas, uint64_t& new_account);
    Run run(const Transaction& t, const Checked& checked, const Address& recipient, const Signers* signers);

    evm::ExecutionResult system_call(const Address& contract, BytesView input);
    Outcome<void> request_call(uint8_t type, const Address& contract);
    Outcome<void> state_error() const;

    const ChainConfig& config_;
    const Header& header_;
    const evm::Revision revision_;
    const BlobParameters blobs_;
    State& state_;
    evm::Evm evm_;
    Progress progress_;
    Bytes receipts_, requests_;
};

}  // namespace ashlar::ethereum
