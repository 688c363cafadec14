// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/block_source.hpp"

#include <atomic>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "libs/base/hex.hpp"
#include "libs/cluster/http/http.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/native.hpp"
#include "test/support/archive_files.hpp"
#include "test/support/header_json.hpp"
#include "test/support/temp_dir.hpp"
#include "test/unit/ethereum/data.hpp"
#include "test/unit/rpc/fake_node.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
using namespace ashlar::test;
namespace json = boost::json;

TEST_CASE("a block and its witness become a folder that executes, fetched once") {
    FakeNode node;
    DemoAnswers demo;
    node.answer = demo.answer();
    const ashlar::test::TempDir dir;
    const auto n = rpc::fetch_block(node.options(), "latest", dir.path / "b");
    if (!n) FAIL(n.error().message);
    CHECK(rpc::hex_quantity(*n) == demo.head.at("number").as_string());
    const auto folder = ethereum::read_block_folder(dir.path / "b");
    REQUIRE(folder);
    CHECK(ethereum::execute_block(ethereum::load_chain("etc/demo/chain.json").value(), folder->block_rlp,
                                  folder->witness));
    const int before = node.requests;
    REQUIRE(rpc::fetch_block(node.options(), "0x10", dir.path / "b"));
    CHECK(node.requests == before + 2);  // only the head, before and after
}

TEST_CASE("what could not be read later is refused when it is fetched, and nothing is left") {
    FakeNode node;
    DemoAnswers demo;
    node.answer = demo.answer();
    const ashlar::test::TempDir dir;
    const auto refused = [&] {
        const auto n = rpc::fetch_block(node.options(), "latest", dir.path);
        REQUIRE_FALSE(n);
        CHECK_FALSE(std::filesystem::exists(dir.path / "witness.json"));
        CHECK_FALSE(std::filesystem::exists(dir.path / "block.rlp"));
        return n.error();
    };
    const auto is_bad = [&](const std::string& part) {
        const auto e = refused();
        INFO(e.message);
        CHECK(e.code == "rpc_answer_bad");
        CHECK_FALSE(e.hint.empty());
        CHECK(e.message.find(part) != std::string::npos);
    };
    const json::object whole = demo.witness.as_object();
    json::object& w = demo.witness.as_object();
    SECTION("a witness that is none") {
        for (const json::value& v : {json::value(), json::value("0x"), json::value(json::array())}) {
            demo.witness = v;
            is_bad("the witness is no object");
        }
    }
    SECTION("no state, or no list of nodes") {
        w["state"] = nullptr;
        is_bad("the witness has no `state`");
        w["state"] = json::object();
        is_bad("`state` is no array");
        w["state"] = json::array{"0x00", "0x0"};
        is_bad("`state`[1] is not hex");
    }
    SECTION("codes") {
        w["codes"] = json::array{nullptr};
        is_bad("`codes`[0] is not hex");
    }
    SECTION("no headers, or headers that are none") {
        w["headers"] = nullptr;
        is_bad("the witness has no `headers`");
        w["headers"] = json::array();
        is_bad("lacks the header of its parent");
        w["headers"] = json::array{"0xc0"};
        is_bad("lacks the header of its parent");
        w["headers"] = json::array{json::object{{"number", "0x1"}}};
        is_bad("`headers`[0]: it has no parentHash");
        w = whole;
        w["headers"].as_array()[0].as_object()["gasUsed"] = "0x7";
        is_bad("do not hash to its `hash`");
        w["headers"].as_array()[0].as_object().erase("hash");
        is_bad("lacks the header of its parent");
    }
    SECTION("a block that cannot be read") {
        for (const char* raw : {"0xc0", "0x00", "0x0102"}) {
            demo.raw = raw;
            is_bad("block cannot be read");
        }
    }
    SECTION("another block than was asked for") {
        demo.head["hash"] = HASH_A;
        CHECK(refused().code == "rpc_reorg");
    }
}

TEST_CASE("what geth answers can be fetched and executed") {
    const auto folder = test::data_folder() / "amsterdam" / "node";
    for (const std::string fork : {"osaka", "amsterdam"}) {
        const auto path = folder / ("geth-v1.17.10-" + fork + ".tar.zst");
        if (!std::filesystem::exists(path)) {
            WARN("SKIPPED: no recorded answers at " << path);
            continue;
        }
        std::map<std::string, std::map<std::string, json::value>> blocks;  // folder, method
        std::optional<std::string> genesis;
        REQUIRE(test::each_json_file(path, [&](const std::string& name, const std::string& text) {
            const std::filesystem::path p(name);
            if (p.filename() == "genesis.json") genesis = text;
            for (const char* method : {"eth_getBlockByNumber", "debug_getRawBlock", "debug_executionWitness"}) {
                if (p.stem() != method) continue;
                const json::value answer = json::parse(text);
                if (const json::value* result = answer.as_object().if_contains("result"))
                    blocks[p.parent_path().filename()][method] = *result;
            }
        }));
        REQUIRE(genesis);
        const auto chain = ethereum::parse_chain_config(*genesis);
        if (!chain) FAIL(chain.error().message);
        size_t fetched = 0;
        for (auto& [name, answers] : blocks) {
            if (answers.size() != 3) continue;  // genesis has no witness
            INFO(fork << " " << name);
            FakeNode node;
            node.answer = [&](const std::string& method, const json::array&) {
                return FakeNode::result(answers.at(method));
            };
            const ashlar::test::TempDir dir;
            const auto n = rpc::fetch_block(node.options(), "latest", dir.path);
            if (!n) FAIL(n.error().message);
            const auto read = ethereum::read_block_folder(dir.path);
            REQUIRE(read);
            const auto result = ethereum::execute_block(*chain, read->block_rlp, read->witness);
            if (!result) FAIL(to_string(result.error().code) << " " << to_hex(result.error().detail.view()));
            CHECK(evm::revision_name(result->revision) == fork);
            fetched++;
        }
        CHECK(fetched >= 5);
    }
}

TEST_CASE("trouble that passes is tried again, refusals are not") {
    FakeNode node;
    int calls = 0;
    SECTION("busy, then fine") {
        node.answer = [&](const std::string&, const json::array&) {
            if (++calls < 3) return json_response("overloaded", 503);
            return FakeNode::result("0x1");
        };
        const auto r = rpc::call(node.options(), "eth_chainId", {});
        REQUIRE(r);
        CHECK(calls == 3);
    }
    SECTION("busy for ever") {
        node.answer = [&](const std::string&, const json::array&) { return calls++, json_response("{}", 200); };
        CHECK(rpc::call(node.options(4), "x", {}).error().code == "rpc_unreachable");
        CHECK(calls == 4);
    }
    SECTION("no such method") {
        node.answer = [&](const std::string&, const json::array&) { return calls++, FakeNode::error(-32601, "no"); };
        CHECK(rpc::call(node.options(), "debug_x", {}).error().code == "rpc_method_missing");
        CHECK(calls == 1);
    }
    SECTION("an error of the call") {
        node.answer = [&](const std::string&, const json::array&) { return calls++, FakeNode::error(-32000, "bad"); };
        CHECK(rpc::call(node.options(), "x", {}).error().code == "rpc_refused");
        CHECK(calls == 1);
    }
}

TEST_CASE("errors never show the key in the node's url") {
    rpc::JsonRpcOptions o;
    o.url = "http://127.0.0.1:1/secret-key";
    o.retries = 1;
    const auto r = rpc::call(o, "x", {});
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "rpc_unreachable");
    CHECK(r.error().message.find("secret") == std::string::npos);
    o.url = "nonsense";
    CHECK(rpc::call(o, "x", {}).error().code == "rpc_url_bad");
}

TEST_CASE("missing blocks, bad answers and reorgs have their own codes") {
    FakeNode node;
    const ashlar::test::TempDir dir;
    DemoAnswers demo;
    json::value head = demo.head, raw = demo.raw;
    int heads = 0;
    bool reorg = false;
    node.answer = [&](const std::string& method, const json::array&) {
        if (method.starts_with("eth_getBlock")) {
            if (++heads == 2 && reorg)
                return FakeNode::result(json::object{{"number", demo.head.at("number")}, {"hash", HASH_B}});
            return FakeNode::result(head);
        }
        return method == "debug_getRawBlock" ? FakeNode::result(raw) : FakeNode::result(demo.witness);
    };
    SECTION("missing") {
        head = nullptr;
        CHECK(rpc::fetch_block(node.options(), HASH_A, dir.path).error().code == "rpc_block_missing");
    }
    SECTION("no number") {
        head = json::object{{"hash", HASH_A}};
        CHECK(rpc::fetch_block(node.options(), "0x10", dir.path).error().code == "rpc_answer_bad");
    }
    SECTION("not hex") {
        raw = "0xzz";
        CHECK(rpc::fetch_block(node.options(), "0x10", dir.path).error().code == "rpc_answer_bad");
    }
    SECTION("reorg") {
        reorg = true;
        CHECK(rpc::fetch_block(node.options(), "0x10", dir.path).error().code == "rpc_reorg");
        CHECK_FALSE(std::filesystem::exists(dir.path / "block.rlp"));
    }
}
