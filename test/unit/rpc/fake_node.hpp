// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <functional>

#include "libs/base/hex.hpp"
#include "libs/cluster/http/http.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/rpc/block_source.hpp"
#include "test/support/header_json.hpp"

namespace ashlar::test {

namespace json = boost::json;
using namespace ashlar::cluster;

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

inline const std::string HASH_A = "0x" + std::string(64, 'a'), HASH_B = "0x" + std::string(64, 'b');

/// The demonstration's block, as a node tells of it.
struct DemoAnswers {
    json::object head;
    json::value raw, witness;

    DemoAnswers() {
        const auto folder = ethereum::read_block_folder("etc/demo");
        REQUIRE(folder);
        const auto block = ethereum::decode_block(folder->block_rlp);
        REQUIRE(block);
        head = {{"number", rpc::hex_quantity(block->header.number)}, {"hash", to_hex0x(block->header.hash.view())}};
        raw = json::string(to_hex0x(folder->block_rlp));
        json::array state, codes, headers;
        for (size_t i = 0; i < folder->witness.node_count(); i++) state.emplace_back(to_hex0x(folder->witness.node(i)));
        for (size_t i = 0; i < folder->witness.code_count(); i++) codes.emplace_back(to_hex0x(folder->witness.code(i)));
        for (BytesView h : folder->witness.ancestors(block->header.parent_hash))
            headers.emplace_back(test::header_json(h));
        witness = json::object{{"state", state}, {"codes", codes}, {"headers", headers}, {"keys", nullptr}};
    }
    std::function<HttpResponse(const std::string&, const json::array&)> answer() {
        return [this](const std::string& method, const json::array&) {
            if (method.starts_with("eth_getBlock")) return FakeNode::result(head);
            return FakeNode::result(method == "debug_getRawBlock" ? raw : witness);
        };
    }
};

}  // namespace ashlar::test
