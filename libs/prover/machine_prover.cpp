// SPDX-License-Identifier: Apache-2.0
// The Prover of the nodes: the machine proves.
#include <fmt/format.h>

#include <chrono>

#include "libs/base/hex.hpp"
#include "libs/base/utf8.hpp"
#include "libs/ethereum/aggregate.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/hash/sha256.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/machine/prover.hpp"
#include "libs/machine/verify_on_threads.hpp"
#include "libs/prover/block_file.hpp"
#include "libs/prover/machine_verifier.hpp"
#include "libs/prover/prepared_dump.hpp"
#include "libs/prover/verdict.hpp"

namespace ashlar::prover {

namespace {

using Clock = std::chrono::steady_clock;

class MachineProver final : public Prover {
  public:
    HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string& chain,
                                            uint64_t subblock_gas, const BlockPrograms& programs,
                                            const std::string& profile) override {
        return prover::prepare_block(keys_, dir, chain, subblock_gas, programs, profile);
    }
    HostResult<void> emulate_block(const BlockPrograms& programs, const PreparedBlock& block) override {
        return prover::emulate_block(programs, block);
    }
    HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) override {
        return prover::verify_program(keys_, elf, proof, profile);
    }
    HostResult<BlockClaims> verify_block(const BlockPrograms& programs, BytesView proof, const std::string& chain,
                                         const std::string& profile) override {
        return prover::verify_block(keys_, programs, proof, chain, profile);
    }

    HostResult<ProveOutcome> prove_program(BytesView elf, Bytes stdin_builder, const ProveOptions& options,
                                           const ProgressFn& progress, std::stop_token stop) override {
        const auto report = [&](Progress p) {
            if (progress) progress(p);
        };
        ASHLAR_ASSIGN(rv32::Stdin input, rv32::decode_stdin(stdin_builder));
        Bytes().swap(stdin_builder);  // one copy of a large input is enough
        report({"setup"});
        ASHLAR_ASSIGN(const machine::ProvingKey* key, keys_.of(elf, options.profile, options.threads));
        // A run costs a hundredth of its proof: it finds guest faults at once and tells how much there is to prove.
        report({"executing"});
        ASHLAR_ASSIGN(const rv32::ExecuteReport run, rv32::execute(key->program, input));
        if (run.fault)
            return fail("guest_fault",
                        fmt::format("the guest failed at pc {:#x}: {}: {}", run.fault->pc,
                                    rv32::fault_name(run.fault->kind), run.fault->message),
                        std::string(utf8_prefix(run.stderr_text, 500)));
        // What is left to do: instructions, and the words of the input, which cost as much and take none.
        uint64_t work = run.cycles;
        for (const Bytes& b : input.buffers) work += (b.size() + 3) / 4;
        report({"proving", 0, work});
        machine::ProveOptions o;
        o.chunk_cycles = options.chunk_cycles;
        o.threads = options.threads;
        o.stop = stop;
        o.progress = [&](const machine::Progress& p) {
            report({"proving", std::min(work, p.cycles_proven + p.words_read), work, p.chunks_proven});
        };
        const auto begin = Clock::now();
        ASHLAR_ASSIGN(machine::ProvenRun proven, machine::prove_run(*key, std::move(input), o));
        const machine::ProveStats& s = proven.stats;
        ProveOutcome out;
        out.proof = std::move(proven.proof);
        out.chunks = s.chunks, out.cycles = s.cycles, out.cells = s.cells, out.interactions = s.interactions;
        out.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        out.cpu_seconds = s.cpu_seconds;
        out.stages = {{"execute", s.execute_seconds},
                      {"record", s.record_seconds},
                      {"tree", s.tree_seconds},
                      {"trace", s.trace_seconds}};
        for (const machine::StageSeconds& stage : s.stages) out.stages.emplace_back(stage.name, stage.wall);
        out.stages.emplace_back("verify", s.verify_seconds);
        out.committed_digest = to_hex(rv32::digest_bytes(proven.report.committed_digest).view());
        out.uncommitted_bytes = proven.report.uncommitted_bytes();
        out.committed = std::move(proven.report.committed);
        out.vk_digest = digest_hex(key->vk);
        return out;
    }

    HostResult<Bytes> assemble_block(const BlockPrograms& programs, const ProveOutcome& aggregator,
                                     BytesView aggregator_stdin, const std::vector<Bytes>& subblock_proofs,
                                     const std::string& profile) override {
        ASHLAR_ASSIGN(const machine::ProvingKey* key, keys_.of(programs.subblock_elf, profile));
        ASHLAR_ASSIGN(const rv32::Stdin input, rv32::decode_stdin(aggregator_stdin));
        const auto told = input.buffers.empty() ? std::nullopt : ethereum::AggregatorClaims::decode(input.buffers[0]);
        if (!told || told->subblocks.size() != subblock_proofs.size())
            return fail("aggregator_input_bad", "the aggregator's input does not name these subblocks");
        exec::ThreadPool pool;
        std::vector<machine::RunToCheck> runs;
        for (const Bytes& proof : subblock_proofs) runs.push_back({&key->vk, proof});
        const auto checked = machine::verify_runs(runs, machine::verify_on_threads(pool));
        const auto bad = [](size_t i, std::string_view why) {
            return fail("bad_subblock_proof", fmt::format("subblock {}: {}", i, why), std::to_string(i));
        };
        if (!checked) return bad(checked.error().run, machine::to_string(checked.error().why.code));
        for (size_t i = 0; i < subblock_proofs.size(); i++)
            if (to_hex((*checked)[i].committed_bytes().view()) != to_hex(hash::sha256(told->subblocks[i]).view()))
                return bad(i, "it commits to something else");
        auto proof = machine::encode(machine::BlockProof{aggregator.proof, subblock_proofs});
        if (!proof)
            return fail("proof_too_long", "a subblock's proof has 4 GiB or more",
                        "cut the block into smaller subblocks");
        return encode_block_file({aggregator.committed, std::move(*proof)});
    }

  private:
    Keys keys_;
};

}  // namespace

std::unique_ptr<Prover> make_prover() { return std::make_unique<MachineProver>(); }

}  // namespace ashlar::prover
