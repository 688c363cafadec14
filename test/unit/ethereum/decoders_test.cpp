// SPDX-License-Identifier: Apache-2.0
// What a block and the guests' inputs are read from, with one thing wrong each.
#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/ancestors.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/codec.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/ethereum/subblock.hpp"
#include "libs/ethereum/transaction.hpp"
#include "libs/ethereum/withdrawal.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/rlp_items.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using test::Items, test::joined, test::list, test::number, test::string;

namespace {

/// The items with one of them replaced.
Items with(Items items, size_t at, Bytes item) {
    items[at] = std::move(item);
    return items;
}
Items longer(Items items, Bytes item) {
    items.push_back(std::move(item));
    return items;
}
Items shorter(Items items) {
    items.pop_back();
    return items;
}

const Bytes NOTHING = {0x80}, EMPTY_LIST = {0xc0}, CUT_OFF = {0xb8};

/// The fields of a header: the first `n`.
Items header_fields(size_t n = Header::PRAGUE_FIELDS, uint64_t height = 7, const Bytes32& parent = {}) {
    const Bytes hash = string(Bytes(32, 1));
    Items f = {string(Bytes(parent.begin(), parent.end())),
               hash,
               string(Bytes(20, 2)),
               hash,
               hash,
               hash,
               string(Bytes(256, 0)),
               number(0),
               number(height),
               number(30'000'000),
               number(21'000),
               number(1'000),
               string({1, 2}),
               hash,
               string(Bytes(8, 0)),
               number(7),
               hash,
               number(0),
               number(0),
               hash,
               hash,
               hash,
               number(3)};
    f.resize(n);
    return f;
}

template <class T>
std::optional<ErrorCode> error_of(const Outcome<T>& r) {
    if (r) return std::nullopt;
    return r.error().code;
}

}  // namespace

TEST_CASE("a header is refused with any field missing, of another length or kind, or more") {
    for (unsigned n : {Header::PARIS_FIELDS, Header::SHANGHAI_FIELDS, Header::CANCUN_FIELDS, Header::PRAGUE_FIELDS,
                       Header::AMSTERDAM_FIELDS}) {
        const Items good = header_fields(n);
        const auto h = decode_header(list(good));
        REQUIRE(h);
        CHECK(h->fields == n);
        for (size_t i = 0; i < good.size(); i++) {
            INFO(n << " fields, field " << i);
            CHECK(error_of(decode_header(list(with(good, i, EMPTY_LIST)))) == ErrorCode::block_rlp);
            if (i != 12) CHECK(decode_header(list(with(good, i, string(Bytes(33, 5))))).has_value() == false);
            if (i != 12 && good[i].size() > 9)
                CHECK(error_of(decode_header(list(with(good, i, string(Bytes(good[i].size() - 2, 5)))))) ==
                      ErrorCode::block_rlp);
        }
        CHECK(error_of(decode_header(list(with(good, 8, string(Bytes(9, 1)))))) == ErrorCode::block_rlp_overflow);
        CHECK(error_of(decode_header(joined(good))) == ErrorCode::block_rlp);
    }
    CHECK(error_of(decode_header(list(header_fields(15)))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_header(list(header_fields(18)))) == ErrorCode::block_format);
    CHECK(error_of(decode_header(list(header_fields(19)))) == ErrorCode::block_format);
    CHECK(error_of(decode_header(list(header_fields(22)))) == ErrorCode::block_format);
    CHECK(error_of(decode_header(list(longer(header_fields(Header::AMSTERDAM_FIELDS), number(1))))) ==
          ErrorCode::fork_not_supported);
    // The first wrong field is named, not the last.
    CHECK(error_of(decode_header(list(with(with(header_fields(), 8, string(Bytes(9, 1))), 20, EMPTY_LIST)))) ==
          ErrorCode::block_rlp_overflow);
}

TEST_CASE("a block is refused with any part missing, of another kind, or more") {
    const Bytes header = list(header_fields()), transaction = list({number(1)}), withdrawal = list({number(2)});
    const Items good = {header, list({transaction}), EMPTY_LIST, list({withdrawal})};
    REQUIRE(decode_block(list(good)));
    REQUIRE(decode_block(list(shorter(good))));
    CHECK(error_of(decode_block(joined(good))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list({}))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list({header}))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list({header, EMPTY_LIST}))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list(with(good, 0, string(header))))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list(with(good, 0, list(header_fields(18)))))) == ErrorCode::block_format);
    CHECK(error_of(decode_block(list(with(good, 1, NOTHING)))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list(with(good, 1, list({CUT_OFF}))))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list(with(good, 2, NOTHING)))) == ErrorCode::block_rlp);
    CHECK(error_of(decode_block(list(with(good, 3, NOTHING)))) == ErrorCode::withdrawals_not_read);
    CHECK(error_of(decode_block(list(longer(good, EMPTY_LIST)))) == ErrorCode::block_rlp);
    CHECK(error_of(split_items(CUT_OFF)) == ErrorCode::block_rlp);
}

TEST_CASE("a body obeys its fork") {
    ChainConfig config = *known_chain("mainnet");
    Block block;
    block.header.number = config.paris_block;
    const auto at = [&](uint64_t time) {
        block.header.timestamp = time;
        return error_of(validate_body(config, block));
    };
    const uint64_t before = config.shanghai_time - 1;
    CHECK_FALSE(at(before));
    block.withdrawals = BytesView{};
    CHECK(at(before));
    CHECK_FALSE(at(config.shanghai_time));
    block.has_ommers = true;
    CHECK(at(config.shanghai_time) == ErrorCode::uncles);
    block.has_ommers = false;
    block.withdrawals.reset();
    CHECK(at(config.shanghai_time) == ErrorCode::withdrawals_not_read);
    block.withdrawals = BytesView{};
    block.size = 8 << 20;  // EIP-7934
    CHECK_FALSE(at(config.osaka_time));
    block.size++;
    CHECK_FALSE(at(config.osaka_time - 1));
    CHECK(at(config.osaka_time) == ErrorCode::block_too_large);
    block.header.number = 0;
    CHECK(at(before) == ErrorCode::fork_not_supported);
}

TEST_CASE("the lists of a body are those of the header") {
    const Bytes transaction = list({number(1)}), withdrawal = list({number(2)});
    Block block;
    block.items = {transaction};
    block.withdrawals = withdrawal;
    const Outcome<void> without_root = validate_body_roots(block);
    REQUIRE(error_of(without_root) == ErrorCode::transactions_root);
    block.header.transactions_root = without_root.error().detail;
    const Outcome<void> without_withdrawals = validate_body_roots(block);
    REQUIRE(error_of(without_withdrawals) == ErrorCode::withdrawals_root);
    block.header.withdrawals_root = without_withdrawals.error().detail;
    CHECK(validate_body_roots(block));
    block.withdrawals = CUT_OFF;
    CHECK(error_of(validate_body_roots(block)) == ErrorCode::block_rlp);
    block.items = {NOTHING};
    CHECK(error_of(validate_body_roots(block)) == ErrorCode::transaction_rlp);
}

TEST_CASE("requests that are no strings have no hash") {
    CHECK(requests_hash({}, joined({string({1, 2})})));
    CHECK(error_of(requests_hash({}, EMPTY_LIST)) == ErrorCode::block_rlp);
}

TEST_CASE("a receipt is refused with any field missing, of another length or kind, or more") {
    const Items good = {number(1), number(21'000), string(Bytes(256, 0)), EMPTY_LIST};
    const auto read = [](const Bytes& items) { return error_of(decode_receipts(items)); };
    CHECK_FALSE(read(list(good)));
    const auto typed = [](Bytes body) {
        body.insert(body.begin(), 2);
        return string(body);
    };
    CHECK_FALSE(read(typed(list(good))));
    CHECK(read(CUT_OFF) == ErrorCode::block_rlp);
    CHECK(read(NOTHING) == ErrorCode::block_rlp);
    CHECK(read(typed(joined(good))) == ErrorCode::block_rlp);
    CHECK(read(list(with(good, 0, string({1, 0})))) == ErrorCode::block_rlp);
    CHECK(read(list(with(good, 1, string(Bytes(9, 1))))) == ErrorCode::block_rlp);
    CHECK(read(list(with(good, 2, EMPTY_LIST))) == ErrorCode::block_rlp);
    CHECK(read(list(with(good, 2, string(Bytes(255, 0))))) == ErrorCode::block_rlp);
    CHECK(read(list(with(good, 3, NOTHING))) == ErrorCode::block_rlp);
    CHECK(read(list(longer(good, NOTHING))) == ErrorCode::block_rlp);
}

TEST_CASE("a log of the deposit contract is a deposit, has another topic, or is refused") {
    const Bytes topic = string(*from_hex("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5"));
    Bytes data(576, 0);
    const auto word = [&](size_t at, uint32_t v) {
        for (size_t i = 0; i < 4; i++) data[at + 28 + i] = static_cast<uint8_t>(v >> (24 - 8 * i));
    };
    constexpr uint32_t OFFSETS[5] = {160, 256, 320, 384, 512}, SIZES[5] = {48, 32, 8, 96, 8};
    for (size_t i = 0; i < 5; i++) word(32 * i, OFFSETS[i]), word(OFFSETS[i], SIZES[i]);
    const Address contract = Address::from(Bytes(20, 9));
    const Items good = {string(Bytes(20, 9)), list({topic}), string(data)};
    Bytes deposits;
    const auto collect = [&](const Bytes& logs) {
        ReceiptView r;
        r.logs = logs;
        deposits.clear();
        return error_of(collect_deposits({r}, contract, deposits));
    };
    CHECK_FALSE(collect(list(good)));
    CHECK(deposits.size() == 192);
    for (const Items& other : {with(good, 0, string(Bytes(20, 8))), with(good, 1, EMPTY_LIST),
                               with(good, 1, list({string(Bytes(32, 1)), topic}))}) {
        CHECK_FALSE(collect(list(other)));
        CHECK(deposits.empty());
    }
    for (size_t n : {size_t{575}, size_t{577}, size_t{0}}) {
        Bytes d = data;
        d.resize(n);
        CHECK(collect(list(with(good, 2, string(d)))) == ErrorCode::deposit_event);
    }
    for (size_t i = 0; i < 5; i++)
        for (size_t at : {32 * i, 32 * i + 31, size_t{OFFSETS[i]}, size_t{OFFSETS[i]} + 31}) {
            Bytes d = data;
            d[at] ^= 1;
            CHECK(collect(list(with(good, 2, string(d)))) == ErrorCode::deposit_event);
        }
    CHECK(collect(NOTHING) == ErrorCode::block_rlp);
    CHECK(collect(list(with(good, 0, string(Bytes(19, 9))))) == ErrorCode::block_rlp);
    CHECK(collect(list(with(good, 1, NOTHING))) == ErrorCode::block_rlp);
    CHECK(collect(list(with(good, 1, list({string(Bytes(31, 1))})))) == ErrorCode::block_rlp);
    CHECK(collect(list(with(good, 2, EMPTY_LIST))) == ErrorCode::block_rlp);
}

TEST_CASE("a withdrawal is refused with any field missing, of another length or kind, or more") {
    const Items good = {number(1), number(2), string(Bytes(20, 3)), number(4)};
    const auto read = [](const Bytes& items) { return error_of(decode_withdrawals(items)); };
    CHECK_FALSE(read(list(good)));
    CHECK(read(CUT_OFF) == ErrorCode::block_rlp);
    CHECK(read(string(joined(good))) == ErrorCode::block_rlp);
    for (size_t i : {size_t{0}, size_t{1}, size_t{3}})
        CHECK(read(list(with(good, i, string(Bytes(9, 1))))) == ErrorCode::block_rlp_overflow);
    CHECK(read(list(with(good, 2, string(Bytes(19, 1))))) == ErrorCode::block_rlp);
    CHECK(read(list(shorter(good))) == ErrorCode::block_rlp);
    CHECK(read(list(longer(good, number(1)))) == ErrorCode::block_rlp);
}

TEST_CASE("ancestors are a chain of hashes and numbers, at most 256, and answer for no other block") {
    std::vector<Bytes> chain;  // of blocks 0 to 299
    Bytes32 hash;
    for (uint64_t n = 0; n < 300; n++) {
        chain.push_back(list(header_fields(Header::PRAGUE_FIELDS, n, hash)));
        hash = hash::keccak256(chain.back());
    }
    const auto parents = [&](size_t from, size_t count) {
        std::vector<BytesView> out;
        for (size_t i = 0; i < count; i++) out.push_back(chain[from - 1 - i]);
        return out;
    };
    Header header;
    header.number = 300;
    header.parent_hash = hash;
    auto all = Ancestors::make(header, parents(300, 256));
    REQUIRE(all);
    CHECK(all->hash(299) == hash);
    CHECK_FALSE(all->hash(300));
    CHECK(all->hash(43));
    CHECK_FALSE(all->hash(42));
    auto only = Ancestors::make(header, {});
    REQUIRE(only);
    CHECK(only->hash(299) == hash);
    CHECK_FALSE(only->hash(298));
    CHECK(error_of(Ancestors::make(header, parents(300, 257))) == ErrorCode::missing_header);
    CHECK(error_of(Ancestors::make(header, parents(299, 1))) == ErrorCode::missing_header);
    auto gap = parents(300, 3);
    gap.erase(gap.begin() + 1);
    CHECK(error_of(Ancestors::make(header, gap)) == ErrorCode::missing_header);
    // The right number, of another chain.
    const Bytes stranger = list(header_fields(Header::PRAGUE_FIELDS, 299));
    REQUIRE(hash::keccak256(stranger) != hash);
    const BytesView other[1] = {stranger};
    CHECK(error_of(Ancestors::make(header, other)) == ErrorCode::missing_header);
    const BytesView broken[1] = {EMPTY_LIST};
    CHECK(error_of(Ancestors::make(header, broken)) == ErrorCode::block_rlp);
    for (uint64_t wrong : {uint64_t{299}, uint64_t{301}, uint64_t{0}}) {
        header.number = wrong;
        CHECK(error_of(Ancestors::make(header, parents(300, 1))) == ErrorCode::missing_header);
    }
    // Block 0 has no parent, even if a header of number 2^64 - 1 fits.
    const Bytes last = list(header_fields(Header::PRAGUE_FIELDS, ~uint64_t{0}));
    header.number = 0;
    header.parent_hash = hash::keccak256(last);
    const BytesView before[1] = {last};
    CHECK(error_of(Ancestors::make(header, before)) == ErrorCode::missing_header);
}

TEST_CASE("codes are refused cut off anywhere, with padding that is not zero, or with more behind") {
    const auto codes = [](uint32_t count, const std::vector<Bytes>& all) {
        Encoder e;
        e.u32(count);
        for (const Bytes& c : all) {
            e.u32(static_cast<uint32_t>(c.size()));
            e.raw(c);
            e.out.resize((e.out.size() + evm::CODE_PADDING + 3) & ~size_t{3});
        }
        return std::move(e.out);
    };
    const auto read = [](const Bytes& b) {
        CodeStore store;
        return error_of(read_codes(b, store));
    };
    const Bytes good = codes(2, {Bytes(5, 1), Bytes(8, 2)});
    CHECK_FALSE(read(good));
    for (size_t n = 0; n < good.size(); n++)
        CHECK(read(Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(n))) == ErrorCode::input_encoding);
    CHECK(read(codes(1, {Bytes(5, 1), Bytes(8, 2)})) == ErrorCode::input_encoding);
    Bytes more = good;
    more.resize(more.size() + 4);
    CHECK(read(more) == ErrorCode::input_encoding);
    for (size_t i = 4 + 4 + 5; i < 4 + ((4 + 5 + evm::CODE_PADDING + 3) & ~size_t{3}); i++) {
        Bytes b = good;
        b[i] = 1;
        CHECK(read(b) == ErrorCode::input_encoding);
    }
    // A size that passes the end, wherever it is taken to lie.
    for (uint32_t size : {uint32_t(good.size() - 7), ~uint32_t{0}, ~uint32_t{0} - 40}) {
        Bytes b = good;
        store_le32(b.data() + 4, size);
        CHECK(read(b) == ErrorCode::input_encoding);
    }
    // A code that ends where the input does has no padding.
    Encoder e;
    e.u32(1);
    e.u32(8);
    e.raw(Bytes(8, 1));
    CHECK(read(e.out) == ErrorCode::input_encoding);
}

TEST_CASE("a store of codes knows what it was given, and nothing else") {
    CodeStore store;
    const Bytes32 one = hash::keccak256(Bytes{1}), two = hash::keccak256(Bytes{2});
    CHECK_FALSE(store.find(one));
    CHECK_FALSE(store.peek(one));
    store.add(one, evm::Code(Bytes{1}));
    CHECK(store.peek(one));
    CHECK_FALSE(store.find(two));
    CHECK_FALSE(store.peek(two));
    CHECK(store.used().empty());  // a look is no use
    CHECK(store.find(one) == store.peek(one));
    CHECK(store.used().size() == 1);
}

TEST_CASE("the guests' inputs and claims have one encoding each") {
    const Bytes some = {1, 2, 3, 4, 5};
    const auto check = [](const Bytes& good, auto&& decode) {
        REQUIRE(decode(good));
        for (size_t n = 0; n < good.size(); n++)
            CHECK_FALSE(decode(Bytes(good.begin(), good.begin() + static_cast<ptrdiff_t>(n))));
        Bytes b = good;
        b.push_back(0);
        CHECK_FALSE(decode(b));
        b = good;
        b[0] ^= 1;
        CHECK_FALSE(decode(b));
    };
    check(BlockClaim{}.encode(), [](const Bytes& b) { return BlockClaim::decode(b).has_value(); });
    check(SubblockClaim{}.encode(), [](const Bytes& b) { return SubblockClaim::decode(b).has_value(); });
    AggregatorClaims claims;
    claims.subblocks = {some, some};
    check(claims.encode(), [](const Bytes& b) { return AggregatorClaims::decode(b).has_value(); });
    AggregatorBlock block;
    block.header = some;
    block.withdrawals = some;
    block.requests = some;
    const auto decode_block_input = [](const Bytes& b) { return AggregatorBlock::decode(b).has_value(); };
    check(block.encode(), decode_block_input);
    SubblockEnvironment env;
    env.ancestors = {some};
    env.withdrawals = some;
    const auto decode_environment = [](const Bytes& b) { return SubblockEnvironment::decode(b).has_value(); };
    check(env.encode(), decode_environment);
    ChainConfig config = *known_chain("mainnet");
    const auto decode_config = [](const Bytes& b) { return ChainConfig::decode(b).has_value(); };
    check(config.encode(), decode_config);

    // One of two outputs.
    Bytes encoded = block.encode();
    encoded[4] = 1;
    CHECK(decode_block_input(encoded));
    encoded[4] = 2;
    CHECK_FALSE(decode_block_input(encoded));
    // Withdrawals are there or not, and not without being there.
    encoded = block.encode();
    size_t flag = 4 + 4;
    for (size_t n : {size_t{0}, some.size(), size_t{0}, size_t{0}}) flag += 4 + ((n + 3) & ~size_t{3});
    REQUIRE(encoded[flag] == 1);
    encoded[flag] = 2;
    CHECK_FALSE(decode_block_input(encoded));
    encoded[flag] = 0;
    CHECK_FALSE(decode_block_input(encoded));
    // Padding is zero.
    encoded = env.encode();
    encoded.back() = 1;
    CHECK_FALSE(decode_environment(encoded));
    encoded = env.encode();
    for (uint8_t f : {5, 6, 7, 8}) {
        encoded[4 + 8] = f;
        CHECK_FALSE(decode_environment(encoded));
    }

    const Bytes empty;
    env.ancestors.assign(256, empty);
    CHECK(decode_environment(env.encode()));
    env.ancestors.emplace_back(empty);
    CHECK_FALSE(decode_environment(env.encode()));
    block.fragments.assign(1 << 16, empty);
    CHECK(AggregatorBlock::decode(block.encode()));
    block.fragments.emplace_back(empty);
    CHECK_FALSE(AggregatorBlock::decode(block.encode()));
    claims.subblocks.assign(1 << 16, empty);
    CHECK(AggregatorClaims::decode(claims.encode()));
    claims.subblocks.emplace_back(empty);
    CHECK_FALSE(AggregatorClaims::decode(claims.encode()));
}

TEST_CASE("blob parameters are decoded within their bounds") {
    const auto decodes = [](const BlobParameters& p, size_t count = 1) {
        ChainConfig config = base_config(1);
        config.blobs.assign(count, p);
        return ChainConfig::decode(config.encode()).has_value();
    };
    const BlobParameters good{1, 3, 6, 3338477};
    CHECK(decodes(good));
    CHECK(decodes({1, 6, 6, 3338477}));
    CHECK_FALSE(decodes({1, 7, 6, 3338477}));
    CHECK_FALSE(decodes({1, 0, 0, 3338477}));
    CHECK(decodes({1, 3, 4096, 3338477}));
    CHECK_FALSE(decodes({1, 3, 4097, 3338477}));
    CHECK_FALSE(decodes({1, 3, 6, 0}));
    CHECK(decodes({1, 3, 6, (uint64_t{1} << 40) - 1}));
    CHECK_FALSE(decodes({1, 3, 6, uint64_t{1} << 40}));
    CHECK(decodes(good, 64));
    CHECK_FALSE(decodes(good, 65));
}

TEST_CASE("a transaction is refused with any field missing, of another length or kind, or more") {
    const Bytes to = string(Bytes(20, 1)), key = string(Bytes(32, 2));
    const Items entry = {to, list({key})}, tuple = {number(1), to, number(2), number(1), number(3), number(4)};
    const Bytes access = list({list(entry)});
    const Items signature = {number(1), number(5), number(6)};
    const auto fields = [&](uint8_t type) {
        Items f = {number(1), number(2), number(3), number(21'000), to, number(7), string({1, 2})};
        if (type == 0) f.erase(f.begin());
        if (type >= 2) f.insert(f.begin() + 3, number(9));
        if (type > 0) f.push_back(access);
        if (type == 3) f.insert(f.end(), {number(1), list({key})});
        if (type == 4) f.push_back(list({list(tuple)}));
        f.insert(f.end(), signature.begin(), signature.end());
        return f;
    };
    const auto read = [](uint8_t type, const Items& f, const Bytes& behind = {}) {
        Bytes item = list(f);
        if (type > 0) item = string(joined({Bytes{type}, item}));
        return error_of(decode_transaction(joined({item, behind}), evm::Revision::osaka));
    };
    for (uint8_t type = 0; type <= 4; type++) {
        const Items good = fields(type);
        REQUIRE_FALSE(read(type, good));
        CHECK(read(type, good, NOTHING) == ErrorCode::transaction_rlp);
        CHECK(read(type, shorter(good)) == ErrorCode::transaction_rlp);
        CHECK(read(type, longer(good, NOTHING)) == ErrorCode::transaction_rlp);
        for (size_t i = 0; i < good.size(); i++) {
            INFO("type " << int(type) << ", field " << i);
            const bool is_list = good[i][0] >= 0xc0, wraps = type == 3 && i == 0;
            CHECK(read(type, with(good, i, is_list ? NOTHING : EMPTY_LIST)) ==
                  (wraps ? ErrorCode::full_blobs : ErrorCode::transaction_rlp));
            if (good[i] == to)
                for (size_t size : {size_t{19}, size_t{21}})
                    CHECK(read(type, with(good, i, string(Bytes(size, 1)))) == ErrorCode::transaction_rlp);
            else if (!is_list && good[i].size() < 3)
                CHECK(read(type, with(good, i, string(Bytes(33, 1)))) == ErrorCode::transaction_rlp);
        }
    }

    const size_t access_at = 7;
    for (const Bytes& bad :
         {string(joined(entry)), list(with(entry, 0, string(Bytes(19, 1)))), list(with(entry, 1, NOTHING)),
          list(with(entry, 1, list({string(Bytes(31, 2))}))), list(shorter(entry)), list(longer(entry, NOTHING))})
        CHECK(read(1, with(fields(1), access_at, list({bad}))) == ErrorCode::transaction_rlp);
    CHECK(read(3, with(fields(3), 10, list({string(Bytes(31, 2))}))) == ErrorCode::transaction_rlp);

    const size_t tuples_at = 9;
    const auto authorization = [&](const Bytes& t) { return read(4, with(fields(4), tuples_at, list({t}))); };
    CHECK(authorization(string(joined(tuple))) == ErrorCode::transaction_rlp);
    CHECK(authorization(list(shorter(tuple))) == ErrorCode::transaction_rlp);
    CHECK(authorization(list(longer(tuple, NOTHING))) == ErrorCode::transaction_rlp);
    CHECK(authorization(list(with(tuple, 1, string(Bytes(19, 1))))) == ErrorCode::transaction_rlp);
    CHECK(authorization(list(with(tuple, 2, string(Bytes(9, 1))))) == ErrorCode::transaction_rlp);
    for (size_t i = 0; i < tuple.size(); i++)
        CHECK(authorization(list(with(tuple, i, EMPTY_LIST))) == ErrorCode::transaction_rlp);
    // The parity is a byte (EIP-7702); which byte, only the authorization's own validity asks.
    CHECK_FALSE(authorization(list(with(tuple, 3, number(255)))));
    CHECK(authorization(list(with(tuple, 3, number(256)))) == ErrorCode::transaction_rlp);
    CHECK(authorization(list(with(tuple, 3, number((uint64_t{1} << 32) + 1)))) == ErrorCode::transaction_rlp);
}
