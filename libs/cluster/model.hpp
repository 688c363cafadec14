// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace ashlar::cluster {

enum class JobId : int64_t {};
enum class BlockId : int64_t {};
enum class TaskId : int64_t {};

/// True for the ids above, false for enums that have names.
template <class T>
inline constexpr bool IS_NUMERIC_ID =
    std::is_same_v<T, JobId> || std::is_same_v<T, BlockId> || std::is_same_v<T, TaskId>;

enum class JobState { queued, running, done, failed, cancelled };
/// A block's life. The last three are final and never left.
enum class BlockState { queued, fetching, inputs_ready, proving, aggregating, verifying, proven, failed, cancelled };
enum class TaskKind { subblock, aggregate, program };
/// waiting: its inputs are not there yet; ready: a node may claim it.
enum class TaskState { waiting, ready, running, done, failed, cancelled };
enum class AttemptState { running, done, failed, lost, cancelled };
enum class NodeState { live, draining, lost };

/// Names as stored and as seen in JSON, in the order of the enumerators.
template <class E>
inline constexpr std::string_view ENUM_NAMES[1] = {};
template <>
inline constexpr std::string_view ENUM_NAMES<JobState>[] = {"queued", "running", "done", "failed", "cancelled"};
template <>
inline constexpr std::string_view ENUM_NAMES<BlockState>[] = {
    "queued", "fetching", "inputs_ready", "proving", "aggregating", "verifying", "proven", "failed", "cancelled"};
template <>
inline constexpr std::string_view ENUM_NAMES<TaskKind>[] = {"subblock", "aggregate", "program"};
template <>
inline constexpr std::string_view ENUM_NAMES<TaskState>[] = {"waiting", "ready",  "running",
                                                             "done",    "failed", "cancelled"};
template <>
inline constexpr std::string_view ENUM_NAMES<AttemptState>[] = {"running", "done", "failed", "lost", "cancelled"};
template <>
inline constexpr std::string_view ENUM_NAMES<NodeState>[] = {"live", "draining", "lost"};

template <class E>
constexpr std::string_view name_of(E e) {
    return ENUM_NAMES<E>[static_cast<size_t>(e)];
}
/// The enumerator of a name; false for an unknown one.
template <class E>
constexpr bool parse_name(std::string_view name, E& out) {
    for (size_t i = 0; i < std::size(ENUM_NAMES<E>); i++)
        if (ENUM_NAMES<E>[i] == name) {
            out = static_cast<E>(i);
            return true;
        }
    return false;
}

constexpr bool is_final(BlockState s) {
    return s == BlockState::proven || s == BlockState::failed || s == BlockState::cancelled;
}
constexpr bool is_final(TaskState s) {
    return s == TaskState::done || s == TaskState::failed || s == TaskState::cancelled;
}

// Each entity names its fields once, in each(); columns and JSON fields come from it. Times are Unix milliseconds, 0:
// not yet. Blobs are named by the hex SHA-256 of their bytes.

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

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("mode", s.mode), v("start", s.start), v("count", s.count), v("made", s.made);
        v("priority", s.priority);
        v("deadline_ms", s.deadline_ms), v("forgiven_ms", s.forgiven_ms), v("idempotency_key", s.idempotency_key),
            v("state", s.state);
        v("created_ms", s.created_ms), v("finished_ms", s.finished_ms), v("proven", s.proven), v("failed", s.failed);
    }
};

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
    std::string claims;  ///< JSON text of what the verifier found
    /// What it is proven with; a verdict on its proof is relative to these. The programs are blobs.
    std::string chain, profile, version, subblock_program, aggregator_program;
    int64_t created_ms = 0, fetch_ms = 0, ready_ms = 0, proving_ms = 0, aggregating_ms = 0, verifying_ms = 0,
            finished_ms = 0;
    double verify_milliseconds = 0;

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("job", s.job), v("ordinal", s.ordinal), v("number", s.number);
        v("priority", s.priority), v("source", s.source);
        v("state", s.state), v("reason", s.reason), v("reason_hint", s.reason_hint), v("chain_id", s.chain_id);
        v("gas_used", s.gas_used), v("transactions", s.transactions), v("subblocks", s.subblocks),
            v("cycles", s.cycles);
        v("hash", s.hash), v("parent_hash", s.parent_hash), v("state_root", s.state_root), v("fork", s.fork);
        v("elf", s.elf), v("stdin_blob", s.stdin_blob), v("proof", s.proof), v("proof_bytes", s.proof_bytes);
        v("attempts", s.attempts), v("fetches", s.fetches), v("claims", s.claims);
        v("chain", s.chain), v("profile", s.profile), v("version", s.version);
        v("subblock_program", s.subblock_program), v("aggregator_program", s.aggregator_program),
            v("created_ms", s.created_ms);
        v("fetch_ms", s.fetch_ms), v("ready_ms", s.ready_ms), v("proving_ms", s.proving_ms);
        v("aggregating_ms", s.aggregating_ms), v("verifying_ms", s.verifying_ms), v("finished_ms", s.finished_ms);
        v("verify_milliseconds", s.verify_milliseconds);
    }
};

/// One unit a node runs.
struct Task {
    static constexpr std::string_view TABLE = "tasks";
    TaskId id{};
    BlockId block{};
    TaskKind kind = TaskKind::subblock;
    uint64_t idx = 0;
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
    std::string stats;  ///< JSON text from the prover

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("block", s.block), v("kind", s.kind), v("idx", s.idx), v("state", s.state);
        v("stdin_blob", s.stdin_blob), v("output", s.output), v("output_bytes", s.output_bytes);
        v("attempts", s.attempts), v("excused", s.excused), v("avoid", s.avoid), v("current", s.current),
            v("not_before_ms", s.not_before_ms);
        v("gas", s.gas), v("chunks", s.chunks), v("cycles", s.cycles), v("seconds", s.seconds), v("stats", s.stats);
    }
};

/// One try of a task on one node. The id is random: a result names it, and nobody can guess another's.
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

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("task", s.task), v("node", s.node), v("epoch", s.epoch), v("state", s.state);
        v("reason", s.reason), v("chunk_cycles", s.chunk_cycles), v("started_ms", s.started_ms);
        v("deadline_ms", s.deadline_ms), v("progress_ms", s.progress_ms), v("finished_ms", s.finished_ms);
        v("progress_seq", s.progress_seq), v("stage", s.stage), v("done", s.done), v("total", s.total);
    }
};

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
    std::string info;  ///< JSON text from the node: engines, memory

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("name", s.name), v("role", s.role), v("epoch", s.epoch), v("instance", s.instance);
        v("url", s.url), v("version", s.version), v("slots", s.slots), v("state", s.state), v("drained", s.drained);
        v("registered_ms", s.registered_ms), v("last_seen_ms", s.last_seen_ms), v("info", s.info);
    }
};

/// One state change, written in the transaction that made it.
struct Event {
    static constexpr std::string_view TABLE = "events";
    int64_t id = 0;
    int64_t at_ms = 0;
    std::string type;  ///< "job", "block", "task", "attempt" or "node"
    JobId job{};
    BlockId block{};
    std::string payload;  ///< JSON text

    template <class S, class V>
    static void each(S& s, V&& v) {
        v("id", s.id), v("at_ms", s.at_ms), v("type", s.type), v("job", s.job), v("block", s.block);
        v("payload", s.payload);
    }
};

}  // namespace ashlar::cluster
