// SPDX-License-Identifier: Apache-2.0
// What follows from heights, by a program and by the host.
#include "libs/recursion/shape.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <random>

#include "libs/recursion/execute.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

/// A key of tables of many widths; the first is fixed.
iop::VerifyingKey sized_key(const char* profile) {
    iop::VerifyingKey vk;
    vk.profile = *iop::named_profile(profile);
    for (const uint32_t columns : {1u, 3u, 20u, 400u, 1806u, 9u, 60u}) {
        iop::TableInfo table;
        table.num_main = columns;
        table.num_prep = vk.system.tables.empty() ? 9 : 0;
        table.message_lengths.resize(columns == 1806 ? 1200 : columns == 3 ? 200 : 1 + columns / 3);
        vk.fixed_heights.push_back(table.num_prep ? 4096 : 0);
        vk.system.tables.push_back(std::move(table));
    }
    auto made = iop::make_verifying_key(std::move(vk));
    REQUIRE(made.has_value());
    // As the machine's: of stored heights.
    made->height_bounds = {{{1, 1, 1, 4, 100, 3, 2}, F::P - 1}, {{0, 0, 0, 0, 1, 0, 2}, (1 << 17) + (14 << 18)}};
    return *made;
}

struct Shapes {
    explicit Shapes(const char* profile) : vk(sized_key(profile)), lenient(vk) {
        lenient.height_bounds.clear();
        lenient.profile.max_log_slices = lenient.profile.max_log_fracs = 40;
        lenient.profile.max_log_height = 31;
        const auto n = static_cast<uint32_t>(vk.system.tables.size());
        Emitter e(5 * n + 5);
        const Element heights = e.advice(n), prep = e.constant(Ext::from_base(F::reduce(vk.prep_layout.slices)));
        std::vector<Element> cells;
        for (uint32_t t = 0; t < n; t++) cells.push_back(e.at(heights, t));
        const ProgramShape s = compute_shape(e, vk, cells, prep);
        uint32_t next = 0;
        const auto put = [&](const Element& x) { e.assert_equal(x, e.output(next++)); };
        for (const TableShape& t : s.tables)
            for (const Element* x : {&t.live, &t.stored, &t.exponent, &t.log, &t.first_claim}) put(*x);
        for (const Element* x : {&s.rounds, &s.log_fractions, &s.main_slices, &s.slice_variables, &s.num_claims})
            put(*x);
        program = e.finish();
    }
    Advice advice(const std::vector<uint32_t>& heights, const std::vector<Ext>& rest) const {
        std::vector<Ext> all;
        for (uint32_t h : heights) all.push_back(test::ext(h));
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }
    std::vector<uint32_t> host(const iop::Shape& s) const {
        std::vector<uint32_t> out;
        uint32_t claims = 0;
        for (size_t t = 0; t < s.heights.size(); t++) {
            const bool live = s.heights[t] != 0;
            const auto e = static_cast<uint32_t>(std::countr_zero(s.stored[t]));
            out.insert(out.end(), {live, static_cast<uint32_t>(s.stored[t]), live ? e : 0, s.n[t], claims});
            if (live) claims += vk.system.tables[t].num_columns();
        }
        out.insert(out.end(), {s.rounds, s.log_fractions, static_cast<uint32_t>(s.main_slices), s.k0, s.num_claims});
        return out;
    }
    iop::VerifyingKey vk, lenient;
    Program program;
};

}  // namespace

TEST_CASE("the shape that heights give, as the host's", "[recursion]") {
    std::mt19937 rng(5);
    size_t taken = 0, refused = 0;
    for (const char* profile : {"test", "chunk-small", "chunk"}) {
        INFO(profile);
        const Shapes s(profile);
        for (size_t k = 0; k < 200; k++) {
            std::vector<uint32_t> h{4096};
            for (size_t t = 1; t < s.vk.system.tables.size(); t++) {
                // About every boundary of the rounding: powers of two, eighths above them, one more and one less.
                const uint32_t logs = 27 - static_cast<uint32_t>(std::bit_width(s.vk.system.tables[t].num_main));
                const uint32_t top = 1u << rng() % std::min(25u, logs), part = top / 8 * (rng() % 8);
                const auto near = static_cast<uint32_t>(top + part + rng() % 3 - 1);
                h.push_back(rng() % 5 == 0 ? 0 : std::min(near, 1u << 24));
            }
            const auto shape = iop::Shape::make(s.vk, h);
            const auto rest = shape_advice(s.vk, h);
            CHECK(rest.has_value() == shape.has_value());
            if (!shape) {
                refused++;
                // With what a host without the key's and the profile's bounds would say.
                const auto run = execute(s.program, s.advice(h, *shape_advice(s.lenient, h)));
                CHECK_FALSE(run.has_value());
                if (!run) CHECK(run.error().code == "program_refuses");
                continue;
            }
            taken++;
            const auto run = execute(s.program, s.advice(h, *rest));
            INFO((run ? "" : run.error().message));
            REQUIRE(run.has_value());
            auto expected = s.host(*shape);
            for (size_t t = 0; t < h.size(); t++) {
                // The program's exponent is that of the rounding, which h' may exceed by zeros.
                CHECK(run->output[5 * t + 2].canonical() <= expected[5 * t + 2]);
                expected[5 * t + 2] = run->output[5 * t + 2].canonical();
            }
            std::vector<uint32_t> got;
            for (F x : run->output) got.push_back(x.canonical());
            CHECK(got == expected);
            // No other advice, and no other height for it but one that is rounded alike.
            for (size_t i = 0; i < rest->size(); i++)
                for (const F by : {F::ONE, -F::ONE, F::TWO}) {
                    auto wrong = *rest;
                    wrong[i].c[0] += by;
                    const auto lie = execute(s.program, s.advice(h, wrong));
                    CHECK_FALSE(lie.has_value());
                    if (!lie) CHECK(lie.error().code != "program_stuck");
                }
        }
    }
    CHECK(taken > 100);
    CHECK(refused > 100);
}

TEST_CASE("heights at the bounds, and one beyond", "[recursion]") {
    const Shapes s("chunk");
    const auto verdicts = [&](std::vector<uint32_t> h) {
        const bool taken = iop::Shape::make(s.vk, h).has_value();
        const auto run = execute(s.program, s.advice(h, *shape_advice(s.lenient, h)));
        CHECK(run.has_value() == taken);
        if (!run) CHECK(run.error().code == "program_refuses");
        return taken;
    };
    const uint32_t most = 1 << 24;
    CHECK(verdicts({4096, 0, 0, 0, 0, most, 0}));
    CHECK_FALSE(verdicts({4096, 0, 0, 0, 0, most + 1, 0}));
    CHECK_FALSE(verdicts({4096, 0, 0, 0, 0, 2 * most, 0}));
    // The second bound, which 2^17 + 2 (7 2^18) meets.
    CHECK(verdicts({4096, 0, 0, 0, 1 << 17, 0, 7 << 18}));
    CHECK_FALSE(verdicts({4096, 0, 0, 0, 1 << 17, 0, (7 << 18) + 1}));
    // The stack: 256 slices of 2^21, of which the fixed table takes one.
    CHECK(verdicts({4096, 0, 0, 5 << 18, 0, 0, 0}));
    CHECK_FALSE(verdicts({4096, 0, 0, 3 << 19, 0, 0, 0}));
    // Fractions: 200 2^22 are fewer than 2^30, with 1200 2^18 they are more.
    CHECK(verdicts({4096, 1 << 22, 0, 0, 0, 0, 0}));
    CHECK_FALSE(verdicts({4096, 1 << 22, 0, 0, 1 << 18, 0, 0}));
}

TEST_CASE("each range in a shape's program refuses something that nothing else does", "[recursion]") {
    constexpr size_t MOST_LEFT = 30;
    const Shapes s("chunk");
    std::vector<Advice> lies;
    const auto lie = [&](const std::vector<uint32_t>& h, std::vector<Ext> rest, size_t i, F by) {
        rest[i].c[0] += by;
        Advice a = s.advice(h, rest);
        CHECK_FALSE(execute(s.program, a).has_value());
        lies.push_back(std::move(a));
    };
    // 33 takes all of one rounding, 2^18 is a boundary from both sides, 1 is in the smallest block.
    for (const std::vector<uint32_t>& h : {std::vector<uint32_t>{4096, 33, 64, 1, 33, 1, 33},
                                           {4096, 1 << 18, 1, 64, 0, 33, 64},
                                           {4096, (1 << 18) - 1, 33, 33, 1, 64, 1},
                                           {4096, 1, 1000, 0, 64, 1 << 20, 100}}) {
        const auto rest = shape_advice(s.vk, h);
        REQUIRE(rest.has_value());
        for (size_t i = 0; i < rest->size(); i++)
            for (const F by : {F::ONE, -F::ONE, F::reduce(32u), F::TWO.inverse(), F::reduce(32u).inverse()})
                lie(h, *rest, i, by);
    }
    for (const std::vector<uint32_t>& h : {std::vector<uint32_t>{4096, 0, 0, 0, 0, (1 << 24) + 1, 0},
                                           {4096, 0, 0, 0, 1 << 17, 0, (7 << 18) + 1},
                                           {4096, 0, 0, 3 << 19, 0, 0, 0},
                                           {4096, 1 << 22, 0, 0, 1 << 18, 0, 0}})
        lie(h, *shape_advice(s.lenient, h), 0, F::ZERO);
    // A table that is taller than 2^24; fewer rounds than the tallest has.
    for (size_t t = 1; t < s.vk.system.tables.size(); t++) {
        std::vector<uint32_t> h(s.vk.system.tables.size(), 0);
        h[0] = 4096;
        h[t] = (1 << 24) + 1;
        lie(h, *shape_advice(s.lenient, h), 0, F::ZERO);
        h[t] = 1 << 15;
        const auto rest = shape_advice(s.vk, h);
        lie(h, *rest, rest->size() - 4, -F::reduce(3u));
        h[t] = 33;
        lie(h, *shape_advice(s.vk, h), rest->size() - 4, -F::reduce(6u));
    }
    std::vector<size_t> survivors;
    size_t ranges = 0;
    for (size_t i = 0; i < s.program.code.size(); i++) {
        const Instruction& range = s.program.code[i];
        if (range.op < OP_INDEX || range.op >= OP_INDEX + 8 || range.field[0] != range.field[1]) continue;
        ranges++;
        Program without = s.program;
        const F one = F::reduce(CELL_ONE);
        without.code[i] = {OP_ARITHMETIC + 15, {one, one, one, one}};  // 1 = 1 1
        bool noticed = false;
        for (const Advice& a : lies)
            if ((noticed = execute(without, a).has_value())) break;
        if (!noticed) survivors.push_back(i);
    }
    for (size_t i : survivors) UNSCOPED_INFO(i << ": " << s.program.code[i].field[3].canonical() << " bits");
    CHECK(ranges == 71);
    // May only fall. Left: numbers that find a constant in a list (5 and 4 bits; what lies beside the lists fits
    // nothing here), bounds that wide tables cannot reach before the stack is full, sums that are checked again when
    // they are whole.
    CHECK(survivors.size() <= MOST_LEFT);
}
