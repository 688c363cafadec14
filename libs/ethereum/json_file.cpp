// SPDX-License-Identifier: Apache-2.0
#include "libs/ethereum/json_file.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <fstream>

namespace ashlar::ethereum {

namespace json = boost::json;
namespace fs = std::filesystem;

HostResult<Bytes> read_file(const fs::path& path, uint64_t max_bytes) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return fail("file_not_found", "cannot open " + path.string(), "check the path and its permissions");
    const std::streamoff size = in.tellg();
    // A negative size, of what is no file, is as good as a large one.
    if (static_cast<uint64_t>(size) > max_bytes) return fail("file_unreadable", path.string() + " is too large");
    Bytes out(static_cast<size_t>(size));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(out.data()), size);
    if (!in) return fail("file_unreadable", "cannot read " + path.string());
    return out;
}

HostResult<json::value> parse_json(std::string_view text, const char* code) {
    json::error_code ec;
    json::value v = json::parse(text, ec);
    if (ec) return fail(code, "not JSON: " + ec.message());
    return v;
}

std::optional<uint64_t> json_number(const json::value* v) {
    if (!v) return std::nullopt;
    if (v->is_uint64()) return v->get_uint64();
    if (v->is_int64() && v->get_int64() >= 0) return static_cast<uint64_t>(v->get_int64());
    if (v->is_string()) {
        const std::string_view s = v->get_string();
        const bool hex = s.starts_with("0x");
        const char* begin = s.data() + (hex ? 2 : 0);
        uint64_t n = 0;
        const auto r = std::from_chars(begin, s.data() + s.size(), n, hex ? 16 : 10);
        if (r.ec == std::errc{} && r.ptr == s.data() + s.size()) return n;
    }
    return std::nullopt;
}

}  // namespace ashlar::ethereum
