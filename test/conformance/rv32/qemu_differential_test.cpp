// SPDX-License-Identifier: Apache-2.0
// Random programs run by our executor and by qemu-riscv32 must leave the same registers and memory.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test/support/rv32_random.hpp"
#include "test/support/rv32_run.hpp"

using namespace ashlar;
using namespace ashlar::rv32;
using namespace ashlar::rv32::registers;
using namespace ashlar::test;

namespace {

constexpr uint32_t PROGRAMS = 60;
constexpr size_t BODY = 400;
constexpr uint32_t ROUNDS = 50;

std::filesystem::path temporary_file() {
    std::string name = (std::filesystem::temp_directory_path() / "ashlar-qemu-XXXXXX").string();
    const int fd = mkstemp(name.data());
    REQUIRE(fd >= 0);
    close(fd);
    return name;
}

/// What the program writes to standard output under qemu's Linux emulation.
Bytes run_in_qemu(const Bytes& elf) {
    const auto path = temporary_file();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(elf.data()), static_cast<std::streamsize>(elf.size()));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    FILE* pipe = popen(("qemu-riscv32 " + path.string()).c_str(), "r");
    REQUIRE(pipe);
    Bytes out(2 * RANDOM_DATA_BYTES);
    out.resize(std::fread(out.data(), 1, out.size(), pipe));
    CHECK(pclose(pipe) == 0);
    std::filesystem::remove(path);
    return out;
}

/// Linux: write(1, data, size), exit(0).
void finish_for_linux(Assembler& code) {
    code.li(A0, 1);
    code.li(A1, DATA_BASE);
    code.li(A2, RANDOM_DATA_BYTES);
    code.li(A7, 64);
    code.ecall();
    code.li(A0, 0);
    code.li(A7, 93);
    code.ecall();
}

}  // namespace

TEST_CASE("random programs end in the same state as under qemu") {
    if (std::system("qemu-riscv32 --version > /dev/null 2>&1") != 0) {
        WARN("qemu-riscv32 is not installed (package qemu-user)");
        std::puts("ALL CASES SKIPPED");
        return;
    }
    uint64_t instructions = 0;
    std::array<uint64_t, NUM_OPCODES> opcodes{};
    for (uint64_t seed = 1000; seed < 1000 + PROGRAMS; seed++) {
        INFO("seed " << seed);
        const Assembler program = random_program(seed, BODY, ROUNDS);
        const auto data = random_memory(seed);
        Assembler ours = program, linux_code = program;
        ours.write(3, DATA_BASE, RANDOM_DATA_BYTES);
        ours.halt();
        finish_for_linux(linux_code);
        const auto report = run_elf(make_elf(ours, data));
        INFO((report.fault ? report.fault->message : ""));
        REQUIRE_FALSE(report.fault);
        const Bytes expected = run_in_qemu(make_elf(linux_code, data));
        REQUIRE(expected.size() == RANDOM_DATA_BYTES);
        CHECK(report.committed == expected);
        instructions += report.cycles;
        for (size_t i = 0; i < NUM_OPCODES; i++) opcodes[i] += report.opcodes[i];
    }
    CHECK(instructions > 500'000);
    // A generator that never made an opcode would test nothing of it.
    for (size_t i = 0; i < NUM_OPCODES; i++) {
        const auto op = static_cast<Opcode>(i);
        INFO(opcode_name(op));
        if (class_of(op) != InstructionClass::trap) CHECK(opcodes[i] > 0);
    }
    std::printf("%lu instructions in %u programs agree with qemu\n", static_cast<unsigned long>(instructions),
                PROGRAMS);
}
