// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/stateless_input.hpp"

#include <fmt/format.h>

#include <array>

#include "libs/ethereum/json_file.hpp"
#include "libs/ethereum/payload_request.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/ordered_root.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace {

constexpr size_t OFFSET = 4, KEY_SIZE = 65, WITHDRAWAL_SIZE = 44;
constexpr size_t MAX_NODES = size_t{1} << 22, MAX_CODES = size_t{1} << 18, MAX_HEADERS = 256;
constexpr size_t MAX_NODE_SIZE = size_t{1} << 10, MAX_CODE_SIZE = size_t{1} << 16, MAX_HEADER_SIZE = size_t{1} << 10;
constexpr size_t MAX_KEYS = size_t{1} << 15, MAX_EXTRA_DATA = 32;
/// Bytes of a request of each type (EIP-6110, 7002, 7251, 8282).
constexpr size_t REQUEST_SIZES[] = {192, 76, 116, 184, 68};

Fail<ashlar::Error> bad(std::string message) {
    return fail("stateless_input", std::move(message),
                "give a StatelessInput of EIP-8025 for Amsterdam: schema id 0x1501, then SSZ");
}

/// An SSZ container, field by field. A field of variable size has an offset in its place; where one begins, the one
/// before ends. The first failure sticks, and everything reads as empty then.
class Container {
  public:
    explicit Container(BytesView bytes) : bytes_(bytes) {}

    BytesView fixed(size_t size) {
        if (!ok_ || size > bytes_.size() - at_) {
            ok_ = false;
            static constexpr uint8_t ZERO[256] = {};
            return {ZERO, size};
        }
        at_ += size;
        return bytes_.subspan(at_ - size, size);
    }
    template <size_t N>
    FixedBytes<N> take() {
        return FixedBytes<N>::from(fixed(N));
    }
    uint64_t u64() { return load_le64(fixed(8).data()); }
    void variable(BytesView& out) {
        const uint32_t offset = load_le32(fixed(OFFSET).data());
        if (!parts_.empty() && offset < parts_.back().begin) ok_ = false;
        parts_.push_back({offset, &out});
    }
    /// Sets the fields of variable size; false if the bytes are not a container of the fields read.
    bool finish() {
        if (parts_.empty()) return ok_ && at_ == bytes_.size();
        ok_ = ok_ && parts_[0].begin == at_ && parts_.back().begin <= bytes_.size();
        for (size_t i = 0; ok_ && i < parts_.size(); i++) {
            const size_t end = i + 1 < parts_.size() ? parts_[i + 1].begin : bytes_.size();
            *parts_[i].out = bytes_.subspan(parts_[i].begin, end - parts_[i].begin);
        }
        return ok_;
    }

  private:
    struct Part {
        size_t begin;
        BytesView* out;
    };
    BytesView bytes_;
    size_t at_ = 0;
    std::vector<Part> parts_;
    bool ok_ = true;
};

/// Items of a list of byte lists.
std::optional<std::vector<BytesView>> split(BytesView list, size_t max_items, size_t max_size) {
    std::vector<BytesView> items;
    if (list.empty()) return items;
    if (list.size() < OFFSET) return std::nullopt;
    const size_t first = load_le32(list.data());
    if (first == 0 || first % OFFSET || first > list.size() || first / OFFSET > max_items) return std::nullopt;
    items.resize(first / OFFSET);
    Container container(list);
    for (BytesView& item : items) container.variable(item);
    if (!container.finish()) return std::nullopt;
    for (BytesView item : items)
        if (item.size() > max_size) return std::nullopt;
    return items;
}

struct Payload {
    Bytes32 parent_hash, state_root, receipts_root, prev_randao, block_hash;
    Address fee_recipient;
    BytesView bloom, extra_data, transactions, withdrawals, access_list;
    uint64_t number = 0, gas_limit = 0, gas_used = 0, timestamp = 0, blob_gas_used = 0, excess_blob_gas = 0, slot = 0;
    Bytes base_fee;  ///< big-endian

    static std::optional<Payload> decode(BytesView bytes) {
        Payload p;
        Container c(bytes);
        p.parent_hash = c.take<32>();
        p.fee_recipient = c.take<20>();
        p.state_root = c.take<32>();
        p.receipts_root = c.take<32>();
        p.bloom = c.fixed(256);
        p.prev_randao = c.take<32>();
        for (uint64_t* v : {&p.number, &p.gas_limit, &p.gas_used, &p.timestamp}) *v = c.u64();
        c.variable(p.extra_data);
        const BytesView base_fee = c.fixed(32);
        p.base_fee.assign(base_fee.rbegin(), base_fee.rend());
        p.block_hash = c.take<32>();
        c.variable(p.transactions);
        c.variable(p.withdrawals);
        p.blob_gas_used = c.u64();
        p.excess_blob_gas = c.u64();
        c.variable(p.access_list);
        p.slot = c.u64();
        if (!c.finish() || p.extra_data.size() > MAX_EXTRA_DATA) return std::nullopt;
        return p;
    }
};

struct Request {
    Payload payload;
    BytesView versioned_hashes;
    Bytes32 parent_beacon_root;
    std::array<BytesView, 5> requests;

    static std::optional<Request> decode(BytesView bytes) {
        Request r;
        BytesView payload, requests;
        Container c(bytes);
        c.variable(payload);
        c.variable(r.versioned_hashes);
        r.parent_beacon_root = c.take<32>();
        c.variable(requests);
        if (!c.finish() || r.versioned_hashes.size() % 32) return std::nullopt;
        Container lists(requests);
        for (BytesView& list : r.requests) lists.variable(list);
        if (!lists.finish()) return std::nullopt;
        for (size_t type = 0; type < r.requests.size(); type++)
            if (r.requests[type].size() % REQUEST_SIZES[type]) return std::nullopt;
        auto p = Payload::decode(payload);
        if (!p) return std::nullopt;
        r.payload = std::move(*p);
        return r;
    }
};

struct Input {
    Request request;
    std::vector<BytesView> nodes, codes, headers, transactions;
    uint64_t chain_id = 0;
    BytesView keys;

    static std::optional<Input> decode(BytesView bytes) {
        Input in;
        BytesView request, witness, nodes, codes, headers;
        Container c(bytes);
        c.variable(request);
        c.variable(witness);
        in.chain_id = c.u64();
        c.variable(in.keys);
        if (!c.finish() || in.keys.size() % KEY_SIZE || in.keys.size() / KEY_SIZE > MAX_KEYS) return std::nullopt;
        Container w(witness);
        for (BytesView* list : {&nodes, &codes, &headers}) w.variable(*list);
        if (!w.finish()) return std::nullopt;
        auto r = Request::decode(request);
        auto n = split(nodes, MAX_NODES, MAX_NODE_SIZE), k = split(codes, MAX_CODES, MAX_CODE_SIZE),
             h = split(headers, MAX_HEADERS, MAX_HEADER_SIZE);
        if (!r || !n || !k || !h) return std::nullopt;
        auto t = split(r->payload.transactions, SIZE_MAX, SIZE_MAX);
        if (!t) return std::nullopt;
        in.request = std::move(*r);
        in.nodes = std::move(*n), in.codes = std::move(*k), in.headers = std::move(*h);
        in.transactions = std::move(*t);
        return in;
    }
};

std::optional<std::vector<Bytes>> withdrawals_of(BytesView list) {
    if (list.size() % WITHDRAWAL_SIZE) return std::nullopt;
    std::vector<Bytes> out;
    for (; !list.empty(); list = list.subspan(WITHDRAWAL_SIZE)) {
        Container c(list.first(WITHDRAWAL_SIZE));
        rlp::Writer w;
        w.u64(c.u64());
        w.u64(c.u64());
        w.string(c.fixed(20));
        w.u64(c.u64());
        w.end_list(0);
        out.push_back(std::move(w.out));
    }
    return out;
}

/// The requests of the system calls as items.
Bytes request_items(const Request& r) {
    rlp::Writer w;
    for (size_t type = 1; type < r.requests.size(); type++) {
        if (r.requests[type].empty()) continue;
        Bytes item{static_cast<uint8_t>(type)};
        item.insert(item.end(), r.requests[type].begin(), r.requests[type].end());
        w.string(item);
    }
    return std::move(w.out);
}

Bytes32 ordered_root(const std::vector<Bytes>& items) {
    return mpt::ordered_root(std::vector<BytesView>(items.begin(), items.end()));
}

/// The header that the payload describes (Yellow Paper 4.4.1 and the EIPs in header_json.cpp).
Bytes header_of(const Request& r, const std::vector<BytesView>& transactions, const std::vector<Bytes>& withdrawals,
                const Bytes32& requests_hash) {
    const Payload& p = r.payload;
    const Bytes zero_nonce(8);
    const uint8_t no_ommers[] = {0xc0};
    rlp::Writer w;
    w.string(p.parent_hash.view());
    w.string(hash::keccak256(no_ommers).view());
    w.string(p.fee_recipient.view());
    w.string(p.state_root.view());
    w.string(mpt::ordered_root(transactions).view());
    w.string(p.receipts_root.view());
    w.string(p.bloom);
    w.u64(0);  // difficulty
    for (uint64_t v : {p.number, p.gas_limit, p.gas_used, p.timestamp}) w.u64(v);
    w.string(p.extra_data);
    w.string(p.prev_randao.view());
    w.string(zero_nonce);
    w.integer(p.base_fee);
    w.string(ordered_root(withdrawals).view());
    w.u64(p.blob_gas_used);
    w.u64(p.excess_blob_gas);
    w.string(r.parent_beacon_root.view());
    w.string(requests_hash.view());
    w.string(hash::keccak256(p.access_list).view());
    w.u64(p.slot);
    w.end_list(0);
    return std::move(w.out);
}

Bytes block_of(BytesView header, const std::vector<BytesView>& transactions, const std::vector<Bytes>& withdrawals) {
    rlp::Writer w;
    w.raw(header);
    size_t list = w.begin_list();
    for (BytesView t : transactions) {
        if (t[0] >= 0xc0)
            w.raw(t);
        else
            w.string(t);
    }
    w.end_list(list);
    w.end_list(w.begin_list());  // ommers
    list = w.begin_list();
    for (const Bytes& item : withdrawals) w.raw(item);
    w.end_list(list);
    w.end_list(0);
    return std::move(w.out);
}

/// Versioned hashes and public keys, against the transactions. A transaction that cannot be decoded is left to the
/// execution, which names its fault.
HostResult<void> check_transactions(const Input& in, const Block& block) {
    Bytes hashes;
    for (size_t i = 0; i < block.items.size(); i++) {
        const auto t = decode_transaction(block.items[i], evm::Revision::amsterdam);
        if (!t) return {};
        for (const Bytes32& h : t->blob_hashes) hashes.insert(hashes.end(), h.begin(), h.end());
        const BytesView key = in.keys.subspan(KEY_SIZE * i, KEY_SIZE);
        const auto sender = recover_sender(*t);
        const Bytes32 digest = hash::keccak256(key.subspan(1));
        if (sender && (key[0] != 4 || !std::equal(sender->begin(), sender->end(), digest.begin() + 12)))
            return bad(fmt::format("public key {} is not the one that signed", i));
    }
    const BytesView given = in.request.versioned_hashes;
    if (!std::equal(hashes.begin(), hashes.end(), given.begin(), given.end()))
        return bad("the versioned hashes are not those of the transactions");
    return {};
}

}  // namespace

HostResult<StatelessInput> decode_stateless_input(BytesView data) {
    if (data.size() < 2 || (data[0] << 8 | data[1]) != StatelessResult::SCHEMA_ID)
        return bad("the file does not begin with the schema id 0x1501");
    const auto in = Input::decode(data.subspan(2));
    if (!in) return bad("the file is not SSZ of a StatelessInput");
    const Payload& p = in->request.payload;
    const auto withdrawals = withdrawals_of(p.withdrawals);
    if (!withdrawals) return bad("the withdrawals are not of whole items");
    for (BytesView t : in->transactions)
        if (t.empty()) return bad("a transaction is empty");
    if (in->keys.size() != KEY_SIZE * in->transactions.size()) return bad("each transaction must have its public key");
    const Bytes requests = request_items(in->request);
    const auto digest = requests_hash(in->request.requests[0], requests);
    if (!digest) return bad("the requests cannot be hashed");

    StatelessInput out;
    const Bytes header = header_of(in->request, in->transactions, *withdrawals, *digest);
    if (hash::keccak256(header) != p.block_hash) return bad("the payload is not of the block whose hash it gives");
    out.block.block_rlp = block_of(header, in->transactions, *withdrawals);
    const auto block = decode_block(out.block.block_rlp);
    if (!block) return bad("the payload is not of a block");
    ASHLAR_TRY(check_transactions(*in, *block));
    const auto list = rlp::read_list(p.access_list);
    if (!list) return bad("the block access list is no list");
    const auto root = payload_request_root({*block, list->rest(), in->request.requests[0], requests});
    if (!root) return bad("the request has no root: " + std::string(to_string(root.error().code)));
    out.request_root = *root;
    out.chain_id = in->chain_id;
    for (BytesView n : in->nodes) out.block.witness.add_node(Bytes(n.begin(), n.end()));
    for (BytesView c : in->codes) out.block.witness.add_code(Bytes(c.begin(), c.end()));
    for (BytesView h : in->headers) out.block.witness.add_header(Bytes(h.begin(), h.end()));
    return out;
}

HostResult<BlockFolder> read_block(const std::filesystem::path& path, const ChainConfig& config) {
    std::error_code ec;
    const bool folder = std::filesystem::is_directory(path, ec);
    const std::filesystem::path file = folder ? path / STATELESS_FILE : path;
    if (folder && (!std::filesystem::exists(file, ec) || std::filesystem::exists(path / "block.rlp", ec)))
        return read_block_folder(path);
    ASHLAR_ASSIGN(const Bytes data, read_file(file));
    ASHLAR_ASSIGN(StatelessInput in, decode_stateless_input(data));
    if (in.chain_id != config.chain_id)
        return fail("stateless_chain",
                    fmt::format("{} is for chain {}, not {}", file.string(), in.chain_id, config.chain_id),
                    "name the chain with --chain");
    return std::move(in.block);
}

}  // namespace ashlar::ethereum
