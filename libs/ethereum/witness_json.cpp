// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/witness_json.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <boost/json.hpp>

#include "libs/base/hex.hpp"
#include "libs/ethereum/header_json.hpp"
#include "libs/ethereum/json_file.hpp"

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

/// Calls `add` with the bytes of each item of the member `name`; objects among them are taken for headers, if there may
/// be some.
template <class Add>
HostResult<void> each(const json::object& o, const char* name, bool required, Add add, bool headers = false) {
    const json::value* v = o.if_contains(name);
    if (!v || v->is_null()) {
        if (!required) return {};
        return bad(fmt::format("the witness has no `{}`", name));
    }
    if (!v->is_array()) return bad(fmt::format("`{}` is no array", name));
    size_t index = 0;
    for (const json::value& item : v->get_array()) {
        if (headers && item.is_object()) {
            auto encoded = encode_header(item.get_object());
            if (!encoded) return bad(fmt::format("`{}`[{}]: {}", name, index, encoded.error().message));
            add(std::move(*encoded));
        } else {
            auto bytes = item.is_string() ? from_hex(item.get_string()) : std::nullopt;
            if (!bytes)
                return bad(
                    fmt::format("`{}`[{}] is {}", name, index, headers ? "neither hex nor an object" : "not hex"));
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
    ASHLAR_TRY(each(o, "headers", true, [&](Bytes b) { w.add_header(std::move(b)); }, true));
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
