// SPDX-License-Identifier: Apache-2.0
// A branch of the state trie that keeps one child takes a shape that depends on that child. Blocks whose witness leaves
// the child out: refused by all, valid or not, and cut elsewhere where only a cut asks for the child.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/base/hex.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/mpt/decode.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rlp/encode.hpp"
#include "libs/rv32/executor.hpp"
#include "test/support/block_maker.hpp"
#include "test/support/trie_stream.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using evm::Revision;
using evm::uint256;
using mpt::Kind;
using test::AccountSpec;
using test::MadeBlock;
using test::TransactionSpec;

namespace {

constexpr uint64_t GAS = 200'000;
const Address STORE = test::numbered_address(0x5707e), HEIRLESS = test::numbered_address(0xdead);
/// SSTORE of each pair (slot, value) of the call data.
const char* const STORE_CODE =
    "60005b803611156018578060200135813555604001600256"
    "5b00";
const char* const SELF_DESTRUCT_CODE = "33ff";

Bytes pairs(std::initializer_list<std::pair<uint64_t, uint64_t>> list) {
    Bytes out;
    for (const auto& [slot, value] : list)
        for (uint64_t v : {slot, value}) {
            const Bytes32 word = uint256{v}.to_bytes32();
            out.insert(out.end(), word.begin(), word.end());
        }
    return out;
}

uint8_t nibble(const Bytes32& key, size_t i) { return i % 2 ? key[i / 2] & 15 : key[i / 2] >> 4; }
Bytes32 slot_key(uint64_t slot) { return hash::keccak256(uint256{slot}.to_bytes32().view()); }
Bytes32 account_key(uint64_t number) { return hash::keccak256(test::numbered_address(number).view()); }

size_t shared_nibbles(const Bytes32& a, const Bytes32& b) {
    size_t i = 0;
    while (i < 64 && nibble(a, i) == nibble(b, i)) i++;
    return i;
}

/// What goes and what stays: `gone` and the survivors differ at nibble `depth`, and below it the survivors are a leaf,
/// a branch, or an extension.
struct Family {
    uint64_t gone = 0;
    std::vector<uint64_t> kept;
    uint8_t nibble = 0;  ///< of the survivors at `depth`
};

/// @param key    hashed key of a number.
/// @param above  nibbles of the key above the branch.
template <class Key>
Family family(Kind survivor, Key key, std::vector<uint8_t> above) {
    Family f;
    const size_t depth = above.size();
    const auto below = [&](const Bytes32& k) {
        for (size_t i = 0; i < depth; i++)
            if (nibble(k, i) != above[i]) return false;
        return true;
    };
    uint64_t n = 1;
    while (!below(key(n))) n++;
    f.gone = n;
    const size_t wanted = survivor == Kind::leaf ? 1 : 2;
    while (f.kept.size() < wanted) {
        const Bytes32 k = key(++n);
        if (!below(k) || nibble(k, depth) == nibble(key(f.gone), depth)) continue;
        if (!f.kept.empty()) {
            const size_t shared = shared_nibbles(k, key(f.kept[0]));
            if (survivor == Kind::branch ? shared != depth + 1 : shared < depth + 2) continue;
        }
        f.kept.push_back(n);
    }
    f.nibble = nibble(key(f.kept[0]), depth);
    return f;
}

/// The witness without one node.
Witness without(const Witness& w, const Bytes32& digest, const Bytes32& parent) {
    Witness out;
    const size_t skip = w.find_node(digest.data());
    REQUIRE(skip < w.node_count());
    for (size_t i = 0; i < w.node_count(); i++)
        if (i != skip) out.add_node(Bytes(w.node(i).begin(), w.node(i).end()));
    for (size_t i = 0; i < w.code_count(); i++) out.add_code(Bytes(w.code(i).begin(), w.code(i).end()));
    for (BytesView h : w.ancestors(parent)) out.add_header(Bytes(h.begin(), h.end()));
    return out;
}

Header header_of(const MadeBlock& b) { return decode_block(b.rlp)->header; }

/// The item of the branch with this digest at `at`: a digest.
Bytes32 child_digest(const Witness& w, const Bytes32& branch, uint8_t at) {
    mpt::Arena arena;
    const size_t i = w.find_node(branch.data());
    REQUIRE(i < w.node_count());
    const auto node = mpt::decode_node(arena, w.node(i), 0);
    REQUIRE(node);
    REQUIRE((*node)->kind == Kind::branch);
    const uint8_t* item = mpt::as_branch(*node)->slot[at].item;
    REQUIRE(*item == 0xa0);
    return Bytes32::from({item + 1, 32});
}

Bytes32 parent_root(const MadeBlock& b) {
    return decode_header(b.witness.ancestors(header_of(b).parent_hash).at(0))->state_root;
}

Bytes32 storage_root(const Witness& w, const Bytes32& root, const Address& address) {
    WitnessSource source(w);
    mpt::Store store(&source);
    mpt::Slot slot = store.open(root);
    const auto leaf = store.find(slot, hash::keccak256(address.view()).data());
    REQUIRE(leaf);
    REQUIRE(*leaf);
    return Bytes32::from({mpt::decode_account((*leaf)->value)->storage_root, 32});
}

/// What a branch that keeps `child` under `nibble` becomes if the child is taken for a branch.
Bytes guessed_extension(uint8_t nibble, const Bytes32& child) {
    rlp::Writer w;
    const size_t at = w.begin_list();
    const uint8_t path = 0x10 | nibble;
    w.string({&path, 1});
    w.string(child.view());
    w.end_list(at);
    return std::move(w.out);
}

struct Guests {
    rv32::Program subblock, aggregator;
    static rv32::Program load(const char* name) {
        std::ifstream in(std::string(ASHLAR_GUEST_DIR "/") + name, std::ios::binary);
        const Bytes file(std::istreambuf_iterator<char>(in), {});
        auto loaded = rv32::load_elf(file);
        REQUIRE(loaded);
        return std::move(*loaded);
    }
    Guests() : subblock(load("subblock-elf")), aggregator(load("aggregator-elf")) {}
};

void guest_refuses(const rv32::Program& guest, std::vector<Bytes> buffers, ErrorCode code) {
    const auto r = rv32::execute(guest, rv32::Stdin{std::move(buffers)});
    REQUIRE(r);
    INFO(r->stderr_text);
    CHECK(r->exit_code.value_or(0) != 0);
    CHECK(r->committed.empty());
    CHECK(r->stderr_text.find(to_string(code)) != std::string::npos);
}

void check_missing(const ethereum::Error& e, const Bytes32& node) {
    CHECK(e.code == ErrorCode::missing_node);
    CHECK(e.detail == node);
    CHECK(e.place);
}

/// A valid block and a false one over the same transactions: the false one's header has the root that follows from the
/// guess. Neither may pass without `node`, in no part of the system; with it the false one's root is seen to be wrong.
void check_refused_everywhere(const Guests& guests, const MadeBlock& valid, const Bytes32& node, const Bytes32& lie,
                              const std::function<HostResult<MadeBlock>(const Bytes32&)>& with_root) {
    const auto inputs = make_inputs(valid.config, valid.rlp, valid.witness, ~uint64_t{0});
    if (!inputs) FAIL(describe(inputs.error()));
    const Header good = header_of(valid);
    REQUIRE(lie != good.state_root);
    auto made = with_root(lie);
    REQUIRE(made);
    const MadeBlock& bad = *made;
    REQUIRE(header_of(bad).state_root == lie);

    // Native: execution, and the inputs of proofs.
    const auto refused = execute_block(bad.config, bad.rlp, bad.witness);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::state_root);
    CHECK(refused.error().detail == good.state_root);
    for (const MadeBlock* b : {&valid, &bad}) {
        const Witness lacking = without(b->witness, node, header_of(*b).parent_hash);
        const auto executed = execute_block(b->config, b->rlp, lacking);
        REQUIRE_FALSE(executed);
        check_missing(executed.error(), node);
        for (const uint64_t gas : {uint64_t{1}, ~uint64_t{0}}) {
            const auto made_inputs = make_inputs(b->config, b->rlp, lacking, gas);
            REQUIRE_FALSE(made_inputs);
            check_missing(made_inputs.error(), node);
        }
    }

    // The guests, given what a dishonest host would give them: the false header, and the trie without the node.
    const SubblockInput& s = inputs->subblocks.at(0);
    SubblockEnvironment env = *SubblockEnvironment::decode(s.environment);
    env.header = decode_block(bad.rlp)->header_rlp;
    const Bytes environment = env.encode();
    const auto stream = test::without_node(s.state, node);
    REQUIRE(stream);
    Bytes state = *stream;
    const auto claim = run_subblock(environment, state, s.codes);
    REQUIRE_FALSE(claim);
    check_missing(claim.error(), node);
    guest_refuses(guests.subblock, {environment, *stream, s.codes}, ErrorCode::missing_node);

    // With the node the guest says what the root is, and the aggregator that it is not the header's.
    state = s.state;
    const auto honest = run_subblock(environment, state, s.codes);
    REQUIRE(honest);
    CHECK(honest->root_after == good.state_root);
    AggregatorBlock all = *AggregatorBlock::decode(inputs->aggregator_block);
    all.header = env.header;
    for (const bool claims_lie : {false, true}) {
        SubblockClaim c = *honest;
        if (claims_lie) c.root_after = lie;  // no subblock proof commits this
        const Bytes committed = c.encode(), encoded = all.encode();
        AggregatorClaims claims;
        claims.subblocks = {committed};
        const auto ignore = [](void*, const Bytes32&, const Bytes32&) {};
        const auto block = run_aggregator(claims.encode(), encoded, ignore, nullptr);
        CHECK(bool(block) == claims_lie);
        if (block) continue;
        CHECK(block.error().code == ErrorCode::state_root);
        guest_refuses(guests.aggregator, {claims.encode(), encoded}, ErrorCode::state_root);
    }
}

}  // namespace

TEST_CASE("a slot deleted next to an unknown node: no block passes, valid or not") {
    const Guests guests;
    for (const Kind survivor : {Kind::leaf, Kind::extension, Kind::branch}) {
        const Family f = family(survivor, slot_key, {});
        AccountSpec contract{.address = STORE, .nonce = 1, .code = *from_hex(STORE_CODE)};
        contract.storage.emplace_back(f.gone, 7);
        for (uint64_t k : f.kept) contract.storage.emplace_back(k, 9);
        const std::vector<TransactionSpec> transactions{{STORE, GAS, pairs({{f.gone, 0}})}};
        const auto with_root = [&](const Bytes32& root) {
            return test::make_block(Revision::osaka, {contract}, transactions, [&](Header& h) { h.state_root = root; });
        };
        auto valid = test::make_block(Revision::osaka, {contract}, transactions);
        REQUIRE(valid);
        const Bytes32 before = storage_root(valid->witness, parent_root(*valid), STORE);
        const Bytes32 sibling = child_digest(valid->witness, before, f.nibble);
        // The account with the guessed storage root, in the trie after the block.
        Witness after;
        REQUIRE(execute_block(valid->config, valid->rlp, valid->witness, &after));
        Witness all = valid->witness;
        all.add(std::move(after));
        WitnessSource source(all);
        mpt::Store store(&source);
        mpt::Slot root = store.open(header_of(*valid).state_root);
        const Bytes32 key = hash::keccak256(STORE.view());
        auto leaf = store.find(root, key.data());
        REQUIRE(leaf);
        auto account = *mpt::decode_account((*leaf)->value);
        const Bytes32 guess = hash::keccak256(guessed_extension(f.nibble, sibling));
        const bool right = survivor == Kind::branch;
        CHECK((Bytes32::from({account.storage_root, 32}) == guess) == right);
        Bytes32 lie = guess;
        if (right) lie[0] ^= 1;  // for a branch the guess is right by luck: any other root is false
        account.storage_root = lie.data();
        uint8_t out[mpt::MAX_ACCOUNT_SIZE];
        const size_t n = mpt::encode_account(out, account);
        REQUIRE(store.insert(root, key.data(), {out, n}));
        check_refused_everywhere(guests, *valid, sibling, store.hash(root), with_root);
    }
}

TEST_CASE("an account deleted next to an unknown node: no block passes, valid or not") {
    const Guests guests;
    for (const Kind survivor : {Kind::leaf, Kind::extension, Kind::branch}) {
        // A first nibble that no other account of the block has: below it there are only these.
        for (uint8_t first = 0; first < 16; first++) {
            const Family f = family(survivor, account_key, {first});
            std::vector<AccountSpec> accounts;
            accounts.push_back(
                {.address = test::numbered_address(f.gone), .nonce = 1, .code = *from_hex(SELF_DESTRUCT_CODE)});
            for (uint64_t k : f.kept) accounts.push_back({.address = test::numbered_address(k), .nonce = 1});
            const std::vector<TransactionSpec> transactions{{test::numbered_address(f.gone), GAS, {}}};
            auto valid = test::make_block(Revision::shanghai, accounts, transactions);
            REQUIRE(valid);
            const Bytes32 root = parent_root(*valid);
            const Bytes32 branch = child_digest(valid->witness, root, first);
            mpt::Arena arena;
            const auto node = mpt::decode_node(arena, valid->witness.node(valid->witness.find_node(branch.data())), 0);
            REQUIRE(node);
            size_t children = 0;
            if ((*node)->kind == Kind::branch)
                for (const mpt::Slot& s : mpt::as_branch(*node)->slot) children += !s.empty();
            if (children != 2) continue;  // somebody else lives here
            const Bytes32 sibling = child_digest(valid->witness, branch, f.nibble);
            // The root's encoding with the guess in its place.
            Witness after;
            REQUIRE(execute_block(valid->config, valid->rlp, valid->witness, &after));
            const size_t top = after.find_node(header_of(*valid).state_root.data());
            REQUIRE(top < after.node_count());
            auto items = rlp::read_list(after.node(top));
            REQUIRE(items);
            rlp::Writer w;
            const size_t at = w.begin_list();
            bool changed = false;
            for (size_t i = 0; i < 17; i++) {
                const auto item = items->next();
                REQUIRE(item);
                const Bytes32 guess = hash::keccak256(guessed_extension(f.nibble, sibling));
                if (i != first) {
                    w.raw(item->raw);
                } else {
                    changed = Bytes32::from(item->payload) != guess;
                    w.string(guess.view());
                }
            }
            w.end_list(at);
            CHECK(changed == (survivor != Kind::branch));
            Bytes32 lie = hash::keccak256(w.out);
            if (!changed) lie[0] ^= 1;
            check_refused_everywhere(guests, *valid, sibling, lie, [&](const Bytes32& state_root) {
                return test::make_block(Revision::shanghai, accounts, transactions,
                                        [&](Header& h) { h.state_root = state_root; });
            });
            goto next;
        }
        FAIL("no first nibble is free");
    next:;
    }
}

TEST_CASE("a cut that needs a node which the block does not need moves") {
    const Family f = family(Kind::leaf, slot_key, {});
    AccountSpec contract{.address = STORE, .nonce = 1, .code = *from_hex(STORE_CODE)};
    contract.storage = {{f.gone, 7}, {f.kept[0], 9}};
    // Deleted by the second transaction, written again by the fourth: no boundary between them has a root without the
    // neighbour.
    const std::vector<TransactionSpec> transactions{{STORE, GAS, pairs({{f.gone, 1}})},
                                                    {STORE, GAS, pairs({{f.gone, 0}})},
                                                    {STORE, GAS, {}},
                                                    {STORE, GAS, pairs({{f.gone, 5}})},
                                                    {STORE, GAS, {}},
                                                    {STORE, GAS, {}},
                                                    {STORE, GAS, {}}};
    auto block = test::make_block(Revision::osaka, {contract}, transactions);
    REQUIRE(block);
    const Bytes32 node =
        child_digest(block->witness, storage_root(block->witness, parent_root(*block), STORE), f.nibble);
    const Witness lacking = without(block->witness, node, header_of(*block).parent_hash);
    REQUIRE(execute_block(block->config, block->rlp, lacking));
    const auto free_cuts = make_inputs(block->config, block->rlp, block->witness, 1);
    REQUIRE(free_cuts);
    CHECK(free_cuts->subblocks.size() == 7);
    const auto inputs = make_inputs(block->config, block->rlp, lacking, 1);
    if (!inputs) FAIL(describe(inputs.error()));
    std::vector<uint64_t> begins;
    for (const SubblockInput& s : inputs->subblocks) {
        begins.push_back(s.claim.begin);
        Bytes state = s.state;
        const auto claim = run_subblock(s.environment, state, s.codes);
        if (!claim) FAIL(describe(claim.error()));
        CHECK(*claim == s.claim);
    }
    CHECK(begins == std::vector<uint64_t>{0, 1, 5, 6});  // the second goes on by one, then by two transactions
    const auto ignore = [](void*, const Bytes32&, const Bytes32&) {};
    const auto all = run_aggregator(inputs->aggregator_claims({}), inputs->aggregator_block, ignore, nullptr);
    REQUIRE(all);
    CHECK(*all == inputs->claim);
    CHECK(inputs->claim == free_cuts->claim);
}

TEST_CASE("a cut behind which nothing can be proven joins the range before it") {
    // Two slots below an extension to a branch that nobody has. A slot that splits the extension comes and goes again:
    // taking it back asks for the branch, which the whole block never does.
    const Family two = family(Kind::extension, slot_key, {});
    uint64_t visitor = 1;
    const Bytes32 kept = slot_key(two.kept[0]);
    while (shared_nibbles(slot_key(visitor), kept) != 1) visitor++;
    AccountSpec contract{.address = STORE, .nonce = 1, .code = *from_hex(STORE_CODE)};
    for (uint64_t k : two.kept) contract.storage.emplace_back(k, 9);
    REQUIRE(shared_nibbles(kept, slot_key(two.kept[1])) == 2);
    const std::vector<TransactionSpec> transactions{
        {STORE, GAS, {}}, {STORE, GAS, pairs({{visitor, 3}})}, {STORE, GAS, {}}, {STORE, GAS, pairs({{visitor, 0}})}};
    auto block = test::make_block(Revision::osaka, {contract}, transactions);
    REQUIRE(block);
    const Bytes32 extension = storage_root(block->witness, parent_root(*block), STORE);
    mpt::Arena arena;
    const auto node = mpt::decode_node(arena, block->witness.node(block->witness.find_node(extension.data())), 0);
    REQUIRE(node);
    REQUIRE((*node)->kind == Kind::extension);
    const Bytes32 branch = Bytes32::from({mpt::as_short(*node)->slot.item + 1, 32});
    const Witness lacking = without(block->witness, branch, header_of(*block).parent_hash);
    REQUIRE(execute_block(block->config, block->rlp, lacking));
    const auto inputs = make_inputs(block->config, block->rlp, lacking, 1);
    if (!inputs) FAIL(describe(inputs.error()));
    std::vector<uint64_t> begins;
    for (const SubblockInput& s : inputs->subblocks) {
        begins.push_back(s.claim.begin);
        Bytes state = s.state;
        const auto claim = run_subblock(s.environment, state, s.codes);
        if (!claim) FAIL(describe(claim.error()));
        CHECK(*claim == s.claim);
    }
    CHECK(begins == std::vector<uint64_t>{0, 1});
}
