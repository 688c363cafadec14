// SPDX-License-Identifier: Apache-2.0
// The chips of the field machine: rules, structure.
#include <fmt/format.h>

#include <catch2/catch.hpp>

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
    {"program", 1, 8, 0, 1, 0x7d2a309e1c9c22b6}, {"memory", 26, 0, 5, 6, 0x5b209d4e441419c8},   {"arithmetic", 28, 0, 5, 7, 0x091833fd2599e743},
    {"move", 16, 0, 5, 6, 0x3e756e9b580e1243},   {"control", 22, 0, 19, 5, 0x194883e67b14ca5b},
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

TEST_CASE("the structure of the field machine's chips", "[recursion]") {
    const auto chips = air::describe_all<FieldMachineChips>();
    REQUIRE(chips.size() == std::size(PINS));
    for (size_t i = 0; i < chips.size(); i++) {
        const auto& c = chips[i];
        INFO(fmt::format("{{\"{}\", {}, {}, {}, {}, {:#018x}}},", c.name, c.num_main, c.num_prep, c.constraints.size(),
                         c.interactions.size(), short_digest(c)));
        const Pin& p = PINS[i];
        CHECK((c.name == p.chip && c.num_main == p.main && c.num_prep == p.preprocessed &&
               c.constraints.size() == p.constraints && c.interactions.size() == p.interactions &&
               short_digest(c) == p.digest));
    }
}
