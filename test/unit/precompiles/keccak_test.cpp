// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <unordered_set>

#include "libs/hash/keccak256.hpp"
#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

struct Tables {
    Rows<KeccakRoundChip> rounds;
    Rows<KeccakMemoryChip> memory;
    explicit Tables(const Machine& m) : rounds(rows_of<KeccakRoundChip>(m)), memory(rows_of<KeccakMemoryChip>(m)) {}
    std::vector<std::string> check(const Machine& m) const {
        return test::check<KeccakRoundChip, KeccakMemoryChip>(m, rounds, memory);
    }
};

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
    const Tables tables(m);
    REQUIRE(tables.rounds.size() == 5 * 24);
    REQUIRE(tables.memory.size() == 5);
    CHECK(tables.check(m) == std::vector<std::string>{});
}

TEST_CASE("the checks of a keccak state tell words apart that are equal mod p") {
    // Differences of the high limbs of two words that are equal mod p, from the definition.
    std::unordered_set<int64_t> differences;
    for (int64_t k = -2; k <= 2; k++) {
        for (uint32_t i = 0; i < 5 * 65536; i++) {
            constexpr uint32_t HIGH[5] = {0, 0x7f00, 0x80ff, 0xfe01, 0xffff};
            const uint64_t w = i % 65536 + (uint64_t{HIGH[i / 65536]} << 16);
            const int64_t other = static_cast<int64_t>(w) + k * int64_t{F::P};
            if (other < 0 || other > 0xffff'ffff) continue;
            differences.insert((other >> 16) - static_cast<int64_t>(w >> 16));
        }
    }
    const std::unordered_set<int64_t> stated = {0, 0x7f00, -0x7f00, 0x7f01, -0x7f01, 0xfe00, -0xfe00, 0xfe01, -0xfe01};
    CHECK(differences == stated);
    // A group's sum of coefficient * difference is 0 mod p only if every difference is 0: meet in the middle.
    for (size_t group = 0; group < KECCAK_CHECKS; group++) {
        std::vector<uint32_t> coefficients;
        for (size_t i = 0; i < KECCAK_WORDS; i++)
            if (keccak_check_of(i) == group) coefficients.push_back(keccak_coefficient(i));
        REQUIRE(coefficients.size() >= 7);
        REQUIRE(coefficients.size() <= 8);
        const auto sums = [&](size_t from, size_t to, int64_t sign) {
            std::vector<uint32_t> out = {0};
            for (size_t j = from; j < to; j++) {
                std::vector<uint32_t> next;
                for (uint32_t s : out) {
                    for (int64_t d : stated) {
                        const int64_t p = F::P;
                        next.push_back(static_cast<uint32_t>(((s + sign * d * coefficients[j]) % p + p) % p));
                    }
                }
                out = std::move(next);
            }
            return out;
        };
        const auto left = sums(0, 4, 1), right = sums(4, coefficients.size(), -1);
        CHECK(std::count(left.begin(), left.end(), 0u) == 1);
        CHECK(std::count(right.begin(), right.end(), 0u) == 1);
        const std::unordered_set<uint32_t> set(left.begin(), left.end());
        CHECK(std::count_if(right.begin(), right.end(), [&](uint32_t x) { return set.contains(x); }) == 1);
    }
}

TEST_CASE("every column of the keccak chips is noticed when it changes") {
    Random random(2);
    const Machine m = honest(random);
    const Tables tables(m);
    CHECK(unnoticed_columns<KeccakMemoryChip>(m, tables.memory, random) == std::vector<size_t>{});
    // All columns of three rounds; each row must be noticed by itself.
    for (size_t r : {size_t{0}, size_t{11}, size_t{23}})
        CHECK(unnoticed_columns<KeccakRoundChip>(m, {tables.rounds[r]}, random) == std::vector<size_t>{});
}

TEST_CASE("a keccak call with a wrong result is not provable") {
    Random random(3);
    Machine honest_machine = honest(random);
    const auto result = honest_machine.read(0x1000, 50);
    for (int variant = 0; variant < 3; variant++) {
        Random same(3);
        Machine m;
        m.write(0x1000, random_words(same, 50));
        auto forced = result;
        if (variant == 0) forced[17] ^= 1u << 20;
        if (variant == 1) std::swap(forced[0], forced[1]);
        if (variant == 2) {
            // Equal mod p: only the checks see it.
            size_t i = 0;
            while (forced[i] >= 0xffff'ffffu - F::P) i++;
            forced[i] += F::P;
        }
        m.call(Syscall::KECCAK_PERMUTE, 0x1000, 0, &forced);
        CHECK(rows_of<KeccakRoundChip>(m).empty());
        // The rounds of the true permutation with the memory row of the false one.
        const Tables mixed(honest_machine);
        CHECK_FALSE(check<KeccakRoundChip, KeccakMemoryChip>(m, mixed.rounds, rows_of<KeccakMemoryChip>(m)).empty());
    }
}

TEST_CASE("another effect of theta, with all that follows from it, is refused by the lookup of even sums alone") {
    Random random(6);
    const Machine source = honest(random);
    const Tables honest_tables(source);
    const auto at = [](size_t x, size_t z) { return std::pair(x, z); };
    for (const auto& [x, z] : {at(0, 0), at(4, 63), at(2, 31), at(1, 17)}) {
        Tables lie = honest_tables;
        auto& row = lie.rounds.back().main;  // of round 23, so that what follows is the result
        const auto flip = [](F& bit) { bit = F::ONE - bit; };
        flip(row.effect[x][z]);
        for (size_t y = 0; y < 5; y++) flip(row.bits[x + 5 * y][z]);  // the state before the round stays
        uint64_t lanes[25] = {};
        for (size_t lane = 0; lane < 25; lane++)
            for (size_t i = 0; i < 64; i++) lanes[lane] |= uint64_t{row.bits[lane][i].canonical()} << i;
        KeccakRoundChip::fill_after_theta(row, 23, lanes);
        std::vector<uint32_t> result(50);
        for (size_t i = 0; i < 50; i++) result[i] = static_cast<uint32_t>(lanes[i / 2] >> (32 * (i % 2)));
        Random same(6);
        Machine m;
        m.write(0x1000, random_words(same, 50));
        m.call(Syscall::KECCAK_PERMUTE, 0x1000, 0, &result);
        lie.memory = rows_of<KeccakMemoryChip>(m);
        // D stands in the sums of x, x + 1 and, one bit higher, x - 1; S in those of x + 1 and, one higher, x - 1.
        // Five bits flipped change S by an odd number, so the sum of x alone is odd, and the others stay even.
        CHECK(lie.check(m) == std::vector<std::string>{"keccak_round: lookup on bus 13"});
    }
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
        Rows<KeccakMemoryChip> memory(1);
        KeccakMemoryChip::fill(n.chunk.calls[0], n.chunk.accesses.data(), &memory[0].main);
        CHECK_FALSE(check<KeccakRoundChip, KeccakMemoryChip>(n, rows_of<KeccakRoundChip>(n), memory).empty());
    }
}

TEST_CASE("keccak rows cannot be dropped, repeated, exchanged or left without a call") {
    Random random(5);
    const Machine m = honest(random);
    const Tables honest_tables(m);
    REQUIRE(honest_tables.check(m).empty());
    auto t = honest_tables;
    t.rounds.erase(t.rounds.begin() + 7);
    CHECK_FALSE(t.check(m).empty());
    t = honest_tables;
    t.rounds.push_back(t.rounds[3]);
    CHECK_FALSE(t.check(m).empty());
    t = honest_tables;
    t.memory.clear();
    CHECK_FALSE(t.check(m).empty());
    // 24 rounds of a call that was not made, at another time.
    t = honest_tables;
    for (auto& row : t.rounds) row.main.t += F::ONE;
    CHECK_FALSE(t.check(m).empty());
    // One round less: round 22's output taken as the last by calling it 23.
    t = honest_tables;
    t.rounds.pop_back();
    t.rounds.back().main.fine[2] = F::ZERO;
    t.rounds.back().main.fine[3] = F::ONE;
    CHECK_FALSE(t.check(m).empty());
    // A switched-off row says nothing, whatever it holds.
    auto silent = honest_tables.rounds[0];
    for (F& f : silent.main.coarse) f = F::ZERO;
    for (F& f : silent.main.fine) f = F::ZERO;
    air::DebugBuilder b;
    air::eval_chip<KeccakRoundChip>(b, silent);
    CHECK(b.messages.empty());
}
