// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <bit>
#include <random>
#include <set>

#include "libs/iop/layout.hpp"

namespace {
using namespace ashlar::iop;
}

TEST_CASE("every stored cell lies in exactly one block; blocks are aligned, ordered and without gaps") {
    std::mt19937 rng(3);
    for (int round = 0; round < 200; round++) {
        Profile p = *named_profile("spec-test");
        p.tall = 2 + rng() % 6;
        p.min_block = rng() % 4;
        p.s = 4 + rng() % 3;
        std::vector<Layout::Table> tables(1 + rng() % 5);
        for (auto& t : tables) t = {rng() % 3 ? rng() % 300 : rng() % 2, static_cast<uint32_t>(rng() % 4)};
        const Layout layout(p, tables);
        uint64_t position = 0;
        std::set<std::array<uint64_t, 3>> seen;
        for (const BlockGroup& g : layout.groups) {
            REQUIRE(g.position == position);
            REQUIRE(g.position % (1u << g.log) == 0);
            REQUIRE(g.row % (1u << g.log) == 0);
            REQUIRE(g.log <= p.s);
            position += uint64_t{g.columns} << g.log;
            for (uint32_t c = 0; c < g.columns; c++)
                for (uint64_t x = 0; x < 1u << g.log; x++) REQUIRE(seen.insert({g.table, c, g.row + x}).second);
        }
        uint64_t cells = 0;
        for (const auto& t : tables) {
            const uint64_t h = stored_height(p, t.height);
            cells += h * t.columns;
            REQUIRE(h >= t.height);
            REQUIRE((h == 0) == (t.height == 0));
            REQUIRE(h % (1u << p.min_block) == 0);
            if (h) {
                REQUIRE(uint64_t{1} << nominal_log(p, t.height) >= h);
                REQUIRE((nominal_log(p, t.height) == 0 || uint64_t{1} << (nominal_log(p, t.height) - 1) < h));
                if (t.height >> p.tall) REQUIRE(std::popcount(h) <= 3);
            }
        }
        REQUIRE(seen.size() == cells);
        REQUIRE(layout.cells == cells);
        REQUIRE(layout.slices == (cells + (1u << p.s) - 1) >> p.s);
        REQUIRE(Layout::count_slices(p, tables) == layout.slices);
    }
}
