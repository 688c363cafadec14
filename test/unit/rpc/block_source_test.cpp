// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/block_source.hpp"

#include <atomic>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <sstream>

#include "libs/cluster/http.hpp"
#include "test/unit/cluster/temp_dir.hpp"

using namespace ashlar;
using namespace ashlar::cluster;
namespace json = boost::json;

namespace {

/// A node that answers as the test says.
struct FakeNode {
    std::function<HttpResponse(const std::string& method, const json::array& params)> answer;
    std::atomic<int> requests{0};
    std::unique_ptr<HttpServer> server;

    FakeNode() {
        HttpServerOptions options;
        options.threads = 2;
        auto s = HttpServer::start(options, {{"POST", "/key/abc", Role::none, [this](HttpRequest& r) {
                                                  requests++;
                                                  const auto o = json::parse(r.body).as_object();
                                                  return answer(std::string(o.at("method").as_string()),
                                                                o.at("params").as_array());
                                              }}});
        REQUIRE(s);
        server = std::move(*s);
    }
    rpc::BlockSourceOptions options(unsigned retries = 3) const {
        rpc::BlockSourceOptions o;
        o.url = "http://127.0.0.1:" + std::to_string(server->port()) + "/key/abc";
        o.retries = retries;
        o.timeout = std::chrono::milliseconds(2000);
        o.backoff = std::chrono::milliseconds(1);
        return o;
    }
    static HttpResponse result(const json::value& v) {
        return json_response(json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", 1}, {"result", v}}));
    }
    static HttpResponse error(int code, const char* message) {
        return json_response(
            json::serialize(json::object{{"id", 1}, {"error", json::object{{"code", code}, {"message", message}}}}));
    }
};

const std::string HASH_A = "0x" + std::string(64, 'a'), HASH_B = "0x" + std::string(64, 'b');

std::string slurp(const std::filesystem::path& p) {
    std::ifstream in(p);
    std::stringstream s;
    s << in.rdbuf();
    return s.str();
}

}  // namespace

TEST_CASE("a block and its witness become a folder, fetched once") {
    FakeNode node;
    node.answer = [](const std::string& method, const json::array& params) {
        if (method == "eth_getBlockByNumber")
            return FakeNode::result(json::object{{"number", "0x10"}, {"hash", HASH_A}});
        CHECK(params.at(0).as_string() == "0x10");
        if (method == "debug_getRawBlock") return FakeNode::result("0xc0ffee");
        return FakeNode::result(json::object{{"state", json::array()}});
    };
    const ashlar::test::TempDir dir;
    const auto n = rpc::fetch_block(node.options(), "latest", dir.path / "b");
    REQUIRE(n);
    CHECK(*n == 16);
    CHECK(slurp(dir.path / "b" / "block.rlp") == "\xc0\xff\xee");
    CHECK(slurp(dir.path / "b" / "witness.json") == "{\"state\":[]}");
    const int before = node.requests;
    REQUIRE(rpc::fetch_block(node.options(), "0x10", dir.path / "b"));
    CHECK(node.requests == before + 2);  // only the head, before and after
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
    json::value head = json::object{{"number", "0x10"}, {"hash", HASH_A}};
    json::value raw = "0xc0";
    int heads = 0;
    bool reorg = false;
    node.answer = [&](const std::string& method, const json::array&) {
        if (method.starts_with("eth_getBlock")) {
            if (++heads == 2 && reorg) return FakeNode::result(json::object{{"number", "0x10"}, {"hash", HASH_B}});
            return FakeNode::result(head);
        }
        return method == "debug_getRawBlock" ? FakeNode::result(raw) : FakeNode::result(json::object());
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
