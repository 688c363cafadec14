// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/receipt.hpp"

#include "libs/hash/keccak256.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

size_t log_payload(const evm::Log& log) {
    const size_t topics = 33 * log.topics.size();
    return 21 + rlp::header_size(topics) + topics + rlp::string_size(log.data);
}

uint8_t* write_log(uint8_t* p, const evm::Log& log) {
    p += rlp::write_header(p, 0xc0, log_payload(log));
    *p++ = 0x94;
    std::memcpy(p, log.address.data(), 20);
    p += 20;
    p += rlp::write_header(p, 0xc0, 33 * log.topics.size());
    for (const Bytes32& topic : log.topics) {
        *p++ = 0xa0;
        std::memcpy(p, topic.data(), 32);
        p += 32;
    }
    return p + rlp::write_string(p, log.data);
}

rlp::Decoded<ReceiptView> read_receipt(rlp::Reader& list) {
    ASHLAR_ASSIGN(rlp::Item item, list.next());
    ReceiptView r;
    r.envelope = item.is_list ? item.raw : item.payload;
    BytesView body = r.envelope;
    if (!item.is_list) {
        if (body.empty()) return Fail{rlp::Error::truncated};
        body = body.subspan(1);
    }
    ASHLAR_ASSIGN(rlp::Reader fields, rlp::read_list(body));
    ASHLAR_ASSIGN([[maybe_unused]] BytesView status, fields.integer(1));
    ASHLAR_ASSIGN(r.cumulative_gas, fields.u64());
    ASHLAR_ASSIGN(r.bloom, fields.bytes());
    if (r.bloom.size() != 256) return Fail{rlp::Error::wrong_length};
    ASHLAR_ASSIGN(rlp::Reader logs, fields.list());
    r.logs = logs.rest();
    ASHLAR_TRY(fields.finish());
    return r;
}

/// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)").
constexpr uint8_t DEPOSIT_EVENT[32] = {0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42, 0xaf, 0xea, 0x4e,
                                       0x5c, 0xd8, 0x2d, 0x40, 0x49, 0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0,
                                       0x88, 0x9a, 0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5};

/// The five byte strings of a deposit event's data stand at fixed places (EIP-6110, is_valid_deposit_event_data).
bool append_deposit(BytesView data, Bytes& out) {
    constexpr uint32_t OFFSETS[5] = {160, 256, 320, 384, 512}, SIZES[5] = {48, 32, 8, 96, 8};
    if (data.size() != 576) return false;
    const auto word_is = [&](size_t at, uint32_t expected) {
        for (size_t i = 0; i < 28; i++)
            if (data[at + i]) return false;
        uint32_t v = 0;
        for (size_t i = 28; i < 32; i++) v = v << 8 | data[at + i];
        return v == expected;
    };
    for (size_t i = 0; i < 5; i++)
        if (!word_is(32 * i, OFFSETS[i]) || !word_is(OFFSETS[i], SIZES[i])) return false;
    for (size_t i = 0; i < 5; i++) {
        const BytesView field = data.subspan(OFFSETS[i] + 32, SIZES[i]);
        out.insert(out.end(), field.begin(), field.end());
    }
    return true;
}

/// One log: a deposit of the contract is appended. Sets `valid` to false for one of another layout.
rlp::Decoded<bool> read_log(rlp::Reader& logs, const Address& contract, Bytes& out) {
    ASHLAR_ASSIGN(rlp::Reader log, logs.list());
    ASHLAR_ASSIGN(Address address, log.fixed<20>());
    ASHLAR_ASSIGN(rlp::Reader topics, log.list());
    ASHLAR_ASSIGN(BytesView data, log.bytes());
    if (address != contract || topics.empty()) return true;
    ASHLAR_ASSIGN(Bytes32 topic, topics.fixed<32>());
    if (std::memcmp(topic.data(), DEPOSIT_EVENT, 32) != 0) return true;
    return append_deposit(data, out);
}

}  // namespace

void add_to_bloom(Bloom& bloom, BytesView value) {
    const Bytes32 h = hash::keccak256(value);
    for (size_t i = 0; i < 6; i += 2) {
        const unsigned bit = (h[i] << 8 | h[i + 1]) & 2047u;
        bloom[255 - bit / 8] |= static_cast<uint8_t>(1u << (bit % 8));
    }
}

Bloom logs_bloom(const std::vector<evm::Log>& logs) {
    Bloom bloom;
    for (const evm::Log& log : logs) {
        add_to_bloom(bloom, log.address.view());
        for (const Bytes32& topic : log.topics) add_to_bloom(bloom, topic.view());
    }
    return bloom;
}

[[gnu::noinline]] void append_receipt(Bytes& out, TransactionType type, bool success, uint64_t cumulative_gas,
                                      const std::vector<evm::Log>& logs) {
    uint8_t be[8];
    store_be64(be, cumulative_gas);
    const BytesView gas = rlp::trim({be, 8});
    size_t logs_size = 0;
    for (const evm::Log& log : logs) {
        const size_t n = log_payload(log);
        logs_size += rlp::header_size(n) + n;
    }
    const size_t payload = 1 + rlp::string_size(gas) + 259 + rlp::header_size(logs_size) + logs_size;
    const size_t list = rlp::header_size(payload) + payload;
    const bool typed = type != TransactionType::legacy;
    const size_t total = typed ? rlp::header_size(1 + list) + 1 + list : list;
    const size_t at = out.size();
    out.resize(at + total);
    uint8_t* p = out.data() + at;
    if (typed) {
        p += rlp::write_header(p, 0x80, 1 + list);
        *p++ = static_cast<uint8_t>(type);
    }
    p += rlp::write_header(p, 0xc0, payload);
    *p++ = success ? 0x01 : 0x80;
    p += rlp::write_string(p, gas);
    p += rlp::write_header(p, 0x80, 256);
    const Bloom bloom = logs_bloom(logs);
    std::memcpy(p, bloom.data(), 256);
    p += 256;
    p += rlp::write_header(p, 0xc0, logs_size);
    for (const evm::Log& log : logs) p = write_log(p, log);
}

Outcome<std::vector<ReceiptView>> decode_receipts(BytesView items) {
    std::vector<ReceiptView> out;
    rlp::Reader list(items);
    while (!list.empty()) {
        auto r = read_receipt(list);
        if (!r) return Fail{ErrorCode::block_rlp};
        out.push_back(*r);
    }
    return out;
}

Outcome<void> collect_deposits(const std::vector<ReceiptView>& receipts, const Address& deposit_contract, Bytes& out) {
    for (const ReceiptView& receipt : receipts) {
        rlp::Reader logs(receipt.logs);
        while (!logs.empty()) {
            auto valid = read_log(logs, deposit_contract, out);
            if (!valid) return Fail{ErrorCode::block_rlp};
            if (!*valid) return Fail{ErrorCode::deposit_event};
        }
    }
    return {};
}

}  // namespace ashlar::ethereum
