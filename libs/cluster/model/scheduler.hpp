// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/cluster/store/store.hpp"
#include "libs/cluster/wire/jobs.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "libs/cluster/wire/operation.hpp"
#include "libs/prover/prover.hpp"

namespace ashlar::cluster {

/// How tasks are handed out and given up. Times in milliseconds.
struct Policy {
    uint64_t blocks_in_flight = 2;          ///< being proven, aggregated or verified at once
    uint64_t read_ahead = 2;                ///< prepared beyond those
    uint64_t attempts = 4;                  ///< per task
    uint64_t fetches = 3;                   ///< per block
    int64_t attempt_deadline_ms = 120'000;  ///< absolute, from the start of the attempt
    int64_t attempt_silence_ms = 60'000;    ///< without progress
    int64_t node_silence_ms = 15'000;       ///< without a heartbeat
    /// A node that beats but does not name an attempt it was given this long ago never got it: its answer was lost.
    int64_t unreported_ms = 10'000;
    int64_t backoff_ms = 500;
    /// First entry: what an attempt starts with. Two attempts on each before the next: other worker, then smaller
    /// chunk.
    std::vector<uint64_t> chunk_ladder = {uint64_t{1} << 20, uint64_t{1} << 19};
    /// Blocks are proven with these, for as long as they take: a row records them.
    std::string profile = prover::DEFAULT_PROFILE, chain, version, subblock_program, aggregator_program;
    std::string run_id;  ///< goes into rows of blocks and of the report
    uint64_t subblock_gas = 10'000'000;
    int64_t events_kept = 100'000;
    /// A longer time between two ticks is time in which the coordinator did not run: it counts against nobody.
    int64_t away_ms = 1'000;
};

/// Which blocks a thread fetches inputs for: a node that does not answer holds up only those that need it.
enum class InputSource { folders, node };

/// Whom the end of an attempt is charged to.
enum class Fault { task, node, nobody };
/// From the code of the error. A task whose attempts only end by others' faults is charged after MAX_EXCUSED of them.
Fault fault_of(const std::string& code);
inline constexpr uint64_t MAX_EXCUSED = 20;

struct JobRequest {
    std::string mode;
    uint64_t start = 0, count = 1;
    int64_t priority = 0;
    uint64_t deadline_ms = 0;
    std::string idempotency_key;
    std::string elf, stdin_blob;  ///< mode "program": blobs that are there already
};
/// Rows of a job's blocks are made this far ahead of their fetching, so that no change costs more for a long job.
inline constexpr uint64_t BLOCKS_MADE_AHEAD = 64;
/// Maximum number of nodes that ever register, and of different reasons that are counted.
inline constexpr size_t MAX_NODES = 1000, MAX_COUNTERS = 200;

/// What a node gets to do.
struct Assignment {
    Attempt attempt;
    Task task;
    Block block;
    std::vector<std::string> proofs;  ///< aggregate: the subblocks' proofs, in order
    std::string profile;
};

/// What the coordinator knows of a node or an attempt only while it runs.
struct LiveProgress {
    uint64_t seq = 0;
    int64_t at_ms = 0;
    std::string stage;
    uint64_t done = 0, total = 0, chunks = 0;
};

/// Whether a proof's claims are of this block: the one its inputs were prepared for.
bool says(const prover::BlockClaims& claims, const Block& block);

/// The job model: every state change, each in one store transaction, with its event. Knows
/// nothing of HTTP, engines or Ethereum. Thread-safe. After a restart, make a new one on the same store and call
/// recover(): running attempts stay with their nodes, half-fetched blocks go back to the queue.
class Scheduler {
  public:
    using ClockMs = std::function<int64_t()>;
    Scheduler(Store& store, Policy policy, ClockMs now);

    /// `alive_ms`: when the coordinator was last alive (0: not known); the time since counts against nobody.
    HostResult<void> recover(int64_t alive_ms = 0);

    /// Codes: job_mode_bad, job_count_bad, job_range_bad, idempotency_conflict. The same idempotency key gives the same
    /// job, if it asks for the same. With `dry_run` nothing is stored and the job has no id.
    HostResult<Job> create_job(const JobRequest&, bool dry_run = false);
    /// Codes: job_unknown, job_final.
    HostResult<Job> cancel_job(JobId, bool dry_run = false);

    /// New or returning node; a new process (or one given up as lost) starts a new epoch and loses its old attempts.
    HostResult<Node> register_node(const NodeHello&);
    /// Returns the attempts among those reported that the node must stop. Codes: node_unknown, node_stale (register
    /// again).
    HostResult<std::vector<std::string>> heartbeat(const std::string& node, uint64_t epoch,
                                                   const std::vector<AttemptProgress>&);
    /// By id or by name. Codes: node_unknown, node_ambiguous.
    HostResult<Node> find_node(const std::string& name);
    HostResult<Node> drain_node(const std::string& name, bool drain, bool dry_run = false);
    /// Forgets a node that is lost (node_live otherwise).
    HostResult<Node> remove_node(const std::string& name, bool dry_run = false);

    Tuning tuning();
    /// Changes what is given; counts from the next task or block on, until the coordinator is started again. Recorded
    /// as an event. Returns what is true then. Code json_bad.
    HostResult<Tuning> tune(const TuningChange&, bool dry_run = false);
    /// The next task for a node, or nothing. Codes as heartbeat.
    HostResult<std::optional<Assignment>> claim(const std::string& node, uint64_t epoch);
    HostResult<Acknowledged> finish(const AttemptResult&);

    /// A queued block to fetch, now in state fetching; nothing if there is none or enough are under way.
    /// `head`: the newest block a node has (0: not known); blocks of latest jobs beyond it wait.
    HostResult<std::optional<Block>> begin_fetch(InputSource from = InputSource::folders, uint64_t head = 0);
    /// Whether a queued block is one of a latest job: somebody must ask a node for its head.
    bool waits_for_head();
    /// Inputs are stored: makes the tasks. `subblock_stdins` and `aggregator_stdin` are blobs.
    HostResult<void> fetched(BlockId, const prover::BlockFacts&, const std::vector<std::string>& subblock_stdins,
                             const std::string& aggregator_stdin);
    /// `final`: the block itself is at fault, another try cannot help.
    HostResult<void> fetch_failed(BlockId, const Error&, bool final);
    /// The block does not exist yet: back to the queue, without counting the try, for at least `ms`.
    HostResult<void> postpone(BlockId, int64_t ms);
    /// A block whose proof is to be checked; each is handed out once until answered.
    HostResult<std::optional<Block>> begin_verify();
    /// The proof is good and says `claims`; proven if that is the block asked for, else as rejected().
    HostResult<void> verified(BlockId, const prover::BlockClaims&, double milliseconds);
    /// A program proof is good.
    HostResult<void> verified_program(BlockId, const prover::ProgramClaims&, double milliseconds);
    /// The proof is not good: its task is tried again elsewhere, within its bound.
    HostResult<void> rejected(BlockId, const Error&);
    /// The verifier itself failed: the block waits for another try.
    void verify_again(BlockId);

    /// Gives up silent nodes, overdue and silent attempts, jobs past their deadline. Call about once a second.
    HostResult<void> tick();

    // Views; each takes the lock once.
    std::optional<Job> job(JobId);
    std::vector<Job> jobs(int64_t before, size_t limit);
    std::vector<Block> blocks_of(JobId, uint64_t first, size_t limit);
    std::optional<Block> block(BlockId);
    std::optional<Block> block_by_number(uint64_t);
    std::optional<Block> block_by_hash(const std::string&);
    std::vector<Block> finished_blocks(size_t limit);
    std::vector<Block> blocks_in(BlockState, size_t limit);
    uint64_t proven_since(int64_t ms);
    /// Blocks that ended since they were last asked for, oldest first.
    std::vector<Block> take_ended(size_t limit);
    bool uses_blob(const std::string& name);
    /// Blocks without a row are among the queued ones.
    std::map<BlockState, uint64_t> block_counts();
    std::vector<Task> tasks_of(BlockId);
    std::vector<Attempt> attempts_of(TaskId);
    std::vector<Attempt> running_attempts();
    std::vector<Node> nodes();
    std::vector<Event> events_after(int64_t id, size_t limit);
    int64_t last_event();
    std::map<std::string, LiveProgress> progress();
    /// Moves whenever something changed that may matter to a waiting claim or dashboard.
    uint64_t version() const;
    Policy policy() const;
    /// Counters of retries and ignored results since start, by reason.
    std::map<std::string, uint64_t> counters();

  private:
    Store& store_;
    Policy policy_;
    ClockMs now_;
    mutable std::mutex mutex_;
    std::map<std::string, int64_t> last_seen_;
    std::map<std::string, LiveProgress> progress_;
    std::set<BlockId> verifying_;
    std::map<BlockId, int64_t> postponed_;  ///< until when
    std::map<std::string, uint64_t> counters_;
    uint64_t version_ = 0;
    int64_t ticked_ms_ = 0, trimmed_ = 0;
    std::deque<BlockId> ended_;

    HostResult<void> change(const std::function<HostResult<void>()>& body);
    void note_block(const Block&);
    void note_job(const Job&);
    void note_task(const Block&, const Task&);
    void note_attempt(const Block&, const Task&, const Attempt&);
    void note_node(const Node&);
    void add_event(std::string type, JobId, BlockId, std::string payload);

    void count(const std::string& what);
    void forgive(int64_t ms);
    void end_late(const Job&);
    void make_blocks(Job&, uint64_t up_to);
    void promote();
    void end_block(Block&, BlockState, const Error&);
    void drop_tasks(const Block&);
    void end_attempt(Attempt&, AttemptState, const std::string& reason);
    void retry_task(Task&, const Attempt&, const Error&);
    bool has_proof(const Block&, uint64_t index);
    void retry_subblock(const Block&, uint64_t index, const Error&);
    void take_back(Attempt&, const Node&);
    void lose_attempts(const std::string& node, uint64_t before_epoch, const std::string& reason);
    bool has_other_node(const Task&, const Node&);
    uint64_t chunk_for(uint64_t attempt) const;
    HostResult<void> lose_unreported(const Node&, const std::vector<AttemptProgress>&);
    HostResult<Node> named_node(const std::string& name);
    HostResult<Node> known_node(const std::string& id, uint64_t epoch);
    void accept(Task&, Attempt&, const AttemptResult&);
};

}  // namespace ashlar::cluster
