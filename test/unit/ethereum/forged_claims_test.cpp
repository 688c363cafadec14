// SPDX-License-Identifier: Apache-2.0
// What a host may write into the inputs of subblock and aggregator, each thing alone, on blocks made to order: nothing
// else stands in the way of what is tested, and no data beside the project is needed.
#include <catch2/catch.hpp>
#include <functional>

#include "libs/base/hex.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/block_maker.hpp"
#include "test/support/trie_stream.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using test::numbered_address;

namespace {

const Bytes CUT_OFF = {0xb8}, NO_RECEIPT = {0xc0};

/// Three transfers under the rules of Prague, one subblock each; no withdrawals, no requests.
test::MadeBlock transfers(const std::function<void(Header&)>& adjust = {},
                          evm::Revision revision = evm::Revision::prague) {
    const test::TransactionSpec t{numbered_address(0xaaaa), 21'000, {}};
    auto made = test::make_block(revision, {}, {t, t, t}, adjust);
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

/// All that the aggregator is given, free to be changed.
struct Forgery {
    test::MadeBlock made = transfers();
    BlockInputs inputs;
    std::vector<SubblockClaim> claims;
    AggregatorBlock block;  ///< views into `inputs`, or into what the test changes them to

    Forgery() {
        auto in = make_inputs(made.config, made.rlp, made.witness, 1);
        REQUIRE(in);
        inputs = std::move(*in);
        REQUIRE(inputs.subblocks.size() == 3);
        for (const SubblockInput& s : inputs.subblocks) claims.push_back(s.claim);
        block = *AggregatorBlock::decode(inputs.aggregator_block);
    }
    /// The header of another block in the place of this one's, in the claims too.
    void set_header(const test::MadeBlock& other) {
        other_ = other.rlp;
        const auto decoded = decode_block(other_);
        REQUIRE(decoded);
        block.header = decoded->header_rlp;
        for (SubblockClaim& c : claims) c.block_hash = decoded->header.hash;
    }
    /// Other receipts, one a subblock, claimed as such.
    void set_receipts(const Bytes& items) {
        receipts_ = items;
        block.receipts = receipts_;
        rlp::Reader reader(receipts_);
        for (SubblockClaim& c : claims) {
            auto item = reader.next();
            REQUIRE(item);
            c.receipts_digest = list_digest(item->raw);
        }
    }
    Outcome<BlockClaim> run() const {
        std::vector<Bytes> committed;
        for (const SubblockClaim& c : claims) committed.push_back(c.encode());
        AggregatorClaims first;
        first.subblocks.assign(committed.begin(), committed.end());
        return run(first.encode(), block.encode());
    }
    static Outcome<BlockClaim> run(const Bytes& first, const Bytes& second) {
        return run_aggregator(first, second, [](void*, const Bytes32&, const Bytes32&) {}, nullptr);
    }
    /// The name of the refusal.
    std::string refused() const {
        const auto r = run();
        return r ? "" : std::string(to_string(r.error().code));
    }

  private:
    Bytes other_, receipts_;
};

std::string name(ErrorCode code) { return std::string(to_string(code)); }

/// Receipts of three successful transfers, the last with these logs; and what a header says of them.
struct Receipts {
    Bytes items;
    ReceiptsSummary summary;
    explicit Receipts(const std::vector<evm::Log>& logs) {
        for (uint64_t i = 1; i <= 3; i++)
            append_receipt(items, TransactionType::legacy, true, 21'000 * i, i == 3 ? logs : std::vector<evm::Log>{});
        summary = summarize_receipts(decode_receipts(items).value());
    }
};

}  // namespace

TEST_CASE("the aggregator's inputs are refused where they are none") {
    Forgery f;
    REQUIRE(f.run());
    const Bytes first = f.inputs.aggregator_claims(Bytes32{}), second = f.inputs.aggregator_block;
    CHECK(Forgery::run(first, second));
    const auto refused = [](const Bytes& a, const Bytes& b) {
        const auto r = Forgery::run(a, b);
        return r ? "" : name(r.error().code);
    };
    CHECK(refused({}, second) == name(ErrorCode::input_encoding));
    CHECK(refused(first, {}) == name(ErrorCode::input_encoding));
    AggregatorClaims other;
    const Bytes nobody(SubblockClaim::SIZE, 0);
    other.subblocks = {nobody};
    CHECK(refused(other.encode(), second) == name(ErrorCode::input_version));
    const AggregatorBlock good = f.block;
    const auto with = [&](BytesView AggregatorBlock::* part, const Bytes& bytes) {
        f.block = good;
        f.block.*part = bytes;
        return f.refused();
    };
    CHECK(with(&AggregatorBlock::config, {}) == name(ErrorCode::input_encoding));
    CHECK(with(&AggregatorBlock::header, Bytes{0xc0}) == name(ErrorCode::block_rlp));
    CHECK(with(&AggregatorBlock::parent, Bytes{0xc0}) == name(ErrorCode::block_rlp));
    CHECK(with(&AggregatorBlock::transactions, CUT_OFF) == name(ErrorCode::block_rlp));
    CHECK(with(&AggregatorBlock::receipts, CUT_OFF) == name(ErrorCode::block_rlp));
    // Before Amsterdam there are no access lists.
    f.block = good;
    f.block.fragments.push_back({});
    CHECK(f.refused() == name(ErrorCode::input_encoding));
}

TEST_CASE("subblocks that leave out the end of a block are refused, and receipts of more than it has") {
    Forgery f;
    // Nothing but the number of transactions tells: the last subblock has no withdrawals and no requests.
    f.claims.pop_back();
    f.claims.back().last = true;
    CHECK(f.refused() == name(ErrorCode::subblock_range));
    Forgery g;
    Bytes receipts(g.block.receipts.begin(), g.block.receipts.end());
    receipts.insert(receipts.end(), NO_RECEIPT.begin(), NO_RECEIPT.end());
    g.block.receipts = receipts;
    CHECK(g.refused() == name(ErrorCode::subblock_receipts));
}

TEST_CASE("claims that agree with the block are held against its header, for each thing that it says") {
    const auto header_says = [](const std::function<void(Header&)>& adjust) {
        Forgery f;
        f.set_header(transfers(adjust));
        return f.refused();
    };
    CHECK(header_says({}).empty());
    CHECK(header_says([](Header& h) { h.gas_used++; }) == name(ErrorCode::gas_used));
    CHECK(header_says([](Header& h) { h.blob_gas_used = 1 << 17; }) == name(ErrorCode::blob_gas_used));
    CHECK(header_says([](Header& h) { h.state_root[0] ^= 1; }) == name(ErrorCode::state_root));
    CHECK(header_says([](Header& h) { h.transactions_root[0] ^= 1; }) == name(ErrorCode::transactions_root));
    CHECK(header_says([](Header& h) { h.withdrawals_root[0] ^= 1; }) == name(ErrorCode::withdrawals_root));
    CHECK(header_says([](Header& h) { h.receipts_root[0] ^= 1; }) == name(ErrorCode::receipts_root));
    CHECK(header_says([](Header& h) { h.logs_bloom[0] ^= 1; }) == name(ErrorCode::logs_bloom));
    CHECK(header_says([](Header& h) { h.requests_hash[0] ^= 1; }) == name(ErrorCode::requests));
}

TEST_CASE("receipts and requests that the subblocks claim are read, and refused if they are none") {
    Forgery f;
    f.set_receipts({0xc0, 0xc0, 0xc0});
    CHECK(f.refused() == name(ErrorCode::block_rlp));
    const Receipts same({});
    Forgery g;
    g.set_receipts(same.items);
    CHECK(g.refused().empty());

    // A log of the deposit contract that is no deposit.
    evm::Log log;
    log.address = g.made.config.deposit_contract;
    const Bytes topic = *from_hex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");
    log.topics.push_back(Bytes32::from(topic));
    const Receipts deposit({log});
    g.set_receipts(deposit.items);
    g.set_header(transfers([&](Header& h) {
        h.receipts_root = deposit.summary.root;
        h.logs_bloom = deposit.summary.bloom;
    }));
    CHECK(g.refused() == name(ErrorCode::deposit_event));

    Forgery h;
    const Bytes requests{0xc0};  // a list, not a string
    h.block.requests = requests;
    h.claims.back().requests_digest = list_digest(requests);
    CHECK(h.refused() == name(ErrorCode::block_rlp));
}

TEST_CASE("native execution holds a block against its header, for each thing that it says") {
    const auto refused = [](const std::function<void(Header&)>& adjust,
                            evm::Revision revision = evm::Revision::prague) {
        const test::MadeBlock b = transfers(adjust, revision);
        const auto r = execute_block(b.config, b.rlp, b.witness);
        const auto inputs = make_inputs(b.config, b.rlp, b.witness, 1);
        CHECK(r.has_value() == inputs.has_value());
        if (!r && !inputs) CHECK(r.error().code == inputs.error().code);
        return r ? "" : name(r.error().code);
    };
    CHECK(refused({}).empty());
    CHECK(refused([](Header& h) { h.gas_used++; }) == name(ErrorCode::gas_used));
    CHECK(refused([](Header& h) { h.blob_gas_used = 1 << 17; }) == name(ErrorCode::blob_gas_used));
    CHECK(refused([](Header& h) { h.state_root[0] ^= 1; }) == name(ErrorCode::state_root));
    CHECK(refused([](Header& h) { h.transactions_root[0] ^= 1; }) == name(ErrorCode::transactions_root));
    CHECK(refused([](Header& h) { h.withdrawals_root[0] ^= 1; }) == name(ErrorCode::withdrawals_root));
    CHECK(refused([](Header& h) { h.receipts_root[0] ^= 1; }) == name(ErrorCode::receipts_root));
    CHECK(refused([](Header& h) { h.logs_bloom[0] ^= 1; }) == name(ErrorCode::logs_bloom));
    CHECK(refused([](Header& h) { h.requests_hash[0] ^= 1; }) == name(ErrorCode::requests));
    const auto amsterdam = evm::Revision::amsterdam;
    CHECK(refused({}, amsterdam).empty());
    CHECK(refused([](Header& h) { h.access_list_hash[0] ^= 1; }, amsterdam) == name(ErrorCode::access_list_hash));
    CHECK(refused([](Header& h) { h.gas_used++; }, amsterdam) == name(ErrorCode::gas_used));
    CHECK(refused([](Header& h) { h.parent_hash = {}; }) == name(ErrorCode::unknown_parent_zero));
    CHECK(refused([](Header& h) { h.parent_hash[0] ^= 1; }) == name(ErrorCode::missing_header));
}

TEST_CASE("native execution names what cannot be read of a block") {
    const test::MadeBlock b = transfers();
    const auto refused = [&](const Bytes& block) {
        const auto r = execute_block(b.config, block, b.witness);
        const auto inputs = make_inputs(b.config, block, b.witness, 1);
        CHECK_FALSE(inputs);
        return r ? "" : name(r.error().code);
    };
    CHECK(refused({}) == name(ErrorCode::block_rlp));
    CHECK(refused({0xc0}) == name(ErrorCode::block_rlp));
    // A withdrawal that is none, named before the root of their list is.
    const auto decoded = decode_block(b.rlp);
    REQUIRE(decoded);
    rlp::Writer w;
    w.raw(decoded->header_rlp);
    for (const Bytes& items :
         {Bytes(decoded->transactions.begin(), decoded->transactions.end()), Bytes{}, Bytes{0x80}}) {
        const size_t at = w.begin_list();
        w.raw(items);
        w.end_list(at);
    }
    w.end_list(0);
    CHECK(refused(w.out) == name(ErrorCode::block_rlp));
}

TEST_CASE("a header further back that has the wrong number is refused, though its hash is right") {
    // BLOCKHASH counts by place: what stands there would answer for another block.
    for (const bool honest : {true, false}) {
        const test::TransactionSpec t{numbered_address(0xaaaa), 21'000, {}};
        Bytes before;
        auto made = test::make_block(evm::Revision::prague, {}, {t}, {}, [&](Header& parent) {
            Header h = parent;
            h.number = parent.number - (honest ? 1 : 2);
            before = test::encode_header(h, evm::Revision::prague);
            parent.parent_hash = hash::keccak256(before);
        });
        REQUIRE(made);
        made->witness.add_header(before);
        const auto r = execute_block(made->config, made->rlp, made->witness);
        CHECK(r.has_value() == honest);
        if (!r) CHECK(name(r.error().code) == name(ErrorCode::missing_header));
    }
}

TEST_CASE("a subblock's environment is refused where it is wrong") {
    const test::MadeBlock b = transfers();
    const auto inputs = make_inputs(b.config, b.rlp, b.witness, ~uint64_t{0});
    REQUIRE(inputs);
    const SubblockInput& s = inputs->subblocks.at(0);
    const SubblockEnvironment good = *SubblockEnvironment::decode(s.environment);
    const auto run = [&](const SubblockEnvironment& env) {
        Bytes state = s.state;
        const auto r = run_subblock(env.encode(), state, s.codes);
        return r ? "" : name(r.error().code);
    };
    CHECK(run(good).empty());
    SubblockEnvironment e = good;
    ChainConfig later = b.config;
    later.shanghai_time = later.cancun_time = later.prague_time = ChainConfig::NEVER;
    later.paris_block = 1'000'000;
    const Bytes config = later.encode();
    e.config = config;
    CHECK(run(e) == name(ErrorCode::fork_not_supported));
    e = good;
    e.ancestors = {CUT_OFF};
    CHECK(run(e) == name(ErrorCode::block_rlp));
    e = good;
    e.withdrawals = CUT_OFF;
    CHECK(run(e) == name(ErrorCode::block_rlp));
    // All gas of the block may be used before, but not more.
    e = good;
    e.transactions = {};
    e.gas_before = decode_block(b.rlp)->header.gas_limit;
    CHECK(run(e).empty());
    e.gas_before++;
    CHECK(run(e) == name(ErrorCode::subblock_gas));
    e = good;
    e.transactions = {};
    e.state_gas_before = decode_block(b.rlp)->header.gas_limit;
    CHECK(run(e).empty());
    e.state_gas_before++;
    CHECK(run(e) == name(ErrorCode::subblock_gas));
}

TEST_CASE("a subblock that lacks any node is refused, also one that only its new state needs") {
    // The contract deletes one of its two slots: the branch above both goes, and what the other is must be known.
    const Address contract = numbered_address(0xaaaa);
    const test::AccountSpec spec{
        .address = contract, .nonce = 1, .code = *from_hex("5f600155"), .storage = {{1, 1}, {2, 1}}};
    const auto made = test::make_block(evm::Revision::prague, {spec}, {{contract, 100'000, {}}});
    REQUIRE(made);
    const auto inputs = make_inputs(made->config, made->rlp, made->witness, ~uint64_t{0});
    REQUIRE(inputs);
    const SubblockInput& s = inputs->subblocks.at(0);
    Bytes whole = s.state;
    REQUIRE(run_subblock(s.environment, whole, s.codes));
    size_t without = 0;
    for (const Bytes32& digest : test::stream_digests(s.state)) {
        auto state = test::without_node(s.state, digest);
        if (!state) continue;
        const auto r = run_subblock(s.environment, *state, s.codes);
        REQUIRE_FALSE(r);
        CHECK(name(r.error().code) == name(ErrorCode::missing_node));
        without++;
    }
    CHECK(without >= 4);
}

TEST_CASE("a subblock whose end fails, fails") {
    // The system contracts that Prague calls at the end are not there.
    const test::MadeBlock b = transfers({}, evm::Revision::cancun);
    const auto inputs = make_inputs(b.config, b.rlp, b.witness, ~uint64_t{0});
    REQUIRE(inputs);
    const SubblockInput& s = inputs->subblocks.at(0);
    SubblockEnvironment e = *SubblockEnvironment::decode(s.environment);
    ChainConfig prague = b.config;
    prague.prague_time = 0;
    const Bytes config = prague.encode();
    e.config = config;
    Bytes state = s.state;
    const auto r = run_subblock(e.encode(), state, s.codes);
    REQUIRE_FALSE(r);
    CHECK(name(r.error().code) == name(ErrorCode::system_contract_empty));
}
