// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/hash/keccak256.hpp"
#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

using Chip = KeccakPermuteChip;

std::vector<std::string> check_rows(const Machine& m, const Rows<Chip>& rows) { return check<Chip>(m, rows); }

void permute(std::vector<uint32_t>& words) {
    uint64_t lanes[25];
    for (size_t i = 0; i < 25; i++) lanes[i] = words[2 * i] | uint64_t{words[2 * i + 1]} << 32;
    hash::keccak_permute(lanes);
    for (size_t i = 0; i < 50; i++) words[i] = static_cast<uint32_t>(lanes[i / 2] >> (32 * (i % 2)));
}

Machine honest(Random& random) {
    Machine m;
    m.write(0x1000, random_words(random, 50));
    m.call(Syscall::KECCAK_PERMUTE, 0x1000, 0);
    return m;
}

}  // namespace

TEST_CASE("keccak calls are provable: random states, zero, ones, twice in place, at both ends of memory") {
    Random random(1);
    Machine m = honest(random);
    m.call(Syscall::KECCAK_PERMUTE, 0x1000, 0);
    REQUIRE(m.call(Syscall::KECCAK_PERMUTE, 0x1000 + 4 * 30, 0) == nullptr);  // overlaps the state before
    REQUIRE(m.call(Syscall::KECCAK_PERMUTE, 0x80, 0) == nullptr);             // zero state
    m.write(0x7800'0000 - 200, std::vector<uint32_t>(50, 0xffffffff));
    REQUIRE(m.call(Syscall::KECCAK_PERMUTE, 0x7800'0000 - 200, 0) == nullptr);
    const auto rows = rows_of<Chip>(m);
    REQUIRE(rows.size() == 5);
    CHECK(check_rows(m, rows) == std::vector<std::string>{});
}

TEST_CASE("every column of the keccak chip is noticed when it changes") {
    Random random(2);
    const Machine m = honest(random);
    CHECK(unnoticed_columns<Chip>(m, rows_of<Chip>(m), random) == std::vector<size_t>{});
}

TEST_CASE("a row without a call keeps what the layered argument proves, and says nothing whatever it holds") {
    Random random(7);
    air::RowOf<Chip, F> row{};
    CHECK(air::check_row<Chip>(row) == std::nullopt);
    row.main.result[3][1] = F::ONE;
    CHECK(air::check_row<Chip>(row) == "keccak_permute: layers");
    const Machine m = honest(random);
    auto silent = rows_of<Chip>(m)[0];
    silent.main.is_real = F::ZERO;
    CHECK(air::check_row<Chip>(silent) == std::nullopt);
    air::DebugBuilder b;
    air::eval_chip<Chip>(b, silent);
    CHECK(b.messages.empty());
}

TEST_CASE("a keccak call with a wrong result is not provable: the layers alone refuse it") {
    Random random(3);
    const Machine honest_machine = honest(random);
    const auto result = honest_machine.read(0x1000, 50);
    for (int variant = 0; variant < 4; variant++) {
        Random same(3);
        Machine m;
        m.write(0x1000, random_words(same, 50));
        auto forced = result;
        if (variant == 0) forced[17] ^= 1u << 20;
        if (variant == 1) std::swap(forced[0], forced[1]);
        if (variant == 2) forced = honest_machine.read(0x2000, 50);  // zeros
        if (variant == 3) forced[49] ^= 1u << 31;
        m.call(Syscall::KECCAK_PERMUTE, 0x1000, 0, &forced);
        CHECK(rows_of<Chip>(m).empty());
        // The row that says so all the same.
        Rows<Chip> lie(1);
        Chip::fill(m.chunk.calls[0], m.chunk.accesses.data(), &lie[0].main);
        CHECK(check_rows(m, lie) == std::vector<std::string>{"keccak_permute: layers"});
    }
}

TEST_CASE("a result limb beyond 16 bits does not come from any state") {
    // result - 2^16 in the low limb, one more in the high one: the same word mod p, but no limbs.
    Random random(4);
    const Machine m = honest(random);
    auto rows = rows_of<Chip>(m);
    rows[0].main.result[5][0] += F::from_canonical(1 << 16);
    rows[0].main.result[5][1] -= F::ONE;
    CHECK(air::check_row<Chip>(rows[0]) == "keccak_permute: layers");
}

TEST_CASE("keccak faults are not provable: a1 not 0, misaligned, below 0x80, past the end") {
    struct Case {
        uint32_t a0, a1;
    };
    for (const Case c : {Case{0x1000, 1}, Case{0x1000, 0x10000}, Case{0x1001, 0}, Case{0x1002, 0}, Case{0x7c, 0},
                         Case{0, 0}, Case{0x7800'0000 - 196, 0}, Case{0x7800'0000, 0}, Case{0xffff'ff00, 0},
                         // 3/4 mod p times 4: the word number of an address only as a field element
                         Case{0x7f00'0004, 0}}) {
        INFO(c.a0 << " " << c.a1);
        // Memory as if the permutation had been made, so that only the condition stands in the way.
        Random random(4);
        const auto words = random_words(random, 50);
        std::vector<uint32_t> forced = words;
        permute(forced);
        Machine n;
        n.write(c.a0, words);
        n.call(Syscall::KECCAK_PERMUTE, c.a0, c.a1, &forced);
        Rows<Chip> rows(1);
        Chip::fill(n.chunk.calls[0], n.chunk.accesses.data(), &rows[0].main);
        CHECK_FALSE(check_rows(n, rows).empty());
    }
}

TEST_CASE("keccak rows cannot be dropped, repeated or left without a call") {
    Random random(5);
    const Machine m = honest(random);
    const auto rows = rows_of<Chip>(m);
    REQUIRE(check_rows(m, rows).empty());
    CHECK_FALSE(check_rows(m, {}).empty());
    CHECK_FALSE(check_rows(m, {rows[0], rows[0]}).empty());
    auto moved = rows;  // a call that was not made, at another time
    moved[0].main.t += F::ONE;
    CHECK_FALSE(check_rows(m, moved).empty());
}
