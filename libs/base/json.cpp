// SPDX-License-Identifier: Apache-2.0
#include "libs/base/json.hpp"

#include <fmt/format.h>

namespace ashlar {

namespace json = boost::json;

json::object to_json(const Error& e) { return {{"code", e.code}, {"message", e.message}, {"hint", e.hint}}; }

Error error_from(const json::object& o) {
    return {text_field(o, "code"), text_field(o, "message"), text_field(o, "hint")};
}

HostResult<json::object> parse_object(std::string_view text) {
    boost::system::error_code ec;
    json::value v = json::parse(json::string_view(text.data(), text.size()), ec);
    if (ec) return fail("json_bad", "not JSON: " + ec.message());
    if (!v.is_object()) return fail("json_bad", "not a JSON object");
    return std::move(v.as_object());
}

std::string text_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_string() ? std::string(v->as_string()) : std::string();
}
uint64_t number_field(const json::object& o, std::string_view key, uint64_t fallback) {
    const auto* v = o.if_contains(key);
    if (v && v->is_int64() && v->as_int64() >= 0) return static_cast<uint64_t>(v->as_int64());
    return v && v->is_uint64() ? v->as_uint64() : fallback;
}
double real_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_double() ? v->as_double() : static_cast<double>(number_field(o, key));
}
bool bool_field(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    return v && v->is_bool() && v->as_bool();
}

HostResult<std::string> need_text(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    if (!v || !v->is_string()) return fail("json_bad", fmt::format("field '{}' must be a string", key));
    return std::string(v->as_string());
}
HostResult<uint64_t> need_number(const json::object& o, std::string_view key) {
    const auto* v = o.if_contains(key);
    if (v && v->is_uint64()) return v->as_uint64();
    if (v && v->is_int64() && v->as_int64() >= 0) return static_cast<uint64_t>(v->as_int64());
    return fail("json_bad", fmt::format("field '{}' must be a whole number", key));
}

}  // namespace ashlar
