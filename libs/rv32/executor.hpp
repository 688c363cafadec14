// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"
#include "libs/rv32/call_table.hpp"
#include "libs/rv32/fault.hpp"
#include "libs/rv32/program.hpp"
#include "libs/rv32/record.hpp"
#include "libs/rv32/snapshot.hpp"
#include "libs/rv32/stdin.hpp"

namespace ashlar::rv32 {

using DigestWords = std::array<uint32_t, 8>;

/// Cells a chunk is estimated to cost: what decides, besides cycles, where a chunk is cut.
struct CellWeights {
    std::array<uint32_t, NUM_INSTRUCTION_CLASSES> instruction{};
    std::array<uint32_t, NUM_CALLS> call{};
    uint32_t hint_word = 0;  ///< per word of HINT_READ, on top of call[HINT_READ]
};

struct ExecuteOptions {
    /// The run may execute this many instructions; needing one more is the fault cycle_limit. Exact.
    uint64_t max_cycles = uint64_t{1} << 37;
    /// Cut after this many cycles (exact), 1 .. MAX_CHUNK_CYCLES.
    uint64_t chunk_cycles = uint64_t{1} << 20;
    /// Cut before a straight-line run of instructions that would bring the estimate above this, and inside a HINT_READ
    /// whose words would. A chunk has at least one cycle or HINT_GRAIN words of a HINT_READ.
    uint64_t chunk_cells = UINT64_MAX >> 1;
    CellWeights weights = {};
    /// Bound on stdout, stderr, public values and new input together; beyond is the fault output_limit.
    uint64_t max_output_bytes = uint64_t{256} << 20;
};

/// Where a HINT_READ is cut, the next word's number is a multiple of this: chunks share no page and no leaf.
inline constexpr uint32_t HINT_GRAIN = PAGE_WORDS;

/// Keeps every timestamp of a chunk below 2^29, whatever calls it makes.
inline constexpr uint64_t MAX_CHUNK_CYCLES = uint64_t{1} << 23;

/// What `program execute` reports (cli.md): the fields of its JSON object.
struct ExecuteReport {
    std::optional<uint32_t> exit_code;  ///< absent if the run ended without HALT
    uint64_t cycles = 0;
    Bytes committed;             ///< the public value stream
    bool has_committed = false;  ///< the guest called COMMIT; without, no proof binds the stream
    DigestWords committed_digest{};
    DigestWords deferred_digest{};
    std::array<uint64_t, NUM_CALLS> calls{};      ///< by index in CALLS; those inside unconstrained blocks included
    std::array<uint64_t, NUM_OPCODES> opcodes{};  ///< executed instructions; unconstrained blocks are taken back
    std::string stdout_text, stderr_text;         ///< UTF-8; other bytes as \xHH (libs/base/utf8.hpp)
    std::optional<Fault> fault;
    double seconds = 0;
    size_t unread_buffers = 0;  ///< input left at the end
    uint64_t memory_bytes = 0;  ///< guest memory written at least once, in whole pages; known to execute() only

    /// Bytes written to the public values by a guest that never called COMMIT.
    size_t uncommitted_bytes() const { return has_committed ? 0 : committed.size(); }
    double mips() const { return seconds > 0 ? static_cast<double>(cycles) / seconds / 1e6 : 0; }
};

/// The 32 bytes of a digest given as words, little-endian in order.
Bytes32 digest_bytes(const DigestWords& words);

/// Runs a program to its end without cutting chunks. A guest fault is in the report; the error side is only for a host
/// that lacks memory.
HostResult<ExecuteReport> execute(const Program& program, Stdin in, const ExecuteOptions& options = {});

/// Something HINT_LEN or HINT_READ took from the input stream, in order.
struct HintEvent {
    uint32_t length;
    std::shared_ptr<const Bytes> data;  ///< null for HINT_LEN
    uint32_t first_word = 0;            ///< HINT_READ: the words of the buffer that the chunk writes
    uint32_t num_words = 0;
};

/// A chunk that pass 1 has executed: all that record_chunk needs. Independent of the cursor it came from and of its
/// other chunks; cheap to copy and to move to another thread.
struct ChunkStart {
    uint64_t index = 0;
    uint32_t pc = 0;
    std::array<uint32_t, 32> registers{};
    std::array<uint32_t, NUM_RESERVED_WORDS> reserved{};
    MemorySnapshot memory;  ///< at the start of the chunk
    std::vector<HintEvent> hints;
    uint64_t cycles = 0;  ///< instructions of the chunk
    /// After its instructions the chunk writes words of a HINT_READ, the last of `hints`, that goes on in the next one:
    /// pc stays at the call. The call is an instruction of the chunk where it ends.
    bool ends_in_read = false;
    uint64_t cells = 0;  ///< their estimate by the weights
    bool last = false;   ///< the run ended here, by HALT or by a fault
};

/// Pass 1 with cuts: executes one chunk a call.
class ChunkCursor {
  public:
    /// `program` must outlive the cursor. Error codes: out_of_memory, bad_chunk_cycles.
    static HostResult<ChunkCursor> make(const Program& program, Stdin in, const ExecuteOptions& options = {});
    ChunkCursor(ChunkCursor&&) noexcept;
    ChunkCursor& operator=(ChunkCursor&&) noexcept;
    ~ChunkCursor();

    /// Executes to the next cut and returns that chunk; nullopt once the run has ended. A fault ends the run: its last
    /// chunk ends before the instruction that faulted.
    std::optional<ChunkStart> next();
    bool finished() const;
    /// The report so far; complete once finished.
    ExecuteReport report() const;

    /// State at the current cut, for comparison with a recorded chunk.
    uint32_t pc() const;
    std::array<uint32_t, 32> registers() const;
    std::array<uint32_t, NUM_RESERVED_WORDS> reserved() const;
    const MemorySnapshot& memory() const;

  private:
    struct State;
    explicit ChunkCursor(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Pass 2: executes a chunk again, writing its records. Any thread; each call is independent. `room`: a record no
/// longer needed, whose memory is used again (fresh memory costs about as much as the recording).
ChunkRecord record_chunk(const Program& program, const ChunkStart& start, ChunkRecord room = {});

/// Initial memory of a program as a snapshot.
HostResult<MemorySnapshot> image_snapshot(const Program& program);

}  // namespace ashlar::rv32
