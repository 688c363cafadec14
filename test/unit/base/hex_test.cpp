// SPDX-License-Identifier: Apache-2.0
#include "libs/base/hex.hpp"

#include <catch2/catch.hpp>

using namespace ashlar;

TEST_CASE("hex round trip and refusals") {
    const Bytes b{0x00, 0x7f, 0xff};
    CHECK(to_hex(b) == "007fff");
    CHECK(to_hex0x(b) == "0x007fff");
    CHECK(from_hex("0x007FfF") == b);
    CHECK(from_hex("") == Bytes{});
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    CHECK(fixed_from_hex<3>("007fff")->view().size() == 3);
    CHECK_FALSE(fixed_from_hex<4>("007fff"));
}

TEST_CASE("fixed bytes order as big-endian numbers") {
    CHECK(*fixed_from_hex<2>("00ff") < *fixed_from_hex<2>("0100"));
    CHECK(FixedBytes<4>{}.is_zero());
}
