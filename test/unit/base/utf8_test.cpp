// SPDX-License-Identifier: Apache-2.0
#include "libs/base/utf8.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>

using namespace ashlar;

namespace {

/// A code point as UTF-8 by its definition (RFC 3629, section 3).
std::string encoded(uint32_t c) {
    const auto byte = [](uint32_t v) { return static_cast<char>(v); };
    if (c < 0x80) return {byte(c)};
    if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 63))};
    if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
    return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
}

std::string escaped(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        char text[5];
        std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(static_cast<uint8_t>(c)));
        out += text;
    }
    return out;
}

}  // namespace

TEST_CASE("every character stays as it is, every other code is written by its bytes") {
    for (uint32_t c = 0; c < 0x120000; c++) {
        const std::string bytes = encoded(c);
        const bool valid = c < 0x110000 && (c < 0xd800 || c > 0xdfff);
        const std::string text = utf8_text(bytes);
        if (text != (valid ? bytes : escaped(bytes))) FAIL("code point " << c << ": " << text);
    }
}

TEST_CASE("long forms, cut characters and lone bytes are written as hex, what stands around them stays") {
    for (const std::string bad :
         {"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\x80",
          "\xbf", "\xfe", "\xff", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98"}) {
        CHECK(utf8_text(bad) == escaped(bad));
        CHECK(utf8_text("a" + bad + "b\xc3\xa9") == "a" + escaped(bad) + "b\xc3\xa9");
    }
    CHECK(utf8_text("a\\b\n") == "a\\b\n");
    CHECK(utf8_text({"\0x", 2}) == std::string("\0x", 2));
}

TEST_CASE("a text of any bytes is UTF-8, and so is each beginning of it") {
    std::mt19937 rng(7);
    for (int round = 0; round < 2000; round++) {
        std::string bytes(rng() % 24, '\0');
        for (char& c : bytes) c = static_cast<char>(rng() % 3 ? 0x80 + rng() % 0x80 : rng());
        const std::string text = utf8_text(bytes);
        CHECK(utf8_text(text) == text);  // nothing is left to write otherwise
        for (size_t n = 0; n <= text.size(); n++) {
            const std::string_view start = utf8_prefix(text, n);
            CHECK((start.size() <= n && start.size() + 3 >= n));
            CHECK(text.starts_with(start));
            CHECK(utf8_text(start) == start);
        }
    }
}
