// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/stdin.hpp"

#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"

using namespace ashlar;
using namespace ashlar::rv32;

TEST_CASE("reads the builder file of ABI.md 6.2") {
    const Bytes file = *from_hex("01000000000000000400000000000000640000000000000000000000");
    const auto in = decode_stdin(file);
    REQUIRE(in);
    REQUIRE(in->buffers.size() == 1);
    CHECK(in->buffers[0] == Bytes{100, 0, 0, 0});
    CHECK(encode_stdin(*in) == file);
}

TEST_CASE("builder files survive a round trip") {
    for (const Stdin& in : {Stdin{}, Stdin{{{}}}, Stdin{{{1, 2, 3}, {}, Bytes(1000, 7)}}}) {
        const auto back = decode_stdin(encode_stdin(in));
        REQUIRE(back);
        CHECK(*back == in);
    }
}

TEST_CASE("rejects builder files that are cut off, continued or carry proofs") {
    const Bytes file = encode_stdin({{{1, 2, 3}, {4}}});
    for (size_t n = 0; n < file.size(); n++) {
        INFO("length " << n);
        const auto r = decode_stdin(BytesView(file).first(n));
        REQUIRE_FALSE(r);
        CHECK(r.error().code == "stdin_truncated");
    }
    Bytes longer = file;
    longer.push_back(0);
    CHECK(decode_stdin(longer).error().code == "stdin_trailing_bytes");
    Bytes proofs = file;
    proofs[file.size() - 8] = 1;
    CHECK(decode_stdin(proofs).error().code == "stdin_has_proofs");
    Bytes absurd(8, 0xFF);
    CHECK(decode_stdin(absurd).error().code == "stdin_truncated");
    Bytes huge_buffer(16, 0xFF);
    huge_buffer[0] = 1;
    for (size_t i = 1; i < 8; i++) huge_buffer[i] = 0;
    CHECK(decode_stdin(huge_buffer).error().code == "stdin_truncated");
}
