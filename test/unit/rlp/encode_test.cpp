// SPDX-License-Identifier: Apache-2.0
#include "libs/rlp/encode.hpp"

#include <catch2/catch.hpp>

#include "libs/base/hex.hpp"
#include "libs/rlp/decode.hpp"

using namespace ashlar;

TEST_CASE("rlp writes the forms of appendix B") {
    rlp::Writer w;
    w.u64(0);
    w.u64(127);
    w.u64(128);
    w.u64(0x0102030405060708);
    w.string(as_bytes("dog"));
    CHECK(to_hex(w.out) ==
          "807f8180880102030405060708"
          "83646f67");
}

TEST_CASE("rlp lists and wrapped strings take the shortest length at every size") {
    for (size_t n : {0u, 1u, 2u, 54u, 55u, 56u, 57u, 255u, 256u, 65535u, 65536u}) {
        Bytes payload(n, 0x81);
        rlp::Writer w;
        w.string(payload);
        CHECK(w.out.size() == rlp::string_size(payload));
        CHECK(Bytes(rlp::Reader{w.out}.bytes()->begin(), rlp::Reader{w.out}.bytes()->end()) == payload);
        rlp::Writer l;
        const size_t at = l.begin_list();
        l.raw(Bytes(n, 0x01));
        l.end_list(at);
        CHECK(l.out.size() == rlp::header_size(n) + n);
        auto items = rlp::read_list(l.out);
        REQUIRE(items);
        CHECK(items->rest().size() == n);
        if (n < 2) continue;
        rlp::Writer s;
        s.raw(payload);
        s.end_string(0);
        CHECK(s.out == w.out);
    }
}
