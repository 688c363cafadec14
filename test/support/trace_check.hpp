// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <catch2/catch.hpp>

#include "libs/machine/check.hpp"
#include "libs/machine/trace.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::test {

/// Executes a program that halts with 0, builds the trace of every chunk and checks each row and the balance of all
/// buses; returns the number of chunks.
inline size_t check_run(const rv32::Program& program, rv32::Stdin in, uint64_t chunk_cycles) {
    const iop::Profile& profile = *iop::named_profile("test");
    exec::ThreadPool pool(2);
    const machine::ProgramLayout layout(program, profile);
    const auto prep = machine::preprocessed_tables(profile, layout);
    machine::MemoryTree tree(program, pool);
    rv32::ExecuteOptions options;
    options.chunk_cycles = chunk_cycles;
    auto cursor = rv32::ChunkCursor::make(program, std::move(in), options);
    REQUIRE(cursor);
    size_t chunks = 0;
    while (auto start = cursor->next()) {
        const rv32::ChunkRecord chunk = rv32::record_chunk(program, *start);
        const auto boundary = tree.update(chunk.leaves, pool);
        const auto trace = machine::build_trace(profile, layout, chunk, boundary, pool);
        if (!trace) FAIL(trace.error().code << ": " << trace.error().message);
        const machine::Statement statement{
            {chunk.pc_in, boundary.root_in}, {chunk.pc_out, boundary.root_out}, chunk.t_out};
        for (const auto& line : machine::check_trace(*trace, prep, statement))
            FAIL_CHECK("chunk " << chunks << ": " << line);
        chunks++;
    }
    const auto report = cursor->report();
    INFO((report.fault ? report.fault->message : std::string("no fault")));
    CHECK(report.exit_code == 0u);
    return chunks;
}

}  // namespace ashlar::test
