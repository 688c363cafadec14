// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/raw_block.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/header_json.hpp"
#include "libs/rlp/encode.hpp"
#include "libs/rpc/parallel_calls.hpp"

namespace ashlar::rpc {

namespace json = boost::json;

namespace {

Fail<Error> bad(std::string message) { return fail("rpc_answer_bad", std::move(message), "ask another node"); }

std::optional<Bytes> hex_bytes(const json::value& v) {
    return v.is_string() ? from_hex(std::string_view(v.get_string())) : std::nullopt;
}

/// [index, validatorIndex, address, amount] (EIP-4895).
HostResult<void> write_withdrawal(const json::value& v, rlp::Writer& w) {
    const json::object* o = v.if_object();
    if (!o) return bad("a withdrawal is no object");
    const size_t at = w.begin_list();
    for (const char* name : {"index", "validatorIndex", "address", "amount"}) {
        const json::value* member = o->if_contains(name);
        std::optional<Bytes> bytes;
        if (member && member->is_string())
            bytes = std::string_view(name) == "address" ? hex_bytes(*member)
                                                        : ethereum::quantity_bytes(member->get_string());
        if (!bytes) return bad(fmt::format("a withdrawal has no {}", name));
        w.string(*bytes);
    }
    w.end_list(at);
    return {};
}

HostResult<Bytes> assemble(const JsonRpcOptions& options, const std::string& hash, std::stop_token stop) {
    ASHLAR_ASSIGN(const json::value v, call(options, "eth_getBlockByHash", {json::string(hash), false}, stop));
    const json::object* block = v.if_object();
    const json::value* hashes = block ? block->if_contains("transactions") : nullptr;
    if (!hashes || !hashes->is_array()) return bad("eth_getBlockByHash gave no block with transactions");
    auto header = ethereum::encode_header(*block);
    if (!header) return bad("the block's header: " + header.error().message);

    std::vector<Call> calls;
    for (const json::value& h : hashes->get_array()) calls.push_back({"eth_getRawTransactionByHash", {h}});
    ASHLAR_ASSIGN(const std::vector<json::value> transactions, parallel_calls(options, std::move(calls), stop));

    rlp::Writer w;
    w.raw(*header);
    const size_t list = w.begin_list();
    for (const json::value& t : transactions) {
        const auto bytes = hex_bytes(t);
        if (!bytes || bytes->empty()) return bad("eth_getRawTransactionByHash gave no bytes");
        if ((*bytes)[0] >= 0xc0)
            w.raw(*bytes);
        else
            w.string(*bytes);  // EIP-2718: type and payload are one string
    }
    w.end_list(list);
    w.end_list(w.begin_list());  // ommers
    if (const json::value* withdrawals = block->if_contains("withdrawals"); withdrawals && withdrawals->is_array()) {
        const size_t at = w.begin_list();
        for (const json::value& x : withdrawals->get_array()) ASHLAR_TRY(write_withdrawal(x, w));
        w.end_list(at);
    }
    w.end_list(0);
    return std::move(w.out);
}

}  // namespace

HostResult<Bytes> raw_block(const JsonRpcOptions& options, const std::string& number, const std::string& hash,
                            std::stop_token stop) {
    const auto raw = call(options, "debug_getRawBlock", {json::string(number)}, stop);
    if (!raw) {
        if (raw.error().code == "rpc_method_missing") return assemble(options, hash, stop);
        return Fail{raw.error()};
    }
    auto bytes = hex_bytes(*raw);
    if (!bytes || bytes->empty()) return bad("debug_getRawBlock gave no bytes");
    return std::move(*bytes);
}

}  // namespace ashlar::rpc
