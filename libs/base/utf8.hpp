// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace ashlar {

/// `bytes` as UTF-8 (RFC 3629). Each byte that belongs to no well-formed character becomes the four characters `\xHH`
/// (lower-case hex), everything else stays: the form that Python calls `backslashreplace`.
std::string utf8_text(std::string_view bytes);

/// The first characters of a UTF-8 text, `max_bytes` bytes at most; no character is cut in two.
std::string_view utf8_prefix(std::string_view text, size_t max_bytes);

}  // namespace ashlar
