// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/proof_witness.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>

#include "libs/base/hex.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/json_file.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/ethereum/witness_json.hpp"
#include "libs/rpc/key_search.hpp"
#include "libs/rpc/parallel_calls.hpp"

namespace ashlar::rpc {

namespace json = boost::json;
namespace fs = std::filesystem;
using ethereum::ErrorCode;

namespace {

constexpr size_t SLOTS_PER_CALL = 256;  // geth takes 1024
/// keccak256 of nothing: the code hash of an account without code.
constexpr const char* NO_CODE = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";

Fail<Error> bad(std::string message) { return fail("rpc_answer_bad", std::move(message), "ask another node"); }

/// Slots by account; an account may be wanted for itself.
using Accesses = std::map<Address, std::set<Bytes32>>;

class Builder {
  public:
    Builder(const JsonRpcOptions& options, const ethereum::ChainConfig& chain, const ethereum::Block& block,
            BytesView block_rlp, const fs::path& cache, std::stop_token stop)
        : options_(options),
          chain_(chain),
          block_(block),
          rlp_(block_rlp),
          cache_(cache),
          stop_(std::move(stop)),
          parent_(fmt::format("0x{:x}", block.header.number - 1)) {}

    HostResult<json::value> build() {
        if (block_.header.number == 0) return fail("rpc_witness_gap", "the genesis block has no parent state");
        if (!load()) {
            ASHLAR_TRY(fetch_headers(1));
            ASHLAR_ASSIGN(const Accesses traced, trace());
            ASHLAR_TRY(fetch(traced));
        }
        for (;;) {
            save();
            ASHLAR_ASSIGN(const ethereum::Witness witness, ethereum::read_witness(document()));
            const auto run = ethereum::execute_block(chain_, rlp_, witness);
            if (run) break;
            const size_t before = nodes_.size() + codes_.size() + headers_.size();
            ASHLAR_TRY(supply(run.error()));
            if (nodes_.size() + codes_.size() + headers_.size() == before)
                return fail("rpc_witness_gap",
                            fmt::format("the node's proofs do not hold what execution needs: {}",
                                        ethereum::describe(run.error())),
                            "the node may have pruned this state or follow another branch: ask it again, or another");
        }
        std::error_code ec;
        fs::remove(cache_, ec);
        return document();
    }

  private:
    json::value document() const {
        const auto array = [](const auto& items) {
            json::array a;
            for (const auto& x : items) a.emplace_back(x);
            return a;
        };
        json::array headers;
        for (const auto& [number, header] : headers_) headers.emplace_back(header);
        return json::object{{"state", array(nodes_)}, {"codes", array(codes_)}, {"headers", std::move(headers)}};
    }
    void save() const {
        json::object o = document().as_object();
        json::array accounts;
        for (const auto& [hash, address] : code_owner_)
            accounts.push_back(json::array{json::string(hash), json::string(address)});
        o["owners"] = std::move(accounts);
        std::ofstream(cache_, std::ios::trunc) << json::serialize(o);
    }
    /// Whether an earlier try left something that can be read.
    bool load() {
        std::error_code ec;
        if (!fs::exists(cache_, ec)) return false;
        const auto bytes = ethereum::read_file(cache_);
        if (!bytes) return false;
        const auto v =
            ethereum::parse_json({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, "witness_json");
        if (!v || !ethereum::read_witness(*v)) return false;
        const json::object& o = v->as_object();
        const json::value* owners = o.if_contains("owners");
        if (!owners || !owners->is_array()) return false;
        for (const auto& x : owners->get_array())
            if (x.is_array() && x.get_array().size() == 2)
                code_owner_[std::string(x.get_array()[0].as_string())] = std::string(x.get_array()[1].as_string());
        for (const auto& x : o.at("state").as_array()) nodes_.emplace(x.as_string());
        for (const auto& x : o.at("codes").as_array()) codes_.emplace(x.as_string());
        for (const auto& x : o.at("headers").as_array())
            headers_.emplace(block_.header.number - 1 - headers_.size(), x.as_object());
        return true;
    }

    /// Makes it `count` headers, from the parent backwards.
    HostResult<void> fetch_headers(uint64_t count) {
        std::vector<Call> calls;
        std::vector<uint64_t> numbers;
        for (uint64_t k = headers_.size(); k < std::min<uint64_t>(count, block_.header.number); k++) {
            numbers.push_back(block_.header.number - 1 - k);
            calls.push_back({"eth_getBlockByNumber", {json::string(fmt::format("0x{:x}", numbers.back())), false}});
        }
        ASHLAR_ASSIGN(std::vector<json::value> answers, parallel_calls(options_, std::move(calls), stop_));
        for (size_t i = 0; i < answers.size(); i++) {
            if (!answers[i].is_object()) return bad(fmt::format("the node has no block {}", numbers[i]));
            json::object& o = answers[i].get_object();
            for (const char* member : {"transactions", "withdrawals", "uncles"}) o.erase(member);
            headers_.emplace(numbers[i], std::move(o));
        }
        return {};
    }

    /// What the transactions touch, as the node's prestateTracer says; nothing if it has none.
    HostResult<Accesses> trace() {
        Accesses out;
        const auto answer = call(
            options_, "debug_traceBlockByNumber",
            {json::string(fmt::format("0x{:x}", block_.header.number)), json::object{{"tracer", "prestateTracer"}}},
            stop_);
        if (!answer && answer.error().code != "rpc_method_missing" && answer.error().code != "rpc_refused")
            return Fail{answer.error()};
        if (!answer || !answer->is_array()) return out;
        for (const json::value& t : answer->get_array()) {
            const json::value* result = t.is_object() ? t.get_object().if_contains("result") : nullptr;
            if (!result || !result->is_object()) continue;
            for (const auto& [address, account] : result->get_object()) {
                const auto a = fixed_from_hex<20>(std::string_view(address));
                if (!a) continue;
                auto& slots = out[*a];
                const json::value* storage =
                    account.is_object() ? account.get_object().if_contains("storage") : nullptr;
                if (!storage || !storage->is_object()) continue;
                for (const auto& [slot, value] : storage->get_object())
                    if (const auto s = fixed_from_hex<32>(std::string_view(slot))) slots.insert(*s);
            }
        }
        return out;
    }

    /// Adds the proofs of accounts and slots, and the codes of the accounts.
    HostResult<void> fetch(const Accesses& accesses) {
        std::vector<Call> calls;
        for (const auto& [address, slots] : accesses) {
            auto slot = slots.begin();
            do {
                json::array keys;
                for (; slot != slots.end() && keys.size() < SLOTS_PER_CALL; ++slot)
                    keys.emplace_back(to_hex0x(slot->view()));
                calls.push_back(
                    {"eth_getProof", {json::string(to_hex0x(address.view())), std::move(keys), json::string(parent_)}});
            } while (slot != slots.end());
        }
        ASHLAR_ASSIGN(const std::vector<json::value> answers, parallel_calls(options_, std::move(calls), stop_));
        std::set<std::string> unread;
        for (const json::value& a : answers) ASHLAR_TRY(take_proof(a, unread));
        return fetch_codes(unread);
    }
    bool take_nodes(const json::value* proof) {
        if (!proof || !proof->is_array()) return false;
        for (const json::value& node : proof->get_array()) {
            if (!node.is_string() || !from_hex(std::string_view(node.get_string()))) return false;
            nodes_.emplace(node.get_string());
        }
        return true;
    }
    HostResult<void> take_proof(const json::value& answer, std::set<std::string>& unread) {
        const json::object* o = answer.if_object();
        if (!o || !take_nodes(o->if_contains("accountProof"))) return bad("eth_getProof gave no accountProof");
        const json::value *storage = o->if_contains("storageProof"), *hash = o->if_contains("codeHash"),
                          *address = o->if_contains("address");
        if (storage && storage->is_array())
            for (const json::value& s : storage->get_array())
                if (!s.is_object() || !take_nodes(s.get_object().if_contains("proof")))
                    return bad("eth_getProof gave a slot without proof");
        if (!hash || !hash->is_string() || !address || !address->is_string())
            return bad("eth_getProof gave no codeHash");
        const std::string code(hash->get_string());
        if (code != NO_CODE && code != to_hex0x(Bytes32{}.view()) &&
            code_owner_.emplace(code, address->get_string()).second)
            unread.insert(code);
        return {};
    }
    HostResult<void> fetch_codes(const std::set<std::string>& hashes) {
        std::vector<Call> calls;
        for (const std::string& h : hashes)
            calls.push_back({"eth_getCode", {json::string(code_owner_.at(h)), json::string(parent_)}});
        ASHLAR_ASSIGN(const std::vector<json::value> answers, parallel_calls(options_, std::move(calls), stop_));
        for (const json::value& a : answers) {
            if (!a.is_string() || !from_hex(std::string_view(a.get_string()))) return bad("eth_getCode gave no bytes");
            codes_.emplace(a.get_string());
        }
        return {};
    }

    /// Fetches what an execution found missing.
    HostResult<void> supply(const ethereum::Error& e) {
        switch (e.code) {
            case ErrorCode::missing_header:
                ASHLAR_TRY(fetch_headers(std::min<size_t>(256, 4 * headers_.size())));
                return {};
            case ErrorCode::missing_code: {
                const std::string hash = to_hex0x(e.detail.view());
                if (code_owner_.contains(hash)) ASHLAR_TRY(fetch_codes({hash}));
                return {};
            }
            case ErrorCode::missing_node: {
                if (!e.place) {
                    ASHLAR_TRY(fetch({{block_.header.coinbase, {}}}));  // any proof holds the root
                    return {};
                }
                const ethereum::StatePlace& p = *e.place;
                const Bytes key =
                    p.in_storage ? Bytes(p.slot.begin(), p.slot.end()) : Bytes(p.account.begin(), p.account.end());
                if (key_has_path(key, p.path, p.depth)) {
                    ASHLAR_TRY(fetch({{p.account, p.in_storage ? std::set<Bytes32>{p.slot} : std::set<Bytes32>{}}}));
                    return {};
                }
                return fetch_neighbour(p);
            }
            default:
                return fail(
                    "rpc_witness_gap", "execution refuses the block: " + ethereum::describe(e),
                    "check that the rules are those of the node's chain (--chain, or `chain` of the coordinator)");
        }
    }
    /// A removal's neighbour lies beside every key of the block.
    HostResult<void> fetch_neighbour(const ethereum::StatePlace& p) {
        const auto key =
            p.depth <= SEARCH_DEPTH ? key_with_path(p.path, p.depth, p.in_storage ? 32 : 20, stop_) : std::nullopt;
        if (stop_.stop_requested()) return fail("stopped", "stopped on request");
        if (!key)
            return fail(
                "rpc_witness_gap",
                fmt::format(
                    "the block removes the neighbour of a node {} nibbles deep, which eth_getProof gives for no key "
                    "that can be found (account {})",
                    p.depth, to_hex0x(p.account.view())),
                "fetch this block from a node with debug_executionWitness");
        if (p.in_storage)
            ASHLAR_TRY(fetch({{p.account, {Bytes32::from(*key)}}}));
        else
            ASHLAR_TRY(fetch({{Address::from(*key), {}}}));
        return {};
    }

    const JsonRpcOptions& options_;
    const ethereum::ChainConfig& chain_;
    const ethereum::Block& block_;
    const BytesView rlp_;
    const fs::path cache_;
    const std::stop_token stop_;
    const std::string parent_;
    std::set<std::string> nodes_, codes_;                       ///< 0x-hex
    std::map<uint64_t, json::object, std::greater<>> headers_;  ///< by number, newest first, without a gap
    std::map<std::string, std::string> code_owner_;             ///< by code hash, an account that has the code
};

}  // namespace

HostResult<json::value> build_witness(const JsonRpcOptions& options, const ethereum::ChainConfig& chain,
                                      const ethereum::Block& block, BytesView block_rlp, const fs::path& cache,
                                      std::stop_token stop) {
    return Builder(options, chain, block, block_rlp, cache, std::move(stop)).build();
}

}  // namespace ashlar::rpc
