// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "libs/evm/evm.hpp"
#include "libs/evm/precompiles.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::evm {

/// A state in memory, for tests: the plainest journal there is, a list of functions that undo.
class MemoryHost final : public Host {
  public:
    struct Entry : Account {
        Bytes code_bytes;
        std::unique_ptr<Code> parsed;
        std::map<Bytes32, StorageSlot> storage;
        std::map<Bytes32, uint256> transients;
    };
    std::map<Address, Entry> accounts;
    std::vector<Log> logs;
    std::vector<Address> destroyed;
    std::vector<std::unique_ptr<Code>> old_codes;
    /// What was read: accounts when first loaded, codes each time.
    std::vector<Address> loaded_accounts, loaded_codes;
    size_t loaded_slots = 0;
    /// What BLOCKHASH is told; zero for every other number.
    std::map<uint64_t, Bytes32> block_hashes;

    Entry& entry(const Address& a) {
        auto [it, inserted] = accounts.try_emplace(a);
        if (inserted) it->second.address = a;
        return it->second;
    }
    void put_code(const Address& a, BytesView bytes) {
        Entry& e = entry(a);
        e.code_bytes.assign(bytes.begin(), bytes.end());
        e.code_hash = hash::keccak256(bytes);
        e.parsed.reset();
    }

    Account& locate(const Address& a) override {
        Entry& e = entry(a);
        e.precompile = static_cast<uint16_t>(precompile_at(revision, a));
        return e;
    }
    void load(Account& a) override {
        a.loaded = true;
        loaded_accounts.push_back(a.address);
    }
    const Code& code(Account& a) override {
        auto& e = static_cast<Entry&>(a);
        loaded_codes.push_back(a.address);
        if (!e.parsed) e.parsed = std::make_unique<Code>(e.code_bytes);
        return *e.parsed;
    }
    StorageSlot& locate_slot(Account& a, const uint256& key) override {
        return static_cast<Entry&>(a).storage[key.to_bytes32()];
    }
    void load_slot(Account&, StorageSlot& slot) override {
        slot.loaded = true;
        loaded_slots++;
    }
    bool has_storage(Account& a) override {
        for (const auto& [key, slot] : static_cast<Entry&>(a).storage)
            if (!slot.original.is_zero()) return true;
        return false;
    }
    uint256 transient(Account& a, const uint256& key) override {
        return static_cast<Entry&>(a).transients[key.to_bytes32()];
    }
    Bytes32 block_hash(uint64_t number) override { return block_hashes[number]; }

    void warm_account(Account& a) override { change(a.warm, true); }
    void warm_slot(Account&, StorageSlot& slot, const uint256&) override { change(slot.warm, true); }
    void set_slot(Account&, StorageSlot& slot, const uint256&, const uint256& value) override {
        change(slot.current, value);
    }
    void set_transient(Account& a, const uint256& key, const uint256& value) override {
        change(static_cast<Entry&>(a).transients[key.to_bytes32()], value);
    }
    void set_balance(Account& a, const uint256& value) override { change(a.balance, value); }
    void set_nonce(Account& a, uint64_t value) override { change(a.nonce, value); }
    void begin_create(Account& a) override { change(a.created, true); }
    void set_code(Account& a, BytesView code) override {
        auto& e = static_cast<Entry&>(a);
        change(e.code_hash, hash::keccak256(code));
        change(e.code_bytes, Bytes(code.begin(), code.end()));
        if (e.parsed) old_codes.push_back(std::move(e.parsed));
    }
    void self_destruct(Account& a) override {
        if (a.destroyed) return;
        change(a.destroyed, true);
        destroyed.push_back(a.address);
        undo_.push_back([this] { destroyed.pop_back(); });
    }
    void log(Log&& l) override {
        logs.push_back(std::move(l));
        undo_.push_back([this] { logs.pop_back(); });
    }
    size_t snapshot() override { return undo_.size(); }
    void revert(size_t snapshot) override {
        while (undo_.size() > snapshot) {
            undo_.back()();
            undo_.pop_back();
        }
    }

  private:
    template <class T>
    void change(T& target, const T& value) {
        undo_.push_back([&target, old = target] { target = old; });
        target = value;
    }
    std::vector<std::function<void()>> undo_;
};

}  // namespace ashlar::evm
