// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/machine/memory_tree.hpp"
#include "libs/machine/program_layout.hpp"
#include "libs/machine/run_proof.hpp"
#include "libs/pcs/prove.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::machine {

/// What a prover holds of a program under a profile. Immutable; several runs may use it at once.
struct ProvingKey {
    VerifyingKey vk;
    rv32::Program program;
    ProgramLayout layout;
    MemoryTree image;  ///< the initial memory
    pcs::ProvingKey proof;
};

/// Makes both keys of a program (the verifying key is in the proving key): program table, image root, commitment to the
/// fixed tables. Deterministic: the same program and profile give the same key anywhere.
///
/// Error codes: program_empty (no instruction that can be proven), program_image (registers or reserved words in the
/// image, or words twice or out of order), key_invalid.
HostResult<ProvingKey> setup(rv32::Program program, const iop::Profile& profile, exec::Isa isa, exec::ThreadPool& pool);

/// Sizes of one table of one chunk.
struct TableStats {
    std::string_view name;
    uint64_t rows = 0;
    uint32_t columns = 0;
    uint32_t interactions = 0;
};

/// A stage of the prover, by its own name. On a busy machine `cpu` (over all threads) tells more than `wall`.
struct StageSeconds {
    std::string name;
    double wall = 0, cpu = 0;
};

/// What proving a chunk (or, added up, a run) took.
struct ProveStats {
    uint64_t chunks = 0;
    uint64_t cycles = 0;
    uint64_t cells = 0;         ///< committed cells of main columns, stored rows counted
    uint64_t interactions = 0;  ///< fractions of stored rows
    double execute_seconds = 0;
    double record_seconds = 0;
    double tree_seconds = 0;
    double trace_seconds = 0;
    double prove_seconds = 0;
    double verify_seconds = 0;
    double cpu_seconds = 0;            ///< over all threads, from record to proof
    std::vector<StageSeconds> stages;  ///< of prove_seconds
    std::vector<TableStats> tables;    ///< rows added up

    double seconds() const {
        return execute_seconds + record_seconds + tree_seconds + trace_seconds + prove_seconds + verify_seconds;
    }
    void add(const ProveStats& o);
};

/// A chunk that has been proven.
struct ProvenChunk {
    Statement statement;
    Bytes proof;
};

/// Builds the trace of a chunk and proves it. Error codes: those of build_trace; chunk_too_large if the trace does not
/// fit the profile.
HostResult<ProvenChunk> prove_chunk(const ProvingKey& key, const rv32::ChunkRecord& chunk,
                                    const BoundaryUpdate& boundary, exec::ThreadPool& pool, ProveStats& stats);

/// The two halves of a chunk: as if it had been cut after `cycles` of its instructions (1 .. chunk.cycles - 1, or
/// chunk.cycles if the chunk ends in a HINT_READ). A chunk that is one HINT_READ or a part of it, `cycles` aside, is
/// cut after half of its words. `first` has been recorded by the way. Error code: chunk_too_large if there is no half.
struct SplitChunk {
    rv32::ChunkStart first, second;
};
HostResult<SplitChunk> split_chunk(const rv32::Program& program, const rv32::ChunkStart& chunk, uint64_t cycles);

struct Progress {
    uint64_t chunks_proven = 0;
    uint64_t cycles_proven = 0;
    uint64_t words_read = 0;  ///< by HINT_READs of the chunks proven: a long one takes many chunks and one cycle
    uint64_t cycles_executed = 0;
    bool execution_finished = false;
};

struct ProveOptions {
    uint64_t chunk_cycles = uint64_t{1} << 20;
    uint64_t chunk_cells = 0;  ///< cut by this estimate too; 0: what the profile's stack has comfortable room for
    uint64_t max_cycles = uint64_t{1} << 37;
    size_t threads = 0;  ///< 0: one per processor
    bool verify = true;  ///< each chunk, before it is believed
    /// The committed digest must be SHA-256 of the public value stream (else the run is the fault digest_mismatch). The
    /// proof binds the digest alone; programs that keep no stream switch this off.
    bool check_committed = true;
    std::function<void(const Progress&)> progress = {};
    std::stop_token stop = {};
};

struct ProvenRun {
    Bytes proof;  ///< encoded RunProof
    rv32::ExecuteReport report;
    ProveStats stats;
};

/// Executes and proves a program, one chunk in memory at a time; a chunk that turns out too large for the profile is
/// halved. Error codes: guest_fault (with pc and cause; nothing is proven), cancelled, unprovable_call,
/// chunk_too_large, chunk_refused (a proof of ours does not verify), too_many_chunks, proof_too_long, and those of the
/// executor.
HostResult<ProvenRun> prove_run(const ProvingKey& key, rv32::Stdin in, const ProveOptions& options = {});

/// Cells that instructions and calls cost in the tables of their chips, for cutting chunks.
rv32::CellWeights cell_weights();

}  // namespace ashlar::machine
