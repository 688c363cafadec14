// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "libs/base/hex.hpp"
#include "libs/crypto/secp256k1.hpp"
#include "libs/ethereum/stateless_input.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/block_maker.hpp"
#include "test/support/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

Bytes number(uint64_t v, size_t size = 8) {
    Bytes b(size);
    for (size_t i = 0; i < std::min<size_t>(size, 8); i++) b[i] = static_cast<uint8_t>(v >> (8 * i));
    return b;
}

/// An SSZ container: fields of fixed size as they are, the others behind their offsets.
class Ssz {
  public:
    Ssz& fixed(BytesView b) { return parts_.emplace_back(Bytes(b.begin(), b.end()), false), *this; }
    Ssz& u64(uint64_t v) { return fixed(number(v)); }
    Ssz& variable(Bytes b) { return parts_.emplace_back(std::move(b), true), *this; }
    Bytes encode() const {
        size_t at = 0;
        for (const auto& [b, variable] : parts_) at += variable ? 4 : b.size();
        Bytes head, tail;
        for (const auto& [b, variable] : parts_) {
            const Bytes part = variable ? number(at + tail.size(), 4) : b;
            head.insert(head.end(), part.begin(), part.end());
            if (variable) tail.insert(tail.end(), b.begin(), b.end());
        }
        head.insert(head.end(), tail.begin(), tail.end());
        return head;
    }

  private:
    std::vector<std::pair<Bytes, bool>> parts_;
};

Bytes list_of(const std::vector<Bytes>& items) {
    Ssz list;
    for (const Bytes& b : items) list.variable(b);
    return list.encode();
}

/// What goes into an input; a test changes some of it.
struct Parts {
    Header header;
    std::vector<Bytes> transactions, nodes, codes, headers;
    Bytes access_list, keys, versioned_hashes;
    uint64_t chain_id = 0;
    std::array<Bytes, 5> requests;
    Bytes schema{0x15, 0x01};

    Bytes encode() const {
        const Header& h = header;
        Ssz payload;
        payload.fixed(h.parent_hash.view()).fixed(h.coinbase.view()).fixed(h.state_root.view());
        payload.fixed(h.receipts_root.view()).fixed(h.logs_bloom.view()).fixed(h.prev_randao.view());
        payload.u64(h.number).u64(h.gas_limit).u64(h.gas_used).u64(h.timestamp);
        payload.variable(Bytes(h.extra_data.begin(), h.extra_data.end())).fixed(number(h.base_fee, 32));
        payload.fixed(h.hash.view()).variable(list_of(transactions)).variable({});
        payload.u64(h.blob_gas_used).u64(h.excess_blob_gas).variable(access_list).u64(h.slot_number);
        Ssz all_requests;
        for (const Bytes& r : requests) all_requests.variable(r);
        Ssz request;
        request.variable(payload.encode()).variable(versioned_hashes);
        request.fixed(h.parent_beacon_root.view()).variable(all_requests.encode());
        Ssz witness;
        witness.variable(list_of(nodes)).variable(list_of(codes)).variable(list_of(headers));
        Ssz input;
        input.variable(request.encode()).variable(witness.encode()).u64(chain_id).variable(keys);
        Bytes out = schema;
        const Bytes body = input.encode();
        out.insert(out.end(), body.begin(), body.end());
        return out;
    }
};

struct Made {
    test::MadeBlock block;
    Block decoded;
    BlockInputs inputs;
    BlockResult result;
    Parts parts;
};

/// A block of three transactions that count up a slot, and the input that describes it.
std::unique_ptr<Made> make() {
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    auto made = test::make_block(evm::Revision::amsterdam, {{.address = contract, .nonce = 1, .code = code}},
                                 {3, {.to = contract, .gas_limit = 200'000, .data = {}}});
    if (!made) FAIL(made.error().message);
    auto m = std::make_unique<Made>();
    m->block = std::move(*made);
    m->decoded = *decode_block(m->block.rlp);
    auto inputs = make_inputs(m->block.config, m->block.rlp, m->block.witness, 1, &m->result);
    if (!inputs) FAIL(to_string(inputs.error().code));
    m->inputs = std::move(*inputs);
    Parts& p = m->parts;
    p.header = m->decoded.header;
    p.chain_id = m->block.config.chain_id;
    for (BytesView item : m->decoded.items) {
        p.transactions.emplace_back(item.begin(), item.end());
        const auto t = *decode_transaction(item, evm::Revision::amsterdam);
        const auto key = *crypto::recover_public_key(t.signing_hash, t.r.to_bytes32(), t.s.to_bytes32(), *t.y_odd);
        p.keys.push_back(4);
        p.keys.insert(p.keys.end(), key.begin(), key.end());
    }
    rlp::Writer list;
    list.raw(m->result.access_list.items);
    list.end_list(0);
    p.access_list = list.out;
    for (size_t i = 0; i < m->block.witness.node_count(); i++) {
        const BytesView n = m->block.witness.node(i);
        p.nodes.emplace_back(n.begin(), n.end());
    }
    for (size_t i = 0; i < m->block.witness.code_count(); i++) {
        const BytesView c = m->block.witness.code(i);
        p.codes.emplace_back(c.begin(), c.end());
    }
    for (BytesView h : m->block.witness.ancestors(p.header.parent_hash)) p.headers.emplace_back(h.begin(), h.end());
    return m;
}

}  // namespace

TEST_CASE("roots of requests are those of an independent implementation") {
    // test/oracle/stateless.py makes the file with eth-remerkleable.
    std::ifstream in("test/vectors/ssz/requests.txt");
    size_t count = 0;
    for (std::string line; std::getline(in, line); count++) {
        std::istringstream fields(line);
        Bytes part[5];
        for (Bytes& p : part) {
            std::string text;
            fields >> text;
            if (text != "-") p = *from_hex(text);
        }
        const auto block = decode_block(part[0]);
        REQUIRE(block);
        const PayloadRequest request{*block, part[1], part[2], part[3]};
        const auto root = payload_request_root(request);
        if (!root) FAIL(to_string(root.error().code));
        CHECK(to_hex(root->view()) == to_hex(part[4]));
    }
    CHECK(count == 18);
}

TEST_CASE("requests that are not of whole items, not in order or of no type have no root") {
    const auto m = make();
    const auto error = [&](BytesView deposits, BytesView requests) {
        const auto root = payload_request_root({m->decoded, m->result.access_list.items, deposits, requests});
        return root ? ErrorCode::no_subblock : root.error().code;
    };
    const auto item = [](uint8_t type, size_t size) {
        rlp::Writer w;
        Bytes b(size + 1);
        b[0] = type;
        w.string(b);
        return w.out;
    };
    const auto both = [](Bytes a, const Bytes& b) { return a.insert(a.end(), b.begin(), b.end()), a; };
    CHECK(error({}, both(item(1, 76), item(4, 68))) == ErrorCode::no_subblock);
    CHECK(error(Bytes(191), {}) == ErrorCode::requests);
    CHECK(error({}, item(1, 75)) == ErrorCode::requests);
    CHECK(error({}, item(0, 192)) == ErrorCode::requests);
    CHECK(error({}, item(5, 68)) == ErrorCode::requests);
    CHECK(error({}, both(item(4, 68), item(1, 76))) == ErrorCode::requests);
    CHECK(error({}, both(item(1, 76), item(1, 76))) == ErrorCode::requests);
    CHECK(error({}, Bytes{0xc0}) == ErrorCode::requests);
    Block before = m->decoded;
    before.header.fields = Header::PRAGUE_FIELDS;
    CHECK(payload_request_root({before, {}, {}, {}}).error().code == ErrorCode::block_format);
}

TEST_CASE("the result has one encoding of 43 bytes") {
    StatelessResult r{Bytes32{std::array<uint8_t, 32>{0xaa}}, true, 0x0102030405060708, StatelessResult::SCHEMA_ID};
    const Bytes encoded = r.encode();
    CHECK(to_hex(BytesView(encoded).subspan(32)) == "0108070605040302010115");
    CHECK(StatelessResult::decode(encoded) == r);
    CHECK_FALSE(StatelessResult::decode(BytesView(encoded).first(42)));
    Bytes changed = encoded;
    changed.push_back(0);
    CHECK_FALSE(StatelessResult::decode(changed));
    changed = encoded;
    changed[32] = 2;
    CHECK_FALSE(StatelessResult::decode(changed));
}

TEST_CASE("a StatelessInput is the block that it describes") {
    const auto m = make();
    const Bytes data = m->parts.encode();
    const auto in = decode_stateless_input(data);
    if (!in) FAIL(in.error().message);
    CHECK(in->block.block_rlp == m->block.rlp);
    CHECK(in->chain_id == m->block.config.chain_id);
    const auto result = execute_block(m->block.config, in->block.block_rlp, in->block.witness);
    if (!result) FAIL(to_string(result.error().code));

    // The aggregator commits the same root, if it is asked to.
    Bytes committed;
    const auto ignore = [](void*, const Bytes32&, const Bytes32&) {};
    const Bytes claims = m->inputs.aggregator_claims(Bytes32{});
    REQUIRE(run_aggregator(claims, m->inputs.aggregator_block, ignore, nullptr, &committed));
    CHECK(committed == m->inputs.claim.encode());
    REQUIRE(run_aggregator(claims, m->inputs.aggregator_block_for_result(), ignore, nullptr, &committed));
    CHECK(committed == StatelessResult{in->request_root, true, in->chain_id}.encode());

    // From a file, or from a folder that holds it; block.rlp comes first.
    const test::TempDir dir;
    const auto file = dir.path / STATELESS_FILE;
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
    for (const auto& path : {dir.path, file}) {
        const auto read = read_block(path, m->block.config);
        REQUIRE(read);
        CHECK(read->block_rlp == m->block.rlp);
    }
    CHECK(find_block_folders(dir.path) == std::vector<std::filesystem::path>{dir.path});
    ChainConfig other = m->block.config;
    other.chain_id++;
    CHECK(read_block(file, other).error().code == "stateless_chain");
    std::ofstream(dir.path / "block.rlp") << "x";
    CHECK(read_block(dir.path, m->block.config).error().code == "file_not_found");
    CHECK(read_block(dir.path / "none", m->block.config).error().code == "file_not_found");
}

TEST_CASE("a StatelessInput that says two things is refused, and so is every other file") {
    const auto m = make();
    const auto why = [&](auto change) {
        Parts p = m->parts;
        change(p);
        const auto in = decode_stateless_input(p.encode());
        return in ? std::string() : in.error().message;
    };
    CHECK(why([](Parts&) {}).empty());
    CHECK_THAT(why([](Parts& p) { p.schema[1] = 2; }), Catch::Contains("schema id"));
    CHECK_THAT(why([](Parts& p) { p.schema.pop_back(); }), Catch::Contains("schema id"));
    CHECK_THAT(why([](Parts& p) { p.header.gas_used++; }), Catch::Contains("hash"));
    CHECK_THAT(why([](Parts& p) { p.header.parent_beacon_root[0] ^= 1; }), Catch::Contains("hash"));
    CHECK_THAT(why([](Parts& p) { p.requests[1].resize(76); }), Catch::Contains("hash"));
    CHECK_THAT(why([](Parts& p) { p.requests[1].resize(75); }), Catch::Contains("SSZ"));
    CHECK_THAT(why([](Parts& p) { p.access_list.back() ^= 1; }), Catch::Contains("hash"));
    CHECK_THAT(why([](Parts& p) { std::swap(p.transactions[0], p.transactions[1]); }), Catch::Contains("hash"));
    CHECK_THAT(why([](Parts& p) { p.transactions[0].clear(); }), Catch::Contains("empty"));
    CHECK_THAT(why([](Parts& p) { p.versioned_hashes.resize(32); }), Catch::Contains("versioned"));
    CHECK_THAT(why([](Parts& p) { p.versioned_hashes.resize(31); }), Catch::Contains("SSZ"));
    CHECK_THAT(why([](Parts& p) { p.keys[70] ^= 1; }), Catch::Contains("public key 1"));
    CHECK_THAT(why([](Parts& p) { p.keys[0] = 2; }), Catch::Contains("public key 0"));
    CHECK_THAT(why([](Parts& p) { p.keys.resize(130); }), Catch::Contains("its public key"));
    CHECK_THAT(why([](Parts& p) { p.keys.resize(129); }), Catch::Contains("SSZ"));
    CHECK_THAT(why([](Parts& p) { p.nodes.push_back(Bytes(1025)); }), Catch::Contains("SSZ"));
    CHECK_THAT(why([](Parts& p) { p.codes.push_back(Bytes(65537)); }), Catch::Contains("SSZ"));
    CHECK_THAT(why([](Parts& p) { p.headers.resize(257); }), Catch::Contains("SSZ"));
    CHECK(why([](Parts& p) { p.nodes.push_back(Bytes(1024)); }).empty());

    const Bytes data = m->parts.encode();
    for (size_t n = 0; n < data.size(); n++) CHECK_FALSE(decode_stateless_input(BytesView(data).first(n)));
    // An offset that points elsewhere: the input's three, then the request's.
    for (size_t at : {2u, 6u, 18u, 22u, 26u, 62u})
        for (uint8_t change : {1, 4, 128}) {
            Bytes moved = data;
            moved[at] = static_cast<uint8_t>(moved[at] + change);
            CHECK_FALSE(decode_stateless_input(moved));
        }
}
