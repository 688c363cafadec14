// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/rv32/executor.hpp"

using namespace ashlar;

namespace {

/// Runs a guest that checks itself and commits "good".
rv32::ExecuteReport run(const char* name, rv32::Stdin in = {}) {
    std::ifstream file(std::string(ASHLAR_GUEST_DIR "/") + name, std::ios::binary);
    REQUIRE(file);
    const auto program = rv32::load_elf(Bytes(std::istreambuf_iterator<char>(file), {}));
    REQUIRE(program);
    auto report = rv32::execute(*program, std::move(in));
    REQUIRE(report);
    INFO(report->stderr_text);
    if (report->fault) FAIL(report->fault->message);
    CHECK(report->exit_code == 0u);
    CHECK(report->committed == Bytes{'g', 'o', 'o', 'd'});
    return std::move(*report);
}

}  // namespace

TEST_CASE("the guest's memory functions do what loops over bytes do") { CHECK(run("memory_check").cycles > 1'000'000); }

TEST_CASE("the guest's heap keeps blocks apart and uses freed ones again") {
    const auto heap = [](uint32_t rounds) {
        Bytes b(4);
        store_le32(b.data(), rounds);
        return run("heap_check", {{b}});
    };
    const auto few = heap(20'000), many = heap(200'000);
    CHECK(many.cycles > 5 * few.cycles);
    // Ten times the allocations, as many alive at once: what grows are the hints' fresh words and the luck of sizes.
    CHECK(many.memory_bytes < few.memory_bytes + few.memory_bytes / 4);
}
