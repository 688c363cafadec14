// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"

namespace ashlar::cluster {

/// What suits the CPU backend: the same 128 bits as `chunk`, with less proof of work and more queries.
inline constexpr const char* DEFAULT_PROFILE = "chunk-small";

/// What a configuration may name.
inline constexpr const char* PROFILES = "chunk-small,chunk";
inline constexpr const char* CHAINS = "mainnet,sepolia,holesky,hoodi";

/// What a proof is made with. Nothing here is process-wide: it travels with the task.
struct ProveOptions {
    uint64_t chunk_cycles = uint64_t{1} << 20;
    std::string profile = DEFAULT_PROFILE;
    unsigned threads = 0;  ///< 0: as many as the machine has
};

/// Where a task stands. `done`/`total` count cycles in the stage "proving" (total 0: not known yet).
struct Progress {
    std::string stage;  ///< "setup", "executing", "proving", "verifying", "assembling"
    uint64_t done = 0, total = 0, chunks = 0;
};
using ProgressFn = std::function<void(const Progress&)>;

/// A proof and what it cost; fields as `program prove` prints them (design: cli.md).
struct ProveOutcome {
    Bytes proof;
    uint64_t chunks = 0, cycles = 0, cells = 0, interactions = 0;
    double seconds = 0;                                  ///< wall time of the proof
    double cpu_seconds = 0;                              ///< over all threads; tells more on a busy machine
    std::vector<std::pair<std::string, double>> stages;  ///< name, seconds
    std::string committed_digest, vk_digest;             ///< hex, 32 bytes each
    Bytes committed;                                     ///< the bytes whose SHA-256 that is
    uint64_t uncommitted_bytes = 0;  ///< public values of a guest that never called COMMIT: the proof binds none

    /// Adds what another proof cost: counts, times and stages by name.
    void add_cost(const ProveOutcome& part);
};

/// Bits of security of a proof (libs/iop/security.hpp).
struct Security {
    double bits = 0;              ///< what may be claimed: `minimum`, capped by the hashes
    double minimum = 0;           ///< of the weakest round, grinding counted
    double sum = 0;               ///< of the errors of all rounds added up
    double without_grinding = 0;  ///< of the weakest round if proof of work were free
    std::string rests_on;         ///< what the figures assume of codes
};

/// What a verified program proof says.
struct ProgramClaims {
    std::string committed_digest, vk_digest, profile;
    uint32_t exit_code = 0;
    uint64_t chunks = 0;
    Security security;
    double milliseconds = 0;  ///< of verifying, making of keys not counted
};

/// What the native execution of a block found; `subblocks` ranges are [first transaction, last) and their gas.
struct BlockFacts {
    uint64_t chain_id = 0, number = 0, gas_used = 0, transactions = 0, timestamp = 0;
    std::string hash, parent_hash, state_root, fork;  ///< hex with 0x
    struct Subblock {
        uint64_t first = 0, last = 0, gas = 0;
    };
    std::vector<Subblock> subblocks;
};

/// A block ready to prove: one stdin (builder file, guest-abi 6.2) per subblock and one for the aggregator.
struct PreparedBlock {
    BlockFacts facts;
    std::vector<Bytes> subblock_stdins;
    Bytes aggregator_stdin;
};

/// What a verified block proof says.
struct BlockClaims {
    uint64_t chain_id = 0, number = 0, gas_used = 0;
    std::string block_hash, parent_hash, state_root_before, state_root, config_digest;
    Security security;
    std::string profile;
    double milliseconds = 0;  ///< of verifying, making of keys not counted
};

/// The two guest programs of block proving, as ELF bytes.
struct BlockPrograms {
    Bytes subblock_elf, aggregator_elf;
};

/// The prover as the cluster sees it: bytes in, bytes out. One implementation calls the machine (engine_real.cpp);
/// tests bring their own. Calls come from one thread at a time; `progress` may be called from any. A stop request ends
/// a call early with the code "stopped". Any bytes from outside give an error, never a crash.
class ProvingService {
  public:
    virtual ~ProvingService() = default;
    virtual HostResult<ProveOutcome> prove_program(BytesView elf, BytesView stdin_builder, const ProveOptions&,
                                                   const ProgressFn& progress, std::stop_token) = 0;
    /// Checks a program proof against the program; `profile` is the one its key is made with.
    virtual HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) = 0;
    /// Reads `dir` (block.rlp, witness.json or witness.json.gz), executes natively, refuses a block that disagrees with
    /// its header, cuts it at transaction boundaries after `subblock_gas` gas each. `chain`: a name or a file.
    virtual HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string& chain,
                                                    uint64_t subblock_gas, const BlockPrograms&,
                                                    const std::string& profile) = 0;
    /// Joins the aggregator's run and the subblocks' proofs, in order, into one block proof. Verifies each subblock
    /// proof
    /// first, against what the aggregator was told of it: error code "bad_subblock_proof", `hint` its index in decimal.
    virtual HostResult<Bytes> assemble_block(const BlockPrograms&, const ProveOutcome& aggregator,
                                             BytesView aggregator_stdin, const std::vector<Bytes>& subblock_proofs,
                                             const std::string& profile) = 0;
    virtual HostResult<BlockClaims> verify_block(const BlockPrograms&, BytesView proof, const std::string& chain,
                                                 const std::string& profile) = 0;
};

/// The machine's prover; defined in engine_real.cpp.
std::unique_ptr<ProvingService> make_proving_service();

}  // namespace ashlar::cluster
