// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "libs/base/hex.hpp"
#include "libs/ethereum/executor.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/numbered.hpp"
#include "test/unit/mpt/reference.hpp"

/// A state of a few accounts, and one transaction or the end of a block on it.
namespace ashlar::test {

using namespace ethereum;
using evm::Revision;
using evm::uint256;
namespace ref = mpt::reference;

inline const Address CONTRACT = numbered(1), TARGET = numbered(2);

struct AccountSpec {
    uint64_t nonce = 0;
    uint256 balance;
    Bytes code;
    ref::Map storage;
    bool code_in_witness = true;
};

/// A state of a few accounts, its witness, and one transaction to run on it.
struct World {
    std::map<Address, AccountSpec> accounts;
    ref::Source source;
    CodeStore codes;
    Bytes32 root;
    uint64_t gas_limit = 60'000'000;  ///< of the block
    bool failed_in_transaction = false;
    Progress before;           ///< what the block had come to
    Progress after;            ///< and has, when something was run
    Bytes receipts, accesses;  ///< of what was run

    void build() {
        ref::Map leaves;
        for (const auto& [address, a] : accounts) {
            const Bytes32 storage_root = ref::root(a.storage, &source.nodes);
            const Bytes32 code_hash = hash::keccak256(a.code);
            if (!a.code.empty() && a.code_in_witness) codes.add(code_hash, evm::Code(a.code));
            const Bytes32 balance = a.balance.to_bytes32();
            uint8_t out[mpt::MAX_ACCOUNT_SIZE];
            const size_t n =
                mpt::encode_account(out, {a.nonce, rlp::trim(balance.view()), storage_root.data(), code_hash.data()});
            leaves[hash::keccak256(address.view())] = Bytes(out, out + n);
        }
        root = ref::root(leaves, &source.nodes);
    }
    /// Takes the leaf of an account, or of a slot, out of the witness.
    void forget(const Bytes32& key) {
        for (auto it = source.nodes.begin(); it != source.nodes.end(); ++it) {
            mpt::Arena arena;
            auto node = mpt::decode_node(arena, it->second, 0);
            if (!node || (*node)->kind != mpt::Kind::leaf) continue;
            const mpt::Path& path = mpt::as_short(*node)->path;
            const mpt::Path rest = mpt::Path{key.data(), 0, 64}.drop(64u - path.size);
            if (path.size < 32 || mpt::common_prefix(path, rest) != path.size) continue;
            source.nodes.erase(it);
            return;
        }
        FAIL("no such leaf");
    }
    void forget(const Address& address) { forget(hash::keccak256(address.view())); }

    /// Runs one transaction and commits; empty if it went through, else the error's name.
    std::string run(const Transaction& t, Revision revision = Revision::osaka) {
        return with_executor(revision, [&](Executor& executor) -> Outcome<void> {
            auto done = executor.transaction(t);
            failed_in_transaction = !done;
            return done;
        });
    }
    /// Ends the block and commits, likewise.
    std::string end_block(std::span<const Withdrawal> withdrawals, Revision revision) {
        return with_executor(revision, [&](Executor& executor) { return executor.end_block(withdrawals); });
    }
    template <class Act>
    std::string with_executor(Revision revision, Act act) {
        return with_state([&](State& state) -> Outcome<void> {
            const ChainConfig config = *known_chain("mainnet");
            Header header;
            header.number = 25'000'000;
            header.timestamp = 1'780'000'000;
            header.gas_limit = gas_limit;
            header.fields = Header::PRAGUE_FIELDS;
            Executor executor(config, header, revision, state, before);
            const Outcome<void> done = act(executor);
            after = executor.progress();
            receipts = executor.receipts();
            accesses = state.access_list();
            return done;
        });
    }
    template <class Act>
    std::string with_state(Act act) {
        source.entries.clear();  // a source keeps what its store decoded, so it serves one
        mpt::Store store(&source);
        mpt::Slot slot = store.open(root);
        Ancestors ancestors;
        State state(store, slot, codes, ancestors, Bytes32{});
        const Outcome<void> done = act(state);
        if (!done) return std::string(to_string(done.error().code));
        const auto root_after = state.commit();
        return root_after ? "" : std::string(to_string(root_after.error().code));
    }
};

/// Signed by somebody: any r that is an abscissa and any s are a signature of some account.
inline Transaction transaction(const Address& to, uint64_t gas_limit) {
    Transaction t;
    t.type = TransactionType::dynamic_fee;
    t.to = to;
    t.gas_limit = gas_limit;
    t.r = uint256{1};
    t.s = uint256{7};
    t.signing_hash = hash::keccak256(to.view());
    return t;
}

inline Bytes code(const std::string& hex) { return *from_hex(hex); }
inline std::string push(const Address& a) { return "73" + to_hex(a.view()); }

}  // namespace ashlar::test
