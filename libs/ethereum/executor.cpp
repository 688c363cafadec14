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

constexpr uint64_t TRANSACTION_GAS_CAP = 1 << 24;     // EIP-7825
constexpr size_t MAX_INITCODE = 49152;                // EIP-3860
constexpr size_t MAX_BLOBS_PER_TRANSACTION = 6;       // EIP-7594
constexpr uint8_t BLOB_HASH_VERSION = 0x01;           // EIP-4844
constexpr uint64_t MAX_REFUND_QUOTIENT = 5;           // EIP-3529
constexpr int64_t EXISTING_AUTHORITY_REFUND = 12500;  // EIP-7702: 25000 charged, 12500 is its cost
constexpr uint64_t SYSTEM_CALL_GAS = 30'000'000;
constexpr uint64_t WEI_PER_GWEI = 1'000'000'000;
constexpr uint8_t WITHDRAWAL_REQUEST = 1, CONSOLIDATION_REQUEST = 2;

constexpr Address SYSTEM_ADDRESS = [] {
    Address a;
    for (uint8_t& b : a) b = 0xff;
    a[19] = 0xfe;
    return a;
}();

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

Executor::Executor(const ChainConfig& config, const Header& header, Revision revision, State& state, uint64_t gas_used,
                   uint64_t blob_gas_used)
    : config_(config),
      header_(header),
      revision_(revision),
      blobs_(config.blob_parameters(header.timestamp)),
      state_(state),
      evm_((state.revision = revision, state)),
      gas_used_(gas_used),
      blob_gas_used_(blob_gas_used) {
    evm::BlockEnv& env = state_.block;
    env.chain_id = config.chain_id;
    env.number = header.number;
    env.timestamp = header.timestamp;
    env.gas_limit = header.gas_limit;
    env.coinbase = header.coinbase;
    env.prev_randao = header.prev_randao;
    env.base_fee = uint256{header.base_fee};
    if (revision >= Revision::cancun) env.blob_base_fee = blob_base_fee(blobs_, header.excess_blob_gas);
}

Outcome<void> Executor::state_error() const {
    if (state_.error()) return Fail{*state_.error()};
    if (state_.beyond_memory) return Fail{ErrorCode::memory_limit};
    return {};
}

evm::ExecutionResult Executor::system_call(const Address& contract, BytesView input) {
    state_.tx = {};
    state_.tx.origin = SYSTEM_ADDRESS;
    evm::Message m;
    m.sender = SYSTEM_ADDRESS;
    m.recipient = contract;
    m.input = input;
    m.gas = SYSTEM_CALL_GAS;
    evm::ExecutionResult result = evm_.execute(m);
    state_.end_transaction();
    return result;
}

Outcome<void> Executor::begin_block() {
    // Both calls do nothing where the contract is not deployed, and their failure changes nothing.
    if (revision_ >= Revision::cancun && state_.account(config_.beacon_roots_contract).has_code())
        system_call(config_.beacon_roots_contract, header_.parent_beacon_root.view());
    if (revision_ >= Revision::prague && state_.account(config_.history_contract).has_code())
        system_call(config_.history_contract, header_.parent_hash.view());
    return state_error();
}

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
// One transaction is decoded and run after the other: what the first breaks is named, whatever the second is.

Outcome<void> Executor::check_alone(const Transaction& t, const IntrinsicGas& intrinsic) const {
    if (t.gas_limit < intrinsic.cost) return Fail{ErrorCode::intrinsic_gas};
    if (t.gas_limit < intrinsic.floor) return Fail{ErrorCode::floor_gas};
    if (t.nonce == ~uint64_t{0}) return Fail{ErrorCode::nonce_is_max};  // EIP-2681
    if (revision_ >= Revision::shanghai && t.is_creation() && t.data.size() > MAX_INITCODE)
        return Fail{ErrorCode::initcode_size};
    if (revision_ >= Revision::osaka && t.gas_limit > TRANSACTION_GAS_CAP) return Fail{ErrorCode::gas_limit_maximum};
    return {};
}

Outcome<void> Executor::check_room(const Transaction& t) const {
    if (t.gas_limit > header_.gas_limit - gas_used_) return Fail{ErrorCode::gas_allowance};
    if (t.type == TransactionType::blob) {
        const uint64_t limit = blobs_.max * GAS_PER_BLOB;
        if (blob_gas_used_ > limit || t.blob_hashes.size() * GAS_PER_BLOB > limit - blob_gas_used_)
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

Outcome<Address> Executor::check(const Transaction& t, const IntrinsicGas& intrinsic, const Signers* signers) {
    ASHLAR_TRY(check_alone(t, intrinsic));
    ASHLAR_TRY(check_room(t));
    const auto sender = signers ? signers->sender : recover_sender(t);
    if (!sender) return Fail{ErrorCode::signature};
    if (t.chain_id && *t.chain_id != uint256{config_.chain_id}) return Fail{ErrorCode::chain_id};
    ASHLAR_TRY(check_prices(t));
    ASHLAR_TRY(check_account(t, *sender));
    return *sender;
}

Executor::Fees Executor::fees(const Transaction& t) const {
    Fees fees;
    fees.priority = std::min(t.max_priority_fee, t.max_fee - state_.block.base_fee);
    fees.price = fees.priority + state_.block.base_fee;
    fees.blob = uint256{t.blob_hashes.size() * GAS_PER_BLOB} * state_.block.blob_base_fee;
    return fees;
}

void Executor::warm(const Transaction& t) {
    for (const AccessEntry& e : t.access_list) {
        state_.prewarm(e.address);
        for (const Bytes32& key : e.keys) state_.prewarm(e.address, uint256::from(key));
    }
    if (revision_ >= Revision::shanghai) state_.prewarm(header_.coinbase);  // EIP-3651
}

int64_t Executor::set_delegations(const Transaction& t, const Signers* signers) {
    int64_t refund = 0;
    for (size_t i = 0; i < t.authorizations.size(); i++) {
        const Authorization& a = t.authorizations[i];
        if (!a.chain_id.is_zero() && a.chain_id != uint256{config_.chain_id}) continue;
        if (a.nonce == ~uint64_t{0}) continue;
        const auto authority = signers ? signers->authorities[i] : recover_authority(a);
        if (!authority) continue;
        evm::Account& account = state_.account(*authority);
        state_.warm_account(account);
        // The nonce first: it needs no code.
        if (account.nonce != a.nonce) continue;
        if (account.has_code() && !state_.code(account).delegate()) continue;
        if (!account.empty()) refund += EXISTING_AUTHORITY_REFUND;
        if (a.address.is_zero())
            state_.set_code(account, {});
        else
            state_.set_code(account, evm::delegation_designator(a.address));
        state_.set_nonce(account, account.nonce + 1);
    }
    return refund;
}

Outcome<void> Executor::transaction(const Transaction& t, const Signers* signers) {
    const IntrinsicGas intrinsic = intrinsic_gas(t, revision_);
    ASHLAR_ASSIGN(const Address sender_address, check(t, intrinsic, signers));
    const Fees fees = this->fees(t);

    evm::Account& sender = state_.account(sender_address);
    const uint256 gas_limit{t.gas_limit};
    state_.set_balance(sender, sender.balance - gas_limit * fees.price - fees.blob);
    state_.set_nonce(sender, sender.nonce + 1);
    const Address recipient = t.to ? *t.to : evm::create_address(sender_address, t.nonce);
    warm(t);
    state_.warm_account(sender);
    state_.prewarm(recipient);
    const int64_t delegation_refund = set_delegations(t, signers);

    state_.tx.origin = sender_address;
    state_.tx.gas_price = fees.price;
    state_.tx.blob_hashes = t.blob_hashes;
    evm::Message m;
    m.create = t.is_creation();
    m.sender = sender_address;
    m.recipient = recipient;
    m.value = t.value;
    m.input = t.data;
    m.gas = t.gas_limit - intrinsic.cost;
    const evm::ExecutionResult result = evm_.execute(m);

    uint64_t used = t.gas_limit - result.gas_left;
    const auto refund = static_cast<uint64_t>(std::max<int64_t>(0, result.refund + delegation_refund));
    used -= std::min(used / MAX_REFUND_QUOTIENT, refund);
    used = std::max(used, intrinsic.floor);  // EIP-7623
    state_.set_balance(sender, sender.balance + (gas_limit - uint256{used}) * fees.price);
    const uint256 tip = uint256{used} * fees.priority;
    if (!tip.is_zero()) {
        evm::Account& coinbase = state_.account(header_.coinbase);
        state_.set_balance(coinbase, coinbase.balance + tip);
    }
    ASHLAR_TRY(state_error());

    gas_used_ += used;
    blob_gas_used_ += t.blob_hashes.size() * GAS_PER_BLOB;
    append_receipt(receipts_, t.type, result.status == evm::Status::success, gas_used_, state_.logs());
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
    for (const Withdrawal& w : withdrawals) {
        if (w.amount == 0) continue;
        evm::Account& account = state_.account(w.address);
        state_.set_balance(account, account.balance + uint256{w.amount} * uint256{WEI_PER_GWEI});
    }
    state_.end_transaction();
    ASHLAR_TRY(state_error());
    if (revision_ >= Revision::prague) {
        ASHLAR_TRY(request_call(WITHDRAWAL_REQUEST, config_.withdrawal_requests_contract));
        ASHLAR_TRY(request_call(CONSOLIDATION_REQUEST, config_.consolidation_requests_contract));
    }
    return state_error();
}

}  // namespace ashlar::ethereum
