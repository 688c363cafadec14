// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/subblock.hpp"

#include "libs/ethereum/codec.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/stream.hpp"

namespace ashlar::ethereum {

namespace {

constexpr uint32_t FIRST = 1, LAST = 2, ROOT = 4;
constexpr uint32_t MAX_ANCESTORS = 256;

uint32_t flags_of(bool first, bool last, bool root) {
    return (first ? FIRST : 0) | (last ? LAST : 0) | (root ? ROOT : 0);
}
bool are_flags(uint32_t flags) { return flags <= (FIRST | LAST) || flags == ROOT; }

Error trie_error(mpt::Error e) {
    switch (e) {
        case mpt::Error::wrong_digest:
            return ErrorCode::wrong_digest;
        case mpt::Error::truncated:
            return ErrorCode::input_encoding;
        case mpt::Error::missing_node:
            return ErrorCode::missing_node;
        case mpt::Error::malformed_node:
            break;
    }
    return ErrorCode::malformed_node;
}

}  // namespace

Bytes SubblockClaim::encode() const {
    Encoder e;
    e.u32(VERSION);
    e.raw(block_hash.view());
    e.raw(config_digest.view());
    e.u64(begin);
    e.u64(end);
    e.u32(flags_of(first, last, root));
    e.raw(transactions_digest.view());
    e.raw(receipts_digest.view());
    for (uint64_t v : {gas_before, gas_after, blob_gas_before, blob_gas_after, state_gas_before, state_gas_after,
                       paid_gas_before, paid_gas_after})
        e.u64(v);
    for (const Bytes32* b : {&root_before, &root_after, &withdrawals_digest, &requests_digest, &accesses_digest})
        e.raw(b->view());
    return std::move(e.out);
}

std::optional<SubblockClaim> SubblockClaim::decode(BytesView committed) {
    Decoder d(committed);
    if (d.u32() != VERSION) return std::nullopt;
    SubblockClaim c;
    c.block_hash = d.fixed<32>();
    c.config_digest = d.fixed<32>();
    c.begin = d.u64();
    c.end = d.u64();
    const uint32_t flags = d.u32();
    if (!are_flags(flags)) return std::nullopt;
    c.first = flags & FIRST;
    c.last = flags & LAST;
    c.root = flags & ROOT;
    c.transactions_digest = d.fixed<32>();
    c.receipts_digest = d.fixed<32>();
    for (uint64_t* v : {&c.gas_before, &c.gas_after, &c.blob_gas_before, &c.blob_gas_after, &c.state_gas_before,
                        &c.state_gas_after, &c.paid_gas_before, &c.paid_gas_after})
        *v = d.u64();
    for (Bytes32* b : {&c.root_before, &c.root_after, &c.withdrawals_digest, &c.requests_digest, &c.accesses_digest})
        *b = d.fixed<32>();
    if (!d.finished()) return std::nullopt;
    return c;
}

void SubblockClaim::set_before(const Progress& p) {
    begin = p.transactions;
    gas_before = p.gas;
    state_gas_before = p.state_gas;
    paid_gas_before = p.paid_gas;
    blob_gas_before = p.blob_gas;
}

void SubblockClaim::set_after(const Progress& p) {
    end = p.transactions;
    gas_after = p.gas;
    state_gas_after = p.state_gas;
    paid_gas_after = p.paid_gas;
    blob_gas_after = p.blob_gas;
}

Bytes SubblockEnvironment::encode() const {
    Encoder e;
    e.u32(VERSION);
    e.u64(begin);
    e.u32(flags_of(first, last, root));
    e.u64(gas_before);
    e.u64(blob_gas_before);
    e.u64(state_gas_before);
    e.u64(paid_gas_before);
    e.raw(root_before.view());
    e.bytes(config);
    e.bytes(header);
    e.u32(static_cast<uint32_t>(ancestors.size()));
    for (BytesView a : ancestors) e.bytes(a);
    e.bytes(transactions);
    e.bytes(withdrawals);
    e.bytes(access_list);
    return std::move(e.out);
}

[[gnu::noinline]] std::optional<SubblockEnvironment> SubblockEnvironment::decode(BytesView encoded) {
    Decoder d(encoded);
    if (d.u32() != VERSION) return std::nullopt;
    SubblockEnvironment s;
    s.begin = d.u64();
    const uint32_t flags = d.u32();
    if (!are_flags(flags)) return std::nullopt;
    s.first = flags & FIRST;
    s.last = flags & LAST;
    s.root = flags & ROOT;
    s.gas_before = d.u64();
    s.blob_gas_before = d.u64();
    s.state_gas_before = d.u64();
    s.paid_gas_before = d.u64();
    s.root_before = d.fixed<32>();
    s.config = d.bytes();
    s.header = d.bytes();
    const uint32_t count = d.u32();
    if (count > MAX_ANCESTORS) return std::nullopt;
    for (uint32_t i = 0; i < count; i++) s.ancestors.push_back(d.bytes());
    s.transactions = d.bytes();
    s.withdrawals = d.bytes();
    s.access_list = d.bytes();
    if (!d.finished()) return std::nullopt;
    return s;
}

Bytes encode_codes(const std::vector<const CodeStore::Entry*>& codes) {
    Encoder e;
    e.u32(static_cast<uint32_t>(codes.size()));
    for (const CodeStore::Entry* c : codes) {
        e.u32(static_cast<uint32_t>(c->code.size()));
        e.raw(c->code.bytes());
        e.out.resize((e.out.size() + evm::CODE_PADDING + 3) & ~size_t{3});
    }
    return std::move(e.out);
}

[[gnu::noinline]] Outcome<void> read_codes(BytesView encoded, CodeStore& codes) {
    if (encoded.size() < 4) return Fail{ErrorCode::input_encoding};
    const uint32_t count = load_le32(encoded.data());
    size_t at = 4;
    for (uint32_t i = 0; i < count; i++) {
        if (encoded.size() - at < 4) return Fail{ErrorCode::input_encoding};
        const size_t size = load_le32(encoded.data() + at);
        at += 4;
        if (size > encoded.size() - at) return Fail{ErrorCode::input_encoding};
        const BytesView code = encoded.subspan(at, size);
        const size_t end = (at + size + evm::CODE_PADDING + 3) & ~size_t{3};
        if (end > encoded.size()) return Fail{ErrorCode::input_encoding};
        // What stands behind the code would be run and pushed as if it were zero.
        for (size_t k = at + size; k < end; k++)
            if (encoded[k]) return Fail{ErrorCode::input_encoding};
        codes.add(hash::keccak256(code), evm::Code(evm::Code::Padded{code}));
        at = end;
    }
    if (at != encoded.size()) return Fail{ErrorCode::input_encoding};
    return {};
}

SubblockClaim SubblockClaim::of_root(const Bytes32& block_hash, const Bytes32& config_digest, const Bytes32& before,
                                     const Bytes32& after) {
    SubblockClaim c;
    c.block_hash = block_hash;
    c.config_digest = config_digest;
    c.root = true;
    c.root_before = before;
    c.root_after = after;
    for (Bytes32* b :
         {&c.transactions_digest, &c.receipts_digest, &c.withdrawals_digest, &c.requests_digest, &c.accesses_digest})
        *b = list_digest({});
    return c;
}

namespace {

/// The state root that the list gives.
Outcome<SubblockClaim> run_root(const SubblockEnvironment& env, evm::Revision revision, const Header& header,
                                const AccessListView& list, State& state) {
    state.revision = revision;
    ASHLAR_TRY(state.apply(list));
    ASHLAR_ASSIGN(const Bytes32 root, state.commit());
    return SubblockClaim::of_root(header.hash, hash::keccak256(env.config), env.root_before, root);
}

}  // namespace

Outcome<SubblockClaim> run_subblock(BytesView environment, std::span<uint8_t> state_stream, BytesView code_buffer,
                                    SubblockEffects* effects) {
    const auto env = SubblockEnvironment::decode(environment);
    if (!env) return Fail{ErrorCode::input_encoding};
    const auto config = ChainConfig::decode(env->config);
    if (!config) return Fail{ErrorCode::input_encoding};
    ASHLAR_ASSIGN(const Header header, decode_header(env->header));
    const auto revision = config->revision(header.number, header.timestamp);
    if (!revision) return Fail{ErrorCode::fork_not_supported};
    // The executor subtracts these; a claim beyond the limits could never be part of a block.
    if (env->gas_before > header.gas_limit || env->state_gas_before > header.gas_limit)
        return Fail{ErrorCode::subblock_gas};
    if (!env->last && !env->withdrawals.empty()) return Fail{ErrorCode::input_encoding};
    const bool listed = *revision >= evm::Revision::amsterdam;
    if (!listed && (env->root || !env->access_list.empty())) return Fail{ErrorCode::input_encoding};
    if (listed && list_digest(env->access_list) != header.access_list_hash) return Fail{ErrorCode::access_list_hash};
    ASHLAR_ASSIGN(const AccessListView list, AccessListView::decode(env->access_list));

    ASHLAR_ASSIGN(Ancestors ancestors, Ancestors::make(header, env->ancestors));
    CodeStore codes;
    ASHLAR_TRY(read_codes(code_buffer, codes));
    mpt::Store store;
    auto root = mpt::read_stream(store, env->root_before, state_stream);
    if (!root) return Fail{trie_error(root.error())};
    State state(store, *root, codes, ancestors, header.hash);
    if (env->root) return run_root(*env, *revision, header, list, state);
    if (listed) state.follow(list, env->first ? 0 : env->begin + 1);
    const Progress before{env->begin, env->gas_before, env->state_gas_before, env->paid_gas_before,
                          env->blob_gas_before};
    Executor executor(*config, header, *revision, state, before);

    SubblockClaim claim;
    claim.block_hash = header.hash;
    claim.config_digest = hash::keccak256(env->config);
    claim.set_before(before);
    claim.first = env->first;
    claim.last = env->last;
    claim.root_before = env->root_before;
    claim.transactions_digest = list_digest(env->transactions);
    claim.withdrawals_digest = list_digest(env->withdrawals);

    if (env->first) ASHLAR_TRY(executor.begin_block());
    ASHLAR_ASSIGN(const std::vector<BytesView> items, split_items(env->transactions));
    for (size_t i = 0; i < items.size(); i++) {
        const auto failed = [&](Error e) {
            e.transaction = static_cast<uint32_t>(env->begin + i);
            return Fail{e};
        };
        auto transaction = decode_transaction(items[i], *revision);
        if (!transaction) return failed(transaction.error());
        auto done = executor.transaction(*transaction);
        if (!done) return failed(done.error());
    }
    if (env->last) {
        ASHLAR_ASSIGN(const std::vector<Withdrawal> withdrawals, decode_withdrawals(env->withdrawals));
        ASHLAR_TRY(executor.end_block(withdrawals));
    }
    if (!listed) {
        ASHLAR_ASSIGN(claim.root_after, state.commit());
    }
    claim.set_after(executor.progress());
    claim.receipts_digest = list_digest(executor.receipts());
    claim.requests_digest = list_digest(executor.requests());
    Bytes accesses = state.access_list();
    claim.accesses_digest = list_digest(accesses);
    if (effects) *effects = {executor.receipts(), executor.requests(), std::move(accesses)};
    return claim;
}

}  // namespace ashlar::ethereum
