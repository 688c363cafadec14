// SPDX-License-Identifier: Apache-2.0
#include "test/support/block_maker.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/executor.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/ordered_root.hpp"
#include "libs/rlp/encode.hpp"
#include "test/conformance/ethereum/world.hpp"

namespace ashlar::test {
namespace {

namespace json = boost::json;
using ethereum::Header;

constexpr uint64_t MIN_GAS_LIMIT = 60'000'000, BASE_FEE = 1'000'000'000, PARENT_NUMBER = 1000, PARENT_TIME = 1'000'000;
constexpr uint64_t SECONDS_A_BLOCK = 12, GAS_PRICE = 10'000'000'000;

std::string hex(BytesView b) { return "0x" + to_hex(b); }

Header empty_header(uint64_t gas_limit) {
    Header h;
    h.ommers_hash = hash::keccak256(Bytes{0xc0});
    h.transactions_root = h.receipts_root = h.withdrawals_root = mpt::EMPTY_ROOT;
    h.requests_hash = *ethereum::requests_hash({}, {});
    h.gas_limit = gas_limit;
    h.base_fee = BASE_FEE;
    h.coinbase = numbered_address(0xc0ffee);
    return h;
}

/// The signed transaction and its sender. @param salt  makes the signature, hence the sender, another one.
HostResult<std::pair<Bytes, Address>> sign(const TransactionSpec& t, uint64_t salt) {
    for (uint64_t s = 1 + 1000 * salt; s < 1000 * (salt + 1); s++) {
        // The generator's abscissa is one of a point: any s then recovers to some key.
        const Bytes r = *from_hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        rlp::Writer w;
        const size_t at = w.begin_list();
        w.u64(0);
        w.u64(GAS_PRICE);
        w.u64(t.gas_limit);
        w.string(t.to.view());
        w.u64(0);
        w.string(t.data);
        w.u64(27);
        w.string(r);
        w.u64(s);
        w.end_list(at);
        const auto decoded = ethereum::decode_transaction(w.out, evm::Revision::prague);
        if (!decoded) continue;
        if (const auto sender = ethereum::recover_sender(*decoded)) return std::pair{std::move(w.out), *sender};
    }
    return fail("bad_signature", "no signature recovers to a key");
}

Fail<Error> refused(const ethereum::Error& e) {
    return fail(std::string(ethereum::to_string(e.code)), "the block is not valid");
}

}  // namespace

Bytes encode_header(const Header& h, evm::Revision revision) {
    rlp::Writer w;
    const size_t at = w.begin_list();
    for (BytesView field : {h.parent_hash.view(), h.ommers_hash.view(), h.coinbase.view(), h.state_root.view(),
                            h.transactions_root.view(), h.receipts_root.view(), h.logs_bloom.view()})
        w.string(field);
    for (uint64_t field : {uint64_t{0}, h.number, h.gas_limit, h.gas_used, h.timestamp}) w.u64(field);
    w.string(h.extra_data);
    w.string(h.prev_randao.view());
    w.string(h.nonce.view());
    w.u64(h.base_fee);
    w.string(h.withdrawals_root.view());
    if (revision >= evm::Revision::cancun) {
        w.u64(h.blob_gas_used);
        w.u64(h.excess_blob_gas);
        w.string(h.parent_beacon_root.view());
    }
    if (revision >= evm::Revision::prague) w.string(h.requests_hash.view());
    if (revision >= evm::Revision::amsterdam) {
        w.string(h.access_list_hash.view());
        w.u64(h.slot_number);
    }
    w.end_list(at);
    return std::move(w.out);
}

Address numbered_address(uint64_t number) {
    Address a;
    store_be64(a.data() + 12, number);
    return a;
}

HostResult<MadeBlock> make_block(evm::Revision revision, std::vector<AccountSpec> accounts,
                                 const std::vector<TransactionSpec>& transactions,
                                 const std::function<void(ethereum::Header&)>& adjust,
                                 const std::function<void(ethereum::Header&)>& adjust_parent) {
    MadeBlock block;
    block.config = ethereum::base_config(1);
    ethereum::ChainConfig& c = block.config;
    c.shanghai_time = 0;
    if (revision >= evm::Revision::cancun) c.cancun_time = 0;
    if (revision >= evm::Revision::prague) c.prague_time = 0;
    if (revision >= evm::Revision::osaka) c.osaka_time = 0;
    if (revision >= evm::Revision::amsterdam) c.amsterdam_time = 0;

    rlp::Writer items;
    std::vector<Bytes> envelopes;
    uint64_t gas = 0;
    for (const TransactionSpec& t : transactions) {
        gas += t.gas_limit;
        ASHLAR_ASSIGN(auto signed_transaction, sign(t, envelopes.size()));
        items.raw(signed_transaction.first);
        envelopes.push_back(std::move(signed_transaction.first));
        accounts.push_back({.address = signed_transaction.second, .rich = true});
    }
    // From Prague on these must have code; ours asks for nothing.
    if (revision >= evm::Revision::prague)
        for (const Address& a : {c.withdrawal_requests_contract, c.consolidation_requests_contract})
            accounts.push_back({.address = a, .nonce = 1, .code = {0x00}});
    if (revision >= evm::Revision::amsterdam)
        for (const Address& a : {c.builder_deposits_contract, c.builder_exits_contract})
            accounts.push_back({.address = a, .nonce = 1, .code = {0x00}});
    json::object state;
    for (const AccountSpec& a : accounts) {
        json::object storage;
        for (const auto& [key, value] : a.storage) {
            uint8_t k[8], v[8];
            store_be64(k, key);
            store_be64(v, value);
            storage[hex(k)] = hex(v);
        }
        uint8_t nonce[8];
        store_be64(nonce, a.nonce);
        state[hex(a.address.view())] = json::object{{"nonce", hex(nonce)},
                                                    {"balance", a.rich ? "0x0100000000000000000000" : "0x01"},
                                                    {"code", hex(a.code)},
                                                    {"storage", std::move(storage)}};
    }
    auto world = conformance::make_world(state);
    if (!world) return fail("bad_state", "the accounts are not a state");
    block.witness = std::move(world->witness);

    const uint64_t gas_limit = std::max(MIN_GAS_LIMIT, gas);
    Header parent = empty_header(gas_limit);
    parent.number = PARENT_NUMBER;
    parent.timestamp = PARENT_TIME;
    parent.state_root = world->root;
    parent.gas_used = gas_limit / 2;  // so that the base fee stays
    if (adjust_parent) adjust_parent(parent);
    const Bytes parent_rlp = encode_header(parent, revision);
    block.witness.add_header(parent_rlp);

    Header h = empty_header(gas_limit);
    h.parent_hash = hash::keccak256(parent_rlp);
    h.number = PARENT_NUMBER + 1;
    h.timestamp = PARENT_TIME + SECONDS_A_BLOCK;
    h.transactions_root = mpt::ordered_root(std::vector<BytesView>(envelopes.begin(), envelopes.end()));
    {
        // Executed once to learn what the header must say.
        ethereum::WitnessSource source(block.witness);
        mpt::Store store(&source);
        ethereum::CodeStore codes;
        block.witness.fill(codes);
        mpt::Slot root = store.open(world->root);
        auto ancestors = ethereum::Ancestors::make(h, std::vector<BytesView>{parent_rlp});
        if (!ancestors) return refused(ancestors.error());
        ethereum::State run(store, root, codes, *ancestors, h.parent_hash);
        ethereum::Executor executor(c, h, revision, run, {});
        if (auto done = executor.begin_block(); !done) return refused(done.error());
        for (const Bytes& e : envelopes) {
            auto t = ethereum::decode_transaction(e, revision);
            if (!t) return refused(t.error());
            if (auto done = executor.transaction(*t); !done) return refused(done.error());
        }
        if (auto done = executor.end_block({}); !done) return refused(done.error());
        auto after = run.commit();
        if (!after) return refused(after.error());
        h.state_root = *after;
        h.gas_used = executor.progress().header_gas();
        h.access_list_hash = ethereum::list_digest(run.access_list());
        const auto receipts = ethereum::decode_receipts(executor.receipts());
        if (!receipts) return refused(receipts.error());
        const auto summary = ethereum::summarize_receipts(*receipts);
        h.receipts_root = summary.root;
        h.logs_bloom = summary.bloom;
    }
    if (adjust) adjust(h);
    rlp::Writer w;
    const size_t at = w.begin_list();
    w.raw(encode_header(h, revision));
    const size_t list = w.begin_list();
    w.raw(items.out);
    w.end_list(list);
    w.raw(Bytes{0xc0});  // ommers
    w.raw(Bytes{0xc0});  // withdrawals
    w.end_list(at);
    block.rlp = std::move(w.out);
    return block;
}

}  // namespace ashlar::test
