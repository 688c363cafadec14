// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/support/isas.hpp"
#include "test/unit/poly/bulk_checks.hpp"

using namespace ashlar;
using namespace ashlar::exec;

TEST_CASE("bulk operations agree with their definitions on every instruction set") {
    const IsaTable<test::BulkChecks> table = ASHLAR_ISA_TABLE(test::BulkChecks, test, BULK_CHECKS);
    ThreadPool pool(2);
    for (Isa isa : test::testable_isas()) {
        for (unsigned log_n : {0, 1, 3, 4, 5, 9, 12}) {
            INFO(isa_name(isa) << " log_n " << log_n);
            CHECK(table.select(isa).tables(pool, log_n, 41) == "");
            CHECK(table.select(isa).folds(pool, log_n, 42) == "");
            CHECK(table.select(isa).sums(pool, log_n, 43) == "");
            CHECK(table.select(isa).sums(pool, log_n, 44) == "");
        }
    }
}
