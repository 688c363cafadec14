// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/transaction.hpp"

#include "libs/crypto/secp256k1.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

using evm::Revision;
using evm::uint256;

uint256 number(BytesView big_endian) { return uint256::from_be(big_endian.data(), big_endian.size()); }

/// Reads field after field; what cannot be read is zero, and a failure sticks: finished() tells.
class Fields {
  public:
    explicit Fields(rlp::Reader in) : in_(in), start_(in.rest().data()) {}

    uint256 integer() { return number(take(in_.integer(32))); }
    uint64_t u64() { return take(in_.u64()); }
    BytesView bytes() { return take(in_.bytes()); }
    template <size_t N>
    FixedBytes<N> fixed() {
        return take(in_.fixed<N>());
    }
    rlp::Reader list() { return take(in_.list()); }
    std::optional<Address> recipient() {
        const BytesView b = bytes();
        if (b.empty()) return std::nullopt;
        if (b.size() != 20) return failed_ = true, std::nullopt;
        return Address::from(b);
    }
    void fail() { failed_ = true; }
    /// The encodings of all fields read so far.
    BytesView before() const { return {start_, static_cast<size_t>(in_.rest().data() - start_)}; }
    bool good() const { return !failed_; }
    bool finished() const { return !failed_ && in_.empty(); }

  private:
    template <class T>
    T take(rlp::Decoded<T> r) {
        if (r) return *r;
        failed_ = true;
        return T{};
    }
    rlp::Reader in_;
    const uint8_t* start_;
    bool failed_ = false;
};

bool read_access_list(rlp::Reader list, std::vector<AccessEntry>& out) {
    while (!list.empty()) {
        auto entry = list.list();
        if (!entry) return false;
        AccessEntry e;
        auto address = entry->fixed<20>();
        auto keys = entry->list();
        if (!address || !keys || !entry->empty()) return false;
        e.address = *address;
        e.keys.reserve(keys->rest().size() / 33);
        while (!keys->empty()) {
            auto key = keys->fixed<32>();
            if (!key) return false;
            e.keys.push_back(*key);
        }
        out.push_back(std::move(e));
    }
    return true;
}

/// Hash of `prefix` (a type byte, or nothing) and the list of already encoded items.
Bytes32 hash_list(BytesView prefix, BytesView items, BytesView more = {}) {
    uint8_t header[rlp::MAX_HEADER];
    hash::Keccak256 h;
    h.update(prefix);
    h.update({header, rlp::write_header(header, 0xc0, items.size() + more.size())});
    h.update(items);
    h.update(more);
    return h.finish();
}

bool read_authorizations(rlp::Reader list, std::vector<Authorization>& out) {
    constexpr uint8_t MAGIC[1] = {0x05};
    while (!list.empty()) {
        auto tuple = list.list();
        if (!tuple) return false;
        Fields f(*tuple);
        Authorization a;
        a.chain_id = f.integer();
        a.address = f.fixed<20>();
        a.nonce = f.u64();
        if (f.good()) a.signing_hash = hash_list(MAGIC, f.before());
        a.y_parity = f.integer();
        a.r = f.integer();
        a.s = f.integer();
        if (!f.finished() || !a.y_parity.fits_u32() || a.y_parity.low32() > 255) return false;
        out.push_back(a);
    }
    return true;
}

Outcome<Transaction> decode_legacy(BytesView item) {
    auto list = rlp::read_list(item);
    if (!list) return Fail{ErrorCode::transaction_rlp};
    Fields f(*list);
    Transaction t;
    t.envelope = item;
    t.nonce = f.u64();
    t.max_fee = t.max_priority_fee = f.integer();
    t.gas_limit = f.u64();
    t.to = f.recipient();
    t.value = f.integer();
    t.data = f.bytes();
    const BytesView signed_fields = f.before();
    const uint256 v = f.integer();
    t.r = f.integer();
    t.s = f.integer();
    if (!f.finished()) return Fail{ErrorCode::transaction_rlp};
    if (v == uint256{27} || v == uint256{28}) {
        t.y_odd = v.low32() == 28;
        t.signing_hash = hash_list({}, signed_fields);
        return t;
    }
    t.y_odd = std::nullopt;
    if (v < uint256{35}) return t;
    // EIP-155: v = 35 + 2 chain id + parity.
    const uint256 w = v - uint256{35};
    t.y_odd = w.bit(0);
    t.chain_id = w >> 1;
    rlp::Writer tail;
    tail.integer(t.chain_id->to_bytes32().view());
    tail.u64(0);
    tail.u64(0);
    t.signing_hash = hash_list({}, signed_fields, tail.out);
    return t;
}

Outcome<Transaction> decode_typed(BytesView envelope, Revision revision) {
    if (envelope.empty() || envelope[0] == 0 || envelope[0] > 4) return Fail{ErrorCode::transaction_type};
    Transaction t;
    t.type = static_cast<TransactionType>(envelope[0]);
    t.envelope = envelope;
    if (t.type == TransactionType::blob && revision < Revision::cancun)
        return Fail{ErrorCode::blob_transaction_pre_fork};
    if (t.type == TransactionType::set_code && revision < Revision::prague)
        return Fail{ErrorCode::set_code_transaction_pre_fork};
    auto list = rlp::read_list(envelope.subspan(1));
    if (!list) return Fail{ErrorCode::transaction_rlp};
    // The form in which blobs travel between nodes (EIP-4844, networking) wraps the transaction into another list.
    if (t.type == TransactionType::blob && list->next_is_list()) return Fail{ErrorCode::full_blobs};
    Fields f(*list);
    t.chain_id = f.integer();
    t.nonce = f.u64();
    t.max_priority_fee = f.integer();
    t.max_fee = t.type == TransactionType::access_list ? t.max_priority_fee : f.integer();
    t.gas_limit = f.u64();
    t.to = f.recipient();
    t.value = f.integer();
    t.data = f.bytes();
    if (!f.good()) return Fail{ErrorCode::transaction_rlp};
    // Types 3 and 4 name a recipient: their `to` is an address, never empty.
    if (t.type == TransactionType::blob && !t.to) return Fail{ErrorCode::blob_contract_creation};
    if (t.type == TransactionType::set_code && !t.to) return Fail{ErrorCode::set_code_contract_creation};
    if (!read_access_list(f.list(), t.access_list)) f.fail();
    if (t.type == TransactionType::blob) {
        t.max_blob_fee = f.integer();
        rlp::Reader hashes = f.list();
        while (f.good() && !hashes.empty()) {
            auto h = hashes.fixed<32>();
            if (!h) return Fail{ErrorCode::transaction_rlp};
            t.blob_hashes.push_back(*h);
        }
    }
    if (t.type == TransactionType::set_code && !read_authorizations(f.list(), t.authorizations)) f.fail();
    t.signing_hash = hash_list(envelope.first(1), f.before());
    const uint256 parity = f.integer();
    t.r = f.integer();
    t.s = f.integer();
    if (!f.finished()) return Fail{ErrorCode::transaction_rlp};
    if (parity > uint256{1})
        t.y_odd = std::nullopt;
    else
        t.y_odd = parity.low32() == 1;
    return t;
}

std::optional<Address> recover(const Bytes32& hash, bool y_odd, const uint256& r, const uint256& s) {
    const Bytes32 s_bytes = s.to_bytes32();
    if (!crypto::is_low_s(s_bytes)) return std::nullopt;
    return crypto::recover_address(hash, r.to_bytes32(), s_bytes, y_odd);
}

}  // namespace

[[gnu::noinline]] Outcome<Transaction> decode_transaction(BytesView item, Revision revision) {
    rlp::Reader reader(item);
    auto envelope = reader.next();
    if (!envelope || !reader.empty()) return Fail{ErrorCode::transaction_rlp};
    return envelope->is_list ? decode_legacy(item) : decode_typed(envelope->payload, revision);
}

[[gnu::noinline]] std::optional<Address> recover_sender(const Transaction& t) {
    if (!t.y_odd) return std::nullopt;
    return recover(t.signing_hash, *t.y_odd, t.r, t.s);
}

[[gnu::noinline]] std::optional<Address> recover_authority(const Authorization& a) {
    if (a.y_parity > uint256{1}) return std::nullopt;
    return recover(a.signing_hash, a.y_parity.low32() == 1, a.r, a.s);
}

}  // namespace ashlar::ethereum
