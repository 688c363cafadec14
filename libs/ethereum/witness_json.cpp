// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/witness_json.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/json_file.hpp"
#include "libs/hash/keccak256.hpp"
#include "libs/rlp/encode.hpp"

namespace ashlar::ethereum {

namespace json = boost::json;

namespace {

/// Of a gzip stream at most `limit` bytes are taken: a few kilobytes can hold as many gigabytes.
HostResult<std::string> decompress(BytesView data, size_t limit) {
    if (data.size() < 2 || data[0] != 0x1f || data[1] != 0x8b)
        return std::string(reinterpret_cast<const char*>(data.data()), data.size());
    z_stream z{};
    if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK) return fail("witness_json", "zlib does not start");
    std::string out;
    z.next_in = const_cast<Bytef*>(data.data());
    z.avail_in = static_cast<uInt>(data.size());
    int rc = Z_OK;
    while (rc == Z_OK && out.size() <= limit) {
        const size_t at = out.size();
        out.resize(at + std::min(std::max<size_t>(at, size_t{1} << 20), limit + 1 - at));
        z.next_out = reinterpret_cast<Bytef*>(out.data() + at);
        z.avail_out = static_cast<uInt>(out.size() - at);
        rc = inflate(&z, Z_NO_FLUSH);
        out.resize(out.size() - z.avail_out);
        if (rc == Z_OK && z.avail_in == 0 && z.avail_out != 0) rc = Z_BUF_ERROR;
    }
    inflateEnd(&z);
    if (out.size() > limit)
        return fail("witness_json", "the gzip stream holds more than " + std::to_string(limit) + " bytes",
                    "no block's witness is that large: check where the file comes from");
    if (rc != Z_STREAM_END)
        return fail("witness_json", rc == Z_BUF_ERROR ? "the gzip stream is cut off" : "the gzip stream is damaged",
                    "fetch the file again");
    return out;
}

Fail<ashlar::Error> bad(std::string message) {
    return fail(
        "witness_json", std::move(message),
        "give what debug_executionWitness answers: `state`, `codes` and `headers`, arrays of 0x-hex strings; headers "
        "may also be objects as in eth_getHeaderByNumber");
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

/// "0x1f" as big-endian bytes without leading zeros.
std::optional<Bytes> quantity(std::string_view text) {
    if (!text.starts_with("0x") || text.size() < 3) return std::nullopt;
    text.remove_prefix(2);
    auto bytes = from_hex(text.size() % 2 ? "0" + std::string(text) : std::string(text));
    if (!bytes || bytes->size() > 32) return std::nullopt;
    bytes->erase(bytes->begin(), std::find_if(bytes->begin(), bytes->end(), [](uint8_t b) { return b != 0; }));
    return bytes;
}

HostResult<Bytes> encode_header(const json::object& o, size_t index) {
    rlp::Writer w;
    const char* absent = nullptr;
    for (size_t i = 0; i < std::size(HEADER); i++) {
        const HeaderMember& m = HEADER[i];
        const json::value* v = o.if_contains(m.name);
        if (!v || v->is_null()) {
            if (i < REQUIRED) return bad(fmt::format("`headers`[{}] has no {}", index, m.name));
            if (!absent) absent = m.name;
            continue;
        }
        if (absent) return bad(fmt::format("`headers`[{}] has {} but no {}", index, m.name, absent));
        std::optional<Bytes> bytes;
        if (v->is_string()) bytes = m.number ? quantity(v->get_string()) : from_hex(v->get_string());
        if (!bytes || (m.size && bytes->size() != m.size))
            return bad(fmt::format("{} of `headers`[{}] is no {}", m.name, index,
                                   m.number ? std::string("0x-hex number of at most 32 bytes")
                                   : m.size ? fmt::format("0x-hex of {} bytes", m.size)
                                            : std::string("0x-hex")));
        w.string(*bytes);
    }
    w.end_list(0);
    // Whoever uses a header finds it by hash, so that a field unknown here could only make it unfindable; told here.
    if (const json::value* hash = o.if_contains("hash"); hash && !hash->is_null()) {
        if (!hash->is_string() || to_hex0x(hash::keccak256(w.out).view()) != std::string_view(hash->get_string()))
            return bad(fmt::format("the fields of `headers`[{}] do not hash to its `hash`", index));
    }
    return std::move(w.out);
}

/// Calls `add` with the bytes of each item of the member `name`; objects among them are encoded by `encode`, if given.
template <class Add>
HostResult<void> each(const json::object& o, const char* name, bool required, Add add,
                      HostResult<Bytes> (*encode)(const json::object&, size_t) = nullptr) {
    const json::value* v = o.if_contains(name);
    if (!v || v->is_null()) {
        if (!required) return {};
        return bad(fmt::format("the witness has no `{}`", name));
    }
    if (!v->is_array()) return bad(fmt::format("`{}` is no array", name));
    size_t index = 0;
    for (const json::value& item : v->get_array()) {
        if (encode && item.is_object()) {
            ASHLAR_ASSIGN(Bytes encoded, encode(item.get_object(), index));
            add(std::move(encoded));
        } else {
            auto bytes = item.is_string() ? from_hex(item.get_string()) : std::nullopt;
            if (!bytes)
                return bad(
                    fmt::format("`{}`[{}] is {}", name, index, encode ? "neither hex nor an object" : "not hex"));
            add(std::move(*bytes));
        }
        index++;
    }
    return {};
}

}  // namespace

HostResult<Witness> read_witness(const json::value& document) {
    if (!document.is_object()) return bad("the witness is no object");
    const json::object& o = document.get_object();
    Witness w;
    ASHLAR_TRY(each(o, "state", true, [&](Bytes b) { w.add_node(std::move(b)); }));
    ASHLAR_TRY(each(o, "codes", false, [&](Bytes b) { w.add_code(std::move(b)); }));
    ASHLAR_TRY(each(o, "headers", true, [&](Bytes b) { w.add_header(std::move(b)); }, encode_header));
    return w;
}

HostResult<Witness> parse_witness(BytesView data, size_t max_bytes) {
    ASHLAR_ASSIGN(const std::string text, decompress(data, max_bytes));
    ASHLAR_ASSIGN(const json::value document, parse_json(text, "witness_json"));
    if (document.is_object())
        if (const json::value* result = document.get_object().if_contains("result")) return read_witness(*result);
    return read_witness(document);
}

}  // namespace ashlar::ethereum
