// SPDX-License-Identifier: Apache-2.0
#include "libs/rlp/decode.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/base/hex.hpp"
#include "libs/rlp/encode.hpp"

using namespace ashlar;
using rlp::Reader;

namespace {
Bytes hex(std::string_view s) { return from_hex(s).value(); }
rlp::Error next_error(std::string_view s) {
    Bytes b = hex(s);
    Reader r{b};
    auto item = r.next();
    REQUIRE_FALSE(item);
    return item.error();
}
}  // namespace

TEST_CASE("rlp reads the forms of appendix B") {
    Bytes b = hex("83646f67");
    CHECK(to_hex(*Reader{b}.bytes()) == "646f67");
    b = hex("0f");
    CHECK(*Reader{b}.u64() == 15);
    b = hex("820400");
    CHECK(*Reader{b}.u64() == 1024);
    b = hex("80");
    CHECK(*Reader{b}.u64() == 0);
    b = hex("c7c0c1c0c3c0c1c0");
    Reader list = *rlp::read_list(b);
    for (int i = 0; i < 3; i++) CHECK(list.next()->is_list);
    CHECK(list.finish());
}

TEST_CASE("rlp refuses every non-canonical form by name") {
    CHECK(next_error("8105") == rlp::Error::non_canonical);
    CHECK(next_error("b80100") == rlp::Error::non_canonical);
    CHECK(next_error("b90001aa") == rlp::Error::non_canonical);
    CHECK(next_error("f801c0") == rlp::Error::non_canonical);
    CHECK(next_error("") == rlp::Error::truncated);
    CHECK(next_error("83aabb") == rlp::Error::truncated);
    CHECK(next_error("b9ff") == rlp::Error::truncated);
    CHECK(next_error("c3c0") == rlp::Error::truncated);
    CHECK(next_error("bfffffffffffffffff") == rlp::Error::truncated);
    CHECK(next_error("ffffffffffffffffff") == rlp::Error::truncated);
    Bytes b = hex("8200ff");
    CHECK(Reader{b}.u64().error() == rlp::Error::non_canonical);
    b = hex("89010000000000000000");
    CHECK(Reader{b}.u64().error() == rlp::Error::integer_too_large);
    b = hex("00");
    CHECK(Reader{b}.u64().error() == rlp::Error::non_canonical);
    b = hex("c0");
    CHECK(Reader{b}.bytes().error() == rlp::Error::expected_string);
    b = hex("80");
    CHECK(Reader{b}.list().error() == rlp::Error::expected_list);
    CHECK(Reader{b}.fixed<20>().error() == rlp::Error::wrong_length);
    b = hex("c080");
    CHECK(rlp::read_list(b).error() == rlp::Error::trailing_bytes);
}

TEST_CASE("rlp re-encodes whatever it accepts to the same bytes") {
    std::mt19937 rng(7);
    int accepted = 0;
    for (int i = 0; i < 200000; i++) {
        Bytes b(rng() % 12);
        for (auto& x : b) x = static_cast<uint8_t>(rng() % 4 ? 0x80 + rng() % 5 + (rng() % 2) * 0x40 : rng());
        Reader r{b};
        auto item = r.next();
        if (!item) continue;
        accepted++;
        rlp::Writer w;
        if (item->is_list) {
            const size_t at = w.begin_list();
            w.raw(item->payload);
            w.end_list(at);
        } else {
            w.string(item->payload);
        }
        REQUIRE(w.out == Bytes(item->raw.begin(), item->raw.end()));
    }
    CHECK(accepted > 10000);
}
