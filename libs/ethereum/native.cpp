// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/native.hpp"

#include <algorithm>

#include "libs/ethereum/prepared_block.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/stream.hpp"
#include "libs/mpt/walk.hpp"

namespace ashlar::ethereum {

namespace {

/// One pass over the block with one store; ranges may end anywhere between transactions.
class Pass {
  public:
    Pass(const ChainConfig& config, const Prepared& p, const Witness& witness)
        : config_(config), p_(p), source_(witness), store_(&source_) {
        witness.fill(codes_);
        witness_codes_ = codes_.size();
        root_ = store_.open(p.parent.state_root);
    }

    /// Where the pass stands between two ranges. Nodes of the trie before are never changed, so it can go back.
    struct Position {
        mpt::Slot root;
        Bytes32 state_root;
        Progress progress;
        size_t receipts_size = 0, fragments = 0;
    };
    Position position(const BlockResult& result) const {
        return {root_, store_root_, progress_, result.receipts.size(), fragments_.size()};
    }
    void go_back(const Position& to, BlockResult& result) {
        root_ = to.root;
        store_root_ = to.state_root;
        progress_ = to.progress;
        result.transaction_gas.resize(static_cast<size_t>(to.progress.transactions));
        result.receipts.resize(to.receipts_size);
        fragments_.resize(to.fragments);
    }

    /// Runs [begin, end) and appends to `result`. With `input`, writes what the guest needs for it. After an error the
    /// pass can only go back.
    Outcome<void> run(size_t begin, size_t end, BlockResult& result, SubblockInput* input) {
        const Header& header = p_.block.header;
        const bool first = begin == 0, last = end == p_.transactions.size();
        StageClock clock;
        store_.next_epoch();
        codes_.forget_uses();
        ASHLAR_ASSIGN(Ancestors ancestors, Ancestors::make(header, p_.ancestors));
        const mpt::Slot before = root_;
        State state(store_, root_, codes_, ancestors, header.hash);
        const Progress before_range = progress_;
        Executor executor(config_, header, p_.revision, state, before_range);
        if (first) ASHLAR_TRY(executor.begin_block());
        for (size_t i = begin; i < end; i++) {
            const uint64_t gas_at = executor.progress().gas;
            auto done = executor.transaction(p_.transactions[i], &p_.signers[i]);
            if (!done) {
                Error e = done.error();
                e.transaction = static_cast<uint32_t>(i);
                return Fail{e};
            }
            result.transaction_gas.push_back(executor.progress().gas - gas_at);
        }
        if (last && p_.undecodable) return Fail{*p_.undecodable};
        if (last) ASHLAR_TRY(executor.end_block(p_.withdrawals));
        const Bytes32 root_before = store_root_;
        result.times.execute += clock.lap();
        ASHLAR_ASSIGN(store_root_, state.commit());
        result.times.commit += clock.lap();
        progress_ = executor.progress();
        fragments_.push_back(state.access_list());
        result.receipts.insert(result.receipts.end(), executor.receipts().begin(), executor.receipts().end());
        result.requests = executor.requests();
        if (!input) return {};

        const Bytes config = config_.encode();
        SubblockClaim& c = input->claim;
        c = claim_of(p_, config, executor, before_range, fragments_.back());
        c.root_before = root_before;
        c.root_after = store_root_;
        input->environment = environment_of(p_, c, config, ancestors.depth_used());
        mpt::write_stream(store_, before, input->state);
        input->codes = encode_codes(codes_.used());
        input->accesses = fragments_.back();
        return {};
    }

    /// What was computed against what the header says; fills the rest of `result`.
    Outcome<void> check(BlockResult& result) {
        const Header& h = p_.block.header;
        result.header = h;
        result.revision = p_.revision;
        result.gas_used = progress_.header_gas();
        result.progress = progress_;
        result.state_root = store_root_;
        // Behind the transactions: a wrong transaction is named as such, whatever the root of its list says.
        ASHLAR_TRY(validate_body_roots(p_.block));
        if (result.gas_used != h.gas_used) return Fail{ErrorCode::gas_used};
        ASHLAR_TRY(check_blob_gas(config_, h, progress_.blob_gas));
        ASHLAR_ASSIGN(const std::vector<ReceiptView> receipts, decode_receipts(result.receipts));
        const ReceiptsSummary summary = summarize_receipts(receipts);
        result.receipts_root = summary.root;
        if (summary.bloom != h.logs_bloom) return Fail{ErrorCode::logs_bloom};
        if (summary.root != h.receipts_root) return Fail{Error{ErrorCode::receipts_root, summary.root}};
        if (store_root_ != h.state_root) return Fail{Error{ErrorCode::state_root, store_root_}};
        if (p_.revision >= evm::Revision::prague) {
            Bytes deposits;
            ASHLAR_TRY(collect_deposits(receipts, config_.deposit_contract, deposits));
            ASHLAR_ASSIGN(const Bytes32 hash, requests_hash(deposits, result.requests));
            if (hash != h.requests_hash) return Fail{Error{ErrorCode::requests, hash}};
        }
        if (p_.revision >= evm::Revision::amsterdam) {
            const std::vector<BytesView> fragments(fragments_.begin(), fragments_.end());
            ASHLAR_ASSIGN(result.access_list, join_fragments(fragments));
            ASHLAR_TRY(check_access_list(result.access_list, h.access_list_hash, h.gas_limit));
        }
        return {};
    }

    /// What the state after the block has that the one before had not.
    void collect(Witness& next) const {
        mpt::walk_new(root_, [&](BytesView rlp) { next.add_node(Bytes(rlp.begin(), rlp.end())); });
        for (const CodeStore::Entry* c : codes_.since(witness_codes_))
            next.add_code(Bytes(c->code.bytes().begin(), c->code.bytes().end()));
        next.add_header(Bytes(p_.block.header_rlp.begin(), p_.block.header_rlp.end()));
    }

  private:
    const ChainConfig& config_;
    const Prepared& p_;
    WitnessSource source_;
    mpt::Store store_;
    mpt::Slot root_;
    Bytes32 store_root_ = p_.parent.state_root;
    CodeStore codes_;
    size_t witness_codes_ = 0;
    Progress progress_;
    std::vector<Bytes> fragments_;  ///< of the access list, one a range
};

Outcome<BlockResult> execute(const ChainConfig& config, const Prepared& p, const Witness& witness, SubblockInput* input,
                             Witness* next = nullptr) {
    BlockResult result;
    result.times = p.times;
    StageClock clock;
    Pass pass(config, p, witness);
    result.times.decode += clock.lap();
    ASHLAR_TRY(pass.run(0, p.transactions.size(), result, input));
    clock.lap();
    ASHLAR_TRY(pass.check(result));
    result.times.check = clock.lap();
    if (next) pass.collect(*next);
    return result;
}

bool is_missing(ErrorCode code) {
    return code == ErrorCode::missing_node || code == ErrorCode::missing_code || code == ErrorCode::missing_header;
}

/// Runs the ranges between `cuts`. A cut that leaves a state root which only more nodes than the block itself needs can
/// give (a slot is deleted before it and written again behind it) moves: back to join the next transactions, or, where
/// none are left, the range before. The block as one range needs nothing more, so this ends with inputs or with an
/// error of the block's own.
Outcome<std::vector<SubblockInput>> run_ranges(Pass& pass, const std::vector<size_t>& cuts, BlockResult& result) {
    struct Done {
        Pass::Position before;
        SubblockInput input;
    };
    const size_t count = cuts.back();
    std::vector<Done> done;
    size_t begin = 0, end = cuts[1], step = 1;
    for (;;) {
        const Pass::Position before = pass.position(result);
        SubblockInput input;
        auto ran = pass.run(begin, end, result, &input);
        if (ran) {
            done.push_back({before, std::move(input)});
            if (end == count) break;
            begin = end;
            end = *std::upper_bound(cuts.begin(), cuts.end(), begin);
            step = 1;
            continue;
        }
        if (!is_missing(ran.error().code) || (begin == 0 && end == count)) return Fail{ran.error()};
        pass.go_back(before, result);
        if (end < count) {
            end = std::min(count, end + step);
            step *= 2;
        } else {
            begin = static_cast<size_t>(done.back().before.progress.transactions);
            pass.go_back(done.back().before, result);
            done.pop_back();
        }
    }
    std::vector<SubblockInput> inputs;
    for (Done& d : done) inputs.push_back(std::move(d.input));
    return inputs;
}

}  // namespace

std::vector<size_t> cut_by_gas(std::span<const uint64_t> transaction_gas, uint64_t subblock_gas) {
    std::vector<size_t> cuts{0};
    uint64_t gas = 0;
    for (size_t i = 0; i < transaction_gas.size(); i++) {
        if (i > cuts.back() && gas + transaction_gas[i] > subblock_gas) {
            cuts.push_back(i);
            gas = 0;
        }
        gas += transaction_gas[i];
    }
    cuts.push_back(transaction_gas.size());
    return cuts;
}

Outcome<BlockResult> execute_block(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                   Witness* next) {
    ASHLAR_ASSIGN(const Prepared p, prepare(config, block_rlp, witness));
    return execute(config, p, witness, nullptr, next);
}

namespace {

/// What the aggregator is given besides the subblocks' claims, and what it must commit.
void finish_inputs(const ChainConfig& config, const Prepared& p, BytesView receipts, BytesView requests,
                   BlockInputs& inputs) {
    const Bytes encoded_config = config.encode();
    AggregatorBlock block;
    block.config = encoded_config;
    block.header = p.block.header_rlp;
    block.parent = p.ancestors[0];
    block.transactions = p.block.transactions;
    block.withdrawals = p.block.withdrawals;
    block.receipts = receipts;
    block.requests = requests;
    if (p.revision >= evm::Revision::amsterdam)
        for (const SubblockInput& s : inputs.subblocks)
            if (!s.claim.root) block.fragments.push_back(s.accesses);
    inputs.aggregator_block = block.encode();
    inputs.claim.config_digest = hash::keccak256(encoded_config);
    inputs.claim.chain_id = config.chain_id;
    inputs.claim.number = p.block.header.number;
    inputs.claim.block_hash = p.block.header.hash;
    inputs.claim.parent_hash = p.parent.hash;
    inputs.claim.root_before = p.parent.state_root;
    inputs.claim.root_after = p.block.header.state_root;
    inputs.claim.gas_used = p.block.header.gas_used;
}

}  // namespace

Outcome<BlockInputs> make_inputs(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                 uint64_t subblock_gas, BlockResult* out) {
    ASHLAR_ASSIGN(const Prepared p, prepare(config, block_rlp, witness));
    BlockInputs inputs;
    inputs.subblocks.resize(1);
    const bool listed = p.revision >= evm::Revision::amsterdam;
    ASHLAR_ASSIGN(BlockResult result, execute(config, p, witness, listed ? nullptr : &inputs.subblocks[0]));
    const std::vector<size_t> cuts = cut_by_gas(result.transaction_gas, subblock_gas);
    if (listed) {
        ASHLAR_ASSIGN(inputs.subblocks, inputs_from_list(config, p, witness, result.access_list.items, cuts));
    } else if (cuts.size() > 2) {
        // A second pass, now that the gas of each transaction is known.
        BlockResult again;
        Pass pass(config, p, witness);
        ASHLAR_ASSIGN(inputs.subblocks, run_ranges(pass, cuts, again));
        ASHLAR_TRY(pass.check(again));
    }
    finish_inputs(config, p, result.receipts, result.requests, inputs);
    if (out) *out = std::move(result);
    return inputs;
}

Outcome<BlockInputs> make_inputs_from_list(const ChainConfig& config, BytesView block_rlp, const Witness& witness,
                                           BytesView list, const std::vector<size_t>& cuts) {
    ASHLAR_ASSIGN(const Prepared p, prepare(config, block_rlp, witness));
    if (p.undecodable) return Fail{*p.undecodable};
    if (p.revision < evm::Revision::amsterdam || cuts.size() < 2 || cuts.back() != p.transactions.size())
        return Fail{ErrorCode::subblock_range};
    BlockInputs inputs;
    Bytes receipts, requests;
    ASHLAR_ASSIGN(inputs.subblocks, inputs_from_list(config, p, witness, list, cuts, &receipts, &requests));
    finish_inputs(config, p, receipts, requests, inputs);
    return inputs;
}

Bytes BlockInputs::aggregator_block_for_result() const {
    auto block = AggregatorBlock::decode(aggregator_block);  // ours, so it decodes
    block->output = AggregatorBlock::Output::stateless_result;
    return block->encode();
}

Bytes BlockInputs::aggregator_claims(const Bytes32& subblock_vk) const {
    std::vector<Bytes> committed;
    for (const SubblockInput& s : subblocks) committed.push_back(s.claim.encode());
    AggregatorClaims claims;
    claims.subblock_vk = subblock_vk;
    claims.subblocks.assign(committed.begin(), committed.end());
    return claims.encode();
}

}  // namespace ashlar::ethereum
