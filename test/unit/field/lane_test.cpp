// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/support/isas.hpp"
#include "test/unit/field/lane_checks.hpp"

using namespace ashlar;
using namespace ashlar::exec;

TEST_CASE("each lane agrees with scalar arithmetic") {
    const IsaTable<test::LaneChecks> table = ASHLAR_ISA_TABLE(test::LaneChecks, test, LANE_CHECKS);
    for (Isa isa : test::testable_isas()) {
        const test::LaneChecks& checks = table.select(isa);
        INFO(isa_name(isa) << ", width " << checks.width);
        CHECK(checks.arithmetic(21) == "");
        CHECK(checks.extension(22) == "");
        CHECK(checks.product_sum(23) == "");
        CHECK(checks.shuffles(24) == "");
    }
}
