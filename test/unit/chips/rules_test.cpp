// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/chips/core.hpp"

using namespace ashlar;

namespace {

template <class Set>
void add(std::vector<air::ChipStructure>& all) {
    for (auto& s : air::describe_all<Set>()) all.push_back(std::move(s));
}

}  // namespace

TEST_CASE("core chips keep the rules", "[chips]") {
    std::vector<air::ChipStructure> all;
    add<chips::TableChips>(all);
    add<chips::AluChips>(all);
    add<chips::ControlChips>(all);
    add<chips::CallChips>(all);
    add<chips::BoundaryChips>(all);
    for (const auto& s : all)
        fmt::print("{:24} {:4} columns {:3} preprocessed {:3} interactions {:4} constraints\n", s.name, s.num_main,
                   s.num_prep, s.interactions.size(), s.constraints.size());
    const auto violations = air::check_rules(all, nullptr);
    for (const auto& v : violations) UNSCOPED_INFO(v.text);
    CHECK(violations.empty());
}
