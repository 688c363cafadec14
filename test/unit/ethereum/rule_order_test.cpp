// SPDX-License-Identifier: Apache-2.0
// Transactions that break several rules: the refusal names the one that the execution specifications test first.
#include <catch2/catch.hpp>
#include <functional>
#include <random>

#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/executor.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/mpt/account.hpp"
#include "libs/rlp/encode.hpp"
#include "test/support/numbered.hpp"
#include "test/unit/mpt/reference.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
using evm::Revision;
using evm::uint256;

namespace {

constexpr uint64_t BASE_FEE = 100, BLOCK_GAS = 36'000'000, CAP = 1 << 24, BLOBS = 9, BLOB_FEE = 1;
constexpr size_t INITCODE = 49152;

/// A transaction with its block's and its sender's part of the story. As it stands it breaks no rule.
struct Scene {
    // transaction
    uint8_t type = 2;
    uint64_t nonce = 7, gas_limit = 4'000'000;
    uint64_t max_fee = 200, priority_fee = 1, value = 0, max_blob_fee = 10, chain_id = 1;
    bool creation = false;
    Bytes data;
    size_t blobs = 1, authorizations = 1;
    uint8_t blob_version = 1, parity = 0;
    uint64_t r = 1;
    bool full_blobs = false, extra_field = false;
    // block and sender
    uint64_t gas_used = 0, blobs_used = 0;
    uint64_t sender_nonce = 7, balance = ~uint64_t{0};
    Bytes code;

    bool dynamic() const { return type >= 2; }
    IntrinsicGas intrinsic(Revision revision) const {
        Transaction t;
        if (!creation) t.to = Address{};
        t.data = data;
        if (type == 4) t.authorizations.resize(authorizations);
        return intrinsic_gas(t, revision);
    }
};

/// An item of a block body.
Bytes encode(const Scene& s) {
    rlp::Writer w;
    const Address to = test::numbered(9);
    const auto recipient = [&] { s.creation ? w.string({}) : w.string(to.view()); };
    const auto signature = [&] {
        w.u64(s.r);
        w.u64(7);
        if (s.extra_field) w.u64(1);
    };
    if (s.type == 0) {
        w.u64(s.nonce);
        w.u64(s.max_fee);
        w.u64(s.gas_limit);
        recipient();
        w.u64(s.value);
        w.string(s.data);
        w.u64(s.parity > 1 ? 30 : 35 + 2 * s.chain_id + s.parity);
        signature();
        w.end_list(0);
        return w.out;
    }
    w.u64(s.chain_id);
    w.u64(s.nonce);
    if (s.dynamic()) w.u64(s.priority_fee);
    w.u64(s.max_fee);
    w.u64(s.gas_limit);
    recipient();
    w.u64(s.value);
    w.string(s.data);
    w.end_list(w.begin_list());  // access list
    if (s.type == 3) {
        w.u64(s.max_blob_fee);
        const size_t at = w.begin_list();
        for (size_t i = 0; i < s.blobs; i++) {
            Bytes32 h;
            // The last one decides, so that a look at the first alone is seen.
            h[0] = i + 1 == s.blobs ? s.blob_version : 1;
            w.string(h.view());
        }
        w.end_list(at);
    }
    if (s.type == 4) {
        const size_t at = w.begin_list();
        for (size_t i = 0; i < s.authorizations; i++) {
            const size_t tuple = w.begin_list();
            w.u64(1);
            w.string(to.view());
            for (uint64_t v : {0, 0, 1, 1}) w.u64(v);
            w.end_list(tuple);
        }
        w.end_list(at);
    }
    w.u64(s.parity);
    signature();
    w.end_list(0);
    if (s.full_blobs) {
        for (int i = 0; i < 3; i++) w.end_list(w.begin_list());  // blobs, commitments, proofs
        w.end_list(0);
    }
    w.out.insert(w.out.begin(), s.type);
    w.end_string(0);
    return w.out;
}

/// Decodes and runs the scene's transaction; the name of the refusal, or nothing.
std::optional<ErrorCode> refusal(const Scene& s, Revision revision) {
    ChainConfig config = base_config(1);
    config.shanghai_time = revision >= Revision::shanghai ? 0 : ChainConfig::NEVER;
    config.cancun_time = revision >= Revision::cancun ? 0 : ChainConfig::NEVER;
    config.prague_time = revision >= Revision::prague ? 0 : ChainConfig::NEVER;
    config.osaka_time = revision >= Revision::osaka ? 0 : ChainConfig::NEVER;
    config.blobs = {{0, 6, BLOBS, 5007716}};
    const Bytes item = encode(s);
    auto t = decode_transaction(item, revision);
    if (!t) return t.error().code;

    mpt::reference::Source source;
    CodeStore codes;
    mpt::reference::Map leaves;
    const Bytes32 code_hash = hash::keccak256(s.code), no_storage = mpt::reference::root({}, &source.nodes);
    if (!s.code.empty()) codes.add(code_hash, evm::Code(s.code));
    uint8_t out[mpt::MAX_ACCOUNT_SIZE];
    const Bytes32 balance = uint256{s.balance}.to_bytes32();
    const size_t n =
        mpt::encode_account(out, {s.sender_nonce, rlp::trim(balance.view()), no_storage.data(), code_hash.data()});
    // Without a signature there is no sender; its account then stands anywhere.
    const Address sender = recover_sender(*t).value_or(test::numbered(1));
    leaves[hash::keccak256(sender.view())] = Bytes(out, out + n);
    mpt::Store store(&source);
    const Bytes32 root = mpt::reference::root(leaves, &source.nodes);
    mpt::Slot slot = store.open(root);

    Header header;
    header.number = 1;
    header.timestamp = 1;
    header.gas_limit = BLOCK_GAS;
    header.base_fee = BASE_FEE;
    Ancestors ancestors;
    State state(store, slot, codes, ancestors, Bytes32{});
    Executor executor(config, header, revision, state, {0, s.gas_used, 0, s.gas_used, s.blobs_used * GAS_PER_BLOB});
    auto done = executor.transaction(*t);
    if (done) return std::nullopt;
    return done.error().code;
}

struct Rule {
    ErrorCode name;
    Revision from;
    std::vector<uint8_t> types;
    std::function<void(Scene&)> violate;
    std::function<bool(const Scene&, Revision)> violated;
};

const std::vector<uint8_t> ALL{0, 1, 2, 3, 4}, DYNAMIC{2, 3, 4}, CREATING{0, 1, 2};

/// The order of tests in the execution specifications: ethereum/execution-specs, branch forks/osaka at 1626a8c15,
/// src/ethereum/osaka: transactions.py (decode_transaction, validate_transaction, recover_sender) and fork.py
/// (process_transaction, check_transaction). The four forks before have the same order without what they lack.
const std::vector<Rule> ORDER = {
    {ErrorCode::full_blobs,
     Revision::cancun,
     {3},
     [](Scene& s) { s.full_blobs = true; },
     [](const Scene& s, Revision) { return s.full_blobs; }},
    {ErrorCode::blob_contract_creation,
     Revision::cancun,
     {3},
     [](Scene& s) { s.creation = true; },
     [](const Scene& s, Revision) { return s.creation && !s.full_blobs; }},
    {ErrorCode::set_code_contract_creation,
     Revision::prague,
     {4},
     [](Scene& s) { s.creation = true; },
     [](const Scene& s, Revision) { return s.creation; }},
    {ErrorCode::transaction_rlp, Revision::paris, ALL, [](Scene& s) { s.extra_field = true; },
     [](const Scene& s, Revision) { return s.extra_field; }},
    {ErrorCode::intrinsic_gas, Revision::paris, ALL, [](Scene& s) { s.gas_limit = 20'999; },
     [](const Scene& s, Revision r) { return s.gas_limit < s.intrinsic(r).cost; }},
    // Zeros: 4 gas each, 10 as the floor.
    {ErrorCode::floor_gas, Revision::prague, ALL,
     [](Scene& s) {
         s.data.assign(std::max<size_t>(s.data.size(), 40'000), 0);
         s.gas_limit = std::min(s.gas_limit, s.intrinsic(Revision::osaka).floor - 1);
     },
     [](const Scene& s, Revision r) { return s.gas_limit < s.intrinsic(r).floor; }},
    {ErrorCode::nonce_is_max, Revision::paris, ALL, [](Scene& s) { s.nonce = ~uint64_t{0}; },
     [](const Scene& s, Revision) { return s.nonce == ~uint64_t{0}; }},
    {ErrorCode::initcode_size, Revision::shanghai, CREATING,
     [](Scene& s) {
         s.creation = true;
         s.data.assign(INITCODE + 1, 0);
     },
     [](const Scene& s, Revision) { return s.creation && s.type < 3 && s.data.size() > INITCODE; }},
    {ErrorCode::gas_limit_maximum, Revision::osaka, ALL, [](Scene& s) { s.gas_limit = std::max(s.gas_limit, CAP + 1); },
     [](const Scene& s, Revision) { return s.gas_limit > CAP; }},
    {ErrorCode::gas_allowance, Revision::paris, ALL, [](Scene& s) { s.gas_used = BLOCK_GAS - s.gas_limit + 1; },
     [](const Scene& s, Revision) { return s.gas_limit > BLOCK_GAS - s.gas_used; }},
    {ErrorCode::blob_gas_allowance,
     Revision::cancun,
     {3},
     [](Scene& s) { s.blobs_used = BLOBS; },
     [](const Scene& s, Revision) { return s.blobs + s.blobs_used > BLOBS; }},
    {ErrorCode::signature, Revision::paris, ALL, [](Scene& s) { s.r = 0; },
     [](const Scene& s, Revision) { return s.r == 0 || s.parity > 1; }},
    {ErrorCode::signature, Revision::paris, ALL, [](Scene& s) { s.parity = 2; },
     [](const Scene& s, Revision) { return s.r == 0 || s.parity > 1; }},
    // recover_sender tells a foreign chain by v for legacy transactions, behind r and s; the others likewise here.
    {ErrorCode::chain_id, Revision::paris, ALL, [](Scene& s) { s.chain_id = 5; },
     [](const Scene& s, Revision) { return s.chain_id != 1; }},
    {ErrorCode::priority_fee, Revision::paris, DYNAMIC, [](Scene& s) { s.priority_fee = s.max_fee + 1; },
     [](const Scene& s, Revision) { return s.priority_fee > s.max_fee; }},
    {ErrorCode::max_fee, Revision::paris, ALL, [](Scene& s) { s.max_fee = BASE_FEE - 1; },
     [](const Scene& s, Revision) { return s.max_fee < BASE_FEE; }},
    {ErrorCode::zero_blobs,
     Revision::cancun,
     {3},
     [](Scene& s) { s.blobs = 0; },
     [](const Scene& s, Revision) { return s.blobs == 0; }},
    {ErrorCode::blob_count,
     Revision::osaka,
     {3},
     [](Scene& s) { s.blobs = 7; },
     [](const Scene& s, Revision) { return s.blobs > 6; }},
    {ErrorCode::blob_versioned_hash,
     Revision::cancun,
     {3},
     [](Scene& s) { s.blob_version = 2; },
     [](const Scene& s, Revision) { return s.blobs > 0 && s.blob_version != 1; }},
    {ErrorCode::max_blob_fee,
     Revision::cancun,
     {3},
     [](Scene& s) { s.max_blob_fee = 0; },
     [](const Scene& s, Revision) { return s.max_blob_fee < BLOB_FEE; }},
    {ErrorCode::empty_authorization_list,
     Revision::prague,
     {4},
     [](Scene& s) { s.authorizations = 0; },
     [](const Scene& s, Revision) { return s.authorizations == 0; }},
    {ErrorCode::nonce_too_low, Revision::paris, ALL, [](Scene& s) { s.nonce = s.sender_nonce - 1; },
     [](const Scene& s, Revision) { return s.nonce < s.sender_nonce; }},
    {ErrorCode::nonce_too_high, Revision::paris, ALL, [](Scene& s) { s.nonce = s.sender_nonce + 1; },
     [](const Scene& s, Revision) { return s.nonce > s.sender_nonce; }},
    {ErrorCode::funds, Revision::paris, ALL, [](Scene& s) { s.balance = 1; },
     [](const Scene& s, Revision) { return s.balance < s.gas_limit * s.max_fee; }},
    {ErrorCode::sender_not_eoa, Revision::paris, ALL, [](Scene& s) { s.code = Bytes{0}; },
     [](const Scene& s, Revision) { return !s.code.empty(); }},
};

/// Pairs that one transaction cannot break both of.
bool exclude_each_other(ErrorCode a, ErrorCode b) {
    using enum ErrorCode;
    static const std::pair<ErrorCode, ErrorCode> PAIRS[] = {
        {intrinsic_gas, gas_limit_maximum},  // 21,000 of init code cost no 2^24
        {floor_gas, gas_limit_maximum},      // likewise
        {zero_blobs, blob_count},
        {zero_blobs, blob_versioned_hash},
        {zero_blobs, blob_gas_allowance},  // the blobs before fit
        {nonce_too_low, nonce_too_high},
        {nonce_is_max, nonce_too_low},        // no account has a nonce above the last
        {full_blobs, blob_contract_creation}  // the wrapper has no recipient
    };
    for (const auto& [x, y] : PAIRS)
        if ((x == a && y == b) || (x == b && y == a)) return true;
    return false;
}

bool applies(const Rule& rule, Revision revision, uint8_t type) {
    return revision >= rule.from && std::find(rule.types.begin(), rule.types.end(), type) != rule.types.end();
}

std::vector<uint8_t> types_of(Revision revision) {
    return revision >= Revision::prague   ? ALL
           : revision >= Revision::cancun ? std::vector<uint8_t>{0, 1, 2, 3}
                                          : CREATING;
}

/// The first rule of the order that the scene violates.
std::optional<ErrorCode> first_violated(const Scene& s, Revision revision) {
    for (const Rule& rule : ORDER)
        if (applies(rule, revision, s.type) && rule.violated(s, revision)) return rule.name;
    return std::nullopt;
}

constexpr Revision FORKS[] = {Revision::paris, Revision::shanghai, Revision::cancun, Revision::prague, Revision::osaka};

}  // namespace

TEST_CASE("a transaction that breaks one rule is refused by that rule's name") {
    for (Revision revision : FORKS)
        for (uint8_t type : types_of(revision)) {
            Scene fine;
            fine.type = type;
            CHECK_FALSE(first_violated(fine, revision));
            CHECK_FALSE(refusal(fine, revision));
            for (const Rule& rule : ORDER) {
                if (!applies(rule, revision, type)) continue;
                Scene s = fine;
                rule.violate(s);
                INFO(int(revision) << " type " << int(type) << " " << to_string(rule.name));
                REQUIRE(rule.violated(s, revision));
                CHECK(refusal(s, revision) == rule.name);
            }
        }
}

TEST_CASE("what a rule just allows is allowed") {
    for (Revision revision : FORKS)
        for (uint8_t type : types_of(revision)) {
            INFO(int(revision) << " type " << int(type));
            Scene s;
            s.type = type;
            s.gas_used = BLOCK_GAS - s.gas_limit;
            CHECK_FALSE(refusal(s, revision));
            if (type < 3) {
                s.creation = true;
                s.data.assign(INITCODE, 0);
                CHECK_FALSE(refusal(s, revision));
            }
            if (type == 3) {
                s.max_blob_fee = BLOB_FEE;
                s.blobs_used = BLOBS - s.blobs;
                CHECK_FALSE(refusal(s, revision));
                s.blobs_used = BLOBS + 1;  // as a subblock's host may claim
                CHECK(refusal(s, revision) == ErrorCode::blob_gas_allowance);
            }
            if (type < 3) {
                // From Prague on, an account that delegates may send.
                Scene delegated;
                delegated.type = type;
                const auto designator = evm::delegation_designator(test::numbered(9));
                delegated.code.assign(designator.begin(), designator.end());
                CHECK(refusal(delegated, revision) ==
                      (revision >= Revision::prague ? std::nullopt : std::optional(ErrorCode::sender_not_eoa)));
            }
        }
}

TEST_CASE("of two broken rules the one that the execution specifications test first is named, for every pair") {
    size_t pairs = 0;
    for (Revision revision : FORKS)
        for (uint8_t type : types_of(revision))
            for (const Rule& first : ORDER)
                for (const Rule& second : ORDER) {
                    if (&first >= &second || first.name == second.name) continue;
                    if (!applies(first, revision, type) || !applies(second, revision, type)) continue;
                    if (exclude_each_other(first.name, second.name)) continue;
                    // One of the two orders of violating them leaves both violated.
                    std::optional<Scene> both;
                    for (const bool swapped : {false, true}) {
                        Scene s;
                        s.type = type;
                        (swapped ? second : first).violate(s);
                        (swapped ? first : second).violate(s);
                        if (first.violated(s, revision) && second.violated(s, revision)) both = s;
                    }
                    INFO(int(revision) << " type " << int(type) << ": " << to_string(first.name) << " and "
                                       << to_string(second.name));
                    REQUIRE(both);
                    // What breaks the two may break a third one before them, and then that is named.
                    const auto name = first_violated(*both, revision);
                    CHECK(refusal(*both, revision) == name);
                    pairs += name == first.name;
                }
    CHECK(pairs > 2000);
}

TEST_CASE("of many broken rules the first is named") {
    std::mt19937 rng(9);
    for (Revision revision : FORKS) {
        const auto types = types_of(revision);
        for (int round = 0; round < 1000; round++) {
            Scene s;
            s.type = types[rng() % types.size()];
            for (size_t n = 2 + rng() % 4; n > 0; n--) {
                const Rule& rule = ORDER[rng() % ORDER.size()];
                if (applies(rule, revision, s.type)) rule.violate(s);
            }
            CHECK(refusal(s, revision) == first_violated(s, revision));
        }
    }
}

TEST_CASE("too many blobs: of the block before Osaka, of the transaction from Osaka on") {
    Scene s;
    s.type = 3;
    for (const Revision revision : {Revision::cancun, Revision::prague, Revision::osaka}) {
        s.blobs = BLOBS + 1;
        CHECK(refusal(s, revision) == ErrorCode::blob_gas_allowance);
        s.blobs = BLOBS;
        CHECK(refusal(s, revision) ==
              (revision == Revision::osaka ? std::optional{ErrorCode::blob_count} : std::nullopt));
    }
}

TEST_CASE("what an earlier transaction breaks is named before a later one that cannot be decoded") {
    const auto folder = read_block_folder("etc/demo");
    REQUIRE(folder);
    const auto block = decode_block(folder->block_rlp);
    REQUIRE(block);
    REQUIRE_FALSE(block->items.empty());
    const auto refused = [&](std::vector<Bytes> items) {
        rlp::Writer w;
        w.raw(block->header_rlp);
        const size_t at = w.begin_list();
        for (const Bytes& item : items) w.raw(item);
        w.end_list(at);
        w.end_list(w.begin_list());
        const size_t withdrawals = w.begin_list();
        w.raw(*block->withdrawals);
        w.end_list(withdrawals);
        w.end_list(0);
        const auto result = execute_block(load_chain("etc/demo/chain.json").value(), w.out, folder->witness);
        REQUIRE_FALSE(result);
        return result.error();
    };
    const Bytes sent(block->items[0].begin(), block->items[0].end()), garbage{0x05};
    const ethereum::Error twice = refused({sent, sent, garbage});
    CHECK(twice.code == ErrorCode::nonce_too_low);
    CHECK(twice.transaction == 1);
    const ethereum::Error undecodable = refused({sent, garbage, sent});
    CHECK(undecodable.code == ErrorCode::transaction_type);
    CHECK(undecodable.transaction == 1);
}
