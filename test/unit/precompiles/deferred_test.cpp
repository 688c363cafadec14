// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/precompiles/harness.hpp"

using namespace ashlar;
using namespace ashlar::chips;
using namespace ashlar::chips::test;

namespace {

constexpr uint32_t KEY = 0x2000, VALUES = 0x3000;

Machine two_calls(Random& random) {
    Machine m;
    m.write(KEY, random_words(random, 8));
    m.write(VALUES, random_words(random, 8));
    m.call(Syscall::VERIFY_PICO_PROOF, KEY, VALUES);
    m.call(Syscall::VERIFY_PICO_PROOF, KEY + 8, KEY + 4);  // operands overlap
    m.call(Syscall::VERIFY_PICO_PROOF, KEY, KEY);
    return m;
}

}  // namespace

TEST_CASE("deferred proofs extend the chain by the hash of 41 elements, and every column counts") {
    Random random(1);
    const Machine m = two_calls(random);
    check_table<DeferredChainChip>(m, 3, random);
    // The first link, from nine zeros, as the design spells it.
    std::vector<F> input(9, F::ZERO);
    for (uint32_t pointer : {KEY, VALUES}) {
        for (uint32_t i = 0; i < 8; i++) {
            input.push_back(F::from_canonical(m.read(pointer + 4 * i) & 0xffff));
            input.push_back(F::from_canonical(m.read(pointer + 4 * i) >> 16));
        }
    }
    REQUIRE(input.size() == 41);
    const auto digest = hash::hash_elements(input);
    for (size_t i = 0; i < 9; i++) CHECK(m.chunk.accesses[16 + i].value == digest[i].canonical());
}

TEST_CASE("a chain that is wrong, not canonical, dropped or repeated is not provable") {
    Random random(2);
    Machine honest = two_calls(random);
    auto rows = rows_of<DeferredChainChip>(honest);
    auto fewer = rows;
    fewer.pop_back();
    CHECK_FALSE(check<DeferredChainChip>(honest, fewer).empty());
    auto more = rows;
    more.push_back(rows[1]);
    CHECK_FALSE(check<DeferredChainChip>(honest, more).empty());
    std::vector<uint32_t> words;
    for (size_t i = 0; i < 9; i++) words.push_back(honest.chunk.accesses[16 + i].value);
    for (size_t i = 0; i < 9; i++) {
        // The same element, as a word of p or more.
        for (uint32_t change : {F::P, 1u}) {
            if (words[i] > 0xffff'ffffu - change) continue;
            Random same(2);
            Machine m;
            m.write(KEY, random_words(same, 8));
            m.write(VALUES, random_words(same, 8));
            auto forced = words;
            forced[i] += change;
            m.call(Syscall::VERIFY_PICO_PROOF, KEY, VALUES, &forced);
            Rows<DeferredChainChip> row(1);
            CHECK_FALSE(DeferredChainChip::fill(m.chunk.calls[0], m.chunk.accesses.data(), &row[0].main));
            CHECK_FALSE(check<DeferredChainChip>(m, row).empty());
        }
    }
}

TEST_CASE("the word p itself is not a canonical zero") {
    // A digest element of 0 would be the one case where the high limb reaches 0x7f00: check the columns directly.
    DeferredChainChip::Main<F> m{};
    m.is_real = F::ONE;
    const auto failures = [&] {
        air::RowOf<DeferredChainChip, F> row;
        row.main = m;
        air::DebugBuilder b;
        air::eval_chip<DeferredChainChip>(b, row);
        return b.failed.size();
    };
    for (auto& w : m.result) w.inverse = F::from_canonical(0x7f00).inverse();
    CHECK(failures() == 0);
    m.result[4].limb[1] = F::from_canonical(0x7f00);
    m.result[4].limb[0] = F::ONE;
    for (uint32_t inverse : {0u, 1u, 0x7f00'0000u, 0x123'4567u}) {
        m.result[4].inverse = F::from_canonical(inverse);
        CHECK(failures() == 1);
    }
    // p - 1 = (0x7f00, 0) is a word.
    m.result[4].limb[0] = F::ZERO;
    m.state[2][4] = -F::ONE;
    CHECK(failures() == 0);
}

TEST_CASE("deferred proofs at pointers outside memory or misaligned are not provable") {
    struct Case {
        uint32_t key, values;
        bool provable;
    };
    for (const Case c : {Case{0x7800'0000 - 32, VALUES, true}, Case{KEY, 0x80, true},
                         Case{0x7800'0000 - 28, VALUES, false}, Case{KEY, 0x7800'0000, false},
                         Case{0x40, VALUES, false}, Case{KEY, VALUES + 2, false}, Case{KEY + 1, VALUES, false},
                         // the chain itself
                         Case{KEY, 0x7800'0000 + 4 * 18, false}}) {
        INFO(c.key << " " << c.values);
        Random random(3);
        Machine m;
        m.write(c.key, random_words(random, 8));
        if (c.values < 0x7800'0000) m.write(c.values, random_words(random, 8));
        m.call(Syscall::VERIFY_PICO_PROOF, c.key, c.values);
        CHECK(check<DeferredChainChip>(m, rows_of<DeferredChainChip>(m)).empty() == c.provable);
    }
}
