// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/executor.hpp"

#include <algorithm>

#include "libs/ethereum/receipt.hpp"
#include "libs/evm/gas.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;
using evm::uint256;

constexpr uint64_t MAX_REFUND_QUOTIENT = 5;                               // EIP-3529
constexpr uint64_t SYSTEM_CALL_GAS = 30'000'000, SYSTEM_CALL_SLOTS = 16;  // EIP-4788, EIP-8037
constexpr uint64_t WEI_PER_GWEI = 1'000'000'000;
constexpr uint8_t WITHDRAWAL_REQUEST = 1, CONSOLIDATION_REQUEST = 2, BUILDER_DEPOSIT_REQUEST = 3,
                  BUILDER_EXIT_REQUEST = 4;

}  // namespace

Executor::Executor(const ChainConfig& config, const Header& header, Revision revision, State& state,
                   const Progress& before)
    : config_(config),
      header_(header),
      revision_(revision),
      blobs_(config.blob_parameters(header.timestamp)),
      state_(state),
      evm_((state.revision = revision, state)),
      progress_(before) {
    evm::BlockEnv& env = state_.block;
    env.chain_id = config.chain_id;
    env.number = header.number;
    env.timestamp = header.timestamp;
    env.gas_limit = header.gas_limit;
    env.coinbase = header.coinbase;
    env.prev_randao = header.prev_randao;
    env.base_fee = uint256{header.base_fee};
    env.slot_number = header.slot_number;
    if (revision >= Revision::cancun) env.blob_base_fee = blob_base_fee(blobs_, header.excess_blob_gas);
}

Outcome<void> Executor::state_error() const {
    if (state_.error()) return Fail{*state_.error()};
    if (state_.beyond_memory) return Fail{ErrorCode::memory_limit};
    return {};
}

evm::ExecutionResult Executor::system_call(const Address& contract, BytesView input) {
    state_.tx = {};
    state_.tx.origin = evm::SYSTEM_ADDRESS;
    evm::Message m;
    m.sender = evm::SYSTEM_ADDRESS;
    m.recipient = contract;
    m.input = input;
    m.gas = SYSTEM_CALL_GAS;
    m.reservoir = SYSTEM_CALL_SLOTS * evm::gas_parameters(revision_).state_slot;
    evm::ExecutionResult result = evm_.execute(m);
    state_.end_transaction();
    return result;
}

Outcome<void> Executor::begin_block() {
    state_.begin_index(0);
    // Both calls do nothing where the contract is not deployed, and their failure changes nothing.
    if (revision_ >= Revision::cancun && state_.account(config_.beacon_roots_contract).has_code())
        system_call(config_.beacon_roots_contract, header_.parent_beacon_root.view());
    if (revision_ >= Revision::prague && state_.account(config_.history_contract).has_code())
        system_call(config_.history_contract, header_.parent_hash.view());
    return state_error();
}

Executor::Fees Executor::fees(const Transaction& t) const {
    Fees fees;
    fees.priority = std::min(t.max_priority_fee, t.max_fee - state_.block.base_fee);
    fees.price = fees.priority + state_.block.base_fee;
    fees.blob = uint256{t.blob_hashes.size() * GAS_PER_BLOB} * state_.block.blob_base_fee;
    return fees;
}

Executor::Run Executor::run(const Transaction& t, const Checked& checked, const Address& recipient,
                            const Signers* signers) {
    const bool two = revision_ >= Revision::amsterdam;  // dimensions of gas
    Run run;
    evm::GasMeter& gas = run.gas;
    gas.left = t.gas_limit - checked.intrinsic.cost;
    if (two) {
        // What execution may not take is there for state.
        const uint64_t most = std::min(gas.left, EXECUTION_GAS_CAP - checked.intrinsic.cost);
        gas.state.reservoir = gas.left - most;
        gas.left = most;
    }
    const uint64_t reservoir = gas.state.reservoir;
    const size_t snapshot = state_.snapshot();
    uint64_t new_account = 0;
    int64_t refund = 0;
    if (!two) {
        refund = set_delegations(t, signers);
    } else if (!pay_start(t, checked.sender, recipient, signers, gas, new_account)) {
        // Everything is paid and nothing happens, not even the delegations.
        state_.revert(snapshot);
        gas = {0, {reservoir, 0}};
        return run;
    }
    evm::Message m;
    m.create = t.is_creation();
    m.sender = checked.sender;
    m.recipient = recipient;
    m.value = t.value;
    m.input = t.data;
    m.gas = gas.left;
    m.reservoir = gas.state.reservoir;
    const evm::ExecutionResult result = evm_.execute(m);
    run.success = result.status == evm::Status::success;
    gas.left = result.gas_left + gas.state.absorb(result.state_gas);
    if (!run.success) gas.put_back(new_account);
    if (!run.success && result.status != evm::Status::revert) gas.left = 0;
    run.state_gas = reservoir + gas.state.spilled - gas.state.reservoir;
    run.refund = static_cast<uint64_t>(std::max<int64_t>(0, result.refund + refund));
    return run;
}

Outcome<void> Executor::transaction(const Transaction& t, const Signers* signers) {
    ASHLAR_ASSIGN(const Checked checked, check(t, signers));
    const Fees fees = this->fees(t);
    state_.begin_index(static_cast<uint32_t>(progress_.transactions + 1));

    evm::Account& sender = state_.account(checked.sender);
    const uint256 gas_limit{t.gas_limit};
    state_.set_balance(sender, sender.balance - gas_limit * fees.price - fees.blob);
    state_.set_nonce(sender, sender.nonce + 1);
    const Address recipient = t.to ? *t.to : evm::create_address(checked.sender, t.nonce);
    warm(t);
    state_.warm_account(sender);
    state_.prewarm(recipient);
    state_.tx.origin = checked.sender;
    state_.tx.gas_price = fees.price;
    state_.tx.blob_hashes = t.blob_hashes;
    const Run run = this->run(t, checked, recipient, signers);

    const uint64_t used = t.gas_limit - run.gas.left - run.gas.state.reservoir;
    uint64_t paid = used - std::min(used / MAX_REFUND_QUOTIENT, run.refund);
    paid = std::max(paid, checked.intrinsic.floor);  // EIP-7623
    state_.set_balance(sender, sender.balance + (gas_limit - uint256{paid}) * fees.price);
    const uint256 tip = uint256{paid} * fees.priority;
    if (!tip.is_zero()) {
        evm::Account& coinbase = state_.account(header_.coinbase);
        state_.set_balance(coinbase, coinbase.balance + tip);
    } else {
        state_.touch(state_.locate(header_.coinbase));
    }
    ASHLAR_TRY(state_error());

    progress_.transactions++;
    progress_.paid_gas += paid;
    progress_.state_gas += run.state_gas;
    // A refund leaves room in the block until EIP-7778.
    progress_.gas += revision_ >= Revision::amsterdam ? std::max(used - run.state_gas, checked.intrinsic.floor) : paid;
    progress_.blob_gas += t.blob_hashes.size() * GAS_PER_BLOB;
    append_receipt(receipts_, t.type, run.success, progress_.paid_gas, state_.logs());
    state_.end_transaction();
    return {};
}

Outcome<void> Executor::request_call(uint8_t type, const Address& contract) {
    const bool deployed = state_.account(contract).has_code();
    ASHLAR_TRY(state_error());
    if (!deployed) return Fail{ErrorCode::system_contract_empty};
    const evm::ExecutionResult result = system_call(contract, {});
    ASHLAR_TRY(state_error());
    if (result.status != evm::Status::success) return Fail{ErrorCode::system_contract_failed};
    if (result.output.empty()) return {};
    rlp::Writer w;
    w.out.push_back(type);
    w.raw(result.output);
    w.end_string(0);
    requests_.insert(requests_.end(), w.out.begin(), w.out.end());
    return {};
}

Outcome<void> Executor::end_block(std::span<const Withdrawal> withdrawals) {
    state_.begin_index(static_cast<uint32_t>(progress_.transactions + 1));
    for (const Withdrawal& w : withdrawals) {
        if (w.amount == 0) {
            state_.touch(state_.locate(w.address));
            continue;
        }
        evm::Account& account = state_.account(w.address);
        state_.set_balance(account, account.balance + uint256{w.amount} * uint256{WEI_PER_GWEI});
    }
    state_.end_transaction();
    ASHLAR_TRY(state_error());
    if (revision_ >= Revision::prague) {
        ASHLAR_TRY(request_call(WITHDRAWAL_REQUEST, config_.withdrawal_requests_contract));
        ASHLAR_TRY(request_call(CONSOLIDATION_REQUEST, config_.consolidation_requests_contract));
    }
    if (revision_ >= Revision::amsterdam) {
        ASHLAR_TRY(request_call(BUILDER_DEPOSIT_REQUEST, config_.builder_deposits_contract));
        ASHLAR_TRY(request_call(BUILDER_EXIT_REQUEST, config_.builder_exits_contract));
    }
    return state_error();
}

}  // namespace ashlar::ethereum
