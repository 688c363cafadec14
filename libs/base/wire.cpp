// SPDX-License-Identifier: Apache-2.0
#include "libs/base/wire.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libs/base/suggest.hpp"
#include "libs/base/wire_schema.hpp"

namespace ashlar::wire::detail {

namespace {

constexpr size_t SHOWN_BYTES = 64;

}  // namespace

bool Reading::mistyped(std::string_view wanted) {
    error = {"json_bad", fmt::format("field '{}' must be {}", path, wanted), {}};
    return false;
}

bool Reading::missing(std::string_view field) {
    error = {"json_bad", fmt::format("field '{}' is missing", field), {}};
    return false;
}

bool Reading::unknown_field(std::string_view field, const std::vector<std::string_view>& known) {
    if (std::find(known.begin(), known.end(), field) != known.end()) return true;
    const std::string where = path.empty() ? "" : fmt::format(" in '{}'", path);
    error = {"json_unknown_field", fmt::format("there is no field '{}'{}", field.substr(0, SHOWN_BYTES), where),
             did_you_mean(field, known, "remove it")};
    return false;
}

bool Reading::bounded(uint64_t value, const Note& note, std::string_view of_what) {
    if (value >= note.min && value <= note.max) return true;
    if (!of_what.empty())
        error = {"json_bad", fmt::format("field '{}' has {} {}, more than {}", path, value, of_what, note.max), {}};
    else if (note.max == UINT64_MAX)
        error = {"json_bad", fmt::format("field '{}' must be at least {}", path, note.min), {}};
    else
        error = {"json_bad", fmt::format("field '{}' must be from {} to {}", path, note.min, note.max), {}};
    return false;
}

bool Reading::not_a_name(std::string_view given, const std::vector<std::string_view>& known) {
    error = {"json_bad", fmt::format("field '{}' cannot be '{}'", path, given.substr(0, SHOWN_BYTES)),
             did_you_mean(given, known, fmt::format("one of {}", fmt::join(known, ", ")))};
    return false;
}

bool whole_number(const json::value& v, uint64_t& out) {
    if (v.is_uint64()) out = v.as_uint64();
    if (v.is_int64() && v.as_int64() >= 0) out = static_cast<uint64_t>(v.as_int64());
    return v.is_uint64() || (v.is_int64() && v.as_int64() >= 0);
}

bool signed_number(const json::value& v, int64_t& out) {
    if (v.is_int64()) out = v.as_int64();
    return v.is_int64();
}

std::string serialized_or_empty(const json::value& v) { return v.is_null() ? "" : json::serialize(v); }

json::value parsed_or_null(const std::string& text) {
    boost::system::error_code ec;
    json::value v = json::parse(text, ec);
    return ec ? json::value() : v;
}

json::object number_schema(const Note& note, uint64_t type_max) {
    json::object o{{"type", "integer"}, {"minimum", note.min}};
    if (std::min(note.max, type_max) != UINT64_MAX) o["maximum"] = std::min(note.max, type_max);
    return o;
}

json::object text_schema(const Note& note) {
    json::object o{{"type", "string"}};
    if (note.max != UINT64_MAX) o["maxLength"] = note.max;
    return o;
}

json::object names_schema(const std::vector<std::string_view>& names) {
    json::array list;
    for (const std::string_view name : names) list.push_back(json::string(name));
    return {{"type", "string"}, {"enum", std::move(list)}};
}

}  // namespace ashlar::wire::detail
