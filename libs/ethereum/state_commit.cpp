// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/state.hpp"
#include "libs/evm/gas.hpp"
#include "libs/mpt/account.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

using evm::uint256;

void State::destroy(AccountRecord& a) {
    if (evm::gas_parameters(revision).burns) a.balance = uint256{};
    a.nonce = 0;
    a.code_hash = evm::EMPTY_CODE_HASH;
    a.code = nullptr;
    a.wiped = true;
    a.storage = {mpt::EMPTY_ITEM, nullptr};
    a.storage_open = true;
    for (SlotRecord* s = a.slots; s; s = s->next) s->original = s->current = s->committed = uint256{};
}

void State::end_transaction() {
    if (revision >= evm::Revision::amsterdam) {
        // Slots of accounts that go are read, not written: what they held is gone with them.
        journal_.for_each([&](const Entry& e) {
            if (e.kind != Kind::slot_value || e.account->destroyed) return;
            auto* s = static_cast<SlotRecord*>(e.other);
            record_change(s->changes, s->committed, s->current);
        });
    }
    bool any_destroyed = false;
    journal_.for_each([&](const Entry& e) {
        switch (e.kind) {
            case Kind::account_warm:
                e.account->warm = false;
                break;
            case Kind::slot_warm:
                static_cast<SlotRecord*>(e.other)->warm = false;
                break;
            case Kind::slot_value: {
                auto* s = static_cast<SlotRecord*>(e.other);
                s->original = s->current;
                break;
            }
            case Kind::created:
                e.account->created = false;
                break;
            case Kind::destroyed:
                any_destroyed = true;
                break;
            default:
                break;
        }
    });
    // Only now: a slot of a deleted account must not come back by an entry above.
    const auto delete_account = [this](const Entry& e) {
        if (e.kind != Kind::destroyed || !e.account->destroyed) return;
        e.account->destroyed = false;
        destroy(*e.account);
    };
    if (any_destroyed) journal_.for_each(delete_account);
    if (revision >= evm::Revision::amsterdam) record_accounts();
    journal_.clear();
    old_values_.clear();
    logs_.clear();
    transient_table_.clear();
}

Outcome<void> State::commit_storage(AccountRecord& a) {
    // Values first, removals after: a branch that keeps two children needs no look at its neighbour.
    for (SlotRecord* s = a.slots; s; s = s->next) {
        if (s->current == s->committed || s->current.is_zero()) continue;
        if (!a.storage_open) open_storage(a);
        uint8_t be[32];
        s->current.store(be);
        uint8_t* out = store_.arena().bytes(33);
        const size_t n = rlp::write_string(out, rlp::trim({be, 32}));
        auto leaf = store_.insert(a.storage, s->trie_key.data(), {out, n});
        if (!leaf) note(leaf.error(), a, s);
    }
    for (SlotRecord* s = a.slots; s; s = s->next) {
        if (s->current == s->committed || !s->current.is_zero()) continue;
        if (!a.storage_open) open_storage(a);
        auto removed = store_.remove(a.storage, s->trie_key.data());
        if (!removed) note(removed.error(), a, s);
    }
    if (error_) return Fail{*error_};
    return {};
}

[[gnu::noinline]] Outcome<Bytes32> State::commit() {
    if (error_) return Fail{*error_};
    std::vector<AccountRecord*> removed;
#ifndef __riscv
    // All storage tries first: their nodes are hashed together.
    std::vector<mpt::Slot*> storages;
    for (AccountRecord* a : accounts_) {
        if (!a->changes || a->empty()) continue;
        ASHLAR_TRY(commit_storage(*a));
        if (a->storage_open) storages.push_back(&a->storage);
    }
    store_.hash_all(storages);
#endif
    for (AccountRecord* a : accounts_) {
        if (!a->changes) continue;
        if (a->empty()) {
            if (a->leaf) removed.push_back(a);
            continue;
        }
#ifdef __riscv
        ASHLAR_TRY(commit_storage(*a));
#endif
        Bytes32 storage_root = mpt::EMPTY_ROOT;
        if (a->storage_open)
            storage_root = store_.hash(a->storage);
        else if (a->leaf && !a->wiped)
            storage_root = Bytes32::from({mpt::decode_account(a->leaf->value)->storage_root, 32});
        uint8_t be[32];
        a->balance.store(be);
        uint8_t* out = store_.arena().bytes(mpt::MAX_ACCOUNT_SIZE);
        const size_t n =
            mpt::encode_account(out, {a->nonce, rlp::trim({be, 32}), storage_root.data(), a->code_hash.data()});
        if (a->leaf && a->leaf->value.size() == n && std::memcmp(a->leaf->value.data(), out, n) == 0) continue;
        auto leaf = store_.insert(root_, a->key.data(), {out, n});
        if (!leaf) {
            note(leaf.error(), *a);
            return Fail{*error_};
        }
        if (a->storage_open) (*leaf)->slot = a->storage;
        a->leaf = *leaf;
    }
    for (AccountRecord* a : removed) {
        auto done = store_.remove(root_, a->key.data());
        if (!done) {
            note(done.error(), *a);
            return Fail{*error_};
        }
    }
    return store_.hash(root_);
}

}  // namespace ashlar::ethereum
