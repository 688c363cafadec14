// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/state.hpp"

#include "libs/evm/precompiles.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/rlp/decode.hpp"

namespace ashlar::ethereum {

using evm::uint256;

namespace {

Bytes32 bytes32(const uint8_t* p) {
    Bytes32 b;
    std::memcpy(b.data(), p, 32);
    return b;
}

const evm::Code& no_code() {
    static const evm::Code* const empty = new evm::Code;  // never destroyed: the guest has no exit handlers
    return *empty;
}

}  // namespace

State::State(mpt::Store& store, mpt::Slot& root, CodeStore& codes, Ancestors& ancestors, const Bytes32& seed)
    : store_(store), root_(root), codes_(codes), ancestors_(ancestors) {
    for (size_t i = 0; i < 8; i++) seed_[i] = load_le32(seed.data() + 4 * i) | 1;
}

// Multilinear hashing with odd factors of the seed: whoever chooses the keys does not know the seed beforehand.
uint32_t State::hash_address(const Address& address) const {
    uint32_t h = 0;
    for (size_t i = 0; i < 5; i++) h += load_le32(address.data() + 4 * i) * seed_[i];
    return h ^ h >> 15;
}

uint32_t State::hash_slot(const AccountRecord& account, const uint256& key) const {
    constexpr unsigned HALF = 32 % uint256::LIMB_BITS;  // 32 with 64-bit limbs
    uint32_t h = account.hash;
    for (size_t i = 0; i < 8; i++) {
        const auto limb = key.w[i * 32 / uint256::LIMB_BITS];
        h += static_cast<uint32_t>(i & 1 ? limb >> HALF : limb) * seed_[i];
    }
    return h ^ h >> 15;
}

void State::note(mpt::Error e, const AccountRecord& account, const SlotRecord* slot) {
    if (error_) return;
    if (e != mpt::Error::missing_node) {
        error_ = Error{ErrorCode::malformed_node};
        return;
    }
    const mpt::MissingNode& missing = store_.missing();
    error_ = Error{ErrorCode::missing_node, missing.digest};
    StatePlace& place = error_->place.emplace();
    place.account = account.address;
    place.path = missing.path;
    place.depth = missing.depth;
    if (slot) {
        place.in_storage = true;
        place.slot = slot->key.to_bytes32();
    }
}

AccountRecord& State::record(const Address& address) {
    const uint32_t h = hash_address(address);
    AccountRecord* r = account_table_.find(h, [&](const AccountRecord& a) { return a.address == address; });
    if (!r) {
        r = records_.make<AccountRecord>();
        r->address = address;
        r->hash = h;
        r->precompile = static_cast<uint16_t>(evm::precompile_at(revision, address));
        r->warm = r->precompile != 0;
        account_table_.insert(r);
        accounts_.push_back(r);
    }
    return *r;
}

evm::Account& State::locate(const Address& address) { return record(address); }

void State::load(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    a.loaded = true;
    touch(a);
    a.key = hash::keccak256(a.address.view());
    auto leaf = store_.find(root_, a.key.data());
    if (!leaf) return note(leaf.error(), a);
    if (*leaf) {
        auto fields = mpt::decode_account((*leaf)->value);
        if (!fields) return note(fields.error(), a);
        a.leaf = *leaf;
        a.nonce = fields->nonce;
        a.balance = uint256::from_be(fields->balance.data(), fields->balance.size());
        a.code_hash = bytes32(fields->code_hash);
    }
    if (list_) load_listed(a);
    if (a.access) {
        a.access->balance = a.balance;
        a.access->nonce = a.nonce;
        a.access->code_hash = a.code_hash;
    }
}

void State::touch(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (revision >= evm::Revision::amsterdam && !a.access) a.access = records_.make<AccessRecord>();
}

const evm::Code& State::code(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (!a.code) {
        if (!a.has_code()) return no_code();
        a.code = codes_.find(a.code_hash);
        if (!a.code) {
            if (!error_) error_ = Error{ErrorCode::missing_code, a.code_hash};
            a.code = &no_code();
        }
    }
    return *a.code;
}

void State::open_storage(AccountRecord& a) {
    a.storage_open = true;
    a.storage = {mpt::EMPTY_ITEM, nullptr};
    if (!a.leaf || a.wiped) return;
    const auto account = mpt::decode_account(a.leaf->value);  // it was decodable when it was loaded
    if (bytes32(account->storage_root) == mpt::EMPTY_ROOT) return;
    if (!a.leaf->slot.item) a.leaf->slot.item = account->storage_root - 1;  // with the tag of the 32-byte string
    a.storage = a.leaf->slot;
}

SlotRecord& State::slot_record(AccountRecord& a, const uint256& key) {
    const uint32_t h = hash_slot(a, key);
    SlotRecord* s = slot_table_.find(h, [&](const SlotRecord& r) { return r.account == &a && r.key == key; });
    if (!s) {
        s = records_.make<SlotRecord>();
        s->hash = h;
        s->key = key;
        s->account = &a;
        s->next = a.slots;
        a.slots = s;
        slot_table_.insert(s);
    }
    return *s;
}

evm::StorageSlot& State::locate_slot(evm::Account& account, const uint256& key) {
    return slot_record(as<AccountRecord>(account), key);
}

void State::load_slot(evm::Account& account, evm::StorageSlot& slot) {
    auto& a = as<AccountRecord>(account);
    auto& s = static_cast<SlotRecord&>(slot);
    s.loaded = true;
    if (a.listed) {
        if (const auto value = a.listed->slot(s.key, list_index_)) {
            s.original = s.current = s.committed = *value;
            return;
        }
    }
    const Bytes32 key = s.key.to_bytes32();
    s.trie_key = hash::keccak256(key.view());
    if (a.wiped) return;
    if (!a.storage_open) open_storage(a);
    auto leaf = store_.find(a.storage, s.trie_key.data());
    if (!leaf) return note(leaf.error(), a, &s);
    if (!*leaf) return;
    auto value = rlp::Reader((*leaf)->value).integer(32);
    if (!value) return note(mpt::Error::malformed_node, a, &s);
    s.original = s.current = s.committed = uint256::from_be(value->data(), value->size());
}

bool State::has_storage(evm::Account& account) {
    auto& a = as<AccountRecord>(account);
    if (!a.storage_open) open_storage(a);
    if (!a.wiped && !a.storage.empty()) return true;
    for (const SlotRecord* s = a.slots; s; s = s->next)
        if (!s->original.is_zero()) return true;
    return false;
}

Bytes32 State::block_hash(uint64_t number) {
    const auto hash = ancestors_.hash(number);
    if (hash) return *hash;
    if (!error_) {
        Bytes32 which;
        store_be64(which.data() + 24, number);
        error_ = Error{ErrorCode::missing_header, which};
    }
    return {};
}

}  // namespace ashlar::ethereum
