// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "libs/rv32/executor.hpp"

using namespace ashlar;

namespace {

rv32::ExecuteReport execute(const char* name, rv32::Stdin in) {
    std::ifstream file(std::string(ASHLAR_GUEST_DIR "/") + name, std::ios::binary);
    REQUIRE(file);
    const auto program = rv32::load_elf(Bytes(std::istreambuf_iterator<char>(file), {}));
    REQUIRE(program);
    auto report = rv32::execute(*program, std::move(in));
    REQUIRE(report);
    return std::move(*report);
}

/// Runs a guest that checks itself and commits "good".
rv32::ExecuteReport run(const char* name, rv32::Stdin in = {}) {
    auto report = execute(name, std::move(in));
    INFO(report.stderr_text);
    if (report.fault) FAIL(report.fault->message);
    CHECK(report.exit_code == 0u);
    CHECK(report.committed == Bytes{'g', 'o', 'o', 'd'});
    return report;
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

TEST_CASE("the guest's heap gives nothing beyond its end, however much is asked for") {
    constexpr uint32_t ALL = ~0u, BY_NEW = 1;
    const auto verdict = [](uint32_t by_new, uint32_t left, uint32_t size) -> std::string {
        Bytes in(12);
        store_le32(in.data(), by_new);
        store_le32(in.data() + 4, left);
        store_le32(in.data() + 8, size);
        const auto report = execute("heap_end", {{in}});
        if (report.fault) return report.fault->message;
        return "good";
    };
    const std::string none = "guest halted with exit code 1: out of memory";
    for (uint32_t by_new : {0u, BY_NEW}) {
        CAPTURE(by_new);
        for (uint32_t size : {0u, 1u, 1u << 20, 0x4000'0000u}) CHECK(verdict(by_new, ALL, size) == "good");
        for (uint32_t size : {0x77ff'fff8u, 0x7800'0000u, 0x7800'0001u, 0x8000'0000u, 0xffff'ffe0u, 0xffff'fff0u,
                              0xffff'fff1u, 0xffff'fff8u, 0xffff'ffffu}) {
            CAPTURE(size);
            CHECK(verdict(by_new, ALL, size) == none);
            // Near the end, where a sum of sizes or what is left may wrap.
            for (uint32_t left : {0u, 8u, 16u, 24u, 40u, 1048u}) {
                CAPTURE(left);
                CHECK(verdict(by_new, left, size) == none);
            }
        }
        for (uint32_t left : {0u, 8u, 24u, 40u}) CHECK(verdict(by_new, left, 33) == none);
        CHECK(verdict(by_new, 1048, 1000) == "good");
    }
}
