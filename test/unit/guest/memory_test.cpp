// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/rv32/executor.hpp"

using namespace ashlar;

TEST_CASE("the guest's memory functions do what loops over bytes do") {
    std::ifstream file(ASHLAR_MEMORY_CHECK, std::ios::binary);
    REQUIRE(file);
    const auto program = rv32::load_elf(Bytes(std::istreambuf_iterator<char>(file), {}));
    REQUIRE(program);
    const auto report = rv32::execute(*program, {});
    REQUIRE(report);
    INFO(report->stderr_text);
    if (report->fault) FAIL(report->fault->message);
    CHECK(report->exit_code == 0u);
    CHECK(report->committed == Bytes{'g', 'o', 'o', 'd'});
    CHECK(report->cycles > 1'000'000);
}
