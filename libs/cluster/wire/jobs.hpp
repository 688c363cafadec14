// SPDX-License-Identifier: Apache-2.0
// Messages about jobs and blocks, between clients and the coordinator.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/cluster/model/model.hpp"
#include "libs/prover/results.hpp"

namespace ashlar::cluster {

/// Maximum number of blocks per job.
inline constexpr uint64_t MAX_BLOCKS_PER_JOB = 100'000;
inline constexpr uint64_t MAX_PRIORITY = 1000;
/// 34 years.
inline constexpr uint64_t MAX_DEADLINE_MS = uint64_t{1} << 40;
inline constexpr uint64_t MAX_KEY_BYTES = 256;

/// What every job may say of itself.
struct CreateJob {
    std::string mode, idempotency_key;
    uint64_t priority = 0, deadline_ms = 0;

    static constexpr wire::Note NOTES[] = {
        {"mode",
         "range: blocks of the node by number; latest: the next new ones; reproduce: blocks of input folders; program: "
         "one program."},
        {"idempotency_key", "The same key gives the same job, if it asks for the same.", wire::OPTIONAL, 0,
         MAX_KEY_BYTES},
        {"priority", "Higher ones go first.", wire::OPTIONAL, 0, MAX_PRIORITY},
        {"deadline_ms", "After creation; 0: none.", wire::OPTIONAL, 0, MAX_DEADLINE_MS}};
};
BOOST_DESCRIBE_STRUCT(CreateJob, (), (mode, idempotency_key, priority, deadline_ms))

struct CreateBlocksJob : CreateJob {
    std::optional<uint64_t> start;
    uint64_t count = 1;

    static constexpr wire::Note NOTES[] = {{"start", "First block; not for latest."},
                                           {"count", "From 1 to 100000.", wire::OPTIONAL}};
};
BOOST_DESCRIBE_STRUCT(CreateBlocksJob, (CreateJob), (start, count))

struct CreateProgramJob : CreateJob {
    std::string elf, stdin;

    static constexpr wire::Note NOTES[] = {{"elf", "Blob of the program."}, {"stdin", "Blob of its builder file."}};
};
BOOST_DESCRIBE_STRUCT(CreateProgramJob, (CreateJob), (elf, stdin))

/// A task with its attempt that runs or ended it.
struct TaskView : Task {
    std::string node, stage;
    uint64_t done = 0, total = 0;

    static constexpr wire::Note NOTES[] = {{"stdin_blob", "", wire::HIDDEN},
                                           {"output", "", wire::HIDDEN},
                                           {"stats", "", wire::HIDDEN},
                                           {"node", "Id of the node that has or had it."},
                                           {"done", "In cycles while proving; as `total`."}};
};
BOOST_DESCRIBE_STRUCT(TaskView, (Task), (node, stage, done, total))

struct BlockView : Block {
    std::optional<std::vector<TaskView>> tasks;

    static constexpr wire::Note NOTES[] = {{"tasks", "While the block is under way."}};
};
BOOST_DESCRIBE_STRUCT(BlockView, (Block), (tasks))

struct JobView : Job {
    double progress = 0;
    std::optional<double> eta_seconds;
    std::optional<uint64_t> next;
    std::optional<std::vector<BlockView>> blocks;

    static constexpr wire::Note NOTES[] = {{"progress", "Share of the blocks that have ended."},
                                           {"eta_seconds", "From the time per block so far."},
                                           {"next", "`first` of the next page of blocks, if there is one."},
                                           {"blocks", "A page of them, where one job is shown."}};
};
BOOST_DESCRIBE_STRUCT(JobView, (Job), (progress, eta_seconds, next, blocks))

struct JobList {
    std::optional<JobId> cursor;
    std::vector<JobView> jobs;

    static constexpr wire::Note NOTES[] = {{"cursor", "For the next page, if there is one."}};
};
BOOST_DESCRIBE_STRUCT(JobList, (), (cursor, jobs))

/// What an operator sees of an event stream: the data of each event.
struct EventView {
    int64_t id = 0, at_ms = 0;
    std::string type;
    JobId job{};
    BlockId block{};
    boost::json::value payload;

    static constexpr wire::Note NOTES[] = {{"type", "job, block, task, attempt, node or tuning."},
                                           {"payload", "What changed, with the new state."}};
};
BOOST_DESCRIBE_STRUCT(EventView, (), (id, at_ms, type, job, block, payload))

/// A stage of a block on one host.
struct StageSpan {
    std::string stage, where;
    int64_t from_ms = 0, to_ms = 0;
    std::string state;

    static constexpr wire::Note NOTES[] = {{"where", "coordinator, or the id of a node."},
                                           {"to_ms", "0: not ended."},
                                           {"state", "How the attempt of a task ended."}};
};
BOOST_DESCRIBE_STRUCT(StageSpan, (), (stage, where, from_ms, to_ms, state))

struct Timeline {
    uint64_t number = 0;
    BlockState state{};
    std::vector<StageSpan> stages;
};
BOOST_DESCRIBE_STRUCT(Timeline, (), (number, state, stages))

/// The setup a block was proven under: what a verdict on its proof is relative to.
struct MadeWith {
    std::string version, profile;
    std::optional<std::string> chain, subblock_program, aggregator_program, program;
};
BOOST_DESCRIBE_STRUCT(MadeWith, (), (version, profile, chain, subblock_program, aggregator_program, program))

/// The verdict on a stored proof, now; the claims of a good one stand beside these fields.
struct Verdict {
    std::optional<bool> valid;
    uint64_t number = 0;
    std::string block_hash, sha256;
    MadeWith made_with;
    std::optional<uint64_t> proof_bytes;
    std::optional<double> milliseconds, security_bits;
    std::optional<prover::Security> security;
    std::optional<Error> error;

    static constexpr wire::Note NOTES[] = {
        {"valid", "null: this version cannot judge a proof of another version."},
        {"sha256", "Of the stored proof."},
        {"security_bits", "What may be claimed: the weakest round with grinding, at most the 128 of the hashes."},
        {"error", "Why it is not valid; null: it is."}};
};
BOOST_DESCRIBE_STRUCT(Verdict, (),
                      (valid, number, block_hash, sha256, made_with, proof_bytes, milliseconds, security_bits, security,
                       error))

/// A blob was stored.
struct BlobStored {
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(BlobStored, (), (sha256))

}  // namespace ashlar::cluster
