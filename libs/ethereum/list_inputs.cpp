// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/prepared_block.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/stream.hpp"

namespace ashlar::ethereum {

Outcome<std::vector<SubblockInput>> inputs_from_list(const ChainConfig& config, const Prepared& p,
                                                     const Witness& witness, BytesView list,
                                                     const std::vector<size_t>& cuts, Bytes* receipts,
                                                     Bytes* requests) {
    const Header& header = p.block.header;
    const Bytes encoded_config = config.encode();
    ASHLAR_ASSIGN(const AccessListView view, AccessListView::decode(list));
    WitnessSource source(witness);
    mpt::Store store(&source);
    std::vector<SubblockInput> inputs;
    Progress progress;
    for (size_t i = 0; i + 1 < cuts.size(); i++) {
        store.next_epoch();
        mpt::Slot root = store.open(p.parent.state_root);
        CodeStore codes;
        witness.fill(codes);
        const size_t witness_codes = codes.size();
        ASHLAR_ASSIGN(Ancestors ancestors, Ancestors::make(header, p.ancestors));
        State state(store, root, codes, ancestors, header.hash);
        const Progress before = progress;
        const bool first = i == 0, last = i + 2 == cuts.size();
        state.follow(view, first ? 0 : before.transactions + 1);
        Executor executor(config, header, p.revision, state, before);
        if (first) ASHLAR_TRY(executor.begin_block());
        for (size_t t = cuts[i]; t < cuts[i + 1]; t++) {
            auto done = executor.transaction(p.transactions[t], &p.signers[t]);
            if (!done) {
                Error e = done.error();
                e.transaction = static_cast<uint32_t>(t);
                return Fail{e};
            }
        }
        if (last) ASHLAR_TRY(executor.end_block(p.withdrawals));
        progress = executor.progress();
        if (receipts) receipts->insert(receipts->end(), executor.receipts().begin(), executor.receipts().end());
        if (requests) *requests = executor.requests();
        SubblockInput input;
        input.accesses = state.access_list();
        input.claim = claim_of(p, encoded_config, executor, before, input.accesses);
        input.claim.root_before = p.parent.state_root;
        input.environment = environment_of(p, input.claim, encoded_config, ancestors.depth_used(), list);
        mpt::write_stream(store, root, input.state);
        // What the block itself deployed stands in the list.
        input.codes = encode_codes(codes.used(witness_codes));
        inputs.push_back(std::move(input));
    }

    store.next_epoch();
    mpt::Slot root = store.open(p.parent.state_root);
    const mpt::Slot before = root;
    CodeStore codes;
    Ancestors ancestors;
    State state(store, root, codes, ancestors, header.hash);
    state.revision = p.revision;
    ASHLAR_TRY(state.apply(view));
    ASHLAR_ASSIGN(const Bytes32 after, state.commit());
    SubblockInput input;
    input.claim = SubblockClaim::of_root(header.hash, hash::keccak256(encoded_config), p.parent.state_root, after);
    input.environment = environment_of(p, input.claim, encoded_config, 0, list);
    mpt::write_stream(store, before, input.state);
    input.codes = encode_codes({});
    inputs.push_back(std::move(input));
    return inputs;
}

}  // namespace ashlar::ethereum
