// SPDX-License-Identifier: Apache-2.0
// What a daemon and its engine process say to each other: one request at a time, any number of progress messages, then
// a result or an error. Bytes travel as files; fields that end in nothing else are paths.
#pragma once
#include "libs/base/json.hpp"
#include "libs/base/wire.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::prover {

enum class EngineVerb { prove, aggregate, prepare, verify_block, verify_program };
BOOST_DESCRIBE_ENUM(EngineVerb, prove, aggregate, prepare, verify_block, verify_program)

/// Proves a program; the proof goes into the file `out`.
struct ProveRequest {
    static constexpr EngineVerb VERB = EngineVerb::prove;
    using Reply = ProveCost;
    std::string elf, stdin_file, out, profile;
    uint64_t chunk_cycles = 0;
    uint32_t threads = 0;
};
BOOST_DESCRIBE_STRUCT(ProveRequest, (), (elf, stdin_file, out, profile, chunk_cycles, threads))

/// Proves the aggregator program (`elf`) and joins the subblocks' proofs to it.
struct AggregateRequest : ProveRequest {
    static constexpr EngineVerb VERB = EngineVerb::aggregate;
    std::string subblock_elf;
    std::vector<std::string> proofs;
};
BOOST_DESCRIBE_STRUCT(AggregateRequest, (ProveRequest), (subblock_elf, proofs))

struct PrepareReply {
    BlockFacts facts;
    uint64_t subblocks = 0;
};
BOOST_DESCRIBE_STRUCT(PrepareReply, (), (facts, subblocks))

/// Prepares the block in `folder` (of a block, or of its dump), and with `emulate` runs the guests on its inputs;
/// stdins go into the folder `out`, named by subblock_stdin_name() and AGGREGATOR_STDIN_NAME.
struct PrepareRequest {
    static constexpr EngineVerb VERB = EngineVerb::prepare;
    using Reply = PrepareReply;
    std::string folder, chain, aggregator_elf, subblock_elf, profile, out;
    uint64_t subblock_gas = 0;
    bool emulate = false;
};
BOOST_DESCRIBE_STRUCT(PrepareRequest, (),
                      (folder, chain, aggregator_elf, subblock_elf, profile, out, subblock_gas, emulate))

template <class Claims>
struct Verified {
    Claims claims;
    double milliseconds = 0;
};
using VerifiedBlock = Verified<BlockClaims>;
using VerifiedProgram = Verified<ProgramClaims>;
BOOST_DESCRIBE_STRUCT(VerifiedBlock, (), (claims, milliseconds))
BOOST_DESCRIBE_STRUCT(VerifiedProgram, (), (claims, milliseconds))

struct VerifyBlockRequest {
    static constexpr EngineVerb VERB = EngineVerb::verify_block;
    using Reply = VerifiedBlock;
    std::string aggregator_elf, subblock_elf, proof, chain, profile;
};
BOOST_DESCRIBE_STRUCT(VerifyBlockRequest, (), (aggregator_elf, subblock_elf, proof, chain, profile))

struct VerifyProgramRequest {
    static constexpr EngineVerb VERB = EngineVerb::verify_program;
    using Reply = VerifiedProgram;
    std::string elf, proof, profile;
};
BOOST_DESCRIBE_STRUCT(VerifyProgramRequest, (), (elf, proof, profile))

/// Daemon to engine.
struct EngineRequest {
    EngineVerb verb{};
    boost::json::object request;
};
BOOST_DESCRIBE_STRUCT(EngineRequest, (), (verb, request))

/// Engine to daemon: one of them is set.
struct EngineMessage {
    std::optional<Progress> progress;
    std::optional<boost::json::object> result;
    std::optional<Error> error;
};
BOOST_DESCRIBE_STRUCT(EngineMessage, (), (progress, result, error))

/// Largest message, in bytes.
inline constexpr size_t ENGINE_MESSAGE_BYTES = 1 << 20;

std::string subblock_stdin_name(uint64_t index);
inline constexpr const char* AGGREGATOR_STDIN_NAME = "final_aggregator_stdin_builder.bin";

}  // namespace ashlar::prover
