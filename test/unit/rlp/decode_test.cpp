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
    for (int i = 0; i < 3; i++) {
        CHECK(list.next_is_list());
        CHECK(list.next()->is_list);
    }
    CHECK_FALSE(list.next_is_list());
    CHECK_FALSE(Reader{Bytes{0xbf}}.next_is_list());
    const Bytes two = hex("c0c0");
    Reader first{BytesView{two.data(), 1}};
    CHECK(first.next());
    CHECK_FALSE(first.next_is_list());
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

TEST_CASE("rlp lengths are refused one beyond their bounds, and no earlier") {
    const auto with_payload = [](std::string_view header, size_t payload) {
        Bytes b = hex(header);
        b.resize(b.size() + payload, 0x11);
        return b;
    };
    const auto error_of = [](const Bytes& b) {
        auto item = Reader{b}.next();
        REQUIRE_FALSE(item);
        return item.error();
    };
    // The length itself is looked at before what it counts is missed.
    CHECK(next_error("b800") == rlp::Error::non_canonical);
    CHECK(error_of(with_payload("b837", 55)) == rlp::Error::non_canonical);
    CHECK(Reader{with_payload("b838", 56)}.next());
    CHECK(error_of(with_payload("b90040", 64)) == rlp::Error::non_canonical);
    // Four bytes of length at most: a fifth would be cut off, and 2^32 + 56 read as 56.
    CHECK(error_of(with_payload("bc0100000038", 56)) == rlp::Error::truncated);
    const Bytes longest = with_payload("bb01000000", 1 << 24);
    Reader reader{longest};
    CHECK(reader.bytes()->size() == 1 << 24);
}

TEST_CASE("rlp fields pass on why their item cannot be read") {
    const Bytes nothing, list = hex("c0");
    CHECK(Reader{nothing}.bytes().error() == rlp::Error::truncated);
    CHECK(Reader{nothing}.list().error() == rlp::Error::truncated);
    CHECK(Reader{nothing}.fixed<20>().error() == rlp::Error::truncated);
    CHECK(Reader{list}.integer(32).error() == rlp::Error::expected_string);
    const Bytes three = hex("83112233");
    CHECK(Reader{three}.integer(3));
    CHECK(Reader{three}.integer(2).error() == rlp::Error::integer_too_large);
    CHECK(rlp::read_list(nothing).error() == rlp::Error::truncated);
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
