// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/state.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::ethereum {

using evm::uint256;

void State::warm_account(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (a.warm) return;
    a.warm = true;
    journal_.push({Kind::account_warm, &a, nullptr});
}

void State::warm_slot(evm::Account& account, evm::StorageSlot& slot, const uint256&) {
    if (slot.warm) return;
    slot.warm = true;
    journal_.push({Kind::slot_warm, &as<AccountRecord>(account), &static_cast<SlotRecord&>(slot)});
}

void State::prewarm(const Address& address) { warm_account(record(address)); }

void State::prewarm(const Address& address, const uint256& key) {
    AccountRecord& a = record(address);
    warm_slot(a, slot_record(a, key), key);
}

void State::set_slot(evm::Account& account, evm::StorageSlot& slot, const uint256&, const uint256& value) {
    auto& a = as<AccountRecord>(account);
    journal_.push({Kind::slot_value, &a, &static_cast<SlotRecord&>(slot)});
    old_values_.push(slot.current);
    slot.current = value;
    a.changes++;
}

State::TransientRecord* State::find_transient(const AccountRecord& a, const uint256& key) const {
    return transient_table_.find(hash_slot(a, key),
                                 [&](const TransientRecord& t) { return t.account == &a && t.key == key; });
}

uint256 State::transient(evm::Account& account, const uint256& key) {
    const TransientRecord* t = find_transient(as<AccountRecord>(account), key);
    return t ? t->value : uint256{};
}

void State::set_transient(evm::Account& account, const uint256& key, const uint256& value) {
    auto& a = as<AccountRecord>(account);
    TransientRecord* t = find_transient(a, key);
    if (!t) {
        t = records_.make<TransientRecord>();
        t->hash = hash_slot(a, key);
        t->account = &a;
        t->key = key;
        transient_table_.insert(t);
    }
    // A new key is the cheapest memory that gas buys, and most keys are new: zero needs no room.
    if (t->value.is_zero()) {
        journal_.push({Kind::transient_new, &a, t});
    } else {
        journal_.push({Kind::transient_value, &a, t});
        old_values_.push(t->value);
    }
    t->value = value;
}

void State::set_balance(evm::Account& account, const uint256& value) {
    auto& a = as<AccountRecord>(account);
    journal_.push({Kind::balance, &a, nullptr});
    old_values_.push(a.balance);
    a.balance = value;
    a.changes++;
}

void State::set_nonce(evm::Account& account, uint64_t value) {
    auto& a = as<AccountRecord>(account);
    journal_.push({Kind::nonce, &a, nullptr});
    old_values_.push(uint256{a.nonce});
    a.nonce = value;
    a.changes++;
}

void State::begin_create(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (a.created) return;
    a.created = true;
    journal_.push({Kind::created, &a, nullptr});
}

void State::set_code(evm::Account& account, BytesView code) {
    auto& a = as<AccountRecord>(account);
    journal_.push({Kind::code, &a, const_cast<evm::Code*>(a.code)});
    old_values_.push(uint256::from(a.code_hash));
    a.changes++;
    if (code.empty()) {
        a.code_hash = evm::EMPTY_CODE_HASH;
        a.code = nullptr;
        return;
    }
    a.code_hash = hash::keccak256(code);
    codes_.add(a.code_hash, evm::Code(code));
    a.code = nullptr;  // found again when it is asked for
}

void State::self_destruct(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (a.destroyed) return;
    a.destroyed = true;
    a.changes++;
    journal_.push({Kind::destroyed, &a, nullptr});
}

void State::log(evm::Log&& log) {
    logs_.push_back(std::move(log));
    journal_.push({Kind::log, nullptr, nullptr});
}

void State::revert(size_t snapshot) {
    const auto old = [this] { return old_values_.pop(); };
    while (journal_.size() > snapshot) {
        const Entry e = journal_.pop();
        switch (e.kind) {
            case Kind::account_warm:
                e.account->warm = false;
                break;
            case Kind::slot_warm:
                static_cast<SlotRecord*>(e.other)->warm = false;
                break;
            case Kind::slot_value:
                static_cast<SlotRecord*>(e.other)->current = old();
                e.account->changes--;
                break;
            case Kind::transient_new:
                static_cast<TransientRecord*>(e.other)->value = {};
                break;
            case Kind::transient_value:
                static_cast<TransientRecord*>(e.other)->value = old();
                break;
            case Kind::balance:
                e.account->balance = old();
                e.account->changes--;
                break;
            case Kind::nonce:
                e.account->nonce = old().low64();
                e.account->changes--;
                break;
            case Kind::created:
                e.account->created = false;
                break;
            case Kind::code:
                e.account->code_hash = old().to_bytes32();
                e.account->code = static_cast<const evm::Code*>(e.other);
                e.account->changes--;
                break;
            case Kind::destroyed:
                e.account->destroyed = false;
                e.account->changes--;
                break;
            case Kind::log:
                logs_.pop_back();
                break;
        }
    }
}

}  // namespace ashlar::ethereum
