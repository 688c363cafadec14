// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/proof_witness.hpp"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <set>

#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/decode.hpp"
#include "libs/rpc/key_search.hpp"
#include "test/support/temp_dir.hpp"
#include "test/unit/rpc/fake_node.hpp"

using namespace ashlar;
using namespace ashlar::test;

namespace {

/// A node that has the state of the demonstration's witness and serves it by eth_getProof only.
struct ProofNode {
    ethereum::BlockFolder folder = std::move(*ethereum::read_block_folder("etc/demo"));
    ethereum::Block block = std::move(*ethereum::decode_block(folder.block_rlp));
    ethereum::ChainConfig chain = *ethereum::load_chain("etc/demo/chain.json");
    DemoAnswers demo;
    FakeNode node;
    std::map<std::string, int> calls;
    bool traces = false, raw_block = true;
    std::string refuse;  ///< an address whose proof is an error
    std::mutex mutex;

    ProofNode() {
        node.answer = [this](const std::string& method, const json::array& params) {
            const std::lock_guard lock(mutex);
            calls[method]++;
            if (method == "eth_getProof") return proof(params);
            if (method == "eth_getCode") return code(std::string(params[0].as_string()));
            if (method == "debug_traceBlockByNumber" && traces) return FakeNode::result(trace());
            if (method == "debug_getRawBlock" && raw_block) return FakeNode::result(demo.raw);
            if (method == "eth_getRawTransactionByHash") return raw_transaction(std::string(params[0].as_string()));
            if (method.starts_with("eth_getBlockBy"))
                return FakeNode::result(header(std::string(params[0].as_string())));
            return FakeNode::error(-32601, "no such method");
        };
    }
    rpc::BlockSourceOptions options() {
        rpc::BlockSourceOptions o = node.options();
        o.chain = &chain;
        return o;
    }

    BytesView node_of(BytesView digest) const {
        const size_t i = folder.witness.find_node(digest.data());
        return i == folder.witness.node_count() ? BytesView{} : folder.witness.node(i);
    }
    /// The nodes from a root towards a key, and the leaf's value if there is one.
    std::pair<json::array, Bytes> walk(BytesView root, BytesView key) const {
        const Bytes32 digest = hash::keccak256(key);
        const auto nibble = [&](size_t i) { return i % 2 ? digest[i / 2] & 15 : digest[i / 2] >> 4; };
        json::array out;
        BytesView at = node_of(root);
        if (!at.empty()) out.emplace_back(to_hex0x(at));
        for (size_t depth = 0; !at.empty();) {
            auto list = rlp::read_list(at);
            std::vector<rlp::Item> items;
            while (!list->empty()) items.push_back(*list->next());
            rlp::Item child;
            if (items.size() == 17) {
                child = items[static_cast<size_t>(nibble(depth++))];
            } else {
                const BytesView path = items[0].payload;
                const bool odd = path[0] & 0x10, leaf = path[0] & 0x20;
                for (size_t i = odd ? 1 : 2; i < 2 * path.size(); i++)
                    if ((i % 2 ? path[i / 2] & 15 : path[i / 2] >> 4) != nibble(depth++)) return {out, {}};
                if (leaf) return {out, Bytes(items[1].payload.begin(), items[1].payload.end())};
                child = items[1];
            }
            if (child.is_list) {
                at = child.raw;
            } else {
                at = child.payload.size() == 32 ? node_of(child.payload) : BytesView{};
                if (!at.empty()) out.emplace_back(to_hex0x(at));
            }
        }
        return {out, {}};
    }
    struct Account {
        json::array proof;
        Bytes32 storage_root, code_hash;
    };
    Account account(const std::string& address) const {
        const auto parent = ethereum::decode_header(folder.witness.ancestors(block.header.parent_hash)[0]);
        auto [proof, value] = walk(parent->state_root.view(), *from_hex(address));
        Account a{std::move(proof), {}, {}};
        if (value.empty()) return a;
        auto fields = rlp::read_list(value);
        (void)fields->bytes();
        (void)fields->bytes();
        a.storage_root = *fields->fixed<32>();
        a.code_hash = *fields->fixed<32>();
        return a;
    }
    cluster::HttpResponse proof(const json::array& params) const {
        const std::string address(params[0].as_string());
        if (address == refuse) return FakeNode::error(-32000, "no state");
        CHECK(params[2].as_string() == rpc::hex_quantity(block.header.number - 1));
        const Account a = account(address);
        json::array slots;
        for (const json::value& key : params[1].as_array())
            slots.push_back(json::object{
                {"key", key},
                {"proof", walk(a.storage_root.view(), *from_hex(std::string_view(key.as_string()))).first}});
        return FakeNode::result(json::object{{"address", address},
                                             {"accountProof", a.proof},
                                             {"codeHash", to_hex0x(a.code_hash.view())},
                                             {"storageProof", slots}});
    }
    cluster::HttpResponse code(const std::string& address) const {
        const Bytes32 wanted = account(address).code_hash;
        for (size_t i = 0; i < folder.witness.code_count(); i++)
            if (hash::keccak256(folder.witness.code(i)) == wanted)
                return FakeNode::result(json::string(to_hex0x(folder.witness.code(i))));
        return FakeNode::result("0x");
    }
    cluster::HttpResponse raw_transaction(const std::string& hash) const {
        for (const BytesView item : block.items) {
            const BytesView envelope = ethereum::envelope_of(item);
            if (to_hex0x(hash::keccak256(envelope).view()) == hash)
                return FakeNode::result(json::string(to_hex0x(envelope)));
        }
        return FakeNode::error(-32000, "no such transaction");
    }
    json::value header(const std::string& which) const {
        const auto ancestors = folder.witness.ancestors(block.header.parent_hash);
        const bool parent = which == rpc::hex_quantity(block.header.number - 1);
        json::object o = header_json(parent ? ancestors[0] : block.header_rlp);
        if (!parent) {
            json::array hashes;
            for (const BytesView item : block.items)
                hashes.emplace_back(to_hex0x(hash::keccak256(ethereum::envelope_of(item)).view()));
            o["transactions"] = std::move(hashes);
            o["withdrawals"] = withdrawals();
        }
        return o;
    }
    json::array withdrawals() const {
        json::array out;
        for (const auto& w : *ethereum::decode_withdrawals(*block.withdrawals))
            out.push_back(json::object{{"index", rpc::hex_quantity(w.index)},
                                       {"validatorIndex", rpc::hex_quantity(w.validator)},
                                       {"address", to_hex0x(w.address.view())},
                                       {"amount", rpc::hex_quantity(w.amount)}});
        return out;
    }
    /// What a prestateTracer tells: here the recipients alone, so that much is left to be found.
    json::value trace() const {
        json::array out;
        for (const BytesView item : block.items) {
            const auto t = ethereum::decode_transaction(item, evm::Revision::osaka);
            json::object touched;
            if (t && t->to)
                touched[to_hex0x(t->to->view())] =
                    json::object{{"storage", json::object{{to_hex0x(Bytes32{}.view()), "0x1"}}}};
            out.push_back(json::object{{"result", std::move(touched)}});
        }
        return out;
    }
    /// That the folder executes to the block's own result.
    void check(const std::filesystem::path& dir) {
        const auto fetched = ethereum::read_block_folder(dir);
        REQUIRE(fetched);
        CHECK(fetched->block_rlp == folder.block_rlp);
        const auto run = ethereum::execute_block(chain, fetched->block_rlp, fetched->witness);
        if (!run) FAIL(ethereum::describe(run.error()));
        CHECK(run->state_root == block.header.state_root);
    }
};

}  // namespace

TEST_CASE("a witness is built from proofs where the node has nothing better") {
    ProofNode n;
    n.traces = GENERATE(false, true);
    n.raw_block = n.traces;
    const TempDir dir;
    const auto number = rpc::fetch_block(n.options(), "latest", dir.path);
    if (!number) FAIL(number.error().message);
    n.check(dir.path);
    CHECK(n.calls["eth_getProof"] > 3);
    CHECK_FALSE(std::filesystem::exists(dir.path / "witness.part"));
}

TEST_CASE("a node without a witness is refused where the chain's rules are not known") {
    ProofNode n;
    const TempDir dir;
    auto o = n.options();
    o.chain = nullptr;
    const auto r = rpc::fetch_block(o, "latest", dir.path);
    REQUIRE_FALSE(r);
    CHECK(r.error().code == "rpc_method_missing");
}

TEST_CASE("another try goes on where the last one failed") {
    ProofNode n;
    const TempDir dir;
    n.refuse = to_hex0x(n.block.header.coinbase.view());
    const auto failed = rpc::fetch_block(n.options(), "latest", dir.path);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == "rpc_refused");
    CHECK(std::filesystem::exists(dir.path / "witness.part"));
    const int first = n.calls["eth_getProof"];
    CHECK(first > 3);
    SECTION("with what it left") {}
    SECTION("or afresh, if that is damaged") {
        for (const char* text :
             {"", "{", "[]", "{\"state\": [\"0x0\"]}", "{\"state\":[],\"headers\":[],\"codes\":[]}"}) {
            std::ofstream(dir.path / "witness.part", std::ios::trunc) << text;
            REQUIRE_FALSE(rpc::fetch_block(n.options(), "latest", dir.path));
        }
    }
    n.refuse.clear();
    n.calls.clear();
    REQUIRE(rpc::fetch_block(n.options(), "latest", dir.path));
    n.check(dir.path);
    const int rest = n.calls["eth_getProof"];
    REQUIRE(rpc::fetch_block(n.options(), "latest", dir.path / "whole"));
    CHECK(rest < n.calls["eth_getProof"] - rest);
}

TEST_CASE("proofs that do not help, and blocks that the rules refuse, end with what is wrong") {
    ProofNode n;
    const TempDir dir;
    SECTION("a node that proves nothing") {
        const auto usual = n.node.answer;
        n.node.answer = [&, usual](const std::string& method, const json::array& params) {
            if (method == "eth_getProof")
                return FakeNode::result(json::object{{"address", params[0]},
                                                     {"accountProof", json::array{"0xc0"}},
                                                     {"codeHash", to_hex0x(Bytes32{}.view())},
                                                     {"storageProof", json::array{}}});
            return usual(method, params);
        };
        const auto r = rpc::fetch_block(n.options(), "latest", dir.path);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "rpc_witness_gap");
        CHECK(r.error().message.find("MISSING_NODE") != std::string::npos);
        CHECK_FALSE(r.error().hint.empty());
    }
    SECTION("answers of another form") {
        for (const json::value& v : {json::value(), json::value(7), json::value(json::object{{"accountProof", 1}}),
                                     json::value(json::object{{"accountProof", json::array{"0x0"}}}),
                                     json::value(json::object{{"accountProof", json::array{}}})}) {
            const auto usual = n.node.answer;
            FakeNode& node = n.node;
            node.answer = [&, usual](const std::string& method, const json::array& params) {
                return method == "eth_getProof" ? FakeNode::result(v) : usual(method, params);
            };
            const auto r = rpc::fetch_block(n.options(), "latest", dir.path);
            REQUIRE_FALSE(r);
            CHECK(r.error().code == "rpc_answer_bad");
            node.answer = usual;
        }
    }
    SECTION("rules of another chain") {
        n.chain = *ethereum::load_chain("mainnet");
        const auto r = rpc::fetch_block(n.options(), "latest", dir.path);
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "rpc_witness_gap");
        CHECK(r.error().hint.find("chain") != std::string::npos);
    }
}

TEST_CASE("a key is found whose hash begins with a path") {
    for (unsigned depth = 0; depth <= 4; depth++)
        for (const size_t size : {20u, 32u}) {
            Bytes32 path;
            for (size_t i = 0; i < 32; i++) path[i] = static_cast<uint8_t>(0x5a + 17 * i);
            const auto key = rpc::key_with_path(path, depth, size);
            REQUIRE(key);
            CHECK(key->size() == size);
            const std::string hash = to_hex(hash::keccak256(*key).view());
            CHECK(hash.substr(0, depth) == to_hex(path.view()).substr(0, depth));
            CHECK(rpc::key_has_path(*key, path, depth));
            path[depth / 2] ^= depth % 2 ? 0x0f : 0xff;  // what lies behind the path does not count
            CHECK(rpc::key_has_path(*key, path, depth));
            if (depth) {
                path[(depth - 1) / 2] ^= (depth - 1) % 2 ? 0x01 : 0x10;
                CHECK_FALSE(rpc::key_has_path(*key, path, depth));
            }
        }
    std::stop_source stop;
    stop.request_stop();
    CHECK_FALSE(rpc::key_with_path({}, 20, 32, stop.get_token()));
}
