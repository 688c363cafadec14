// SPDX-License-Identifier: Apache-2.0
// The chips of the field machine: rules, structure.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "libs/air/integers.hpp"
#include "libs/iop/structure.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/statement.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

struct Pin {
    std::string_view chip;
    size_t main, preprocessed;  // columns
    size_t constraints, interactions;
    uint64_t digest;  // first two elements
};

constexpr Pin PINS[] = {
    {"program", 1, 8, 0, 1, 0x7d2a309e1c9c22b6},     {"memory", 26, 0, 5, 6, 0x5b209d4e441419c8},
    {"arithmetic", 28, 0, 5, 7, 0x091833fd2599e743}, {"move", 16, 0, 5, 6, 0x3e756e9b580e1243},
    {"control", 22, 0, 19, 5, 0x194883e67b14ca5b},   {"slice", 28, 0, 14, 6, 0x2f43a5f625204d3f},
    {"permute", 62, 0, 6, 14, 0x1de0b46c396874d6},   {"index", 117, 0, 134, 6, 0x2470cdef6249d9e9},
    {"open", 47, 0, 6, 10, 0x6166a85671f78627},      {"leaf", 161, 0, 45, 18, 0x66001c323ac0ae56},
    {"tree_node", 33, 0, 3, 4, 0x502cbbc3786af304},  {"tree_root", 12, 0, 2, 3, 0x4c9fb06c55d25f48},
    {"weight", 18, 0, 4, 7, 0x3c1af8f30c4fe3c9},     {"weight_step", 21, 0, 15, 3, 0x4c26fb554c1e6f67},
    {"hash", 221, 0, 202, 1, 0x6c872cc51cac5087},    {"permutation", 241, 0, 217, 1, 0x55132d4470643646},
};

uint64_t short_digest(const air::ChipStructure& chip) {
    const auto d = iop::chip_digest(chip);
    return uint64_t{d[0].canonical()} << 32 | d[1].canonical();
}

}  // namespace

TEST_CASE("chips of the field machine keep the rules", "[recursion]") {
    const auto violations = air::check_system<PublicStatement, FieldMachineChips>();
    for (const auto& v : violations) UNSCOPED_INFO(v.text);
    CHECK(violations.empty());
}

TEST_CASE("integers of the field machine's chips cannot wrap", "[recursion]") {
    // Its chips speak of elements of F and E; no bus promises or asks a range. Where numbers matter they are made of
    // bits: the analyser shows that those of an index and of a leaf's block stay small. An element of 31 bits can be p
    // or more: what refuses that is a constraint of its own (test/soundness/recursion_openings_test.cpp).
    const air::BusContracts none{
        [](uint32_t, bool, std::span<const air::Interval>) { return std::vector<air::MessageRanges>{}; },
        [](uint32_t, bool) { return air::MessageRanges{}; }};
    for (const auto& chip : air::describe_all<FieldMachineChips>())
        for (const auto& finding : air::check_integers(chip, none, air::Weights::field)) FAIL_CHECK(finding.text);
}

TEST_CASE("the structure of the field machine's chips", "[recursion]") {
    const auto chips = air::describe_all<FieldMachineChips>();
    CHECK(chips.size() == std::size(PINS));
    for (size_t i = 0; i < chips.size(); i++) {
        const auto& c = chips[i];
        INFO(fmt::format("{{\"{}\", {}, {}, {}, {}, {:#018x}}},", c.name, c.num_main, c.num_prep, c.constraints.size(),
                         c.interactions.size(), short_digest(c)));
        const Pin& p = PINS[std::min(i, std::size(PINS) - 1)];
        CHECK((c.name == p.chip && c.num_main == p.main && c.num_prep == p.preprocessed &&
               c.constraints.size() == p.constraints && c.interactions.size() == p.interactions &&
               short_digest(c) == p.digest));
    }
}
