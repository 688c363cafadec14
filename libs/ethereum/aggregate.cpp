// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/aggregate.hpp"

#include "libs/ethereum/block_access_list.hpp"
#include "libs/ethereum/codec.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/mpt/ordered_root.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

constexpr uint32_t MAX_SUBBLOCKS = 1 << 16;

size_t list_size(size_t payload) { return rlp::header_size(payload) + payload; }

/// The block as it would travel, from the parts in the input.
Outcome<Block> assemble(const AggregatorBlock& in) {
    Block b;
    b.header_rlp = in.header;
    ASHLAR_ASSIGN(b.header, decode_header(in.header));
    b.transactions = in.transactions;
    ASHLAR_ASSIGN(b.items, split_items(in.transactions));
    b.withdrawals = in.withdrawals;
    size_t payload = in.header.size() + list_size(in.transactions.size()) + 1;
    if (in.withdrawals) payload += list_size(in.withdrawals->size());
    b.size = list_size(payload);
    return b;
}

/// Walks over an item list range by range.
class RangeCutter {
  public:
    explicit RangeCutter(const std::vector<BytesView>& items) : items_(items) {}
    /// The bytes of the next `count` items; nullopt if there are not as many.
    std::optional<BytesView> take(uint64_t count) {
        if (count > items_.size() - at_) return std::nullopt;
        const size_t begin = at_;
        at_ += static_cast<size_t>(count);
        if (begin == at_) return BytesView{};
        const uint8_t* first = items_[begin].data();
        const BytesView& last = items_[at_ - 1];
        return BytesView{first, static_cast<size_t>(last.data() + last.size() - first)};
    }
    bool finished() const { return at_ == items_.size(); }

  private:
    const std::vector<BytesView>& items_;
    size_t at_ = 0;
};

/// The subblocks tile the block and chain from the parent's state to the header's. From Amsterdam on each starts from
/// the parent's root and leads to none: what they did is the access list (check_accesses), and the header's root is
/// what that leads to (take_root).
Outcome<void> check_chain(const ChainConfig& config, const std::vector<SubblockClaim>& subblocks, const Block& block,
                          const Header& parent, const Bytes32& config_digest, const std::vector<BytesView>& receipts,
                          BytesView requests) {
    RangeCutter transaction_ranges(block.items), receipt_ranges(receipts);
    const Bytes32 nothing = list_digest({});
    Progress at;
    Bytes32 root = parent.state_root;
    const bool listed = block.header.fields >= Header::AMSTERDAM_FIELDS;
    for (size_t i = 0; i < subblocks.size(); i++) {
        const SubblockClaim& s = subblocks[i];
        const bool first = i == 0, last = i + 1 == subblocks.size();
        if (s.block_hash != block.header.hash) return Fail{ErrorCode::subblock_block};
        if (s.config_digest != config_digest) return Fail{ErrorCode::subblock_config};
        if (s.first != first || s.last != last || s.root) return Fail{ErrorCode::subblock_flags};
        if (s.begin != at.transactions || s.end < s.begin) return Fail{ErrorCode::subblock_range};
        if (s.begin == s.end && !block.items.empty()) return Fail{ErrorCode::subblock_range};
        if (s.before() != at) return Fail{ErrorCode::subblock_gas};
        if (s.root_before != root) return Fail{ErrorCode::subblock_root};
        const auto transactions = transaction_ranges.take(s.end - s.begin);
        const auto range_receipts = receipt_ranges.take(s.end - s.begin);
        if (!transactions) return Fail{ErrorCode::subblock_range};
        if (!range_receipts) return Fail{ErrorCode::subblock_receipts};
        if (s.transactions_digest != list_digest(*transactions)) return Fail{ErrorCode::subblock_transactions};
        if (s.receipts_digest != list_digest(*range_receipts)) return Fail{ErrorCode::subblock_receipts};
        const BytesView withdrawals = last && block.withdrawals ? *block.withdrawals : BytesView{};
        if (s.withdrawals_digest != (last ? list_digest(withdrawals) : nothing))
            return Fail{ErrorCode::subblock_withdrawals};
        if (s.requests_digest != (last ? list_digest(requests) : nothing)) return Fail{ErrorCode::subblock_requests};
        at = s.after();
        if (!listed)
            root = s.root_after;
        else if (!s.root_after.is_zero())
            return Fail{ErrorCode::subblock_root};
    }
    if (!transaction_ranges.finished()) return Fail{ErrorCode::subblock_range};
    if (!receipt_ranges.finished()) return Fail{ErrorCode::subblock_receipts};
    if (at.header_gas() != block.header.gas_used) return Fail{ErrorCode::gas_used};
    ASHLAR_TRY(check_blob_gas(config, block.header, at.blob_gas));
    if (!listed && root != block.header.state_root) return Fail{Error{ErrorCode::state_root, root}};
    return {};
}

/// Takes the last claim off, which must be that the access list leads from the parent's state root to the header's.
Outcome<void> take_root(std::vector<SubblockClaim>& subblocks, const Header& header, const Header& parent,
                        const Bytes32& config_digest) {
    const SubblockClaim claim = subblocks.back();
    subblocks.pop_back();
    if (!claim.root || subblocks.empty()) return Fail{ErrorCode::no_subblock};
    if (claim.block_hash != header.hash) return Fail{ErrorCode::subblock_block};
    if (claim.config_digest != config_digest) return Fail{ErrorCode::subblock_config};
    if (claim.root_after != header.state_root) return Fail{Error{ErrorCode::state_root, claim.root_after}};
    if (claim != SubblockClaim::of_root(header.hash, config_digest, parent.state_root, header.state_root))
        return Fail{ErrorCode::subblock_root};
    return {};
}

/// The subblocks' fragments are what they committed, and together the header's access list, whose items this returns.
Outcome<Bytes> check_accesses(const std::vector<SubblockClaim>& subblocks, const std::vector<BytesView>& fragments,
                              const Header& header) {
    if (fragments.size() != subblocks.size()) return Fail{ErrorCode::subblock_accesses};
    for (size_t i = 0; i < subblocks.size(); i++)
        if (list_digest(fragments[i]) != subblocks[i].accesses_digest) return Fail{ErrorCode::subblock_accesses};
    ASHLAR_ASSIGN(AccessList list, join_fragments(fragments));
    ASHLAR_TRY(check_access_list(list, header.access_list_hash, header.gas_limit));
    return std::move(list.items);
}

}  // namespace

Bytes BlockClaim::encode() const {
    Encoder e;
    e.u32(VERSION);
    e.raw(subblock_vk.view());
    e.raw(config_digest.view());
    e.u64(chain_id);
    e.u64(number);
    for (const Bytes32* b : {&block_hash, &parent_hash, &root_before, &root_after}) e.raw(b->view());
    e.u64(gas_used);
    return std::move(e.out);
}

std::optional<BlockClaim> BlockClaim::decode(BytesView committed) {
    Decoder d(committed);
    if (d.u32() != VERSION) return std::nullopt;
    BlockClaim c;
    c.subblock_vk = d.fixed<32>();
    c.config_digest = d.fixed<32>();
    c.chain_id = d.u64();
    c.number = d.u64();
    for (Bytes32* b : {&c.block_hash, &c.parent_hash, &c.root_before, &c.root_after}) *b = d.fixed<32>();
    c.gas_used = d.u64();
    if (!d.finished()) return std::nullopt;
    return c;
}

Bytes AggregatorClaims::encode() const {
    Encoder e;
    e.u32(VERSION);
    e.raw(subblock_vk.view());
    e.u32(static_cast<uint32_t>(subblocks.size()));
    for (BytesView s : subblocks) e.bytes(s);
    return std::move(e.out);
}

std::optional<AggregatorClaims> AggregatorClaims::decode(BytesView encoded) {
    Decoder d(encoded);
    if (d.u32() != VERSION) return std::nullopt;
    AggregatorClaims c;
    c.subblock_vk = d.fixed<32>();
    const uint32_t count = d.u32();
    if (count > MAX_SUBBLOCKS) return std::nullopt;
    for (uint32_t i = 0; i < count && d.ok(); i++) c.subblocks.push_back(d.bytes());
    if (!d.finished()) return std::nullopt;
    return c;
}

Bytes AggregatorBlock::encode() const {
    Encoder e;
    e.u32(VERSION);
    e.u32(static_cast<uint32_t>(output));
    e.bytes(config);
    e.bytes(header);
    e.bytes(parent);
    e.bytes(transactions);
    e.u32(withdrawals.has_value());
    e.bytes(withdrawals.value_or(BytesView{}));
    e.bytes(receipts);
    e.bytes(requests);
    e.u32(static_cast<uint32_t>(fragments.size()));
    for (BytesView f : fragments) e.bytes(f);
    return std::move(e.out);
}

std::optional<AggregatorBlock> AggregatorBlock::decode(BytesView encoded) {
    Decoder d(encoded);
    if (d.u32() != VERSION) return std::nullopt;
    AggregatorBlock b;
    const uint32_t output = d.u32();
    if (output > static_cast<uint32_t>(Output::stateless_result)) return std::nullopt;
    b.output = static_cast<Output>(output);
    b.config = d.bytes();
    b.header = d.bytes();
    b.parent = d.bytes();
    b.transactions = d.bytes();
    const uint32_t has_withdrawals = d.u32();
    const BytesView withdrawals = d.bytes();
    if (has_withdrawals > 1 || (!has_withdrawals && !withdrawals.empty())) return std::nullopt;
    if (has_withdrawals) b.withdrawals = withdrawals;
    b.receipts = d.bytes();
    b.requests = d.bytes();
    const uint32_t count = d.u32();
    if (count > MAX_SUBBLOCKS) return std::nullopt;
    for (uint32_t i = 0; i < count && d.ok(); i++) b.fragments.push_back(d.bytes());
    if (!d.finished()) return std::nullopt;
    return b;
}

ReceiptsSummary summarize_receipts(const std::vector<ReceiptView>& receipts) {
    ReceiptsSummary s;
    std::vector<BytesView> envelopes;
    envelopes.reserve(receipts.size());
    for (const ReceiptView& r : receipts) {
        envelopes.push_back(r.envelope);
        for (size_t i = 0; i < 256; i++) s.bloom[i] |= r.bloom[i];
    }
    s.root = mpt::ordered_root(envelopes);
    return s;
}

Outcome<BlockClaim> run_aggregator(BytesView claims_buffer, BytesView block_buffer, DemandProof demand, void* context,
                                   Bytes* committed_bytes) {
    const auto claims = AggregatorClaims::decode(claims_buffer);
    const auto input = AggregatorBlock::decode(block_buffer);
    if (!claims || !input) return Fail{ErrorCode::input_encoding};
    const auto config = ChainConfig::decode(input->config);
    if (!config) return Fail{ErrorCode::input_encoding};
    if (claims->subblocks.empty()) return Fail{ErrorCode::no_subblock};

    std::vector<SubblockClaim> subblocks;
    for (BytesView committed : claims->subblocks) {
        const auto claim = SubblockClaim::decode(committed);
        if (!claim) return Fail{ErrorCode::input_version};
        demand(context, claims->subblock_vk, hash::sha256(committed));
        subblocks.push_back(*claim);
    }

    ASHLAR_ASSIGN(const Block block, assemble(*input));
    ASHLAR_ASSIGN(const Header parent, decode_header(input->parent));
    ASHLAR_TRY(validate_header(*config, block.header, parent));
    ASHLAR_TRY(validate_body(*config, block));
    ASHLAR_TRY(validate_body_roots(block));
    const Bytes32 config_digest = hash::keccak256(input->config);
    const evm::Revision revision = *config->revision(block.header.number, block.header.timestamp);
    if (revision >= evm::Revision::amsterdam) ASHLAR_TRY(take_root(subblocks, block.header, parent, config_digest));
    ASHLAR_ASSIGN(const std::vector<BytesView> receipt_items, split_items(input->receipts));
    ASHLAR_TRY(check_chain(*config, subblocks, block, parent, config_digest, receipt_items, input->requests));

    ASHLAR_ASSIGN(const std::vector<ReceiptView> receipts, decode_receipts(input->receipts));
    const ReceiptsSummary summary = summarize_receipts(receipts);
    if (summary.root != block.header.receipts_root) return Fail{Error{ErrorCode::receipts_root, summary.root}};
    if (summary.bloom != block.header.logs_bloom) return Fail{ErrorCode::logs_bloom};
    Bytes deposits, accesses;
    if (revision >= evm::Revision::prague) {
        ASHLAR_TRY(collect_deposits(receipts, config->deposit_contract, deposits));
        ASHLAR_ASSIGN(const Bytes32 hash, requests_hash(deposits, input->requests));
        if (hash != block.header.requests_hash) return Fail{Error{ErrorCode::requests, hash}};
    }
    if (revision >= evm::Revision::amsterdam) {
        ASHLAR_ASSIGN(accesses, check_accesses(subblocks, input->fragments, block.header));
    } else if (!input->fragments.empty()) {
        return Fail{ErrorCode::input_encoding};
    }

    BlockClaim claim;
    claim.subblock_vk = claims->subblock_vk;
    claim.config_digest = config_digest;
    claim.chain_id = config->chain_id;
    claim.number = block.header.number;
    claim.block_hash = block.header.hash;
    claim.parent_hash = parent.hash;
    claim.root_before = parent.state_root;
    claim.root_after = block.header.state_root;
    claim.gas_used = block.header.gas_used;
    if (!committed_bytes) return claim;
    if (input->output == AggregatorBlock::Output::claim) {
        *committed_bytes = claim.encode();
    } else {
        ASHLAR_ASSIGN(const Bytes32 root, payload_request_root({block, accesses, deposits, input->requests}));
        *committed_bytes = StatelessResult{root, true, config->chain_id}.encode();
    }
    return claim;
}

}  // namespace ashlar::ethereum
