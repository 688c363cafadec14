// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "libs/rv32/execution.hpp"

namespace ashlar::rv32 {

HostResult<ExecuteReport> execute(const Program& program, Stdin in, const ExecuteOptions& options) {
    ASHLAR_ASSIGN(GuestMemory memory, GuestMemory::make());
    Execution execution(program, std::move(in), options, std::move(memory));
    while (!execution.finished()) execution.run(UINT64_MAX, UINT64_MAX);
    ExecuteReport report = execution.report();
    const uint8_t* dirty = execution.memory().dirty();
    report.memory_bytes = uint64_t{PAGE_BYTES} * static_cast<uint64_t>(std::count(dirty, dirty + NUM_PAGES, 1));
    return report;
}

struct ChunkCursor::State {
    State(const Program& program, Stdin in, const ExecuteOptions& o, GuestMemory memory)
        : options(o), execution(program, std::move(in), o, std::move(memory)) {
        execution.record_hints();
        snapshot = snapshot.advance(execution.memory());
    }
    ExecuteOptions options;
    Execution execution;
    MemorySnapshot snapshot;  ///< at the current cut
    uint64_t next_index = 0;
};

ChunkCursor::ChunkCursor(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChunkCursor::ChunkCursor(ChunkCursor&&) noexcept = default;
ChunkCursor& ChunkCursor::operator=(ChunkCursor&&) noexcept = default;
ChunkCursor::~ChunkCursor() = default;

HostResult<ChunkCursor> ChunkCursor::make(const Program& program, Stdin in, const ExecuteOptions& options) {
    if (options.chunk_cycles == 0 || options.chunk_cycles > MAX_CHUNK_CYCLES)
        return fail("bad_chunk_cycles",
                    fmt::format("chunk of {} cycles; allowed are 1 to {}", options.chunk_cycles, MAX_CHUNK_CYCLES));
    ASHLAR_ASSIGN(GuestMemory memory, GuestMemory::make());
    return ChunkCursor(std::make_unique<State>(program, std::move(in), options, std::move(memory)));
}

std::optional<ChunkStart> ChunkCursor::next() {
    Execution& e = state_->execution;
    if (e.finished()) return std::nullopt;
    ChunkStart chunk;
    chunk.index = state_->next_index;
    chunk.pc = e.pc();
    chunk.registers = e.registers();
    chunk.reserved = e.reserved();
    chunk.memory = state_->snapshot;
    chunk.cycles = e.run(state_->options.chunk_cycles, state_->options.chunk_cells);
    chunk.cells = e.cells_used();
    chunk.hints = e.take_hints();
    chunk.last = e.finished();
    chunk.ends_in_read = e.inside_read();
    if (chunk.cycles == 0 && !chunk.ends_in_read) return std::nullopt;  // faulted at once
    state_->next_index++;
    state_->snapshot = state_->snapshot.advance(e.memory());
    return chunk;
}

bool ChunkCursor::finished() const { return state_->execution.finished(); }
ExecuteReport ChunkCursor::report() const { return state_->execution.report(); }
uint32_t ChunkCursor::pc() const { return state_->execution.pc(); }
std::array<uint32_t, 32> ChunkCursor::registers() const { return state_->execution.registers(); }
std::array<uint32_t, NUM_RESERVED_WORDS> ChunkCursor::reserved() const { return state_->execution.reserved(); }
const MemorySnapshot& ChunkCursor::memory() const { return state_->snapshot; }

}  // namespace ashlar::rv32
