// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/payload_request.hpp"

#include <array>

#include "libs/ethereum/ssz.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

using ssz::Roots;

constexpr size_t REQUEST_TYPES = 5;
constexpr size_t MAX_FIELDS = 5;
/// Sizes of a request's fields by type (EIP-6110, 7002, 7251, 8282): each is bytes or a little-endian number, whose
/// roots are alike. They stand one behind the other, without offsets.
constexpr size_t FIELDS[REQUEST_TYPES][MAX_FIELDS] = {
    {48, 32, 8, 96, 8}, {20, 48, 8}, {20, 48, 48}, {48, 32, 8, 96}, {20, 48}};

/// Root of the list of requests of a type from their concatenation.
Outcome<Bytes32> requests_root(size_t type, BytesView data) {
    size_t size = 0;
    for (size_t f : FIELDS[type]) size += f;
    if (data.size() % size) return Fail{ErrorCode::requests};
    Roots items;
    for (; !data.empty(); data = data.subspan(size)) {
        Roots fields;
        size_t at = 0;
        for (size_t f : FIELDS[type]) {
            if (f) fields.push_back(ssz::vector_root(data.subspan(at, f)));
            at += f;
        }
        items.push_back(ssz::container_root(fields));
    }
    return ssz::progressive_list_root(items);
}

Outcome<Bytes32> all_requests_root(const PayloadRequest& r) {
    std::array<BytesView, REQUEST_TYPES> by_type{r.deposits};
    rlp::Reader reader(r.requests);
    for (size_t least = 1; !reader.empty();) {
        const auto item = reader.bytes();
        if (!item || item->empty() || (*item)[0] < least || (*item)[0] >= REQUEST_TYPES)
            return Fail{ErrorCode::requests};
        by_type[(*item)[0]] = item->subspan(1);
        least = (*item)[0] + size_t{1};
    }
    Roots lists;
    for (size_t type = 0; type < REQUEST_TYPES; type++) {
        ASHLAR_ASSIGN(const Bytes32 root, requests_root(type, by_type[type]));
        lists.push_back(root);
    }
    return ssz::progressive_container_root(lists);
}

Outcome<Bytes32> withdrawals_root(BytesView items) {
    ASHLAR_ASSIGN(const std::vector<Withdrawal> withdrawals, decode_withdrawals(items));
    Roots roots;
    for (const Withdrawal& w : withdrawals)
        roots.push_back(ssz::container_root(Roots{ssz::uint64_root(w.index), ssz::uint64_root(w.validator),
                                                  ssz::vector_root(w.address.view()), ssz::uint64_root(w.amount)}));
    return ssz::progressive_list_root(roots);
}

/// A list as RLP has it, from its items.
Bytes list_of(BytesView items) {
    Bytes list(rlp::MAX_HEADER);
    list.resize(rlp::write_header(list.data(), 0xc0, items.size()));
    list.insert(list.end(), items.begin(), items.end());
    return list;
}

}  // namespace

Outcome<Bytes32> payload_request_root(const PayloadRequest& r) {
    const Header& h = r.block.header;
    if (h.fields < Header::AMSTERDAM_FIELDS) return Fail{ErrorCode::block_format};
    Roots transactions, blob_hashes;
    for (BytesView item : r.block.items) {
        const BytesView envelope = envelope_of(item);
        transactions.push_back(ssz::progressive_bytes_root(envelope));
        if (envelope.empty() || envelope[0] != static_cast<uint8_t>(TransactionType::blob)) continue;
        ASHLAR_ASSIGN(const Transaction t, decode_transaction(item, evm::Revision::amsterdam));
        blob_hashes.insert(blob_hashes.end(), t.blob_hashes.begin(), t.blob_hashes.end());
    }
    ASHLAR_ASSIGN(const Bytes32 withdrawals, withdrawals_root(r.block.withdrawals.value_or(BytesView{})));
    ASHLAR_ASSIGN(const Bytes32 requests, all_requests_root(r));
    const Roots payload = {h.parent_hash,
                           ssz::vector_root(h.coinbase.view()),
                           h.state_root,
                           h.receipts_root,
                           ssz::vector_root(h.logs_bloom.view()),
                           h.prev_randao,
                           ssz::uint64_root(h.number),
                           ssz::uint64_root(h.gas_limit),
                           ssz::uint64_root(h.gas_used),
                           ssz::uint64_root(h.timestamp),
                           ssz::short_list_root(h.extra_data),
                           ssz::uint64_root(h.base_fee),  // 256 bits, little-endian
                           h.hash,
                           ssz::progressive_list_root(transactions),
                           withdrawals,
                           ssz::uint64_root(h.blob_gas_used),
                           ssz::uint64_root(h.excess_blob_gas),
                           ssz::progressive_bytes_root(list_of(r.access_list)),
                           ssz::uint64_root(h.slot_number)};
    return ssz::container_root(Roots{ssz::progressive_container_root(payload), ssz::progressive_list_root(blob_hashes),
                                     h.parent_beacon_root, requests});
}

Bytes StatelessResult::encode() const {
    Bytes out(request_root.begin(), request_root.end());
    out.resize(SIZE);
    out[32] = valid;
    store_le64(out.data() + 33, chain_id);
    out[41] = static_cast<uint8_t>(schema_id);
    out[42] = static_cast<uint8_t>(schema_id >> 8);
    return out;
}

std::optional<StatelessResult> StatelessResult::decode(BytesView encoded) {
    if (encoded.size() != SIZE || encoded[32] > 1) return std::nullopt;
    StatelessResult r;
    r.request_root = Bytes32::from(encoded.first(32));
    r.valid = encoded[32];
    r.chain_id = load_le64(encoded.data() + 33);
    r.schema_id = static_cast<uint16_t>(encoded[41] | encoded[42] << 8);
    return r;
}

}  // namespace ashlar::ethereum
