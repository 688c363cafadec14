// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/block_file.hpp"

#include <catch2/catch.hpp>

using namespace ashlar;
using namespace ashlar::prover;

TEST_CASE("block proof files: round trip, and every truncation refused") {
    const BlockFile file{{1, 2, 3}, {4, 5}};
    const Bytes bytes = encode_block_file(file);
    const auto back = decode_block_file(bytes);
    REQUIRE(back);
    CHECK(back->committed == file.committed);
    CHECK(back->proof == file.proof);
    for (size_t n = 0; n < bytes.size(); n++) CHECK_FALSE(decode_block_file(BytesView(bytes).first(n)));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(decode_block_file(longer).error().code == "proof_trailing_bytes");
    Bytes other = bytes;
    other[8] = 2;
    CHECK(decode_block_file(other).error().code == "proof_version");
    other = bytes;
    other[0] ^= 1;
    CHECK(decode_block_file(other).error().code == "proof_magic");
    for (size_t i = 12; i < 20; i++) {  // lengths that overflow
        other = bytes;
        other[i] = 0xff;
        CHECK_FALSE(decode_block_file(other));
    }
}
