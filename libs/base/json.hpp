// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "libs/base/error.hpp"

namespace ashlar {

/// The object in a text that is nothing else; code "json_bad".
HostResult<boost::json::object> parse_object(std::string_view text);
/// Field readers with defaults: wrong types read as the default.
std::string text_field(const boost::json::object&, std::string_view key);
uint64_t number_field(const boost::json::object&, std::string_view key, uint64_t fallback = 0);
double real_field(const boost::json::object&, std::string_view key);
bool bool_field(const boost::json::object&, std::string_view key);
/// The same, refusing a missing or mistyped field.
HostResult<std::string> need_text(const boost::json::object&, std::string_view key);
/// A whole number; refuses negative, fractional and overflowing ones.
HostResult<uint64_t> need_number(const boost::json::object&, std::string_view key);

boost::json::object to_json(const Error&);
Error error_from(const boost::json::object&);

}  // namespace ashlar
