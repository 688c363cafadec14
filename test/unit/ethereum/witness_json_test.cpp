// SPDX-License-Identifier: Apache-2.0
// Witnesses in the forms that nodes give, on the demonstration's block.
#include "libs/ethereum/witness_json.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/native.hpp"
#include "test/support/header_json.hpp"

using namespace ashlar;
using namespace ashlar::ethereum;
namespace json = boost::json;

namespace {

struct Demo {
    Bytes block_rlp;
    ChainConfig chain;
    json::array state, codes, headers;  ///< hex
    Bytes32 state_root;

    Demo() {
        auto folder = read_block_folder("etc/demo");
        REQUIRE(folder);
        block_rlp = folder->block_rlp;
        chain = load_chain("etc/demo/chain.json").value();
        const Witness& w = folder->witness;
        for (size_t i = 0; i < w.node_count(); i++) state.emplace_back(to_hex0x(w.node(i)));
        for (size_t i = 0; i < w.code_count(); i++) codes.emplace_back(to_hex0x(w.code(i)));
        const auto block = decode_block(block_rlp);
        for (BytesView h : w.ancestors(block->header.parent_hash)) headers.emplace_back(to_hex0x(h));
        state_root = block->header.state_root;
    }
    json::object document() const { return {{"state", state}, {"codes", codes}, {"headers", headers}}; }
    json::object header_object() const { return test::header_json(*from_hex(headers[0].as_string())); }
    /// The block executes on this witness, to its state root.
    bool runs(const json::object& o) const {
        const std::string text = json::serialize(o);
        auto w = parse_witness(as_bytes(text));
        if (!w) FAIL(w.error().message);
        auto result = execute_block(chain, block_rlp, *w);
        return result && result->state_root == state_root;
    }
};

std::string refusal(const json::object& o) {
    const auto w = parse_witness(as_bytes(json::serialize(o)));
    REQUIRE_FALSE(w);
    CHECK(w.error().code == "witness_json");
    CHECK_FALSE(w.error().hint.empty());
    return w.error().message;
}

}  // namespace

TEST_CASE("headers as objects and as RLP, keys and codes in every form that nodes give them") {
    const Demo demo;
    REQUIRE(demo.runs(demo.document()));
    for (const bool as_object : {false, true})
        for (const json::value& keys : {json::value(json::array{"0x00"}), json::value(), json::value(json::object{})})
            for (const bool with_keys : {false, true}) {
                json::object o = demo.document();
                if (as_object) o["headers"] = json::array{demo.header_object()};
                if (with_keys) o["keys"] = keys;
                CHECK(demo.runs(o));
                CHECK(demo.runs({{"jsonrpc", "2.0"}, {"id", 1}, {"result", o}}));
            }
    // Without the codes it is a witness still, of which the execution says what it lacks.
    for (const bool null : {false, true}) {
        json::object o = demo.document();
        o.erase("codes");
        if (null) o["codes"] = nullptr;
        auto w = parse_witness(as_bytes(json::serialize(o)));
        REQUIRE(w);
        CHECK(execute_block(demo.chain, demo.block_rlp, *w).error().code == ErrorCode::missing_code);
    }
}

TEST_CASE("order, duplicates and surplus of nodes, codes and headers change nothing") {
    const Demo demo;
    std::mt19937 rng(8);
    for (int round = 0; round < 20; round++) {
        json::object o = demo.document();
        for (const char* name : {"state", "codes", "headers"}) {
            json::array& items = o[name].as_array();
            const size_t n = items.size();
            for (size_t i = 0; i < n; i++)
                if (rng() % 2) items.push_back(json::value(items[i]));
            for (size_t i = rng() % 5; i > 0; i--) {
                Bytes surplus(rng() % 100);
                for (uint8_t& b : surplus) b = static_cast<uint8_t>(rng());
                items.emplace_back(to_hex0x(surplus));
            }
            for (json::value& item : items)
                if (rng() % 2) std::swap(item, items[rng() % items.size()]);
        }
        json::object other = demo.header_object();
        other["number"] = "0x12345";  // another header, without a hash to compare with
        other.erase("hash");
        o["headers"].as_array().push_back(other);
        o["headers"].as_array().push_back(demo.header_object());
        CHECK(demo.runs(o));
    }
}

TEST_CASE("a header object is encoded to the RLP that its hash is of, for each fork's fields") {
    const Demo demo;
    json::object header = demo.header_object();
    const auto with = [&](const json::object& h) {
        json::object o = demo.document();
        o["headers"] = json::array{h};
        return o;
    };
    // What came with forks may end anywhere, but has no holes; what nobody knows changes the hash.
    const char* const LATER[] = {"requestsHash", "parentBeaconBlockRoot", "excessBlobGas", "blobGasUsed",
                                 "withdrawalsRoot"};
    json::object shorter = header;
    shorter.erase("hash");
    for (const char* name : LATER) {
        shorter[name] = nullptr;
        CHECK(parse_witness(as_bytes(json::serialize(with(shorter)))));
        json::object hole = header;
        if (name != LATER[0]) {
            hole[name] = nullptr;
            CHECK(refusal(with(hole)).find(std::string(" but no ") + name) != std::string::npos);
        }
    }
    json::object amsterdam = header;
    amsterdam["blockAccessListHash"] = "0x" + std::string(64, '1');
    CHECK(refusal(with(amsterdam)) == "`headers`[0]: its fields do not hash to its `hash`");
    // Every field counts.
    for (const auto& [name, value] : header) {
        json::object changed = header;
        if (name == "hash") continue;
        std::string text(value.as_string());
        if (text == "0x")
            text += "31";
        else
            text.back() = text.back() == '1' ? '2' : '1';
        changed[name] = text;
        INFO(std::string_view(name));
        CHECK(refusal(with(changed)) == "`headers`[0]: its fields do not hash to its `hash`");
        for (const json::value& bad : {json::value("0xzz"), json::value(5), json::value(json::object{})}) {
            changed[name] = bad;
            CHECK(refusal(with(changed)).starts_with("`headers`[0]: " + std::string(name) + " is no "));
        }
    }
    for (const char* required : {"parentHash", "miner", "number", "extraData", "mixHash", "nonce", "baseFeePerGas"}) {
        json::object less = header;
        less.erase(required);
        CHECK(refusal(with(less)) == "`headers`[0]: it has no " + std::string(required));
    }
}

TEST_CASE("numbers and strings of a header object have their form, whether or not its hash is told") {
    const Demo demo;
    json::object header = demo.header_object();
    header.erase("hash");
    const auto with = [&](const char* name, const json::value& value) {
        json::object h = header, o = demo.document();
        h[name] = value;
        o["headers"] = json::array{h};
        return o;
    };
    const std::string longest = "0x" + std::string(64, 'f');
    CHECK(parse_witness(as_bytes(json::serialize(with("number", longest.c_str())))));
    for (const std::string& number : {longest + "ff", std::string("0x"), std::string("1234"), std::string(""),
                                      std::string("0xzz"), std::string("0x1g")})
        CHECK(refusal(with("number", number.c_str())) ==
              "`headers`[0]: number is no 0x-hex number of at most 32 bytes");
    for (size_t n : {62, 66})
        CHECK(refusal(with("parentHash", ("0x" + std::string(n, '1')).c_str())) ==
              "`headers`[0]: parentHash is no 0x-hex of 32 bytes");
    for (const json::value& hash : {json::value(5), json::value(json::array{}), json::value("0x12")})
        CHECK(refusal(with("hash", hash)) == "`headers`[0]: its fields do not hash to its `hash`");
}

TEST_CASE("what is wrong with a witness is named, not what follows from it") {
    const Demo demo;
    for (const char* name : {"state", "codes", "headers"}) {
        json::object o = demo.document();
        o[name].as_array()[0] = 5;
        CHECK(refusal(o).starts_with("`" + std::string(name) + "`[0] is "));
    }
    CHECK(parse_witness(as_bytes("nonsense")).error().message.starts_with("not JSON"));
    CHECK(parse_witness(as_bytes("[]")).error().message == "the witness is no object");
}
