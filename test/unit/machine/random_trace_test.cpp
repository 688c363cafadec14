// SPDX-License-Identifier: Apache-2.0
#include "test/support/rv32_random.hpp"
#include "test/support/rv32_run.hpp"
#include "test/support/trace_check.hpp"

using namespace ashlar;

// Completeness: what the interpreter runs, the machine can prove. Every opcode with edge operands, every width of load
// and store, chunk boundaries anywhere.
TEST_CASE("random programs trace to a machine that balances", "[machine]") {
    for (uint64_t seed = 1; seed <= 100; seed++) {
        INFO("seed " << seed);
        rv32::Assembler code = test::random_program(seed, 300, 3);
        code.halt();
        const rv32::Program program = test::load(rv32::make_elf(code, test::random_memory(seed)));
        test::check_run(program, {}, 1 + seed * seed * 97 % 1500);
    }
}
