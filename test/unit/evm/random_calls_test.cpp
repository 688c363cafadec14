// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "libs/base/hex.hpp"
#include "libs/evm/precompiles.hpp"
#include "test/unit/evm/memory_host.hpp"

using namespace ashlar;
using namespace ashlar::evm;
namespace json = boost::json;

namespace {

uint256 number(const json::value& hex) {
    std::string digits(hex.as_string().subview(2));
    if (digits.size() % 2) digits = "0" + digits;
    const Bytes b = *from_hex(digits);
    return uint256::from_be(b.data(), b.size());
}
Address address(std::string_view hex) { return *fixed_from_hex<20>(hex); }
Address address(const json::value& hex) { return address(std::string_view(hex.as_string())); }
Bytes bytes(const json::value& hex) { return *from_hex(std::string_view(hex.as_string())); }
std::string text(const uint256& n) {
    std::string s = to_hex(n.to_bytes32().view());
    const size_t first = s.find_first_not_of('0');
    return "0x" + (first == std::string::npos ? "0" : s.substr(first));
}

Revision revision(const json::value& name) {
    for (unsigned i = 0; i < REVISION_COUNT; i++)
        if (name.as_string() == revision_name(static_cast<Revision>(i))) return static_cast<Revision>(i);
    FAIL("unknown fork");
    return {};
}

/// What the vector's "expect" says, in the same form, from our own run. Empty parts after a failure, as there.
json::object execute(const json::object& c) {
    MemoryHost host;
    host.revision = revision(c.at("fork"));
    for (const auto& [a, value] : c.at("pre").as_object()) {
        const auto& account = value.as_object();
        auto& e = host.entry(address(std::string_view(a)));
        e.balance = number(account.at("balance"));
        e.nonce = number(account.at("nonce")).low64();
        const Bytes code = bytes(account.at("code"));
        if (!code.empty()) host.put_code(e.address, code);
        for (const auto& [k, v] : account.at("storage").as_object()) {
            auto& slot = e.storage[number(json::value(k)).to_bytes32()];
            slot.original = slot.current = number(v);
        }
    }
    host.block.number = 1000;
    host.block.timestamp = 1700000000;
    host.block.gas_limit = 30000000;
    host.block.coinbase.fill(0xcb);
    host.block.prev_randao.fill(0x5a);
    host.block.base_fee = uint256{7};
    host.block.blob_base_fee = uint256{9};
    Bytes32 blobs[2];
    blobs[0].fill(1);
    blobs[1].fill(2);
    host.tx.blob_hashes = blobs;
    host.tx.origin = address(c.at("caller"));
    host.tx.gas_price = uint256{11};

    Message m;
    m.sender = address(c.at("caller"));
    m.recipient = address(c.at("to"));
    m.value = number(c.at("value"));
    const Bytes data = bytes(c.at("data"));
    m.input = data;
    m.gas = number(c.at("gas")).low64();
    host.account(m.sender).nonce++;
    for (const auto& a : precompile_addresses(host.revision)) host.account(a).warm = true;
    host.account(m.sender).warm = host.account(m.recipient).warm = true;

    Evm evm(host);
    const ExecutionResult r = evm.execute(m);
    const bool success = r.status == Status::success;
    json::object out{{"error", success ? "" : status_name(r.status)},
                     {"gas_used", text(uint256{m.gas - r.gas_left})},
                     {"refund", text(uint256{static_cast<uint64_t>(r.refund)})},
                     {"output", to_hex0x(r.output)}};
    json::object post;
    json::array logs, destroyed;
    if (success) {
        for (const auto& [a, e] : host.accounts) {
            if (e.empty()) continue;
            json::object storage;
            for (const auto& [k, slot] : e.storage)
                if (!slot.current.is_zero()) storage[text(uint256::from(k))] = text(slot.current);
            const std::string name = to_hex0x(a.view()), code = to_hex0x(e.code_bytes);
            json::object account{{"balance", text(e.balance)}, {"nonce", text(uint256{e.nonce})}, {"storage", storage}};
            const auto* before = c.at("pre").as_object().if_contains(name);
            if (!before || before->as_object().at("code") != json::value(code)) account["code"] = code;
            post[name] = account;
        }
        for (const auto& l : host.logs) {
            json::array topics;
            for (const auto& t : l.topics) topics.emplace_back(to_hex0x(t.view()));
            logs.push_back(json::array{to_hex0x(l.address.view()), topics, to_hex0x(l.data)});
        }
        std::set<std::string> sorted;
        for (const auto& a : host.destroyed) sorted.insert(to_hex0x(a.view()));
        for (const auto& a : sorted) destroyed.emplace_back(a);
    }
    out["post"] = post;
    out["logs"] = logs;
    out["destroyed"] = destroyed;
    return out;
}

}  // namespace

TEST_CASE("random calls end as an independent EVM says") {
    // ASHLAR_RANDOM_CALLS names a bigger file from the same generator.
    const char* name = std::getenv("ASHLAR_RANDOM_CALLS");
    std::ifstream file(name ? name : "test/vectors/evm/random_calls.jsonl");
    REQUIRE(file);
    size_t cases = 0, succeeded = 0;
    for (std::string line; std::getline(file, line); cases++) {
        const json::value parsed = json::parse(line);
        const json::object& c = parsed.as_object();
        json::object expected = c.at("expect").as_object(), got = execute(c);
        succeeded += expected["error"].as_string().empty();
        // The other implementation names failures otherwise: compare that there is one, and that a revert is one.
        auto kind = [](const json::value& e) {
            return e.as_string().empty() ? "success" : e.as_string() == "revert" ? "revert" : "failure";
        };
        expected["error"] = kind(expected["error"]);
        const std::string status(got["error"].as_string());
        got["error"] = kind(got["error"]);
        if (expected != got) {
            std::string differences;
            for (const auto& [key, value] : expected)
                if (got[key] != value)
                    differences += std::string(key) + ": expected " + json::serialize(value) + ", got " +
                                   json::serialize(got[key]) + "\n";
            CAPTURE(cases, status, c.at("fork"), differences);
            FAIL_CHECK("case " << cases);
        }
    }
    CHECK(cases >= 100);
    CHECK(succeeded >= cases / 4);
    if (name) WARN(cases << " cases, " << succeeded << " successful");
}
