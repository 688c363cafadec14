// SPDX-License-Identifier: Apache-2.0
// The prover as daemons and command line see it: bytes in, bytes out.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "libs/base/bytes.hpp"
#include "libs/base/error.hpp"
#include "libs/prover/results.hpp"

namespace ashlar::prover {

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

/// Where a task stands. `done` and `total` count cycles and words of input in the stage "proving" (total 0: not known
/// yet).
struct Progress {
    std::string stage;  ///< "setup", "executing", "proving", "verifying", "assembling"
    uint64_t done = 0, total = 0, chunks = 0;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (stage, done, total, chunks))
using ProgressFn = std::function<void(const Progress&)>;

/// The two guest programs of block proving, as ELF bytes.
struct BlockPrograms {
    Bytes subblock_elf, aggregator_elf;
};

/// What a coordinator's engine does: prepares inputs and verifies proofs. Calls come from one thread at a time. Any
/// bytes from outside give an error, never a crash.
class Verifier {
  public:
    virtual ~Verifier() = default;
    /// Reads `dir` (block.rlp, witness.json or witness.json.gz), executes natively, refuses a block that disagrees with
    /// its header, cuts it at transaction boundaries after `subblock_gas` gas each. `chain`: a name or a file. If `dir`
    /// is one block's dump (libs/ethereum/dump.hpp), takes the inputs it has, as they were cut.
    virtual HostResult<PreparedBlock> prepare_block(const std::filesystem::path& dir, const std::string& chain,
                                                    uint64_t subblock_gas, const BlockPrograms&,
                                                    const std::string& profile) = 0;
    /// Runs both guests in the executor on a block's inputs and compares with the native result: code
    /// "emulation_differs".
    virtual HostResult<void> emulate_block(const BlockPrograms&, const PreparedBlock&) = 0;
    /// Checks a program proof against the program; `profile` is the one its key is made with.
    virtual HostResult<ProgramClaims> verify_program(BytesView elf, BytesView proof, const std::string& profile) = 0;
    virtual HostResult<BlockClaims> verify_block(const BlockPrograms&, BytesView proof, const std::string& chain,
                                                 const std::string& profile) = 0;
};

/// What a node's engine does besides: it proves. `progress` may be called from any thread. A stop request ends a call
/// early with the code "stopped".
class Prover : public Verifier {
  public:
    /// `stdin_builder` is taken and let go once it is decoded, so that a large input is not held twice.
    virtual HostResult<ProveOutcome> prove_program(BytesView elf, Bytes stdin_builder, const ProveOptions&,
                                                   const ProgressFn& progress, std::stop_token) = 0;
    /// Joins the aggregator's run and the subblocks' proofs, in order, into one block proof. Verifies each subblock
    /// proof first, against what the aggregator's input says of it: error code "bad_subblock_proof", `hint` its index
    /// in decimal.
    virtual HostResult<Bytes> assemble_block(const BlockPrograms&, const ProveOutcome& aggregator,
                                             BytesView aggregator_stdin, const std::vector<Bytes>& subblock_proofs,
                                             const std::string& profile) = 0;
};

/// The real ones (machine_verifier.cpp, machine_prover.cpp); tests bring their own.
std::unique_ptr<Verifier> make_verifier();
std::unique_ptr<Prover> make_prover();

}  // namespace ashlar::prover
