// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "libs/ethereum/access_list_view.hpp"
#include "libs/ethereum/ancestors.hpp"
#include "libs/ethereum/block_stack.hpp"
#include "libs/ethereum/code_store.hpp"
#include "libs/ethereum/record_table.hpp"
#include "libs/evm/host.hpp"
#include "libs/mpt/trie.hpp"

namespace ashlar::ethereum {

struct SlotRecord;

/// What an account's field or a slot is after a block access index (EIP-7928). Newest first, no two alike in a row.
struct Change {
    uint32_t index = 0;
    evm::uint256 value;
    Change* before = nullptr;
};

/// What the block access list says of an account.
struct AccessRecord {
    /// As the state has them before the first index that this state sees.
    evm::uint256 balance;
    uint64_t nonce = 0;
    Bytes32 code_hash = evm::EMPTY_CODE_HASH;
    /// Nonces as numbers, codes by hash.
    Change *balances = nullptr, *nonces = nullptr, *codes = nullptr;
};

/// An account with what the state keeps beside what the interpreter sees.
struct AccountRecord : evm::Account {
    uint32_t hash = 0;          ///< of the address, for the table
    uint32_t changes = 0;       ///< how often something of it was set and not undone
    bool wiped = false;         ///< its storage in the trie no longer counts
    bool storage_open = false;  ///< `storage` is set
    Bytes32 key;                ///< keccak256 of the address
    mpt::Short* leaf = nullptr;
    mpt::Slot storage;
    const evm::Code* code = nullptr;
    SlotRecord* slots = nullptr;                      ///< its slots that are in the table
    const AccessListView::Account* listed = nullptr;  ///< what the list that the state follows says of it
    AccessRecord* access = nullptr;                   ///< set when it is accessed, from Amsterdam on
};

struct SlotRecord : evm::StorageSlot {
    uint32_t hash = 0;
    evm::uint256 key;
    evm::uint256 committed;  ///< value in the trie
    Bytes32 trie_key;        ///< keccak256 of the key
    AccountRecord* account = nullptr;
    SlotRecord* next = nullptr;
    Change* changes = nullptr;  ///< from Amsterdam on
};

/// The world state during a run of transactions: accounts and slots read from a partial trie when first asked for,
/// journaled changes, and the trie's update at the end. Serves the interpreter as its Host.
///
/// What the trie or the codes lack is noted in `error`; ask after each transaction.
class State final : public evm::Host {
  public:
    /// @param seed  mixed into the tables' hashes so that nobody can prepare keys that collide: the block's hash.
    State(mpt::Store& store, mpt::Slot& root, CodeStore& codes, Ancestors& ancestors, const Bytes32& seed);
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // evm::Host
    evm::Account& locate(const Address& address) override;
    void load(evm::Account& account) override;
    void touch(evm::Account& account) override;
    const evm::Code& code(evm::Account& account) override;
    evm::StorageSlot& locate_slot(evm::Account& account, const evm::uint256& key) override;
    void load_slot(evm::Account& account, evm::StorageSlot& slot) override;
    bool has_storage(evm::Account& account) override;
    evm::uint256 transient(evm::Account& account, const evm::uint256& key) override;
    Bytes32 block_hash(uint64_t number) override;
    void warm_account(evm::Account& account) override;
    void warm_slot(evm::Account& account, evm::StorageSlot& slot, const evm::uint256& key) override;
    void set_slot(evm::Account& account, evm::StorageSlot& slot, const evm::uint256& key,
                  const evm::uint256& value) override;
    void set_transient(evm::Account& account, const evm::uint256& key, const evm::uint256& value) override;
    void set_balance(evm::Account& account, const evm::uint256& value) override;
    void set_nonce(evm::Account& account, uint64_t value) override;
    void begin_create(evm::Account& account) override;
    void set_code(evm::Account& account, BytesView code) override;
    void self_destruct(evm::Account& account) override;
    void log(evm::Log&& log) override;
    size_t snapshot() override { return journal_.size(); }
    void revert(size_t snapshot) override;

    /// Warms an address or slot without reading it: access lists name what nobody may ever touch.
    void prewarm(const Address& address);
    void prewarm(const Address& address, const evm::uint256& key);
    /// From here on what is loaded is what the list says of it before `index`, and where it says nothing, what the
    /// trie says. The list stays in use.
    void follow(const AccessListView& list, uint64_t index);
    /// Sets everything to its last value in the list.
    Outcome<void> apply(const AccessListView& list);
    /// What follows belongs to this block access index (EIP-7928): 0 before the transactions, i for the i-th from 1 on.
    void begin_index(uint32_t index) { index_ = index; }
    /// What was accessed and changed since this state began, as items of a block access list.
    Bytes access_list() const;
    /// Ends a transaction or system call: deletes what is to be deleted, forgets warmth, transient storage and the
    /// journal.
    void end_transaction();
    /// Logs of the current transaction.
    const std::vector<evm::Log>& logs() const { return logs_; }
    /// Writes all changes to the tries and returns the state root.
    Outcome<Bytes32> commit();
    /// The first thing that was missing, if any.
    const std::optional<Error>& error() const { return error_; }

  private:
    enum class Kind : uint8_t {
        account_warm,
        slot_warm,
        slot_value,
        transient_new,
        transient_value,
        balance,
        nonce,
        created,
        code,
        destroyed,
        log
    };
    /// One change and how to undo it. Old values that take more than a word lie on `old_values_`.
    struct Entry {
        Kind kind;
        AccountRecord* account;
        void* other;  ///< the slot, or the old code
    };
    struct TransientRecord {
        uint32_t hash;
        AccountRecord* account;
        evm::uint256 key, value;
    };

    AccountRecord& record(const Address& address);
    SlotRecord& slot_record(AccountRecord& account, const evm::uint256& key);
    void open_storage(AccountRecord& account);
    uint32_t hash_address(const Address& address) const;
    uint32_t hash_slot(const AccountRecord& account, const evm::uint256& key) const;
    TransientRecord* find_transient(const AccountRecord& account, const evm::uint256& key) const;
    void load_listed(AccountRecord& account);
    void destroy(AccountRecord& account);
    /// Notes what became of the fields of each account that the journal names.
    void record_accounts();
    void record_change(Change*& changes, const evm::uint256& value_before, const evm::uint256& value);
    /// @param slot  null: the account's leaf was looked for.
    void note(mpt::Error error, const AccountRecord& account, const SlotRecord* slot = nullptr);
    Outcome<void> commit_storage(AccountRecord& account);
    template <class T>
    static T& as(evm::Account& a) {
        return static_cast<T&>(a);
    }

    mpt::Store& store_;
    mpt::Slot& root_;
    CodeStore& codes_;
    Ancestors& ancestors_;
    uint32_t seed_[8];
    RecordTable<AccountRecord> account_table_;
    RecordTable<SlotRecord> slot_table_;
    RecordTable<TransientRecord> transient_table_;
    std::vector<AccountRecord*> accounts_;  ///< in order of first use
    /// Records come from here and are never destroyed one by one; they own nothing.
    mpt::Arena records_;
    BlockStack<Entry> journal_;
    BlockStack<evm::uint256> old_values_;
    std::vector<evm::Log> logs_;
    uint32_t index_ = 0;
    const AccessListView* list_ = nullptr;
    uint64_t list_index_ = 0;
    std::optional<Error> error_;
};

}  // namespace ashlar::ethereum
