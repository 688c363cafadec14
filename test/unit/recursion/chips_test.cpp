// SPDX-License-Identifier: Apache-2.0
// The chips of the field machine: rules, structure.
#include <algorithm>
#include <catch2/catch.hpp>

#include "libs/air/integers.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/statement.hpp"
#include "test/support/chip_pin.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

constexpr test::ChipPin PINS[] = {
    {"program", 1, 8, 0, 1, 0x430b923c40bce26b},     {"memory", 26, 0, 5, 6, 0x76be083ed7a19ba6},
    {"arithmetic", 28, 0, 5, 7, 0x45534e8c72ee987a}, {"move", 16, 0, 5, 6, 0x46b97158f7c940d9},
    {"control", 22, 0, 19, 5, 0x54080f315e402d2d},   {"slice", 28, 0, 14, 6, 0xc875bff5ecf784b3},
    {"permute", 62, 0, 6, 14, 0xe47ae7380a01bee9},   {"index", 117, 0, 134, 6, 0x56bab986af5921d3},
    {"open", 47, 0, 6, 10, 0x031849eef6e577e5},      {"leaf", 161, 0, 45, 18, 0x62134041626e1016},
    {"tree_node", 33, 0, 3, 4, 0x51fef2bee8f3ce8d},  {"tree_root", 12, 0, 2, 3, 0xc0f09710678dd4e3},
    {"weight", 18, 0, 4, 7, 0x961dc756991bf22b},     {"weight_step", 21, 0, 15, 3, 0x153724d91f6fe537},
};

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
    auto chips = air::describe_all<FieldMachineChips>();
    // The hash chips have their lines in test/unit/chips/structure_test.cpp.
    std::erase_if(chips, [](const auto& c) { return c.name == "hash" || c.name == "permutation"; });
    CHECK(chips.size() == std::size(PINS));
    for (size_t i = 0; i < chips.size(); i++)
        CHECK(line(test::pin_of(chips[i])) == line(PINS[std::min(i, std::size(PINS) - 1)]));
}
