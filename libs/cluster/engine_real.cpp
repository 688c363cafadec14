// SPDX-License-Identifier: Apache-2.0
// The ProvingService of the daemons: the machine proves, the Ethereum libraries prepare.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <list>

#include "libs/base/hex.hpp"
#include "libs/base/utf8.hpp"
#include "libs/cluster/blob_store.hpp"
#include "libs/cluster/block_file.hpp"
#include "libs/cluster/engine.hpp"
#include "libs/cluster/verdict.hpp"
#include "libs/ethereum/block_folder.hpp"
#include "libs/ethereum/chain_file.hpp"
#include "libs/ethereum/describe.hpp"
#include "libs/ethereum/native.hpp"
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/iop/profile.hpp"
#include "libs/machine/block_proof.hpp"
#include "libs/machine/prover.hpp"
#include "libs/machine/verify_on_threads.hpp"

namespace ashlar::cluster {

namespace {

using Clock = std::chrono::steady_clock;

/// Keys kept: the two block programs and one more.
constexpr size_t KEYS_KEPT = 3;

std::string fork_name(evm::Revision revision) {
    static constexpr const char* NAMES[] = {"paris", "shanghai", "cancun", "prague", "osaka"};
    return NAMES[static_cast<size_t>(revision)];
}

class MachineService final : public ProvingService {
  public:
    HostResult<ProveOutcome> prove_program(BytesView elf, BytesView stdin_builder, const ProveOptions& options,
                                           const ProgressFn& progress, std::stop_token stop) override {
        const auto report = [&](Progress p) {
            if (progress) progress(p);
        };
        ASHLAR_ASSIGN(rv32::Stdin input, rv32::decode_stdin(stdin_builder));
        report({"setup"});
        ASHLAR_ASSIGN(const machine::ProvingKey* key, key_of(elf, options.profile, options.threads));
        // A run costs a hundredth of its proof: it finds guest faults at once and tells how much there is to prove.
        report({"executing"});
        ASHLAR_ASSIGN(const rv32::ExecuteReport run, rv32::execute(key->program, input));
        if (run.fault)
            return fail("guest_fault",
                        fmt::format("the guest failed at pc {:#x}: {}: {}", run.fault->pc,
                                    rv32::fault_name(run.fault->kind), run.fault->message),
                        std::string(utf8_prefix(run.stderr_text, 500)));
        report({"proving", 0, run.cycles});
        machine::ProveOptions o;
        o.chunk_cycles = options.chunk_cycles;
        o.threads = options.threads;
        o.stop = stop;
        o.progress = [&](const machine::Progress& p) {
            report({"proving", p.cycles_proven, run.cycles, p.chunks_proven});
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

    HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) override {
        ASHLAR_ASSIGN(const machine::ProvingKey* key, key_of(elf, profile, 0));
        return judge_program(key->vk, proof);
    }

    HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string& chain,
                                            uint64_t subblock_gas, const BlockPrograms& programs,
                                            const std::string& profile) override {
        ASHLAR_ASSIGN(const ethereum::ChainConfig config, ethereum::load_chain(chain));
        ASHLAR_ASSIGN(const ethereum::BlockFolder folder, ethereum::read_block_folder(dir));
        ethereum::BlockResult native;
        const auto inputs = ethereum::make_inputs(config, folder.block_rlp, folder.witness, subblock_gas, &native);
        if (!inputs)
            return fail("block_invalid", ethereum::describe(inputs.error()),
                        std::string(ethereum::remedy(inputs.error().code)));
        ASHLAR_ASSIGN(const machine::ProvingKey* key, key_of(programs.subblock_elf, profile, 0));
        PreparedBlock out;
        const ethereum::BlockClaim& claim = inputs->claim;
        out.facts.chain_id = claim.chain_id, out.facts.number = claim.number, out.facts.gas_used = claim.gas_used;
        out.facts.transactions = native.transaction_gas.size();
        out.facts.timestamp = native.header.timestamp;
        out.facts.hash = to_hex0x(claim.block_hash.view()), out.facts.parent_hash = to_hex0x(claim.parent_hash.view());
        out.facts.state_root = to_hex0x(claim.root_after.view());
        out.facts.fork = fork_name(native.revision);
        for (const auto& s : inputs->subblocks) {
            out.subblock_stdins.push_back(rv32::encode_stdin({{s.environment, s.state, s.codes}}));
            out.facts.subblocks.push_back({s.claim.begin, s.claim.end, s.gas()});
        }
        const Bytes32 vk = rv32::digest_bytes(machine::vk_digest(key->vk));
        out.aggregator_stdin = rv32::encode_stdin({{inputs->aggregator_claims(vk), inputs->aggregator_block}});
        return out;
    }

    HostResult<Bytes> assemble_block(const BlockPrograms& programs, const ProveOutcome& aggregator,
                                     BytesView aggregator_stdin, const std::vector<Bytes>& subblock_proofs,
                                     const std::string& profile) override {
        ASHLAR_ASSIGN(const machine::ProvingKey* key, key_of(programs.subblock_elf, profile, 0));
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
            if (to_hex((*checked)[i].committed_bytes().view()) != sha256_hex(told->subblocks[i]))
                return bad(i, "it commits to something else");
        auto proof = machine::encode(machine::BlockProof{aggregator.proof, subblock_proofs});
        if (!proof)
            return fail("proof_too_long", "a subblock's proof has 4 GiB or more",
                        "cut the block into smaller subblocks");
        return encode_block_file({aggregator.committed, std::move(*proof)});
    }

    HostResult<BlockClaims> verify_block(const BlockPrograms& programs, BytesView proof, const std::string& chain,
                                         const std::string& profile) override {
        ASHLAR_ASSIGN(const machine::ProvingKey* aggregator, key_of(programs.aggregator_elf, profile, 0));
        ASHLAR_ASSIGN(const machine::ProvingKey* subblock, key_of(programs.subblock_elf, profile, 0));
        return judge_block(aggregator->vk, subblock->vk, proof, chain);
    }

  private:
    struct Kept {
        std::string elf, profile;
        machine::ProvingKey key;
    };
    std::list<Kept> keys_;  ///< last used first

    /// The key of a program; valid until KEYS_KEPT other programs were asked for.
    HostResult<const machine::ProvingKey*> key_of(BytesView elf, const std::string& profile_name, unsigned threads) {
        const std::string hash = sha256_hex(elf);
        const auto known = std::find_if(keys_.begin(), keys_.end(),
                                        [&](const Kept& k) { return k.elf == hash && k.profile == profile_name; });
        if (known != keys_.end()) {
            keys_.splice(keys_.begin(), keys_, known);
            return &keys_.front().key;
        }
        const iop::Profile* profile = iop::named_profile(profile_name);
        if (!profile || profile->for_tests)
            return fail("profile_unknown",
                        fmt::format("there is no security profile '{}' for real proofs", profile_name),
                        "use chunk-small or chunk");
        ASHLAR_ASSIGN(rv32::Program program, rv32::load_elf(elf));
        exec::ThreadPool pool(threads);
        ASHLAR_ASSIGN(machine::ProvingKey key, machine::setup(std::move(program), *profile, exec::best_isa(), pool));
        keys_.push_front({hash, profile_name, std::move(key)});
        if (keys_.size() > KEYS_KEPT) keys_.pop_back();
        return &keys_.front().key;
    }
};

}  // namespace

std::unique_ptr<ProvingService> make_proving_service() { return std::make_unique<MachineService>(); }

}  // namespace ashlar::cluster
