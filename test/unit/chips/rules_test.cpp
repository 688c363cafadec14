// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/chips/core.hpp"

using namespace ashlar;

TEST_CASE("core chips keep the rules", "[chips]") {
    for (const auto& s : air::describe_all<chips::CoreChips>())
        fmt::print("{:24} {:4} columns {:3} preprocessed {:3} interactions {:4} constraints\n", s.name, s.num_main,
                   s.num_prep, s.interactions.size(), s.constraints.size());
    const auto violations = air::check_rules(air::describe_all<chips::CoreChips>(), nullptr);
    for (const auto& v : violations) UNSCOPED_INFO(v.text);
    CHECK(violations.empty());
}
