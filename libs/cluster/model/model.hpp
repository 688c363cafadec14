// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "libs/base/wire.hpp"

namespace ashlar::cluster {

enum class JobId : int64_t {};
enum class BlockId : int64_t {};
enum class TaskId : int64_t {};

/// True for the ids above, false for enums that have names.
template <class T>
inline constexpr bool IS_NUMERIC_ID = std::is_enum_v<T> && !wire::NamedEnum<T>;

enum class JobState { queued, running, done, failed, cancelled };
/// A block's life. The last three are final and never left.
enum class BlockState { queued, fetching, inputs_ready, proving, aggregating, verifying, proven, failed, cancelled };
enum class TaskKind { subblock, aggregate, program };
/// waiting: its inputs are not there yet; ready: a node may claim it.
enum class TaskState { waiting, ready, running, done, failed, cancelled };
enum class AttemptState { running, done, failed, lost, cancelled };
enum class NodeState { live, draining, lost };

// Names of enumerators are what stands in the store and in JSON.
BOOST_DESCRIBE_ENUM(JobState, queued, running, done, failed, cancelled)
BOOST_DESCRIBE_ENUM(BlockState, queued, fetching, inputs_ready, proving, aggregating, verifying, proven, failed,
                    cancelled)
BOOST_DESCRIBE_ENUM(TaskKind, subblock, aggregate, program)
BOOST_DESCRIBE_ENUM(TaskState, waiting, ready, running, done, failed, cancelled)
BOOST_DESCRIBE_ENUM(AttemptState, running, done, failed, lost, cancelled)
BOOST_DESCRIBE_ENUM(NodeState, live, draining, lost)
using wire::name_of;
using wire::parse_name;

constexpr bool is_final(BlockState s) {
    return s == BlockState::proven || s == BlockState::failed || s == BlockState::cancelled;
}
constexpr bool is_final(TaskState s) {
    return s == TaskState::done || s == TaskState::failed || s == TaskState::cancelled;
}

// Each entity names its fields once, in its description: columns and JSON fields come from it. Times are Unix
// milliseconds, 0: not yet. Blobs are named by the hex SHA-256 of their bytes. Hidden fields are for the store alone.

/// What someone asked for: one or more blocks (or one program).
struct Job {
    static constexpr std::string_view TABLE = "jobs";
    JobId id{};
    std::string mode;  ///< "range", "latest", "reproduce" or "program"
    /// First block; of a latest job the head at its first fetch, 0 until then.
    uint64_t start = 0, count = 0;
    uint64_t made = 0;  ///< blocks that have a row; the rest is made as their turn comes
    int64_t priority = 0;
    uint64_t deadline_ms = 0;     ///< after creation; 0: none
    uint64_t forgiven_ms = 0;     ///< added to the deadline: the coordinator was away
    std::string idempotency_key;  ///< of the client; empty: none
    JobState state = JobState::queued;
    int64_t created_ms = 0, finished_ms = 0;
    uint64_t proven = 0, failed = 0;

    static constexpr wire::Note NOTES[] = {{"idempotency_key", "", wire::HIDDEN}};
};
BOOST_DESCRIBE_STRUCT(Job, (),
                      (id, mode, start, count, made, priority, deadline_ms, forgiven_ms, idempotency_key, state,
                       created_ms, finished_ms, proven, failed))

/// One block of a job (or its one program, then `elf` and `stdin_blob` are set).
struct Block {
    static constexpr std::string_view TABLE = "blocks";
    BlockId id{};
    JobId job{};
    uint64_t ordinal = 0;  ///< within the job, from 0
    uint64_t number = 0;   ///< 0: a latest job's, its head not known yet
    int64_t priority = 0;  ///< of its job
    /// Where its inputs come from: "folders", "node", "head" (a node, not before the chain has got there) or "program".
    std::string source;
    BlockState state = BlockState::queued;
    std::string reason, reason_hint;  ///< why it failed or was cancelled: "code: message"
    uint64_t chain_id = 0, gas_used = 0, transactions = 0, subblocks = 0, cycles = 0;
    std::string hash, parent_hash, state_root, fork;
    std::string elf, stdin_blob;  ///< program jobs
    std::string proof;            ///< blob; empty until verifying
    uint64_t proof_bytes = 0, attempts = 0, fetches = 0;
    wire::Json claims;  ///< what the verifier found
    /// What it is proven with; a verdict on its proof is relative to these. The programs are blobs.
    std::string chain, profile, version, subblock_program, aggregator_program;
    std::string run_id;  ///< the operator's name for the run it was asked for in
    int64_t created_ms = 0, fetch_ms = 0, ready_ms = 0, proving_ms = 0, aggregating_ms = 0, verifying_ms = 0,
            finished_ms = 0;
    double verify_milliseconds = 0;
};
BOOST_DESCRIBE_STRUCT(Block, (),
                      (id, job, ordinal, number, priority, source, state, reason, reason_hint, chain_id, gas_used,
                       transactions, subblocks, cycles, hash, parent_hash, state_root, fork, elf, stdin_blob, proof,
                       proof_bytes, attempts, fetches, claims, chain, profile, version, subblock_program,
                       aggregator_program, run_id, created_ms, fetch_ms, ready_ms, proving_ms, aggregating_ms,
                       verifying_ms, finished_ms, verify_milliseconds))

/// One unit a node runs.
struct Task {
    static constexpr std::string_view TABLE = "tasks";
    TaskId id{};
    BlockId block{};
    TaskKind kind = TaskKind::subblock;
    uint64_t index = 0;  ///< of a subblock within its block
    TaskState state = TaskState::waiting;
    std::string stdin_blob, output;
    uint64_t output_bytes = 0;
    uint64_t attempts = 0;  ///< those charged to the task
    uint64_t excused = 0;   ///< those charged to somebody else: a node that stopped, a full disk, a lost answer
    std::string avoid;      ///< nodes that failed it, comma separated
    std::string current;    ///< id of the running attempt, or of the one that finished it
    int64_t not_before_ms = 0;
    uint64_t gas = 0, chunks = 0, cycles = 0;
    double seconds = 0;
    wire::Json stats;  ///< what the attempt cost

    static constexpr wire::Note NOTES[] = {{"current", "", wire::HIDDEN}};
};
BOOST_DESCRIBE_STRUCT(Task, (),
                      (id, block, kind, index, state, stdin_blob, output, output_bytes, attempts, excused, avoid,
                       current, not_before_ms, gas, chunks, cycles, seconds, stats))

/// One attempt of a task on one node. The id is random: a result names it, and nobody can guess another's.
struct Attempt {
    static constexpr std::string_view TABLE = "attempts";
    std::string id;
    TaskId task{};
    std::string node;
    uint64_t epoch = 0;
    AttemptState state = AttemptState::running;
    std::string reason;
    uint64_t chunk_cycles = 0;
    int64_t started_ms = 0, deadline_ms = 0, progress_ms = 0, finished_ms = 0;
    uint64_t progress_seq = 0;
    std::string stage;
    uint64_t done = 0, total = 0;

    static constexpr wire::Note NOTES[] = {{"id", "", wire::HIDDEN}};
};
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (id, task, node, epoch, state, reason, chunk_cycles, started_ms, deadline_ms, progress_ms,
                       finished_ms, progress_seq, stage, done, total))

/// A worker or the aggregator. `epoch` grows with each new process of the node; results of older ones are ignored.
struct Node {
    static constexpr std::string_view TABLE = "nodes";
    std::string id, name, role;  ///< role: "worker" or "aggregator"
    uint64_t epoch = 0;
    std::string instance;  ///< random, of the process
    std::string url, version;
    uint64_t slots = 0;
    NodeState state = NodeState::live;
    bool drained = false;  ///< an operator's wish: outlives restarts and absence of the node
    int64_t registered_ms = 0, last_seen_ms = 0;
    wire::Json info;  ///< what the node says of itself: engines, memory

    static constexpr wire::Note NOTES[] = {{"instance", "", wire::HIDDEN}};
};
BOOST_DESCRIBE_STRUCT(Node, (),
                      (id, name, role, epoch, instance, url, version, slots, state, drained, registered_ms,
                       last_seen_ms, info))

/// One state change, written in the transaction that made it.
struct Event {
    static constexpr std::string_view TABLE = "events";
    int64_t id = 0;
    int64_t at_ms = 0;
    std::string type;  ///< "job", "block", "task", "attempt" or "node"
    JobId job{};
    BlockId block{};
    wire::Json payload;  ///< described in events.hpp
};
BOOST_DESCRIBE_STRUCT(Event, (), (id, at_ms, type, job, block, payload))

}  // namespace ashlar::cluster
