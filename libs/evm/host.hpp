// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/evm/code.hpp"
#include "libs/evm/revision.hpp"
#include "libs/evm/uint256.hpp"

/// What the interpreter needs from the state. The interpreter reads the structures below directly and changes them only
/// through `Host`, which journals each change, so that reading costs no call and undoing is in one place.
namespace ashlar::evm {

/// keccak256 of nothing: the code hash of an account without code.
inline constexpr Bytes32 EMPTY_CODE_HASH{std::array<uint8_t, 32>{
    0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
    0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};

/// Calls system contracts (EIP-4788), and logs transfers (EIP-7708).
inline constexpr Address SYSTEM_ADDRESS = [] {
    Address a;
    for (uint8_t& b : a) b = 0xff;
    a[19] = 0xfe;
    return a;
}();

/// One account as the current transaction sees it. A host derives its own record (storage, trie position) from this.
struct Account {
    Address address;
    uint256 balance;
    uint64_t nonce = 0;
    Bytes32 code_hash = EMPTY_CODE_HASH;
    /// In accessed_addresses (EIP-2929).
    bool warm = false;
    /// Created by this transaction (EIP-6780).
    bool created = false;
    /// Scheduled for deletion at the end of this transaction.
    bool destroyed = false;
    /// While the authorizations of a transaction are applied (EIP-7702 under EIP-8037): one of this account's was
    /// valid; its delegation indicator needs no payment any more.
    bool authorized = false, indicator_paid = false;
    /// Number of the precompiled contract at this address (precompile_at), or 0. Set by whoever makes the record.
    uint16_t precompile = 0;
    /// Balance, nonce and code hash say what the state says; until then only address and marks count.
    bool loaded = false;

    bool has_code() const { return code_hash != EMPTY_CODE_HASH; }
    /// Empty in the sense of EIP-161; accounts that do not exist are empty too.
    bool empty() const { return nonce == 0 && !has_code() && balance.is_zero(); }
};

/// One storage slot.
struct StorageSlot {
    /// The value at the start of the transaction (EIP-2200).
    uint256 original;
    uint256 current;
    /// In accessed_storage_keys (EIP-2929).
    bool warm = false;
    /// Both values are known.
    bool loaded = false;
};

struct Log {
    Address address;
    std::vector<Bytes32> topics;
    Bytes data;
};

/// Values that do not change inside a block.
struct BlockEnv {
    uint64_t chain_id = 1;
    uint64_t number = 0;
    uint64_t timestamp = 0;
    uint64_t gas_limit = 0;
    Address coinbase;
    Bytes32 prev_randao;
    uint256 base_fee;
    /// From EIP-4844 on.
    uint256 blob_base_fee;
    /// From EIP-7843 on.
    uint64_t slot_number = 0;
};

/// Values that do not change inside a transaction.
struct TxEnv {
    Address origin;
    /// The effective price.
    uint256 gas_price;
    std::span<const Bytes32> blob_hashes;
};

/// State access. Accounts and slots keep their address in memory for the whole transaction. No call fails: a host that
/// lacks data (an incomplete witness) notes that, answers with zero and lets the driver ask afterwards.
///
/// Locating is free and says what is warm; loading reads the state. The interpreter loads what it has charged for and
/// needs, so that a witness may lack what an execution could not pay for.
class Host {
  public:
    /// The account with its marks, loaded or not. Never charges, never warms.
    virtual Account& locate(const Address& address) = 0;
    /// Reads the account's fields; one that does not exist is empty.
    virtual void load(Account& account) = 0;
    /// The loaded account.
    Account& account(const Address& address) {
        Account& a = locate(address);
        if (!a.loaded) load(a);
        return a;
    }
    /// The account counts as accessed (EIP-7928), though nothing of it is read here.
    virtual void touch(Account&) {}
    /// The account's code, loaded and checked when first asked for; lives as long as the host.
    virtual const Code& code(Account& account) = 0;
    /// The slot with its mark, loaded or not. Never charges, never warms.
    virtual StorageSlot& locate_slot(Account& account, const uint256& key) = 0;
    /// Reads the slot's values.
    virtual void load_slot(Account& account, StorageSlot& slot) = 0;
    /// The loaded slot.
    StorageSlot& slot(Account& account, const uint256& key) {
        StorageSlot& s = locate_slot(account, key);
        if (!s.loaded) load_slot(account, s);
        return s;
    }
    /// True if the account has any storage at the start of the transaction (EIP-7610).
    virtual bool has_storage(Account& account) = 0;
    virtual uint256 transient(Account& account, const uint256& key) = 0;
    /// Hash of the ancestor block `number`, which is one of the last 256.
    virtual Bytes32 block_hash(uint64_t number) = 0;

    // Changes, all journaled.
    virtual void warm_account(Account& account) = 0;
    virtual void warm_slot(Account& account, StorageSlot& slot, const uint256& key) = 0;
    virtual void set_slot(Account& account, StorageSlot& slot, const uint256& key, const uint256& value) = 0;
    virtual void set_transient(Account& account, const uint256& key, const uint256& value) = 0;
    virtual void set_balance(Account& account, const uint256& value) = 0;
    virtual void set_nonce(Account& account, uint64_t value) = 0;
    /// Starts a contract creation: marks it created; its storage is empty from here on.
    virtual void begin_create(Account& account) = 0;
    /// Deposits code of a creation, or a delegation designator (EIP-7702).
    virtual void set_code(Account& account, BytesView code) = 0;
    /// Schedules the deletion; the balance has been moved already.
    virtual void self_destruct(Account& account) = 0;
    virtual void log(Log&& log) = 0;

    /// A point to go back to. Snapshots nest; reverting to one drops the later ones.
    virtual size_t snapshot() = 0;
    virtual void revert(size_t snapshot) = 0;

    BlockEnv block;
    TxEnv tx;
    Revision revision = LATEST_REVISION;
    /// Set when gas could pay for memory or operands of 2^32 bytes, which no address of the guest reaches. What was
    /// computed since means nothing: ask after each call, and end the run.
    bool beyond_memory = false;

  protected:
    ~Host() = default;
};

}  // namespace ashlar::evm
