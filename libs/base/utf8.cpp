// SPDX-License-Identifier: Apache-2.0
#include "libs/base/utf8.hpp"

#include <cstdint>

namespace ashlar {

namespace {

/// Bytes of the well-formed character that `s` begins with; 0 if it begins with none (Unicode, table 3-7).
size_t character_size(std::string_view s) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(s[i]); };
    const uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const size_t size = first >= 0xc2 && first <= 0xdf   ? 2
                        : (first & 0xf0) == 0xe0         ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
    if (size == 0 || s.size() < size) return 0;
    // The second byte rules out long forms, surrogates, and what lies above U+10FFFF.
    const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < low || byte(1) > high) return 0;
    for (size_t i = 2; i < size; i++)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    return size;
}

}  // namespace

std::string utf8_text(std::string_view bytes) {
    constexpr char DIGITS[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size());
    while (!bytes.empty()) {
        const size_t size = character_size(bytes);
        if (size) {
            out.append(bytes.substr(0, size));
        } else {
            const auto b = static_cast<uint8_t>(bytes[0]);
            out += {'\\', 'x', DIGITS[b >> 4], DIGITS[b & 15]};
        }
        bytes.remove_prefix(size ? size : 1);
    }
    return out;
}

std::string_view utf8_prefix(std::string_view text, size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    size_t end = max_bytes;
    while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) end--;
    return text.substr(0, end);
}

}  // namespace ashlar
