// SPDX-License-Identifier: Apache-2.0
// Inputs made from a block's access list (EIP-7928), and lists that lie to whoever starts from them.
#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "libs/ethereum/aggregate.hpp"
#include "libs/ethereum/block.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "test/support/block_maker.hpp"
#include "test/support/rlp_items.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using test::joined, test::list, test::number, test::numbered_address, test::string;

namespace {

const Address CONTRACT = numbered_address(0x1234), KEEPER = numbered_address(0x5678);
const Bytes NONE = list({});

Bytes bytes(const Address& a) { return string(Bytes(a.begin(), a.end())); }

/// Three transactions, each counts up a slot; beside them two accounts with two slots that nobody touches.
test::MadeBlock counting(evm::Revision revision = evm::Revision::amsterdam) {
    const Bytes count_up = {0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55};
    auto made = test::make_block(revision,
                                 {{.address = CONTRACT, .nonce = 1, .code = count_up},
                                  {.address = KEEPER, .nonce = 1, .code = {0x00}, .storage = {{1, 1}, {2, 2}}},
                                  {.address = numbered_address(0x9abc), .nonce = 1, .storage = {{3, 3}, {4, 4}}}},
                                 {3, {.to = CONTRACT, .gas_limit = 200'000, .data = {}}});
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

Bytes list_of(const test::MadeBlock& b) {
    const auto result = execute_block(b.config, b.rlp, b.witness);
    REQUIRE(result);
    return result->access_list.items;
}

/// The list with these entries among its own.
Bytes with_entries(const Bytes& items, const std::vector<std::pair<Address, Bytes>>& entries) {
    std::map<Address, Bytes> all;
    rlp::Reader reader(items);
    while (!reader.empty()) {
        const auto item = reader.next();
        REQUIRE(item);
        rlp::Reader fields(item->payload);
        all[*fields.fixed<20>()] = Bytes(item->raw.begin(), item->raw.end());
    }
    for (const auto& [address, entry] : entries) all[address] = entry;
    Bytes out;
    for (const auto& [address, entry] : all) out.insert(out.end(), entry.begin(), entry.end());
    return out;
}
Bytes entry(const Address& a, const Bytes& writes, const Bytes& nonces = NONE, const Bytes& codes = NONE) {
    return list({bytes(a), writes, NONE, NONE, nonces, codes});
}
Bytes at_index(uint64_t index, const Bytes& value) { return list({list({number(index), value})}); }

std::string name(ErrorCode code) { return std::string(to_string(code)); }
std::string refused(const test::MadeBlock& b, const Bytes& items, const std::vector<size_t>& cuts = {0, 1, 2, 3}) {
    const auto r = make_inputs_from_list(b.config, b.rlp, b.witness, items, cuts);
    return r ? "" : name(r.error().code);
}

/// A block's witness without one of its nodes.
Witness without_node(const test::MadeBlock& b, size_t node) {
    const auto copy = [](BytesView v) { return Bytes(v.begin(), v.end()); };
    Witness w;
    for (size_t i = 0; i < b.witness.node_count(); i++)
        if (i != node) w.add_node(copy(b.witness.node(i)));
    for (size_t i = 0; i < b.witness.code_count(); i++) w.add_code(copy(b.witness.code(i)));
    w.add_header(copy(b.witness.ancestors(decode_block(b.rlp)->header.parent_hash).at(0)));
    return w;
}

}  // namespace

TEST_CASE("the list alone gives the inputs that the run before it gives, however the block is cut") {
    const test::MadeBlock b = counting();
    const Bytes items = list_of(b);
    const auto from_run = make_inputs(b.config, b.rlp, b.witness, 1);
    const auto from_list = make_inputs_from_list(b.config, b.rlp, b.witness, items, {0, 1, 2, 3});
    REQUIRE(from_run);
    REQUIRE(from_list);
    CHECK(from_list->aggregator_block == from_run->aggregator_block);
    CHECK(from_list->claim.encode() == from_run->claim.encode());
    REQUIRE(from_list->subblocks.size() == from_run->subblocks.size());
    for (size_t i = 0; i < from_list->subblocks.size(); i++) {
        CHECK(from_list->subblocks[i].claim == from_run->subblocks[i].claim);
        CHECK(from_list->subblocks[i].environment == from_run->subblocks[i].environment);
        CHECK(from_list->subblocks[i].state == from_run->subblocks[i].state);
        CHECK(from_list->subblocks[i].codes == from_run->subblocks[i].codes);
    }
    CHECK(refused(b, items, {0, 3}).empty());
    for (const std::vector<size_t>& cuts : {std::vector<size_t>{}, {3}, {0}, {0, 2}, {0, 4}})
        CHECK(refused(b, items, cuts) == name(ErrorCode::subblock_range));
    CHECK(refused(counting(evm::Revision::osaka), {}) == name(ErrorCode::subblock_range));
    CHECK(make_inputs_from_list(b.config, {}, b.witness, items, {0, 3}).error().code == ErrorCode::block_rlp);
}

TEST_CASE("a list that leads a transaction or the block's end astray is refused by what they find") {
    const test::MadeBlock b = counting();
    const Bytes items = list_of(b);
    CHECK(refused(b, {0xc0}) == name(ErrorCode::access_list));
    const auto block = decode_block(b.rlp);
    REQUIRE(block);
    const Address sender = *recover_sender(*decode_transaction(block->items.at(1), evm::Revision::amsterdam));
    const Bytes spent = with_entries(items, {{sender, entry(sender, NONE, at_index(0, number(9)))}});
    const auto r = make_inputs_from_list(b.config, b.rlp, b.witness, spent, {0, 1, 2, 3});
    REQUIRE_FALSE(r);
    CHECK(name(r.error().code) == name(ErrorCode::nonce_too_low));
    CHECK(r.error().transaction == 1);
    const Address contract = b.config.builder_exits_contract;
    CHECK(refused(b, with_entries(items, {{contract, entry(contract, NONE, NONE, at_index(0, string({})))}})) ==
          name(ErrorCode::system_contract_empty));

    // A transaction that cannot be decoded is behind those that run.
    rlp::Writer w;
    w.raw(block->header_rlp);
    for (const Bytes& part : {list({string({0x7f})}), NONE, NONE}) w.raw(part);
    w.end_list(0);
    test::MadeBlock wrong = counting();
    wrong.rlp = w.out;
    CHECK(refused(wrong, items, {0, 0}) == name(ErrorCode::transaction_type));
}

TEST_CASE("what the list changes must be in the witness, and beside what it removes") {
    // The list deletes one of the untouched account's two slots: account, slot and the other slot are needed.
    const test::MadeBlock b = counting();
    const Bytes items =
        with_entries(list_of(b), {{KEEPER, entry(KEEPER, list({list({number(1), at_index(1, number(0))})}))}});
    const std::vector<size_t> cuts = {0, 1, 2, 3};
    const auto whole = make_inputs_from_list(b.config, b.rlp, b.witness, items, cuts);
    REQUIRE(whole);
    size_t missing = 0, same = 0;
    for (size_t node = 0; node < b.witness.node_count(); node++) {
        const auto r = make_inputs_from_list(b.config, b.rlp, without_node(b, node), items, cuts);
        if (r) {
            CHECK(r->subblocks.back().claim == whole->subblocks.back().claim);
            same++;
        } else {
            CHECK(name(r.error().code) == name(ErrorCode::missing_node));
            missing++;
        }
    }
    CHECK(missing >= 4);
    CHECK(same >= 1);

    // The guest's run: the stream holds what the honest list changes, and nothing of the untouched account.
    const auto honest = make_inputs_from_list(b.config, b.rlp, b.witness, list_of(b), cuts);
    REQUIRE(honest);
    const auto run_root = [&](const SubblockInput& from, const Bytes& access_list) {
        auto env = SubblockEnvironment::decode(from.environment);
        REQUIRE(env);
        REQUIRE(env->root);
        Header h = *decode_header(env->header);
        h.access_list_hash = list_digest(access_list);
        const Bytes header = test::encode_header(h, evm::Revision::amsterdam);
        env->header = header;
        env->access_list = access_list;
        Bytes state = from.state;
        const auto r = run_subblock(env->encode(), state, from.codes);
        return r ? "" : name(r.error().code);
    };
    CHECK(run_root(honest->subblocks.back(), list_of(b)).empty());
    CHECK(run_root(whole->subblocks.back(), items).empty());
    CHECK(run_root(honest->subblocks.back(), items) == name(ErrorCode::missing_node));
    CHECK(run_root(honest->subblocks.back(), {0xc0}) == name(ErrorCode::access_list));
    // With the slot in it, but not the one beside it.
    const Bytes writes =
        with_entries(list_of(b), {{KEEPER, entry(KEEPER, list({list({number(1), at_index(1, number(9))})}))}});
    const auto written = make_inputs_from_list(b.config, b.rlp, b.witness, writes, cuts);
    REQUIRE(written);
    CHECK(run_root(written->subblocks.back(), writes).empty());
    CHECK(run_root(written->subblocks.back(), items) == name(ErrorCode::missing_node));
}

TEST_CASE("inputs from a list need headers that count back from the block, too") {
    Bytes before;
    auto made = test::make_block(evm::Revision::amsterdam, {}, {{.to = CONTRACT, .gas_limit = 21'000, .data = {}}}, {},
                                 [&](Header& parent) {
                                     Header h = parent;
                                     h.number = parent.number - 2;
                                     before = test::encode_header(h, evm::Revision::amsterdam);
                                     parent.parent_hash = hash::keccak256(before);
                                 });
    REQUIRE(made);
    const Bytes items = list_of(*made);
    CHECK(refused(*made, items, {0, 1}).empty());
    made->witness.add_header(before);
    CHECK(refused(*made, items, {0, 1}) == name(ErrorCode::missing_header));
}

TEST_CASE("before Amsterdam a subblock has no list, and none gives a state root") {
    const test::MadeBlock b = counting(evm::Revision::osaka);
    const auto inputs = make_inputs(b.config, b.rlp, b.witness, ~uint64_t{0});
    REQUIRE(inputs);
    const SubblockInput& s = inputs->subblocks.at(0);
    const auto run = [&](const std::function<void(SubblockEnvironment&)>& change) {
        auto env = SubblockEnvironment::decode(s.environment);
        REQUIRE(env);
        change(*env);
        Bytes state = s.state;
        const auto r = run_subblock(env->encode(), state, s.codes);
        return r ? "" : name(r.error().code);
    };
    const Bytes items = entry(KEEPER, NONE);
    CHECK(run([](SubblockEnvironment&) {}).empty());
    CHECK(run([](SubblockEnvironment& e) { e.root = true; }) == name(ErrorCode::input_encoding));
    CHECK(run([&](SubblockEnvironment& e) { e.access_list = items; }) == name(ErrorCode::input_encoding));
}
