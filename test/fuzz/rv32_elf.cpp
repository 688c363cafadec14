// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF: loading must return, and what loads must run to a report and be recordable.
#include <cstdlib>

#include "libs/rv32/executor.hpp"
#include "test/support/fuzz_replay.hpp"
#include "test/support/rv32_random.hpp"

using namespace ashlar;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto program = rv32::load_elf({data, size});
    if (!program) return 0;
    rv32::ExecuteOptions options;
    options.max_cycles = 2000;
    options.chunk_cycles = 300;
    options.max_output_bytes = 1 << 16;
    auto cursor = rv32::ChunkCursor::make(*program, {{{1, 2, 3, 4}, {}}}, options);
    if (!cursor) return 0;
    uint64_t cycles = 0;
    while (const auto chunk = cursor->next()) {
        const auto record = rv32::record_chunk(*program, *chunk);
        if (record.pc_out != cursor->pc() && !cursor->finished()) std::abort();
        cycles += record.cycles;
    }
    const auto report = cursor->report();
    uint64_t counted = 0;
    for (uint64_t n : report.opcodes) counted += n;
    if (cycles != report.cycles || counted != report.cycles) std::abort();
    return 0;
}

std::vector<Bytes> test::fuzz_seeds() {
    rv32::Assembler calls;
    calls.call(0xF0);
    calls.call(0xF1, rv32::DATA_BASE + 0x1000, 4);
    calls.call(3);
    calls.call(4);
    calls.call(0x00010109, rv32::DATA_BASE);
    calls.call(0x0001011D, rv32::DATA_BASE, rv32::DATA_BASE + 32);
    calls.write(3, rv32::DATA_BASE, 4);
    calls.halt();
    std::vector<Bytes> seeds = {make_elf(calls, std::vector<uint32_t>(64, 5))};
    for (uint64_t seed = 1; seed <= 4; seed++) {
        rv32::Assembler code = test::random_program(seed, 60, 3);
        code.halt();
        seeds.push_back(make_elf(code, test::random_memory(seed)));
    }
    return seeds;
}
