// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/support/isas.hpp"
#include "test/unit/hash/packed_checks.hpp"

using namespace ashlar;
using namespace ashlar::exec;

TEST_CASE("packed permutations agree with scalar ones on every instruction set") {
    const IsaTable<test::PackedChecks> table = ASHLAR_ISA_TABLE(test::PackedChecks, test, PACKED_CHECKS);
    for (Isa isa : test::testable_isas()) {
        INFO(isa_name(isa));
        CHECK(table.select(isa).width_24(71) == "");
        CHECK(table.select(isa).width_16(72) == "");
    }
}
