// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/air/describe.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/statement.hpp"
#include "test/support/sample_programs.hpp"
#include "test/support/trace_check.hpp"

using namespace ashlar;

TEST_CASE("the machine keeps the rules", "[machine]") {
    const auto violations = air::check_system<machine::PublicStatement, machine::MachineChips>();
    for (const auto& v : violations) UNSCOPED_INFO(v.text);
    CHECK(violations.empty());
}

TEST_CASE("every opcode traces to a machine that balances", "[machine]") {
    CHECK(test::check_run(test::every_opcode_program(30), {}, 1 << 20) == 1);
    CHECK(test::check_run(test::every_opcode_program(12), {}, 500) > 5);
}
