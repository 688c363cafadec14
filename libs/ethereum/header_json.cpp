// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/header_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace json = boost::json;

namespace {

Fail<ashlar::Error> bad(std::string message) {
    return fail("header_json", std::move(message), "a header's members are those of eth_getHeaderByNumber");
}

/// Members of a header object in the order of its RLP (Yellow Paper 4.4.1; EIP-1559, 4895, 4844, 4788, 7685, and from
/// Amsterdam on EIP-7928, 7843). Those behind the first `REQUIRED` came with forks: a header ends where they end.
struct HeaderMember {
    const char* name;
    bool number;
    size_t size;  ///< bytes a string has; 0: any number
};
constexpr HeaderMember HEADER[] = {
    {"parentHash", false, 32},
    {"sha3Uncles", false, 32},
    {"miner", false, 20},
    {"stateRoot", false, 32},
    {"transactionsRoot", false, 32},
    {"receiptsRoot", false, 32},
    {"logsBloom", false, 256},
    {"difficulty", true, 0},
    {"number", true, 0},
    {"gasLimit", true, 0},
    {"gasUsed", true, 0},
    {"timestamp", true, 0},
    {"extraData", false, 0},
    {"mixHash", false, 32},
    {"nonce", false, 8},
    {"baseFeePerGas", true, 0},
    {"withdrawalsRoot", false, 32},
    {"blobGasUsed", true, 0},
    {"excessBlobGas", true, 0},
    {"parentBeaconBlockRoot", false, 32},
    {"requestsHash", false, 32},
    {"blockAccessListHash", false, 32},
    {"slotNumber", true, 0},
};
constexpr size_t REQUIRED = 16;

}  // namespace

std::optional<Bytes> quantity_bytes(std::string_view text) {
    if (!text.starts_with("0x") || text.size() < 3) return std::nullopt;
    text.remove_prefix(2);
    auto bytes = from_hex(text.size() % 2 ? "0" + std::string(text) : std::string(text));
    if (!bytes || bytes->size() > 32) return std::nullopt;
    bytes->erase(bytes->begin(), std::find_if(bytes->begin(), bytes->end(), [](uint8_t b) { return b != 0; }));
    return bytes;
}

HostResult<Bytes> encode_header(const json::object& o) {
    rlp::Writer w;
    const char* absent = nullptr;
    for (size_t i = 0; i < std::size(HEADER); i++) {
        const HeaderMember& m = HEADER[i];
        const json::value* v = o.if_contains(m.name);
        if (!v || v->is_null()) {
            if (i < REQUIRED) return bad(fmt::format("it has no {}", m.name));
            if (!absent) absent = m.name;
            continue;
        }
        if (absent) return bad(fmt::format("it has {} but no {}", m.name, absent));
        std::optional<Bytes> bytes;
        if (v->is_string()) bytes = m.number ? quantity_bytes(v->get_string()) : from_hex(v->get_string());
        if (!bytes || (m.size && bytes->size() != m.size))
            return bad(fmt::format("{} is no {}", m.name,
                                   m.number ? std::string("0x-hex number of at most 32 bytes")
                                   : m.size ? fmt::format("0x-hex of {} bytes", m.size)
                                            : std::string("0x-hex")));
        w.string(*bytes);
    }
    w.end_list(0);
    // Whoever uses a header finds it by hash, so that a field unknown here could only make it unfindable; told here.
    if (const json::value* hash = o.if_contains("hash"); hash && !hash->is_null()) {
        if (!hash->is_string() || to_hex0x(hash::keccak256(w.out).view()) != std::string_view(hash->get_string()))
            return bad("its fields do not hash to its `hash`");
    }
    return std::move(w.out);
}

}  // namespace ashlar::ethereum
