// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block.hpp"

#include "libs/hash/keccak256.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/mpt/ordered_root.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {
constexpr size_t MAX_BLOCK_SIZE = (10 << 20) - (2 << 20);  // EIP-7934
}

[[gnu::noinline]] Outcome<std::vector<BytesView>> split_items(BytesView items) {
    std::vector<BytesView> out;
    rlp::Reader reader(items);
    while (!reader.empty()) {
        auto item = reader.next();
        if (!item) return Fail{ErrorCode::block_rlp};
        out.push_back(item->raw);
    }
    return out;
}

BytesView envelope_of(BytesView item) {
    auto envelope = rlp::Reader(item).next();
    if (!envelope) return item;
    return envelope->is_list ? item : envelope->payload;
}

Outcome<Block> decode_block(BytesView data) {
    auto fields = rlp::read_list(data);
    if (!fields) return Fail{ErrorCode::block_rlp};
    Block b;
    b.size = data.size();
    auto header = fields->next();
    if (!header || !header->is_list) return Fail{ErrorCode::block_rlp};
    b.header_rlp = header->raw;
    auto transactions = fields->list();
    if (!transactions) return Fail{ErrorCode::block_rlp};
    b.transactions = transactions->rest();
    auto ommers = fields->list();
    if (!ommers) return Fail{ErrorCode::block_rlp};
    b.has_ommers = !ommers->empty();
    ASHLAR_ASSIGN(b.header, decode_header(b.header_rlp));
    if (!fields->empty()) {
        auto withdrawals = fields->list();
        if (!withdrawals) return Fail{ErrorCode::withdrawals_not_read};
        b.withdrawals = withdrawals->rest();
    }
    if (!fields->empty()) return Fail{ErrorCode::block_rlp};
    ASHLAR_ASSIGN(b.items, split_items(b.transactions));
    return b;
}

Outcome<void> validate_body(const ChainConfig& config, const Block& block) {
    const auto revision = config.revision(block.header.number, block.header.timestamp);
    if (!revision) return Fail{ErrorCode::fork_not_supported};
    if (*revision >= evm::Revision::osaka && block.size > MAX_BLOCK_SIZE) return Fail{ErrorCode::block_too_large};
    if (block.has_ommers) return Fail{ErrorCode::uncles};
    const bool shanghai = *revision >= evm::Revision::shanghai;
    if (shanghai && !block.withdrawals) return Fail{ErrorCode::withdrawals_not_read};
    if (!shanghai && block.withdrawals) return Fail{ErrorCode::block_format};
    return {};
}

Outcome<void> validate_body_roots(const Block& block) {
    std::vector<BytesView> envelopes;
    envelopes.reserve(block.items.size());
    for (BytesView item : block.items) {
        const BytesView e = envelope_of(item);
        if (e.empty()) return Fail{ErrorCode::transaction_rlp};
        envelopes.push_back(e);
    }
    const Bytes32 root = mpt::ordered_root(envelopes);
    if (root != block.header.transactions_root) return Fail{Error{ErrorCode::transactions_root, root}};
    if (block.withdrawals) {
        ASHLAR_ASSIGN(const std::vector<BytesView> items, split_items(*block.withdrawals));
        const Bytes32 withdrawals_root = mpt::ordered_root(items);
        if (withdrawals_root != block.header.withdrawals_root)
            return Fail{Error{ErrorCode::withdrawals_root, withdrawals_root}};
    }
    return {};
}

[[gnu::noinline]] Bytes32 list_digest(BytesView items) {
    uint8_t header[rlp::MAX_HEADER];
    hash::Keccak256 h;
    h.update({header, rlp::write_header(header, 0xc0, items.size())});
    h.update(items);
    return h.finish();
}

Outcome<Bytes32> requests_hash(BytesView deposits, BytesView requests) {
    constexpr uint8_t DEPOSIT_REQUEST[1] = {0};
    hash::Sha256 all;
    if (!deposits.empty()) {
        hash::Sha256 one;
        one.update(DEPOSIT_REQUEST);
        one.update(deposits);
        all.update(one.finish().view());
    }
    rlp::Reader reader(requests);
    while (!reader.empty()) {
        auto request = reader.bytes();
        if (!request) return Fail{ErrorCode::block_rlp};
        all.update(hash::sha256(*request).view());
    }
    return all.finish();
}

}  // namespace ashlar::ethereum
