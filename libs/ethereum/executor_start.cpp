// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/executor.hpp"

#include "libs/evm/gas.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;
using evm::uint256;

constexpr int64_t EXISTING_AUTHORITY_REFUND = 12500;  // EIP-7702: 25000 charged, 12500 is its cost
// EIP-8037 and EIP-8038: what a valid authorization costs besides its share of the intrinsic gas.
constexpr uint64_t ACCOUNT_WRITE = 9000, DELEGATION_STATE_BYTES = 23;

}  // namespace

void Executor::warm(const Transaction& t) {
    for (const AccessEntry& e : t.access_list) {
        state_.prewarm(e.address);
        for (const Bytes32& key : e.keys) state_.prewarm(e.address, uint256::from(key));
    }
    if (revision_ >= Revision::shanghai) state_.prewarm(header_.coinbase);  // EIP-3651
}

evm::Account* Executor::authority(const Authorization& a, const std::optional<Address>& signer) {
    if (!a.chain_id.is_zero() && a.chain_id != uint256{config_.chain_id}) return nullptr;
    if (a.nonce == ~uint64_t{0} || !signer) return nullptr;
    evm::Account& account = state_.account(*signer);
    state_.warm_account(account);
    // The nonce first: it needs no code.
    if (account.nonce != a.nonce) return nullptr;
    if (account.has_code() && !state_.code(account).delegate()) return nullptr;
    return &account;
}

namespace {

void delegate(State& state, evm::Account& account, const Address& to) {
    if (to.is_zero())
        state.set_code(account, {});
    else
        state.set_code(account, evm::delegation_designator(to));
    state.set_nonce(account, account.nonce + 1);
}

std::optional<Address> signer_of(const Transaction& t, size_t i, const Signers* signers) {
    return signers ? signers->authorities[i] : recover_authority(t.authorizations[i]);
}

}  // namespace

int64_t Executor::set_delegations(const Transaction& t, const Signers* signers) {
    int64_t refund = 0;
    for (size_t i = 0; i < t.authorizations.size(); i++) {
        const Authorization& a = t.authorizations[i];
        evm::Account* account = authority(a, signer_of(t, i, signers));
        if (!account) continue;
        if (!account->empty()) refund += EXISTING_AUTHORITY_REFUND;
        delegate(state_, *account, a.address);
    }
    return refund;
}

bool Executor::pay_delegations(const Transaction& t, const Address& sender, const Signers* signers,
                               evm::GasMeter& gas) {
    const evm::GasParameters& p = evm::gas_parameters(revision_);
    std::vector<evm::Account*> authorized;
    bool affordable = true;
    for (size_t i = 0; affordable && i < t.authorizations.size(); i++) {
        const Authorization& a = t.authorizations[i];
        evm::Account* account = authority(a, signer_of(t, i, signers));
        if (!account) continue;
        uint64_t write = 0, state = 0;
        if (!account->authorized) {
            authorized.push_back(account);
            account->authorized = true;
            account->indicator_paid = account->has_code();
            // The sender is written anyway, and so is who receives value.
            const bool written = account->address == sender || (t.to == account->address && !t.value.is_zero());
            if (!written) write = ACCOUNT_WRITE;
        }
        if (account->empty()) state += p.state_account;
        if (!a.address.is_zero() && !account->indicator_paid) {
            state += DELEGATION_STATE_BYTES * p.state_code_byte;
            account->indicator_paid = true;
        }
        affordable = gas.charge(write, state);
        if (affordable) delegate(state_, *account, a.address);
    }
    for (evm::Account* account : authorized) account->authorized = account->indicator_paid = false;
    return affordable;
}

bool Executor::pay_start(const Transaction& t, const Address& sender, const Address& recipient, const Signers* signers,
                         evm::GasMeter& gas, uint64_t& new_account) {
    if (!pay_delegations(t, sender, signers, gas)) return false;
    const evm::GasParameters& p = evm::gas_parameters(revision_);
    evm::Account& to = state_.account(recipient);
    if ((t.is_creation() || !t.value.is_zero()) && to.empty()) {
        if (!gas.charge(0, p.state_account)) return false;
        new_account = p.state_account;
    }
    if (t.is_creation() || !to.has_code()) return true;
    const auto& delegate = state_.code(to).delegate();
    if (!delegate) return true;
    evm::Account& target = state_.locate(*delegate);
    if (!gas.charge(target.warm ? p.warm_access : p.cold_account, 0)) return false;
    state_.warm_account(target);
    state_.touch(target);
    return true;
}

}  // namespace ashlar::ethereum
