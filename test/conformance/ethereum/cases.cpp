// SPDX-License-Identifier: Apache-2.0
#include "test/conformance/ethereum/cases.hpp"

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/receipt.hpp"
#include "libs/rlp/encode.hpp"
#include "test/conformance/ethereum/world.hpp"

namespace ashlar::conformance {

namespace json = boost::json;
using namespace ethereum;

namespace {

std::string text(const json::value* v) { return v && v->is_string() ? std::string(v->get_string()) : std::string(); }

/// A case whose transaction breaks two rules, of an edition of ethereum/tests that was filled by nodes with another
/// order of rules than the execution specifications have. The specification's name is required instead of the file's;
/// `filled` must be what the file says, so that a set with the specification's name is compared with its own words.
struct Superseded {
    std::string_view suffix;    ///< of "FILE TEST"
    std::string_view filled;    ///< what the file expects
    std::string_view required;  ///< what the specification tests first
};

// The order is read from ethereum/execution-specs, branch forks/osaka at 1626a8c15 (2025-08-22), src/ethereum/cancun:
// process_transaction of fork.py calls validate_transaction of transactions.py, then check_transaction of fork.py.
constexpr std::string_view NO_FEE_NO_FUNDS =
    "TransactionException.INSUFFICIENT_MAX_FEE_PER_GAS|TransactionException.INSUFFICIENT_ACCOUNT_FUNDS";
constexpr std::string_view TOO_LITTLE_GAS = "TransactionException.INTRINSIC_GAS_TOO_LOW";
constexpr std::string_view TOO_MANY_BLOBS = "TransactionException.TYPE_3_TX_BLOB_COUNT_EXCEEDED";
constexpr std::string_view BLOCK_BLOB_GAS = "TransactionException.TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED";
constexpr Superseded SUPERSEDED[] = {
    // Gas limit 12, price 0 below the base fee of 16. validate_transaction compares the gas limit with the intrinsic
    // gas
    // (InsufficientTransactionGasError); check_transaction compares the price with the base fee.
    {" UserTransactionGasLimitIsTooLowWhenZeroCost_Cancun", NO_FEE_NO_FUNDS, TOO_LITTLE_GAS},
    // Gas limit 21,000 with a byte of data, which costs more; price 0. As above.
    {" txCost-sec73_Cancun", NO_FEE_NO_FUNDS, TOO_LITTLE_GAS},
    // Gas limit 0, price 0. As above.
    {" EmptyTransaction_Cancun", NO_FEE_NO_FUNDS, TOO_LITTLE_GAS},
    // Seven blobs, more than a block of Cancun holds. check_transaction knows no limit for one transaction before
    // Osaka (BlobCountExceededError is Osaka's); it compares with the blob gas that the block has left
    // (BlobGasLimitExceededError), before anything else about blobs.
    {"test_invalid_tx_blob_count[fork_Cancun-blockchain_test-too_many_blobs]", TOO_MANY_BLOBS, BLOCK_BLOB_GAS},
    // Likewise.
    {" blobhashListBounds7_d0g0v0_Cancun", TOO_MANY_BLOBS, BLOCK_BLOB_GAS},
};

std::string required_name(std::string_view name, std::string filled) {
    for (const Superseded& s : SUPERSEDED)
        if (name.ends_with(s.suffix) && filled == s.filled) return std::string(s.required);
    return filled;
}

}  // namespace

std::optional<ChainConfig> config_of(std::string_view network, const json::value* settings) {
    constexpr uint64_t TRANSITION = 15000;
    static constexpr std::string_view FORKS[] = {"Paris", "Shanghai", "Cancun", "Prague", "Osaka",    "BPO1",
                                                 "BPO2",  "BPO3",     "BPO4",   "BPO5",   "Amsterdam"};
    static constexpr int CANCUN = 2, OSAKA = 4, BPO2 = 6, AMSTERDAM = 10;
    const auto find = [](std::string_view name) -> int {
        for (int i = 0; i < static_cast<int>(std::size(FORKS)); i++)
            if (FORKS[i] == name) return i;
        return -1;
    };
    int from = find(network), to = from;
    const size_t at = network.find("To");
    if (from < 0 && at != std::string_view::npos && network.ends_with("AtTime15k")) {
        from = find(network.substr(0, at));
        to = find(network.substr(at + 2, network.size() - at - 2 - 9));
    }
    if (from < 0 || to < 0) return std::nullopt;
    ChainConfig c = base_config(1);
    const auto time_of = [&](int fork) { return fork <= from ? 0 : TRANSITION; };
    uint64_t* times[] = {&c.shanghai_time, &c.cancun_time, &c.prague_time, &c.osaka_time};
    for (int i = 1; i <= std::min(to, OSAKA); i++) *times[i - 1] = time_of(i);
    if (to == AMSTERDAM) c.amsterdam_time = time_of(to);

    const json::object* own = settings && settings->is_object() ? &settings->get_object() : nullptr;
    const json::value* schedule = own ? own->if_contains("blobSchedule") : nullptr;
    if (own)
        if (const auto id = hex_number(own->if_contains("chainid"))) c.chain_id = *id;
    const auto mainnet = *known_chain("mainnet");
    for (int i = CANCUN; i <= to; i++) {
        const json::value* entry =
            schedule && schedule->is_object() ? schedule->get_object().if_contains(FORKS[i]) : nullptr;
        BlobParameters p;
        if (entry && entry->is_object()) {
            const json::object& e = entry->get_object();
            p.target = static_cast<uint32_t>(hex_number(e.if_contains("target")).value_or(0));
            p.max = static_cast<uint32_t>(hex_number(e.if_contains("max")).value_or(0));
            p.update_fraction = hex_number(e.if_contains("baseFeeUpdateFraction")).value_or(0);
        } else if (i > BPO2 && i < AMSTERDAM && to == AMSTERDAM) {
            continue;  // forks that may be left out
        } else if (i <= BPO2) {
            p = mainnet.blobs[static_cast<size_t>(i - CANCUN)];
        }
        if (p.max == 0 || p.update_fraction == 0) return std::nullopt;
        p.timestamp = time_of(i);
        c.blobs.push_back(p);
    }
    return c;
}

bool allows(std::string_view expected, std::string_view actual) {
    for (size_t at = 0; at <= expected.size();) {
        const size_t end = std::min(expected.find('|', at), expected.size());
        if (expected.substr(at, end - at) == actual) return true;
        at = end + 1;
    }
    return false;
}

void run_blockchain_case(const std::string& name, const json::object& test, Tally& tally, const BlockCheck* check) {
    const std::string network = text(test.if_contains("network"));
    const auto config = config_of(network, test.if_contains("config"));
    if (!config) {
        tally.skipped["network " + network]++;
        return;
    }
    const auto failed = [&](const std::string& why) { tally.failures.push_back(name + ": " + why); };
    tally.ran++;
    const json::value* pre = test.if_contains("pre");
    auto world = pre && pre->is_object() ? make_world(pre->get_object()) : std::nullopt;
    const auto genesis = hex_bytes(test.if_contains("genesisRLP"));
    if (!world || !genesis) return failed("the file is not of the format");
    auto genesis_block = decode_block(*genesis);
    if (!genesis_block) return failed("genesis: " + describe(genesis_block.error()));
    if (genesis_block->header.state_root != world->root)
        return failed("the state root of `pre` is not the genesis header's");
    const BytesView header = genesis_block->header_rlp;
    world->witness.add_header(Bytes(header.begin(), header.end()));
    Bytes32 head = genesis_block->header.hash;
    bool names = true;

    const json::value* blocks = test.if_contains("blocks");
    if (!blocks || !blocks->is_array()) return failed("no blocks");
    for (const json::value& entry : blocks->get_array()) {
        const json::object& o = entry.get_object();
        const auto rlp = hex_bytes(o.if_contains("rlp"));
        std::string expected = text(o.if_contains("expectException"));
        if (!expected.empty()) expected = required_name(name, std::move(expected));
        if (!rlp) return failed("a block is not hex");
        tally.blocks++;
        Witness next;
        auto result = execute_block(*config, *rlp, world->witness, &next);
        if (!expected.empty()) {
            if (result) return failed("accepted a block that breaks " + expected);
            tally.refused++;
            // This witness has every header there is: a parent that it lacks is one that nobody knows.
            ErrorCode code = result.error().code;
            if (code == ErrorCode::missing_header && world->witness.ancestors(result.error().detail).empty())
                code = ErrorCode::unknown_parent;
            if (!allows(expected, to_string(code))) {
                names = false;
                tally.other_names++;
                failed("refused by " + describe(result.error()) + ", not " + expected);
            }
            continue;
        }
        if (!result) return failed("refused a valid block by " + describe(result.error()));
        if (check) {
            const std::string difference = (*check)(*config, *rlp, world->witness);
            if (!difference.empty()) return failed("guest: " + difference);
            tally.guest_blocks++;
        }
        world->witness.add(std::move(next));
        head = result->header.hash;
    }
    if (to_hex0x(head.view()) != text(test.if_contains("lastblockhash"))) return failed("the head is another block");
    tally.passed += names;
}

void run_state_case(const std::string& name, const json::object& test, Tally& tally) {
    const json::object& env = test.at("env").as_object();
    const json::object& post = test.at("post").as_object();
    for (const auto& [fork, entries] : post) {
        const auto config = config_of(std::string_view(fork), test.if_contains("config"));
        if (!config) {
            tally.skipped["network " + std::string(fork)] += entries.as_array().size();
            continue;
        }
        size_t index = 0;
        for (const json::value& v : entries.as_array()) {
            const std::string id = name + "/" + std::string(fork) + "/" + std::to_string(index++);
            const auto failed = [&](const std::string& why) { tally.failures.push_back(id + ": " + why); };
            const json::object& e = v.as_object();
            tally.ran++;
            auto world = make_world(test.at("pre").as_object());
            const auto bytes = hex_bytes(e.if_contains("txbytes"));
            if (!world || !bytes) {
                failed("the file is not of the format");
                continue;
            }
            Header header;
            header.coinbase = Address::from(*hex_bytes(env.if_contains("currentCoinbase")));
            header.number = *hex_number(env.if_contains("currentNumber"));
            header.timestamp = *hex_number(env.if_contains("currentTimestamp"));
            header.gas_limit = *hex_number(env.if_contains("currentGasLimit"));
            header.base_fee = *hex_number(env.if_contains("currentBaseFee"));
            header.prev_randao = *hex_word(env.if_contains("currentRandom"));
            header.excess_blob_gas = hex_number(env.if_contains("currentExcessBlobGas")).value_or(0);
            const evm::Revision revision = *config->revision(header.number, header.timestamp);

            WitnessSource source(world->witness);
            mpt::Store store(&source);
            mpt::Slot root = store.open(world->root);
            CodeStore codes;
            world->witness.fill(codes);
            Ancestors ancestors = *Ancestors::make(header, {});
            State state(store, root, codes, ancestors, header.hash);
            Executor executor(*config, header, revision, state, {});
            // The envelope as an item of a block body.
            rlp::Writer item;
            if (!bytes->empty() && (*bytes)[0] >= 0xc0)
                item.raw(*bytes);
            else
                item.string(*bytes);
            auto transaction = decode_transaction(item.out, revision);
            Outcome<void> done =
                transaction ? executor.transaction(*transaction) : Outcome<void>(Fail{transaction.error()});
            const std::string expected = text(e.if_contains("expectException"));
            if (!expected.empty()) {
                if (done) {
                    failed("accepted a transaction that breaks " + expected);
                    continue;
                }
                tally.refused++;
                if (allows(expected, to_string(done.error().code))) {
                    tally.passed++;
                } else {
                    tally.other_names++;
                    failed("refused by " + describe(done.error()) + ", not " + expected);
                }
                continue;
            }
            if (!done) {
                failed("refused a valid transaction by " + describe(done.error()));
                continue;
            }
            auto after = state.commit();
            auto receipts = decode_receipts(executor.receipts());
            if (!after || !receipts)
                failed("the state does not commit");
            else if (to_hex0x(after->view()) != text(e.if_contains("hash")))
                failed("state root " + to_hex(after->view()));
            else if (to_hex0x(list_digest((*receipts)[0].logs).view()) != text(e.if_contains("logs")))
                failed("logs");
            else
                tally.passed++;
        }
    }
}

}  // namespace ashlar::conformance
