// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/hash/sha256.hpp"
#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

constexpr uint32_t SCHEDULE = 0x1000, STATE = 0x2000;

struct Tables {
    Rows<ShaExtendChip> extend;
    Rows<ShaExtendRoundsChip> extend_rounds;
    Rows<ShaCompressChip> compress;
    Rows<ShaCompressRoundsChip> compress_rounds;
    explicit Tables(const Machine& m)
        : extend(rows_of<ShaExtendChip>(m)),
          extend_rounds(rows_of<ShaExtendRoundsChip>(m)),
          compress(rows_of<ShaCompressChip>(m)),
          compress_rounds(rows_of<ShaCompressRoundsChip>(m)) {}
    std::vector<std::string> check(const Machine& m) const {
        return test::check<ShaExtendChip, ShaExtendRoundsChip, ShaCompressChip, ShaCompressRoundsChip>(
            m, extend, extend_rounds, compress, compress_rounds);
    }
};

Machine hashing(Random& random) {
    Machine m;
    m.write(SCHEDULE, random_words(random, 64));
    m.write(STATE, random_words(random, 8));
    REQUIRE(m.call(Syscall::SHA_EXTEND, SCHEDULE, 0) == nullptr);
    REQUIRE(m.call(Syscall::SHA_COMPRESS, SCHEDULE, STATE) == nullptr);
    return m;
}

}  // namespace

TEST_CASE("the round constants and the two calls give the SHA-256 of one block") {
    Machine m;
    // "abc" and its padding; the initial state of FIPS 180-4.
    m.write(SCHEDULE, {0x61626380, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24});
    m.write(STATE, {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19});
    REQUIRE(m.call(Syscall::SHA_EXTEND, SCHEDULE, 0) == nullptr);
    REQUIRE(m.call(Syscall::SHA_COMPRESS, SCHEDULE, STATE) == nullptr);
    CHECK(Tables(m).check(m) == std::vector<std::string>{});
    CHECK(m.read(STATE) == 0xba7816bf);
    CHECK(m.read(STATE + 28) == 0xf20015ad);
}

TEST_CASE("SHA-256 calls are provable on random and extreme words, with w and h overlapping, at both ends of memory") {
    Random random(1);
    Machine m = hashing(random);
    for (uint32_t word : {0u, 0xffffffffu, 0x80000000u, 1u}) {
        m.write(SCHEDULE, std::vector<uint32_t>(64, word));
        m.write(STATE, std::vector<uint32_t>(8, word));
        REQUIRE(m.call(Syscall::SHA_COMPRESS, SCHEDULE, STATE) == nullptr);
        REQUIRE(m.call(Syscall::SHA_EXTEND, SCHEDULE, 0) == nullptr);
    }
    REQUIRE(m.call(Syscall::SHA_COMPRESS, SCHEDULE, SCHEDULE + 40) == nullptr);
    REQUIRE(m.call(Syscall::SHA_COMPRESS, SCHEDULE, SCHEDULE - 4) == nullptr);
    REQUIRE(m.call(Syscall::SHA_EXTEND, 0x80, 0) == nullptr);
    REQUIRE(m.call(Syscall::SHA_EXTEND, 0x7800'0000 - 256, 0) == nullptr);
    REQUIRE(m.call(Syscall::SHA_COMPRESS, 0x7800'0000 - 256, 0x80) == nullptr);
    REQUIRE(m.call(Syscall::SHA_COMPRESS, 0x80, 0x7800'0000 - 32) == nullptr);
    const Tables tables(m);
    CHECK(tables.check(m) == std::vector<std::string>{});
}

TEST_CASE("every column of the SHA-256 chips is noticed when it changes") {
    Random random(2);
    const Machine m = hashing(random);
    const Tables t(m);
    CHECK(unnoticed_columns<ShaExtendChip>(m, t.extend, random) == std::vector<size_t>{});
    CHECK(unnoticed_columns<ShaCompressChip>(m, t.compress, random) == std::vector<size_t>{});
    for (const auto& row : t.extend_rounds)
        CHECK(unnoticed_columns<ShaExtendRoundsChip>(m, {row}, random) == std::vector<size_t>{});
    for (const auto& row : t.compress_rounds)
        CHECK(unnoticed_columns<ShaCompressRoundsChip>(m, {row}, random) == std::vector<size_t>{});
}

TEST_CASE("wrong SHA-256 results are not provable") {
    Random random(3);
    const Machine honest = hashing(random);
    const Tables t(honest);
    for (size_t i : {size_t{0}, size_t{3}, size_t{7}}) {
        Random same(3);
        Machine m;
        m.write(SCHEDULE, random_words(same, 64));
        m.write(STATE, random_words(same, 8));
        REQUIRE(m.call(Syscall::SHA_EXTEND, SCHEDULE, 0) == nullptr);
        auto forced = honest.read(STATE, 8);
        forced[i] ^= 0x10000;
        m.call(Syscall::SHA_COMPRESS, SCHEDULE, STATE, &forced);
        CHECK(rows_of<ShaCompressRoundsChip>(m).empty());
        Tables mixed(m);
        mixed.compress_rounds = t.compress_rounds;
        CHECK_FALSE(mixed.check(m).empty());
    }
    for (size_t i : {size_t{0}, size_t{20}, size_t{47}}) {
        Random same(3);
        Machine m;
        m.write(SCHEDULE, random_words(same, 64));
        auto forced = honest.read(SCHEDULE + 64, 48);
        forced[i] += 1;
        m.call(Syscall::SHA_EXTEND, SCHEDULE, 0, &forced);
        CHECK(rows_of<ShaExtendRoundsChip>(m).empty());
    }
}

TEST_CASE("rows of SHA-256 calls cannot be dropped, repeated, cut short or made for no call") {
    Random random(4);
    const Machine m = hashing(random);
    const Tables honest(m);
    REQUIRE(honest.check(m).empty());
    const auto wrong = [&](auto change) {
        Tables t = honest;
        change(t);
        CHECK_FALSE(t.check(m).empty());
    };
    wrong([](Tables& t) { t.extend.clear(); });
    wrong([](Tables& t) { t.compress.clear(); });
    wrong([](Tables& t) { t.extend_rounds.pop_back(); });
    wrong([](Tables& t) { t.extend_rounds.erase(t.extend_rounds.begin()); });
    wrong([](Tables& t) { t.compress_rounds.erase(t.compress_rounds.begin() + 5); });
    wrong([](Tables& t) { t.compress_rounds.push_back(t.compress_rounds[5]); });
    wrong([](Tables& t) { t.extend_rounds.push_back(t.extend_rounds[2]); });
    // The schedule's chain ended early by saying so.
    wrong([](Tables& t) {
        t.extend_rounds.pop_back();
        t.extend_rounds.back().main.goes_on = F::ZERO;
    });
    for (size_t r = 0; r < 12; r++) {
        auto silent = honest.extend_rounds[r];
        for (F& f : silent.main.coarse) f = F::ZERO;
        for (F& f : silent.main.fine) f = F::ZERO;
        silent.main.goes_on = F::ZERO;
        air::DebugBuilder b;
        air::eval_chip<ShaExtendRoundsChip>(b, silent);
        CHECK(b.messages.empty());
    }
}

TEST_CASE("SHA-256 faults are not provable: a1 not 0, w = h, misaligned, below 0x80, past the end") {
    struct Case {
        Syscall word;
        uint32_t a0, a1;
    };
    for (const Case c :
         {Case{Syscall::SHA_EXTEND, SCHEDULE, 1}, Case{Syscall::SHA_EXTEND, SCHEDULE, 0x10000},
          Case{Syscall::SHA_EXTEND, SCHEDULE + 2, 0}, Case{Syscall::SHA_EXTEND, 0x7c, 0},
          Case{Syscall::SHA_EXTEND, 0x7800'0000 - 252, 0}, Case{Syscall::SHA_COMPRESS, SCHEDULE, SCHEDULE},
          Case{Syscall::SHA_COMPRESS, SCHEDULE + 1, STATE}, Case{Syscall::SHA_COMPRESS, SCHEDULE, STATE + 2},
          Case{Syscall::SHA_COMPRESS, 0x40, STATE}, Case{Syscall::SHA_COMPRESS, SCHEDULE, 0x78},
          Case{Syscall::SHA_COMPRESS, 0x7800'0000 - 252, STATE},
          Case{Syscall::SHA_COMPRESS, SCHEDULE, 0x7800'0000 - 28}}) {
        INFO(static_cast<uint32_t>(c.word) << " " << c.a0 << " " << c.a1);
        Random random(5);
        const auto words = random_words(random, 64), state = random_words(random, 8);
        // What the call would have written at good pointers.
        Machine good;
        const bool extend = c.word == Syscall::SHA_EXTEND;
        good.write(SCHEDULE, words);
        good.write(STATE, state);
        if (c.a0 == c.a1) good.write(STATE, std::span(words).first(8));
        REQUIRE(good.call(c.word, SCHEDULE, extend ? 0 : STATE) == nullptr);
        const auto forced = extend ? good.read(SCHEDULE + 64, 48) : good.read(STATE, 8);
        Machine m;
        m.write(c.a0, words);
        if (!extend && c.a0 != c.a1) m.write(c.a1, state);
        m.call(c.word, c.a0, c.a1, &forced);
        Tables t(m);
        // Rows that a fill refused, as far as it filled them.
        const auto& call = m.chunk.calls[0];
        if (extend) {
            t.extend.resize(1);
            ShaExtendChip::fill(call, m.chunk.accesses.data(), &t.extend[0].main);
        } else {
            t.compress.resize(1);
            ShaCompressChip::fill(call, m.chunk.accesses.data(), &t.compress[0].main);
        }
        CHECK_FALSE(t.check(m).empty());
    }
}
