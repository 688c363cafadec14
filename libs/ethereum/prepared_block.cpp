// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/prepared_block.hpp"

#include "libs/ethereum/signers.hpp"
#include "libs/hash/keccak256.hpp"

namespace ashlar::ethereum {

Outcome<Prepared> prepare(const ChainConfig& config, BytesView block_rlp, const Witness& witness) {
    Prepared p;
    StageClock clock;
    ASHLAR_ASSIGN(p.block, decode_block(block_rlp));
    const Header& header = p.block.header;
    p.ancestors = witness.ancestors(header.parent_hash);
    if (header.parent_hash.is_zero()) return Fail{ErrorCode::unknown_parent_zero};
    if (p.ancestors.empty()) return Fail{Error{ErrorCode::missing_header, header.parent_hash}};
    ASHLAR_ASSIGN(p.parent, decode_header(p.ancestors[0]));
    ASHLAR_TRY(validate_header(config, header, p.parent));
    p.revision = *config.revision(header.number, header.timestamp);
    ASHLAR_TRY(validate_body(config, p.block));
    for (size_t i = 0; i < p.block.items.size(); i++) {
        auto t = decode_transaction(p.block.items[i], p.revision);
        if (!t) {
            Error e = t.error();
            e.transaction = static_cast<uint32_t>(i);
            p.undecodable = e;
            break;
        }
        p.transactions.push_back(std::move(*t));
    }
    if (p.block.withdrawals) {
        ASHLAR_ASSIGN(p.withdrawals, decode_withdrawals(*p.block.withdrawals));
    }
    witness.index();
    p.times.decode = clock.lap();
    p.signers = recover_signers(p.transactions);
    p.times.keys = clock.lap();
    return p;
}

SubblockClaim claim_of(const Prepared& p, BytesView config, const Executor& executor, const Progress& before,
                       const Bytes& accesses) {
    SubblockClaim c;
    c.block_hash = p.block.header.hash;
    c.config_digest = hash::keccak256(config);
    c.set_before(before);
    c.set_after(executor.progress());
    c.first = c.begin == 0;
    c.last = c.end == p.block.items.size();
    c.transactions_digest = list_digest(p.transactions_between(c.begin, c.end));
    c.receipts_digest = list_digest(executor.receipts());
    c.withdrawals_digest = list_digest(c.last && p.block.withdrawals ? *p.block.withdrawals : BytesView{});
    c.requests_digest = list_digest(executor.requests());
    c.accesses_digest = list_digest(accesses);
    return c;
}

Bytes environment_of(const Prepared& p, const SubblockClaim& claim, BytesView config, size_t ancestors,
                     BytesView access_list) {
    SubblockEnvironment env;
    env.begin = claim.begin;
    env.first = claim.first;
    env.last = claim.last;
    env.root = claim.root;
    env.gas_before = claim.gas_before;
    env.blob_gas_before = claim.blob_gas_before;
    env.state_gas_before = claim.state_gas_before;
    env.paid_gas_before = claim.paid_gas_before;
    env.root_before = claim.root_before;
    env.config = config;
    env.header = p.block.header_rlp;
    env.ancestors.assign(p.ancestors.begin(), p.ancestors.begin() + static_cast<ptrdiff_t>(ancestors));
    env.transactions = p.transactions_between(claim.begin, claim.end);
    if (claim.last && p.block.withdrawals) env.withdrawals = *p.block.withdrawals;
    env.access_list = access_list;
    return env.encode();
}

}  // namespace ashlar::ethereum
