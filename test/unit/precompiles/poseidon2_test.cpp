// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {
constexpr uint32_t IN = 0x4000, OUT = 0x8000;
}

TEST_CASE("guest Poseidon2 calls are provable, words at and above p included, and every column counts") {
    Random random(1);
    Machine m;
    // Published values.
    std::vector<uint32_t> counting(16);
    for (uint32_t i = 0; i < 16; i++) counting[i] = i;
    m.write(IN, counting);
    REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, IN, OUT) == nullptr);
    CHECK(m.read(OUT) == 1590150808);
    CHECK(m.read(OUT + 60) == 324762066);
    m.write(IN, random_words(random, 16));
    REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, IN, OUT) == nullptr);
    m.write(IN, std::vector<uint32_t>(16, F::P));
    REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, IN, IN) == nullptr);
    REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, IN, IN + 4) == nullptr);
    m.write(IN, std::vector<uint32_t>(16, 0xffffffff));
    REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, IN, IN - 28) == nullptr);
    check_table<Poseidon2PermuteChip>(m, 5, random);
}

TEST_CASE("a wrong or not canonical output of guest Poseidon2 is not provable") {
    Random random(2);
    const auto words = random_words(random, 16);
    Machine honest;
    honest.write(IN, words);
    REQUIRE(honest.call(Syscall::POSEIDON2_PERMUTE, IN, OUT) == nullptr);
    for (size_t i = 0; i < 16; i++) {
        for (uint32_t change : {1u, F::P}) {
            auto forced = honest.read(OUT, 16);
            if (forced[i] > 0xffff'ffffu - change) continue;
            forced[i] += change;
            Machine m;
            m.write(IN, words);
            m.call(Syscall::POSEIDON2_PERMUTE, IN, OUT, &forced);
            Rows<Poseidon2PermuteChip> rows(1);
            CHECK_FALSE(Poseidon2PermuteChip::fill(m.chunk.calls[0], m.chunk.accesses.data(), &rows[0].main));
            CHECK_FALSE(check<Poseidon2PermuteChip>(m, rows).empty());
        }
    }
}

TEST_CASE("guest Poseidon2 on pointers outside memory or misaligned is not provable") {
    struct Case {
        uint32_t in, out;
        bool provable;
    };
    for (const Case c : {Case{0x80, 0x7800'0000 - 64, true}, Case{0x7800'0000 - 64, 0x80, true}, Case{0x7c, OUT, false},
                         Case{IN, 0x7c, false}, Case{IN + 1, OUT, false}, Case{IN, OUT + 2, false},
                         Case{0x7800'0000 - 60, OUT, false}, Case{IN, 0x7800'0000 - 60, false}}) {
        INFO(c.in << " " << c.out);
        Random random(3);
        Machine m;
        m.write(c.in, random_words(random, 16));
        REQUIRE(m.call(Syscall::POSEIDON2_PERMUTE, c.in, c.out) == nullptr);
        CHECK(check<Poseidon2PermuteChip>(m, rows_of<Poseidon2PermuteChip>(m)).empty() == c.provable);
    }
}
