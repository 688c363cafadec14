// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/block_access_list.hpp"

#include <catch2/catch.hpp>

#include "libs/ethereum/block.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/block_maker.hpp"
#include "test/support/rlp_items.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;

namespace {

/// An account's entry: writes as slot -> (index, value), reads, and balances.
struct Entry {
    uint8_t address;
    std::vector<std::pair<uint64_t, std::vector<std::pair<uint64_t, uint64_t>>>> writes = {};
    std::vector<uint64_t> reads = {};
    std::vector<std::pair<uint64_t, uint64_t>> balances = {};
};

void write_pairs(rlp::Writer& w, const std::vector<std::pair<uint64_t, uint64_t>>& pairs) {
    const size_t list = w.begin_list();
    for (const auto& [index, value] : pairs) {
        const size_t pair = w.begin_list();
        w.u64(index);
        w.u64(value);
        w.end_list(pair);
    }
    w.end_list(list);
}

Bytes encode(const std::vector<Entry>& entries) {
    rlp::Writer w;
    for (const Entry& e : entries) {
        const size_t account = w.begin_list();
        w.string(Bytes(20, e.address));
        size_t list = w.begin_list();
        for (const auto& [slot, changes] : e.writes) {
            const size_t item = w.begin_list();
            w.u64(slot);
            write_pairs(w, changes);
            w.end_list(item);
        }
        w.end_list(list);
        list = w.begin_list();
        for (uint64_t slot : e.reads) w.u64(slot);
        w.end_list(list);
        write_pairs(w, e.balances);
        write_pairs(w, {});
        write_pairs(w, {});
        w.end_list(account);
    }
    return std::move(w.out);
}

Outcome<AccessList> join(const std::vector<Bytes>& fragments) {
    return join_fragments(std::vector<BytesView>(fragments.begin(), fragments.end()));
}

}  // namespace

TEST_CASE("fragments of a block join to its list: changes by index, reads without what anybody wrote") {
    const auto list = join({encode({{.address = 1, .reads = {5, 7, 256}},
                                    {.address = 3, .writes = {{2, {{1, 9}}}}, .balances = {{1, 10}}}}),
                            encode({{.address = 1, .writes = {{7, {{2, 1}}}}, .reads = {0, 5}},
                                    {.address = 2},
                                    {.address = 3, .writes = {{1, {{2, 4}}}, {2, {{2, 0}}}}, .balances = {{2, 0}}}})});
    REQUIRE(list);
    CHECK(list->items ==
          encode({{.address = 1, .writes = {{7, {{2, 1}}}}, .reads = {0, 5, 256}},
                  {.address = 2},
                  {.address = 3, .writes = {{1, {{2, 4}}}, {2, {{1, 9}, {2, 0}}}}, .balances = {{1, 10}, {2, 0}}}}));
    CHECK(list->count == 3 + 4 + 2);
    const auto empty = join({});
    REQUIRE(empty);
    CHECK(empty->items.empty());
    CHECK(empty->count == 0);
}

TEST_CASE("a fragment that is none is refused, wherever it ends or has a part of another kind") {
    const Bytes good = encode({{.address = 1, .writes = {{7, {{2, 1}}}}, .reads = {5}, .balances = {{1, 2}}}});
    REQUIRE(join({good}));
    for (size_t n = 1; n < good.size(); n++)
        CHECK_FALSE(join({Bytes(good.begin(), good.begin() + static_cast<long>(n))}));
    CHECK_FALSE(join({Bytes{0x80}}));
    CHECK_FALSE(join({Bytes{0xc0}}));
    Bytes number_for_list = good;
    number_for_list.back() = 0x80;
    CHECK_FALSE(join({number_for_list}));
}

TEST_CASE("what is wrong in a fragment is refused wherever it stands: first or later, account, slot or read") {
    using test::Items, test::joined, test::list, test::number, test::string;
    const Bytes none = list({}), no_list = string({}), no_number = {0x00};
    const auto account = [&](Bytes writes, Bytes reads) {
        return Items{string(Bytes(20, 1)), std::move(writes), std::move(reads), none, none, none};
    };
    const Bytes change = list({list({number(1), number(2)})});
    const Bytes slot = list({number(5), change}), good = list(account(list({slot}), list({number(6)})));
    REQUIRE(join({good}));
    const auto refused = [&](const Bytes& fragment) {
        return join({fragment}).error().code == ErrorCode::input_encoding;
    };
    // A string whose bytes would be an account, or a slot.
    CHECK(refused(string(joined(account(none, none)))));
    CHECK(refused(list(account(list({string(joined({number(5), change}))}), none))));
    for (size_t size : {0u, 19u, 21u}) {
        Items a = account(none, none);
        a[0] = string(Bytes(size, 1));
        CHECK(refused(list(a)));
    }
    for (size_t i = 1; i < 6; i++) {
        Items a = account(none, none);
        a[i] = no_list;
        CHECK(refused(list(a)));
    }
    Items more = account(none, none);
    more.push_back(none);
    CHECK(refused(list(more)));
    for (const Bytes& wrong : {list({no_number, change}), list({number(6)}), list({number(6), no_list}),
                               list({number(6), change, change}), string({1, 2})}) {
        CHECK(refused(list(account(list({wrong}), none))));
        CHECK(refused(list(account(list({slot, wrong}), none))));
    }
    CHECK(refused(list(account(none, list({no_number})))));
    CHECK(refused(list(account(none, list({number(6), no_number})))));
    CHECK(refused(joined({good, string({1, 2})})));
}

TEST_CASE("a list has the header's hash, and no more items than the gas limit pays for") {
    AccessList list{encode({{.address = 1, .reads = {5, 6}}}), 3};
    const Bytes32 hash = list_digest(list.items);
    CHECK(check_access_list(list, hash, 6000));
    CHECK(check_access_list(list, hash, 5999).error().code == ErrorCode::access_list_size);
    CHECK(check_access_list(list, Bytes32{}, 6000).error().code == ErrorCode::access_list_hash);
}

namespace {

/// Runs the aggregator without asking for proofs.
Outcome<BlockClaim> aggregate(const BlockInputs& in, const AggregatorBlock& block) {
    return run_aggregator(
        in.aggregator_claims(Bytes32{}), block.encode(), [](void*, const Bytes32&, const Bytes32&) {}, nullptr);
}

}  // namespace

TEST_CASE("the aggregator refuses fragments that the subblocks did not commit, and lists that are not the header's") {
    // Each transaction counts up a slot of one contract: PUSH0 SLOAD PUSH1 1 ADD PUSH0 SSTORE.
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    const std::vector<test::TransactionSpec> transactions(4, {.to = contract, .gas_limit = 200'000, .data = {}});
    const auto made =
        test::make_block(evm::Revision::amsterdam, {{.address = contract, .nonce = 1, .code = code}}, transactions);
    if (!made) FAIL(made.error().message);
    BlockResult result;
    const auto inputs = make_inputs(made->config, made->rlp, made->witness, 1, &result);
    if (!inputs) FAIL(to_string(inputs.error().code));
    REQUIRE(inputs->subblocks.size() == 5);
    CHECK(result.progress.state_gas == 97'920);
    CHECK(result.access_list.count > 0);
    const auto block = AggregatorBlock::decode(inputs->aggregator_block);
    REQUIRE(block);
    REQUIRE(aggregate(*inputs, *block));
    const auto refused = [&](const AggregatorBlock& b) { return aggregate(*inputs, b).error().code; };

    AggregatorBlock changed = *block;
    changed.fragments.pop_back();
    CHECK(refused(changed) == ErrorCode::subblock_accesses);
    changed = *block;
    changed.fragments.push_back({});
    CHECK(refused(changed) == ErrorCode::subblock_accesses);
    changed = *block;
    std::swap(changed.fragments[1], changed.fragments[2]);
    CHECK(refused(changed) == ErrorCode::subblock_accesses);
    changed = *block;
    Bytes other(block->fragments[1].begin(), block->fragments[1].end());
    other.back() ^= 1;
    changed.fragments[1] = other;
    CHECK(refused(changed) == ErrorCode::subblock_accesses);
    CHECK(inputs->subblocks[1].accesses != inputs->subblocks[2].accesses);

    // A subblock that commits another fragment: the union is not the header's list any more.
    BlockInputs lied = *inputs;
    lied.subblocks[1].accesses = encode({});
    lied.subblocks[1].claim.accesses_digest = list_digest({});
    changed = *block;
    changed.fragments[1] = {};
    CHECK(aggregate(lied, changed).error().code == ErrorCode::access_list_hash);

    lied.subblocks[1].claim.accesses_digest = list_digest(Bytes{0x80});
    const Bytes no_fragment = {0x80};
    changed.fragments[1] = no_fragment;
    CHECK(aggregate(lied, changed).error().code == ErrorCode::input_encoding);

    // And a header that names another list, in the native run.
    const auto wrong = test::make_block(evm::Revision::amsterdam, {{.address = contract, .nonce = 1, .code = code}},
                                        transactions, [](Header& h) { h.access_list_hash[0] ^= 1; });
    REQUIRE(wrong);
    CHECK(execute_block(wrong->config, wrong->rlp, wrong->witness).error().code == ErrorCode::access_list_hash);
}

TEST_CASE("state gas and what senders paid for chain from subblock to subblock") {
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    const auto made = test::make_block(evm::Revision::amsterdam, {{.address = contract, .nonce = 1, .code = code}},
                                       {2, {.to = contract, .gas_limit = 200'000, .data = {}}});
    REQUIRE(made);
    const auto inputs = make_inputs(made->config, made->rlp, made->witness, 1);
    REQUIRE(inputs);
    REQUIRE(inputs->subblocks.size() == 3);
    const auto block = AggregatorBlock::decode(inputs->aggregator_block);
    REQUIRE(block);
    for (uint64_t SubblockClaim::* field :
         {&SubblockClaim::state_gas_before, &SubblockClaim::paid_gas_before, &SubblockClaim::gas_before}) {
        for (size_t i : {0u, 1u}) {
            BlockInputs lied = *inputs;
            (lied.subblocks[i].claim.*field)++;
            CHECK(aggregate(lied, *block).error().code == ErrorCode::subblock_gas);
        }
    }
    // The header's gas is the larger sum.
    BlockInputs lied = *inputs;
    lied.subblocks[1].claim.state_gas_after += 1'000'000;
    CHECK(aggregate(lied, *block).error().code == ErrorCode::gas_used);
}

TEST_CASE("from Amsterdam on subblocks start from the parent's root, and one claim says what the list leads to") {
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    const auto made = test::make_block(evm::Revision::amsterdam, {{.address = contract, .nonce = 1, .code = code}},
                                       {3, {.to = contract, .gas_limit = 200'000, .data = {}}});
    REQUIRE(made);
    const auto inputs = make_inputs(made->config, made->rlp, made->witness, 1);
    REQUIRE(inputs);
    const auto block = AggregatorBlock::decode(inputs->aggregator_block);
    REQUIRE(block);
    REQUIRE(aggregate(*inputs, *block));
    const SubblockClaim& root = inputs->subblocks.back().claim;
    CHECK(root.root);
    for (const auto& s : inputs->subblocks) {
        CHECK(s.claim.root_before == inputs->claim.root_before);
        Bytes state = s.state;
        const auto claim = run_subblock(s.environment, state, s.codes);
        if (!claim) FAIL(to_string(claim.error().code));
        CHECK(*claim == s.claim);
    }
    CHECK(root.root_after == inputs->claim.root_after);

    using Subblocks = std::vector<SubblockInput>;
    const auto lie = [&](auto change) {
        BlockInputs lied = *inputs;
        change(lied.subblocks);
        const auto r = aggregate(lied, *block);
        REQUIRE_FALSE(r);
        return r.error().code;
    };
    CHECK(lie([](Subblocks& s) { s.pop_back(); }) == ErrorCode::no_subblock);
    CHECK(lie([](Subblocks& s) { s.erase(s.begin(), s.end() - 1); }) == ErrorCode::no_subblock);
    CHECK(lie([](Subblocks& s) { s.push_back(s.back()); }) == ErrorCode::subblock_flags);
    CHECK(lie([](Subblocks& s) { s[1].claim.root = true; }) == ErrorCode::subblock_flags);
    CHECK(lie([](Subblocks& s) { s.back().claim.root_after[0] ^= 1; }) == ErrorCode::state_root);
    CHECK(lie([](Subblocks& s) { s.back().claim.root_before[0] ^= 1; }) == ErrorCode::subblock_root);
    CHECK(lie([](Subblocks& s) { s.back().claim.block_hash[0] ^= 1; }) == ErrorCode::subblock_block);
    CHECK(lie([](Subblocks& s) { s.back().claim.config_digest[0] ^= 1; }) == ErrorCode::subblock_config);
    CHECK(lie([](Subblocks& s) { s.back().claim.gas_after = 1; }) == ErrorCode::subblock_root);
    CHECK(lie([](Subblocks& s) { s[1].claim.root_before[0] ^= 1; }) == ErrorCode::subblock_root);
    CHECK(lie([](Subblocks& s) { s[1].claim.root_after[0] = 1; }) == ErrorCode::subblock_root);

    // A subblock's input that lies about the list, or has one before Amsterdam.
    const auto refusal = [&](auto change) {
        auto env = SubblockEnvironment::decode(inputs->subblocks[1].environment);
        REQUIRE(env);
        change(*env);
        Bytes state = inputs->subblocks[1].state;
        return run_subblock(env->encode(), state, inputs->subblocks[1].codes).error().code;
    };
    CHECK(refusal([](SubblockEnvironment& e) { e.access_list = {}; }) == ErrorCode::access_list_hash);
    Bytes other(BytesView(SubblockEnvironment::decode(inputs->subblocks[1].environment)->access_list).begin(),
                SubblockEnvironment::decode(inputs->subblocks[1].environment)->access_list.end());
    other[30] ^= 1;
    CHECK(refusal([&](SubblockEnvironment& e) { e.access_list = other; }) == ErrorCode::access_list_hash);
}

namespace {

/// An RLP item as a tree, to change and encode again.
struct Tree {
    Bytes string;
    bool is_list = false;
    std::vector<Tree> items;

    static Tree read(BytesView list_items) {
        Tree t{{}, true, {}};
        rlp::Reader reader(list_items);
        while (!reader.empty()) {
            const rlp::Item item = *reader.next();
            if (item.is_list)
                t.items.push_back(read(item.payload));
            else
                t.items.push_back({Bytes(item.payload.begin(), item.payload.end()), false, {}});
        }
        return t;
    }
    void write(rlp::Writer& w) const {
        if (!is_list) return w.string(string);
        const size_t at = w.begin_list();
        for (const Tree& t : items) t.write(w);
        w.end_list(at);
    }
    /// Items of the list, without its header.
    Bytes encode() const {
        rlp::Writer w;
        for (const Tree& t : items) t.write(w);
        return std::move(w.out);
    }
    Tree& operator[](size_t i) { return items.at(i); }
};

Tree number(uint8_t n) { return {n ? Bytes{n} : Bytes{}, false, {}}; }
Tree list(std::vector<Tree> items) { return {{}, true, std::move(items)}; }

}  // namespace

TEST_CASE("a block with any other access list in its header is refused, though all its subblocks follow that list") {
    // Each transaction reads slot 1 and counts up slot 0.
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x60, 0x01, 0x54, 0x50, 0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    const std::vector<test::AccountSpec> accounts = {{.address = contract, .nonce = 1, .code = code}};
    const std::vector<test::TransactionSpec> transactions(3, {.to = contract, .gas_limit = 200'000, .data = {}});
    const auto honest = test::make_block(evm::Revision::amsterdam, accounts, transactions);
    REQUIRE(honest);
    BlockResult result;
    REQUIRE(make_inputs(honest->config, honest->rlp, honest->witness, 1, &result));
    const Tree tree = Tree::read(result.access_list.items);
    size_t at = 0;
    while (Bytes(contract.begin(), contract.end()) != tree.items.at(at).items.at(0).string) at++;
    enum Field { ADDRESS, WRITES, READS, BALANCES, NONCES, CODES };

    // Header and subblocks agree on the list that `change` makes; every cut is tried.
    const auto accepted = [&](auto change) {
        Tree t = tree;
        change(t, t[at]);
        const Bytes items = t.encode();
        const auto block = test::make_block(evm::Revision::amsterdam, accounts, transactions,
                                            [&](Header& h) { h.access_list_hash = list_digest(items); });
        REQUIRE(block);
        for (const std::vector<size_t>& cuts : {std::vector<size_t>{0, 3}, {0, 1, 3}, {0, 2, 3}, {0, 1, 2, 3}}) {
            const auto in = make_inputs_from_list(block->config, block->rlp, block->witness, items, cuts);
            if (!in) continue;
            const auto inputs = AggregatorBlock::decode(in->aggregator_block);
            REQUIRE(inputs);
            if (aggregate(*in, *inputs)) return true;
        }
        return false;
    };
    CHECK(accepted([](Tree&, Tree&) {}));
    const Tree stranger = list({{Bytes(20, 0xff), false, {}}, list({}), list({}), list({}), list({}), list({})});
    // An entry added or removed: an account, a slot that is read, a change.
    CHECK_FALSE(accepted([&](Tree& t, Tree&) { t.items.push_back(stranger); }));
    CHECK_FALSE(accepted([&](Tree& t, Tree&) { t.items.pop_back(); }));
    CHECK_FALSE(accepted([&](Tree& t, Tree&) { t.items.erase(t.items.begin()); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[READS].items.push_back(number(9)); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[READS].items.clear(); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[BALANCES].items.push_back(list({number(2), number(7)})); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1].items.pop_back(); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1].items.erase(a[WRITES][0][1].items.begin() + 1); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[CODES].items.push_back(list({number(1), {Bytes{0}, false, {}}})); }));
    // Moved to another index: after the block, before it, over another.
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1][2][0] = number(4); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1][0][0] = number(0); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { std::swap(a[WRITES][0][1][0][0], a[WRITES][0][1][1][0]); }));
    // Another value, and one that the next index sets right.
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1][2][1] = number(9); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1][0][1] = number(9); }));
    // A change back to what was there is none, and a value that does not change is none either.
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[WRITES][0][1].items.push_back(list({number(4), number(3)})); }));
    // Read for write, write for read, both.
    CHECK_FALSE(accepted([&](Tree&, Tree& a) {
        a[READS].items.insert(a[READS].items.begin(), number(0));
        a[WRITES].items.clear();
    }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) { a[READS].items.insert(a[READS].items.begin(), number(0)); }));
    CHECK_FALSE(accepted([&](Tree&, Tree& a) {
        a[READS].items.clear();
        a[WRITES].items.push_back(list({number(1), list({list({number(1), number(0)})})}));
    }));
}

TEST_CASE("two subblocks that follow different lists make no block") {
    const Address contract = test::numbered_address(0x1234);
    const Bytes code = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00};
    const std::vector<test::AccountSpec> accounts = {{.address = contract, .nonce = 1, .code = code}};
    const std::vector<test::TransactionSpec> transactions(2, {.to = contract, .gas_limit = 200'000, .data = {}});
    const auto made = test::make_block(evm::Revision::amsterdam, accounts, transactions);
    // The same transactions on a state in which the slot is 5: a list of another block.
    std::vector<test::AccountSpec> other_accounts = accounts;
    other_accounts[0].storage = {{0, 5}};
    const auto other = test::make_block(evm::Revision::amsterdam, other_accounts, transactions);
    REQUIRE(made);
    REQUIRE(other);
    BlockResult foreign;
    const auto inputs = make_inputs(made->config, made->rlp, made->witness, 1);
    REQUIRE(inputs);
    REQUIRE(make_inputs(other->config, other->rlp, other->witness, 1, &foreign));
    const auto mixed =
        make_inputs_from_list(made->config, made->rlp, made->witness, foreign.access_list.items, {0, 1, 2});
    REQUIRE(mixed);
    const auto block = AggregatorBlock::decode(inputs->aggregator_block);
    REQUIRE(block);
    REQUIRE(aggregate(*inputs, *block));
    // The program refuses the list that the header does not name; if it did not, the union of fragments would tell.
    Bytes state = mixed->subblocks[1].state;
    CHECK(run_subblock(mixed->subblocks[1].environment, state, mixed->subblocks[1].codes).error().code ==
          ErrorCode::access_list_hash);
    BlockInputs lied = *inputs;
    lied.subblocks[1] = mixed->subblocks[1];
    AggregatorBlock changed = *block;
    changed.fragments[1] = lied.subblocks[1].accesses;
    CHECK(aggregate(lied, changed).error().code == ErrorCode::access_list_hash);
}
