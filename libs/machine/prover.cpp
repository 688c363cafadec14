// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/prover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <deque>

#include "libs/hash/bulk.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/trace.hpp"

namespace ashlar::machine {

namespace {

class Stopwatch {
  public:
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const double s = std::chrono::duration<double>(now - start_).count();
        start_ = now;
        return s;
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Seconds of processor time of the whole process.
double cpu_now() {
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// Whether tables of these heights fit the profile's stack and fractions.
bool fits(const pcs::ProvingKey& key, const iop::Traces& traces) {
    std::vector<uint32_t> heights;
    for (const Table& t : traces) heights.push_back(static_cast<uint32_t>(t.height()));
    return static_cast<bool>(iop::Shape::make(key.vk, std::move(heights)));
}

void count_tables(const ProvingKey& key, const iop::Traces& traces, ProveStats& stats) {
    const auto& tables = key.vk.proof.system.tables;
    stats.tables.resize(tables.size());
    for (size_t t = 0; t < tables.size(); t++) {
        const uint64_t stored = iop::stored_height(key.vk.proof.profile, traces[t].height());
        stats.tables[t] = {tables[t].name, traces[t].height(), tables[t].num_main, tables[t].num_interactions()};
        stats.cells += stored * tables[t].num_main;
        stats.interactions += stored * tables[t].num_interactions();
    }
}

}  // namespace

void ProveStats::add(const ProveStats& o) {
    chunks += o.chunks;
    cycles += o.cycles;
    cells += o.cells;
    interactions += o.interactions;
    execute_seconds += o.execute_seconds;
    record_seconds += o.record_seconds;
    tree_seconds += o.tree_seconds;
    trace_seconds += o.trace_seconds;
    prove_seconds += o.prove_seconds;
    verify_seconds += o.verify_seconds;
    if (tables.size() < o.tables.size()) tables.resize(o.tables.size());
    for (size_t t = 0; t < o.tables.size(); t++) {
        const uint64_t rows = tables[t].rows + o.tables[t].rows;
        tables[t] = o.tables[t];
        tables[t].rows = rows;
    }
    cpu_seconds += o.cpu_seconds;
    for (const StageSeconds& stage : o.stages) {
        auto it =
            std::find_if(stages.begin(), stages.end(), [&](const StageSeconds& x) { return x.name == stage.name; });
        if (it == stages.end()) {
            stages.push_back(stage);
        } else {
            it->wall += stage.wall;
            it->cpu += stage.cpu;
        }
    }
}

rv32::CellWeights cell_weights() {
    using enum rv32::InstructionClass;
    rv32::CellWeights w;
    const auto set = [&](rv32::InstructionClass c, size_t cells) {
        w.instruction[static_cast<size_t>(c)] = static_cast<uint32_t>(cells);
    };
    set(add_sub, air::NUM_MAIN<chips::AddSubChip>);
    set(addi, air::NUM_MAIN<chips::AddiChip>);
    set(bitwise, air::NUM_MAIN<chips::BitwiseChip<false>>);
    set(shift_left, air::NUM_MAIN<chips::ShiftLeftChip<false>>);
    set(shift_right, air::NUM_MAIN<chips::ShiftRightChip<false>>);
    set(less_than, air::NUM_MAIN<chips::LessThanChip<false>>);
    set(upper, air::NUM_MAIN<chips::ConstantChip>);
    set(mul, air::NUM_MAIN<chips::MulChip>);
    set(mulh, air::NUM_MAIN<chips::MulhChip>);
    set(div_rem, air::NUM_MAIN<chips::DivRemChip>);
    set(branch_equal, air::NUM_MAIN<chips::BranchEqualChip>);
    set(branch_less, air::NUM_MAIN<chips::BranchLessChip>);
    set(jal, air::NUM_MAIN<chips::JalChip>);
    set(jalr, air::NUM_MAIN<chips::JalrChip>);
    set(load_word, air::NUM_MAIN<chips::LoadWordChip>);
    set(load_sub, air::NUM_MAIN<chips::LoadSubChip>);
    set(store_word, air::NUM_MAIN<chips::StoreWordChip>);
    set(store_sub, air::NUM_MAIN<chips::StoreSubChip>);
    set(ecall, air::NUM_MAIN<chips::EcallChip>);
    chips::PrecompileChips::for_each([&]<class C>() {
        for (const rv32::Syscall call : C::CALLS)
            if (const auto i = rv32::find_call(static_cast<uint32_t>(call)))
                w.call[*i] += static_cast<uint32_t>(C::ROWS_PER_CALL * air::NUM_MAIN<C>);
    });
    // A hinted word is new to the chunk: an eighth of a leaf with its path and its hashes, besides its own row.
    w.hint_word = static_cast<uint32_t>(air::NUM_MAIN<chips::HintWordChip> +
                                        (air::NUM_MAIN<chips::MemoryLeafChip> + 2 * air::NUM_MAIN<chips::HashChip> +
                                         air::NUM_MAIN<chips::MerkleNodeChip> + 2 * air::NUM_MAIN<chips::HashChip>) /
                                            8);
    return w;
}

HostResult<ProvenChunk> prove_chunk(const ProvingKey& key, const rv32::ChunkRecord& chunk,
                                    const BoundaryUpdate& boundary, exec::ThreadPool& pool, ProveStats& stats) {
    Stopwatch watch;
    const double cpu = cpu_now();
    ASHLAR_ASSIGN(const iop::Traces traces, build_trace(key.vk.proof.profile, key.layout, chunk, boundary, pool));
    stats.trace_seconds += watch.lap();
    if (!fits(key.proof, traces))
        return fail(
            "chunk_too_large",
            fmt::format("a chunk of {} cycles does not fit the profile {}", chunk.cycles, key.vk.proof.profile.name),
            "choose a smaller chunk");
    count_tables(key, traces, stats);
    ProvenChunk proven{{{chunk.pc_in, boundary.root_in}, {chunk.pc_out, boundary.root_out}, chunk.t_out}, {}};
    iop::StageTimes times;
    ASHLAR_ASSIGN(proven.proof, pcs::prove(key.proof, PublicStatement::values(proven.statement), traces, pool, &times));
    stats.prove_seconds += watch.lap();
    for (const auto& stage : times.stages) stats.stages.push_back({stage.name, stage.wall, stage.cpu});
    stats.cpu_seconds += cpu_now() - cpu;
    stats.chunks++;
    stats.cycles += chunk.cycles;
    return proven;
}

HostResult<ProvenRun> prove_run(const ProvingKey& key, rv32::Stdin in, const ProveOptions& options) {
    const iop::Profile& profile = key.vk.proof.profile;
    exec::ThreadPool pool(options.threads);
    rv32::ExecuteOptions execute;
    execute.max_cycles = options.max_cycles;
    execute.chunk_cycles = options.chunk_cycles;
    execute.weights = cell_weights();
    // Boundary, hashes and fixed tables take their share of the stack too.
    execute.chunk_cells =
        options.chunk_cells ? options.chunk_cells : (uint64_t{1} << (profile.s + profile.max_log_slices)) / 2;
    ASHLAR_ASSIGN(rv32::ChunkCursor cursor, rv32::ChunkCursor::make(key.program, std::move(in), execute));

    ProvenRun run;
    RunProof proof;
    Progress progress;
    MemoryTree tree = key.image;
    rv32::ChunkRecord record;
    std::deque<rv32::ChunkStart> waiting;
    std::array<uint32_t, 32> reserved{};
    for (;;) {
        if (options.stop.stop_requested()) return fail("cancelled", "proving was cancelled");
        Stopwatch watch;
        if (waiting.empty()) {
            auto next = cursor.next();
            if (!next) break;
            progress.cycles_executed += next->cycles;
            waiting.push_back(std::move(*next));
            run.stats.execute_seconds += watch.lap();
            if (cursor.finished()) {
                // A run that faults proves nothing: do not start on its last chunk.
                run.report = cursor.report();
                progress.execution_finished = true;
                if (run.report.fault && run.report.fault->kind == rv32::FaultKind::digest_mismatch &&
                    !options.check_committed)
                    run.report.fault.reset();
                if (run.report.fault)
                    return fail("guest_fault",
                                fmt::format("{} at pc {:#x}: {}", rv32::fault_name(run.report.fault->kind),
                                            run.report.fault->pc, run.report.fault->message));
            }
        }
        const rv32::ChunkStart start = std::move(waiting.front());
        waiting.pop_front();
        watch.lap();
        record = rv32::record_chunk(key.program, start, std::move(record));
        run.stats.record_seconds += watch.lap();
        const BoundaryUpdate boundary = tree.update(record.leaves, pool);
        run.stats.tree_seconds += watch.lap();
        ProveStats stats;
        auto proven = prove_chunk(key, record, boundary, pool, stats);
        if (!proven) {
            if (proven.error().code != "chunk_too_large") return Fail{proven.error()};
            tree.revert(boundary);
            const uint64_t half = (start.cycles + start.ends_in_read) / 2;
            ASHLAR_ASSIGN(SplitChunk halves, split_chunk(key.program, start, half));
            waiting.push_front(std::move(halves.second));
            waiting.push_front(std::move(halves.first));
            continue;
        }
        watch.lap();
        if (options.verify) {
            if (auto ok =
                    verify_chunk(key.vk, proven->statement, proven->proof, hash::bulk_hash(exec::best_isa()).permute);
                !ok)
                return fail("chunk_refused",
                            fmt::format("the proof of a chunk of {} cycles does not verify: {}", record.cycles,
                                        iop::to_string(ok.error().proof)),
                            "this is a fault of the prover or of the hardware; please report it");
            stats.verify_seconds += watch.lap();
        }
        run.stats.add(stats);
        for (const rv32::TouchedLeaf& leaf : record.leaves)
            if (leaf.leaf >= ReservedOpening::FIRST_LEAF &&
                leaf.leaf < ReservedOpening::FIRST_LEAF + ReservedOpening::NUM_LEAVES)
                for (uint32_t i = 0; i < rv32::LEAF_WORDS; i++)
                    reserved[(leaf.leaf - ReservedOpening::FIRST_LEAF) * rv32::LEAF_WORDS + i] = leaf.out[i];
        if (proof.chunks.size() >> profile.max_log_chunks)
            return fail("too_many_chunks",
                        fmt::format("the run takes more than the {} chunks that the profile {} allows",
                                    uint64_t{1} << profile.max_log_chunks, profile.name),
                        "choose larger chunks");
        proof.chunks.push_back({proven->statement.end, proven->statement.t_out, std::move(proven->proof)});
        progress.chunks_proven++;
        progress.cycles_proven += record.cycles;
        for (const rv32::HintEvent& h : start.hints) progress.words_read += h.num_words;
        if (options.progress) options.progress(progress);
    }
    if (!cursor.finished() || run.report.fault || proof.chunks.empty())
        return fail("guest_fault", "the program did not halt");
    proof.reserved = tree.open_reserved(reserved);
    auto encoded = encode(proof);
    if (!encoded) return fail("proof_too_long", "a chunk's proof has 4 GiB or more", "choose another security profile");
    run.proof = std::move(*encoded);
    return run;
}

}  // namespace ashlar::machine
