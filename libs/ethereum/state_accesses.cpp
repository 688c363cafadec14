// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libs/ethereum/state.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/encode.hpp"

// Block access lists (EIP-7928): a state as a list tells it, and what a state saw and changed as an item of a list.
namespace ashlar::ethereum {

using evm::uint256;

namespace {

/// From the oldest to the newest.
template <class Visit>
void each_change(const Change* newest, Visit visit) {
    std::vector<const Change*> changes;
    for (const Change* c = newest; c; c = c->before) changes.push_back(c);
    for (size_t i = changes.size(); i-- > 0;) visit(*changes[i]);
}

void write_integer(rlp::Writer& w, const uint256& v) { w.integer(v.to_bytes32().view()); }

void write_changes(rlp::Writer& w, const Change* newest) {
    const size_t list = w.begin_list();
    each_change(newest, [&](const Change& c) {
        const size_t change = w.begin_list();
        w.u64(c.index);
        write_integer(w, c.value);
        w.end_list(change);
    });
    w.end_list(list);
}

}  // namespace

void State::follow(const AccessListView& list, uint64_t index) {
    list_ = &list;
    list_index_ = index;
}

void State::load_listed(AccountRecord& a) {
    a.listed = list_->find(a.address);
    if (!a.listed) return;
    if (const auto balance = a.listed->balance(list_index_)) a.balance = *balance;
    if (const auto nonce = a.listed->nonce(list_index_)) a.nonce = nonce->low64();
    if (const auto code = a.listed->code(list_index_)) {
        a.code_hash = code->empty() ? evm::EMPTY_CODE_HASH : hash::keccak256(*code);
        if (!code->empty()) codes_.add(a.code_hash, evm::Code(*code));
    }
}

Outcome<void> State::apply(const AccessListView& list) {
    for (const AccessListView::Account& entry : list.accounts()) {
        const auto balance = entry.balance(AccessListView::NEVER), nonce = entry.nonce(AccessListView::NEVER);
        const auto code = entry.code(AccessListView::NEVER);
        evm::Account* account = nullptr;
        // Who is only looked at need not be known here.
        const auto changed = [&]() -> evm::Account& {
            if (!account) account = &this->account(Address::from(entry.address()));
            return *account;
        };
        if (balance) set_balance(changed(), *balance);
        if (nonce) set_nonce(changed(), nonce->low64());
        if (code) set_code(changed(), *code);
        entry.each_last_slot([&](const uint256& key, const uint256& value) {
            evm::StorageSlot& s = slot(changed(), key);
            if (s.current != value) set_slot(*account, s, key, value);
        });
        if (error_) return Fail{*error_};
    }
    return {};
}

void State::record_change(Change*& changes, const uint256& value_before, const uint256& value) {
    // Several system calls share an index: the last one counts.
    Change* same = changes && changes->index == index_ ? changes : nullptr;
    Change* const older = same ? same->before : changes;
    if (value == (older ? older->value : value_before)) {
        changes = older;
        return;
    }
    if (!same) {
        same = records_.make<Change>();
        same->index = index_;
        same->before = older;
        changes = same;
    }
    same->value = value;
}

void State::record_accounts() {
    journal_.for_each([&](const Entry& e) {
        if (e.kind != Kind::balance && e.kind != Kind::nonce && e.kind != Kind::code && e.kind != Kind::destroyed)
            return;
        const AccountRecord& a = *e.account;
        AccessRecord& r = *a.access;  // who is changed was loaded
        record_change(r.balances, r.balance, a.balance);
        record_change(r.nonces, uint256{r.nonce}, uint256{a.nonce});
        record_change(r.codes, uint256::from(r.code_hash), uint256::from(a.code_hash));
    });
}

Bytes State::access_list() const {
    if (revision < evm::Revision::amsterdam) return {};
    std::vector<const AccountRecord*> accounts;
    for (const AccountRecord* a : accounts_)
        if (a->access) accounts.push_back(a);
    std::sort(accounts.begin(), accounts.end(), [](const AccountRecord* a, const AccountRecord* b) {
        return std::memcmp(a->address.data(), b->address.data(), Address::SIZE) < 0;
    });
    rlp::Writer w;
    std::vector<const SlotRecord*> slots;
    for (const AccountRecord* a : accounts) {
        slots.clear();
        for (const SlotRecord* s = a->slots; s; s = s->next)
            if (s->loaded) slots.push_back(s);
        std::sort(slots.begin(), slots.end(), [](auto* s, auto* t) { return s->key < t->key; });

        const size_t account = w.begin_list();
        w.string(a->address.view());
        size_t list = w.begin_list();
        for (const SlotRecord* s : slots) {
            if (!s->changes) continue;
            const size_t slot = w.begin_list();
            write_integer(w, s->key);
            write_changes(w, s->changes);
            w.end_list(slot);
        }
        w.end_list(list);
        list = w.begin_list();
        for (const SlotRecord* s : slots)
            if (!s->changes) write_integer(w, s->key);
        w.end_list(list);
        write_changes(w, a->access->balances);
        write_changes(w, a->access->nonces);
        list = w.begin_list();
        each_change(a->access->codes, [&](const Change& c) {
            const size_t change = w.begin_list();
            w.u64(c.index);
            const Bytes32 hash = c.value.to_bytes32();
            w.string(hash == evm::EMPTY_CODE_HASH ? BytesView{} : codes_.peek(hash)->bytes());
            w.end_list(change);
        });
        w.end_list(list);
        w.end_list(account);
    }
    return std::move(w.out);
}

}  // namespace ashlar::ethereum
