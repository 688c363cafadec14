// SPDX-License-Identifier: Apache-2.0
#include "libs/evm/code.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace ashlar;
using namespace ashlar::evm;

TEST_CASE("jump destinations found lazily are those of a full analysis") {
    std::mt19937_64 rng(5);
    for (int i = 0; i < 3000; i++) {
        Bytes code(rng() % 300);
        const unsigned kind = rng() % 4;
        for (auto& b : code) {
            const unsigned k = rng() % 10;
            // Dense in pushes and destinations, so that look-backs nest and the full analysis is reached.
            if (kind == 0)
                b = static_cast<uint8_t>(rng());
            else if (k < 4)
                b = 0x5b;
            else if (k < 8)
                b = static_cast<uint8_t>(0x60 + rng() % 32);
            else
                b = static_cast<uint8_t>(rng());
        }
        std::vector<bool> expected(code.size() + 40);
        for (size_t at = 0; at < code.size(); at++) {
            if (code[at] == 0x5b) expected[at] = true;
            if (code[at] >= 0x60 && code[at] <= 0x7f) at += code[at] - 0x5fu;
        }
        const Code c(code);
        for (int k = 0; k < 200; k++) {
            const auto target = static_cast<uint32_t>(rng() % expected.size());
            REQUIRE(c.is_jumpdest(target) == expected[target]);
        }
        CHECK_FALSE(c.is_jumpdest(UINT32_MAX));
    }
}

TEST_CASE("code is padded with zeros and recognises delegations") {
    const Bytes push{0x7f};
    const Code c(push);
    for (size_t i = 1; i <= CODE_PADDING; i++) CHECK(c.data()[i] == 0);
    Address a;
    a.fill(0x42);
    const auto designator = delegation_designator(a);
    CHECK(Code(designator).delegate() == a);
    Bytes longer(designator.begin(), designator.end());
    longer.push_back(0);
    CHECK_FALSE(Code(longer).delegate());
    CHECK_FALSE(Code(BytesView{designator}.first(22)).delegate());
    longer.resize(23);
    longer[2] = 1;
    CHECK_FALSE(Code(longer).delegate());
    // Moving keeps the bytes in place.
    Code from(push);
    const Code to(std::move(from));
    CHECK(to.data()[0] == 0x7f);
}
