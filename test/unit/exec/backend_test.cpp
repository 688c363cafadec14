// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/support/isas.hpp"
#include "test/unit/exec/backend_checks.hpp"

using namespace ashlar;
using namespace ashlar::exec;

TEST_CASE("launch and reduce agree with plain loops on every instruction set") {
    const IsaTable<test::BackendChecks> table = ASHLAR_ISA_TABLE(test::BackendChecks, test, BACKEND_CHECKS);
    for (size_t threads : {1, 3}) {
        ThreadPool pool(threads);
        for (Isa isa : test::testable_isas()) {
            for (size_t n : {0, 1, 7, 16, 100, 1000, 4099}) {
                INFO(isa_name(isa) << " n " << n);
                CHECK(table.select(isa).launch_and_reduce(pool, n) == "");
            }
        }
    }
}
