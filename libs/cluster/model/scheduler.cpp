// SPDX-License-Identifier: Apache-2.0
// Jobs and blocks: creation, cancelling, fetching, verifying. Nodes and attempts are in scheduler_nodes.cpp.
#include "libs/cluster/model/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>
#include <utility>

#include "libs/base/json.hpp"

namespace ashlar::cluster {

namespace json = boost::json;

Scheduler::Scheduler(Store& store, Policy policy, ClockMs now)
    : store_(store), policy_(std::move(policy)), now_(std::move(now)) {}

HostResult<void> Scheduler::change(const std::function<HostResult<void>()>& body) {
    const size_t ended = ended_.size();
    auto result = store_.transaction(body);
    if (result)
        version_++;
    else
        ended_.resize(ended);  // nothing has happened
    return result;
}

void Scheduler::add_event(std::string type, JobId job, BlockId block, std::string payload) {
    Event e;
    e.at_ms = now_();
    e.type = std::move(type);
    e.job = job;
    e.block = block;
    e.payload.text = std::move(payload);
    store_.insert(e);
}

void Scheduler::note_job(const Job& j) {
    store_.update(j);
    add_event("job", j.id, {},
              json::serialize(json::object{{"state", name_of(j.state)}, {"proven", j.proven}, {"failed", j.failed}}));
}

void Scheduler::note_block(const Block& b) {
    store_.update(b);
    json::object o{{"number", b.number}, {"state", name_of(b.state)}};
    if (!b.reason.empty()) o["reason"] = b.reason;
    add_event("block", b.job, b.id, json::serialize(o));
}

void Scheduler::note_task(const Block& b, const Task& t) {
    store_.update(t);
    add_event("task", b.job, b.id,
              json::serialize(json::object{{"task", static_cast<int64_t>(t.id)},
                                           {"kind", name_of(t.kind)},
                                           {"index", t.index},
                                           {"state", name_of(t.state)}}));
}

HostResult<void> Scheduler::recover(int64_t alive_ms) {
    const std::lock_guard lock(mutex_);
    return change([&]() -> HostResult<void> {
        for (Block b : store_.blocks_in(BlockState::fetching, SIZE_MAX >> 1)) {
            b.state = BlockState::queued;
            note_block(b);
        }
        // Nodes get the full silence from now: it was the coordinator that was away.
        if (alive_ms && now_() > alive_ms) forgive(now_() - alive_ms);
        for (const Node& n : store_.nodes()) last_seen_[n.id] = now_();
        for (const Attempt& a : store_.running_attempts()) progress_[a.id].at_ms = now_();
        ticked_ms_ = now_();
        promote();
        return {};
    });
}

/// Moves every deadline by a time in which the coordinator did not run.
void Scheduler::forgive(int64_t ms) {
    for (Attempt& a : store_.running_attempts()) {
        a.deadline_ms += ms, a.progress_ms += ms;
        progress_[a.id].at_ms += ms;
        store_.update(a);
    }
    for (auto& [node, at] : last_seen_) at += ms;
    for (Job& j : store_.jobs_with_deadline(std::nullopt)) {
        j.forgiven_ms += static_cast<uint64_t>(ms);
        store_.update(j);
    }
}

Policy Scheduler::policy() const {
    const std::lock_guard lock(mutex_);
    return policy_;
}

namespace {

Tuning tuning_of(const Policy& p) {
    Tuning t;
    t.chunk_cycles = p.chunk_ladder.front();
    t.retry_chunk_cycles.assign(p.chunk_ladder.begin() + 1, p.chunk_ladder.end());
    t.attempts = p.attempts;
    t.attempt_deadline_s = static_cast<uint64_t>(p.attempt_deadline_ms / 1000);
    t.attempt_silence_s = static_cast<uint64_t>(p.attempt_silence_ms / 1000);
    t.blocks_in_flight = p.blocks_in_flight, t.read_ahead = p.read_ahead, t.subblock_gas = p.subblock_gas;
    return t;
}

}  // namespace

Tuning Scheduler::tuning() { return tuning_of(policy()); }

HostResult<Tuning> Scheduler::tune(const TuningChange& c, bool dry_run) {
    for (const uint64_t cycles : c.retry_chunk_cycles.value_or(std::vector<uint64_t>()))
        if (cycles < TuningChange::MIN_CHUNK || cycles > TuningChange::MAX_CHUNK)
            return fail("json_bad", fmt::format("field 'retry_chunk_cycles' holds {}: from {} to {}", cycles,
                                                TuningChange::MIN_CHUNK, TuningChange::MAX_CHUNK));
    const std::lock_guard lock(mutex_);
    Policy p = policy_;
    if (c.chunk_cycles) p.chunk_ladder.front() = *c.chunk_cycles;
    if (c.retry_chunk_cycles) {
        p.chunk_ladder.resize(1);
        p.chunk_ladder.insert(p.chunk_ladder.end(), c.retry_chunk_cycles->begin(), c.retry_chunk_cycles->end());
    }
    if (c.attempts) p.attempts = *c.attempts;
    if (c.attempt_deadline_s) p.attempt_deadline_ms = static_cast<int64_t>(*c.attempt_deadline_s * 1000);
    if (c.attempt_silence_s) p.attempt_silence_ms = static_cast<int64_t>(*c.attempt_silence_s * 1000);
    if (c.blocks_in_flight) p.blocks_in_flight = *c.blocks_in_flight;
    if (c.read_ahead) p.read_ahead = *c.read_ahead;
    if (c.subblock_gas) p.subblock_gas = *c.subblock_gas;
    const Tuning now = tuning_of(p);
    if (dry_run) return now;
    const Policy before = std::exchange(policy_, std::move(p));
    const auto noted = change([&]() -> HostResult<void> {
        add_event("tuning", {}, {}, json::serialize(wire::write(now)));
        promote();
        return {};
    });
    if (!noted) {
        policy_ = before;
        return Fail{noted.error()};
    }
    return now;
}

namespace {

std::string_view source_of(const std::string& mode) {
    return mode == "reproduce" ? "folders" : mode == "range" ? "node" : mode == "latest" ? "head" : "program";
}

bool asks_for(const Job& job, const JobRequest& r) {
    return job.mode == r.mode && (r.mode == "latest" || r.mode == "program" || job.start == r.start) &&
           (r.mode == "program" || job.count == r.count) && job.priority == r.priority &&
           job.deadline_ms == r.deadline_ms;
}

}  // namespace

/// Makes the rows of a job's blocks up to position `up_to`.
void Scheduler::make_blocks(Job& job, uint64_t up_to) {
    for (up_to = std::min(up_to, job.count); job.made < up_to; job.made++) {
        Block b;
        b.job = job.id, b.ordinal = job.made, b.priority = job.priority, b.source = source_of(job.mode);
        b.number = job.mode == "latest" && !job.start ? 0 : job.start + job.made;
        b.created_ms = now_(), b.run_id = policy_.run_id;
        store_.insert(b);
    }
}

HostResult<Job> Scheduler::create_job(const JobRequest& r, bool dry_run) {
    const bool program = r.mode == "program";
    if (!program && r.mode != "reproduce" && r.mode != "range" && r.mode != "latest")
        return fail("job_mode_bad", fmt::format("there is no job mode '{}'", r.mode),
                    "one of range, latest, reproduce, program");
    if (r.count == 0 || r.count > MAX_BLOCKS_PER_JOB)
        return fail("job_count_bad", fmt::format("count is {}", r.count),
                    fmt::format("from 1 to {}", MAX_BLOCKS_PER_JOB));
    if (r.start > INT64_MAX - r.count)
        return fail("job_range_bad", "the range of blocks overflows", "use a smaller start");
    const std::lock_guard lock(mutex_);
    if (!r.idempotency_key.empty())
        if (const auto known = store_.job_by_key(r.idempotency_key)) {
            bool same = asks_for(*known, r);
            if (const auto first = store_.blocks_of(known->id, 0, 1); same && program)
                same = first.size() == 1 && first[0].elf == r.elf && first[0].stdin_blob == r.stdin_blob;
            if (same) return *known;
            return fail("idempotency_conflict",
                        fmt::format("job {} has this idempotency key and asks for something else",
                                    static_cast<int64_t>(known->id)),
                        "use a new key for a new request");
        }
    Job job;
    job.mode = r.mode, job.start = r.mode == "latest" || program ? 0 : r.start, job.count = program ? 1 : r.count;
    job.priority = r.priority, job.deadline_ms = r.deadline_ms, job.idempotency_key = r.idempotency_key;
    job.created_ms = now_();
    if (dry_run) return job;
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        store_.insert(job);
        if (program) {
            Block b;
            b.job = job.id, b.priority = job.priority, b.source = source_of(job.mode), b.created_ms = now_();
            b.run_id = policy_.run_id;
            b.elf = r.elf, b.stdin_blob = r.stdin_blob, b.profile = policy_.profile, b.version = policy_.version;
            b.state = BlockState::inputs_ready, b.fetch_ms = b.ready_ms = now_();
            store_.insert(b);
            Task t;
            t.block = b.id, t.kind = TaskKind::program, t.stdin_blob = r.stdin_blob;
            store_.insert(t);
            job.made = 1;
        } else {
            make_blocks(job, BLOCKS_MADE_AHEAD);
        }
        store_.update(job);
        add_event("job", job.id, {}, json::serialize(json::object{{"state", "queued"}, {"count", job.count}}));
        promote();
        return {};
    }));
    return job;
}

HostResult<Job> Scheduler::cancel_job(JobId id, bool dry_run) {
    const std::lock_guard lock(mutex_);
    auto job = store_.job(id);
    if (!job) return fail("job_unknown", fmt::format("there is no job {}", static_cast<int64_t>(id)));
    if (job->state != JobState::queued && job->state != JobState::running)
        return fail("job_final", fmt::format("the job is {} already", name_of(job->state)));
    if (dry_run) return *job;
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        job->state = JobState::cancelled;
        job->finished_ms = now_();
        note_job(*job);
        for (Block& b : store_.open_blocks_of(id))
            end_block(b, BlockState::cancelled, {"cancelled", "the job was cancelled"});
        promote();
        return {};
    }));
    return *job;
}

void Scheduler::count(const std::string& what) {
    // Some of these names come from nodes: neither their number nor their length is theirs to choose.
    const bool plain =
        what.size() <= 64 && what.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    const bool known = counters_.contains(what) || counters_.size() < MAX_COUNTERS;
    counters_[plain && known ? what : "other"]++;
}

void Scheduler::promote() {
    uint64_t busy = 0;
    for (const auto& [state, n] : store_.block_counts())
        if (state == BlockState::proving || state == BlockState::aggregating || state == BlockState::verifying)
            busy += n;
    if (busy >= policy_.blocks_in_flight) return;
    for (Block b : store_.blocks_in(BlockState::inputs_ready, policy_.blocks_in_flight - busy)) {
        b.state = BlockState::proving;
        b.proving_ms = now_();
        note_block(b);
        for (Task& t : store_.tasks_of(b.id))
            if (t.kind != TaskKind::aggregate && t.state == TaskState::waiting) {
                t.state = TaskState::ready;
                note_task(b, t);
            }
        if (auto job = store_.job(b.job); job && job->state == JobState::queued) {
            job->state = JobState::running;
            note_job(*job);
        }
    }
}

void Scheduler::drop_tasks(const Block& b) {
    for (Task& t : store_.tasks_of(b.id)) {
        if (is_final(t.state)) continue;
        if (t.state == TaskState::running)
            if (auto a = store_.attempt(t.current); a && a->state == AttemptState::running)
                end_attempt(*a, AttemptState::cancelled, "the block ended");
        t.state = TaskState::cancelled;
        note_task(b, t);
    }
}

/// The one way into a final state; a block there stays there.
void Scheduler::end_block(Block& b, BlockState state, const Error& why) {
    if (is_final(b.state)) return;
    b.state = state;
    b.finished_ms = now_();
    if (state != BlockState::proven) {
        b.reason = why.code + ": " + why.message;
        b.reason_hint = why.hint;
    }
    note_block(b);
    drop_tasks(b);
    verifying_.erase(b.id);
    ended_.push_back(b.id);
    auto job = store_.job(b.job);
    if (!job || job->state == JobState::cancelled) return;
    (state == BlockState::proven ? job->proven : job->failed)++;
    if (job->proven + job->failed == job->count) {
        job->state = job->failed ? JobState::failed : JobState::done;
        job->finished_ms = now_();
    }
    note_job(*job);
}

HostResult<std::optional<Block>> Scheduler::begin_fetch(InputSource from, uint64_t head) {
    const std::lock_guard lock(mutex_);
    const bool node = from == InputSource::node;
    uint64_t under_way = 0;
    // A program waits with its inputs: however many do, blocks are fetched. So they are while a node does not answer.
    for (const auto& [state, n] : store_.block_counts(false))
        if (state != BlockState::queued && state != BlockState::fetching && !is_final(state)) under_way += n;
    for (const Block& b : store_.blocks_in(BlockState::fetching, 64)) under_way += node == (b.source != "folders");
    if (under_way >= policy_.blocks_in_flight + policy_.read_ahead) return std::optional<Block>();
    std::erase_if(postponed_, [&](const auto& p) { return p.second <= now_(); });
    const size_t enough = 1 + postponed_.size();
    auto next = store_.queued_blocks(node ? "node" : "folders", INT64_MAX, enough);
    if (node && head)
        for (Block& b : store_.queued_blocks("head", head, enough)) next.push_back(std::move(b));
    std::erase_if(next, [&](const Block& b) { return postponed_.contains(b.id); });
    if (next.empty()) return std::optional<Block>();
    Block b = *std::min_element(next.begin(), next.end(), [](const Block& x, const Block& y) {
        return std::tuple(-x.priority, x.job, x.ordinal) < std::tuple(-y.priority, y.job, y.ordinal);
    });
    auto job = store_.job(b.job);
    if (!job) return fail("internal_store", "a block without its job");

    ASHLAR_TRY(change([&]() -> HostResult<void> {
        if (b.number == 0 && b.source == "head" &&
            !job->start) {  // this job begins here, whatever becomes of the block
            job->start = head - b.ordinal;
            for (Block& other : store_.open_blocks_of(job->id)) {
                other.number = job->start + other.ordinal;
                store_.update(other);
            }
            b.number = head;
        }
        make_blocks(*job, b.ordinal + 1 + BLOCKS_MADE_AHEAD);
        store_.update(*job);
        b.state = BlockState::fetching;
        b.fetches++;
        if (!b.fetch_ms) b.fetch_ms = now_();
        note_block(b);
        return {};
    }));
    return std::optional<Block>(std::move(b));
}

bool Scheduler::waits_for_head() {
    const std::lock_guard lock(mutex_);
    return !store_.queued_blocks("head", INT64_MAX, 1).empty();
}

HostResult<void> Scheduler::fetched(BlockId id, const prover::BlockFacts& facts,
                                    const std::vector<std::string>& subblock_stdins,
                                    const std::string& aggregator_stdin) {
    const std::lock_guard lock(mutex_);
    auto b = store_.block(id);
    if (!b || b->state != BlockState::fetching) return {};  // cancelled meanwhile
    return change([&]() -> HostResult<void> {
        if (facts.number != b->number) {
            end_block(
                *b, BlockState::failed,
                {"input_of_another_block", fmt::format("the inputs are of block {}, not {}", facts.number, b->number)});
            return {};
        }
        b->state = BlockState::inputs_ready;
        b->ready_ms = now_();
        b->chain_id = facts.chain_id, b->gas_used = facts.gas_used, b->transactions = facts.transactions;
        b->hash = facts.hash, b->parent_hash = facts.parent_hash, b->state_root = facts.state_root,
        b->fork = facts.fork;
        b->subblocks = subblock_stdins.size();
        b->chain = policy_.chain, b->profile = policy_.profile, b->version = policy_.version;
        b->subblock_program = policy_.subblock_program, b->aggregator_program = policy_.aggregator_program;
        for (size_t i = 0; i < subblock_stdins.size(); i++) {
            Task t;
            t.block = id, t.index = i, t.stdin_blob = subblock_stdins[i];
            if (i < facts.subblocks.size()) t.gas = facts.subblocks[i].gas;
            store_.insert(t);
        }
        Task t;
        t.block = id, t.kind = TaskKind::aggregate, t.stdin_blob = aggregator_stdin;
        store_.insert(t);
        note_block(*b);
        promote();
        return {};
    });
}

HostResult<void> Scheduler::fetch_failed(BlockId id, const Error& error, bool final) {
    const std::lock_guard lock(mutex_);
    auto b = store_.block(id);
    if (!b || b->state != BlockState::fetching) return {};
    return change([&]() -> HostResult<void> {
        if (final || b->fetches >= policy_.fetches) {
            end_block(*b, BlockState::failed, error);
            promote();
        } else {
            b->state = BlockState::queued;
            note_block(*b);
        }
        return {};
    });
}

HostResult<void> Scheduler::postpone(BlockId id, int64_t ms) {
    const std::lock_guard lock(mutex_);
    auto b = store_.block(id);
    if (!b || b->state != BlockState::fetching) return {};
    postponed_[id] = now_() + ms;
    return change([&]() -> HostResult<void> {
        b->state = BlockState::queued;
        b->fetches--;
        store_.update(*b);
        return {};
    });
}

HostResult<std::optional<Block>> Scheduler::begin_verify() {
    const std::lock_guard lock(mutex_);
    for (Block& b : store_.blocks_in(BlockState::verifying, 16))
        if (verifying_.insert(b.id).second) return std::optional<Block>(std::move(b));
    return std::optional<Block>();
}

void Scheduler::verify_again(BlockId id) {
    const std::lock_guard lock(mutex_);
    verifying_.erase(id);
}

bool says(const prover::BlockClaims& c, const Block& b) {
    return c.block_hash == b.hash && c.number == b.number && c.chain_id == b.chain_id &&
           c.parent_hash == b.parent_hash && c.state_root == b.state_root;
}

HostResult<void> Scheduler::verified(BlockId id, const prover::BlockClaims& claims, double milliseconds) {
    {
        const std::lock_guard lock(mutex_);
        auto b = store_.block(id);
        if (!b || b->state != BlockState::verifying) return {};
        if (says(claims, *b))
            return change([&]() -> HostResult<void> {
                b->claims.text = json::serialize(wire::write(claims));
                b->verify_milliseconds = milliseconds;
                end_block(*b, BlockState::proven, {});
                promote();
                return {};
            });
    }
    return rejected(
        id, {"proof_of_another_block", fmt::format("the proof is of block {} {}", claims.number, claims.block_hash)});
}

HostResult<void> Scheduler::verified_program(BlockId id, const prover::ProgramClaims& claims, double milliseconds) {
    const std::lock_guard lock(mutex_);
    auto b = store_.block(id);
    if (!b || b->state != BlockState::verifying) return {};
    return change([&]() -> HostResult<void> {
        b->claims.text = json::serialize(wire::write(claims));
        b->verify_milliseconds = milliseconds;
        end_block(*b, BlockState::proven, {});
        promote();
        return {};
    });
}

HostResult<void> Scheduler::rejected(BlockId id, const Error& error) {
    const std::lock_guard lock(mutex_);
    verifying_.erase(id);
    auto b = store_.block(id);
    if (!b || b->state != BlockState::verifying) return {};
    return change([&]() -> HostResult<void> {
        count("proof_rejected");
        b->proof.clear();
        b->proof_bytes = 0;
        for (Task& t : store_.tasks_of(id)) {
            if (t.kind == TaskKind::subblock) continue;
            auto a = store_.attempt(t.current);
            if (!a) continue;
            b->state = t.kind == TaskKind::aggregate ? BlockState::aggregating : BlockState::proving;
            note_block(*b);
            end_attempt(*a, AttemptState::failed, error.code + ": " + error.message);
            retry_task(t, *a, {"proof_rejected", error.code + ": " + error.message, error.hint});
        }
        return {};
    });
}

std::optional<Job> Scheduler::job(JobId id) {
    const std::lock_guard lock(mutex_);
    return store_.job(id);
}
std::vector<Job> Scheduler::jobs(int64_t before, size_t limit) {
    const std::lock_guard lock(mutex_);
    return store_.jobs(before, limit);
}
std::vector<Block> Scheduler::blocks_of(JobId id, uint64_t first, size_t limit) {
    const std::lock_guard lock(mutex_);
    return store_.blocks_of(id, first, limit);
}
std::optional<Block> Scheduler::block(BlockId id) {
    const std::lock_guard lock(mutex_);
    return store_.block(id);
}
uint64_t Scheduler::proven_since(int64_t ms) {
    const std::lock_guard lock(mutex_);
    return store_.proven_since(ms);
}
std::vector<Block> Scheduler::take_ended(size_t limit) {
    const std::lock_guard lock(mutex_);
    std::vector<Block> out;
    for (; !ended_.empty() && out.size() < limit; ended_.pop_front())
        if (auto b = store_.block(ended_.front()); b && is_final(b->state)) out.push_back(std::move(*b));
    return out;
}
bool Scheduler::uses_blob(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return store_.uses_blob(name);
}
std::optional<Block> Scheduler::block_by_number(uint64_t n) {
    const std::lock_guard lock(mutex_);
    return store_.block_by_number(n);
}
std::optional<Block> Scheduler::block_by_hash(const std::string& h) {
    const std::lock_guard lock(mutex_);
    return store_.block_by_hash(h);
}
std::vector<Block> Scheduler::finished_blocks(size_t limit) {
    const std::lock_guard lock(mutex_);
    return store_.finished_blocks(limit);
}
std::vector<Block> Scheduler::blocks_in(BlockState s, size_t limit) {
    const std::lock_guard lock(mutex_);
    return store_.blocks_in(s, limit);
}
std::map<BlockState, uint64_t> Scheduler::block_counts() {
    const std::lock_guard lock(mutex_);
    auto counts = store_.block_counts();
    if (const uint64_t n = store_.unmade_blocks()) counts[BlockState::queued] += n;
    return counts;
}
std::vector<Task> Scheduler::tasks_of(BlockId id) {
    const std::lock_guard lock(mutex_);
    return store_.tasks_of(id);
}
std::vector<Attempt> Scheduler::attempts_of(TaskId id) {
    const std::lock_guard lock(mutex_);
    return store_.attempts_of(id);
}
std::vector<Attempt> Scheduler::running_attempts() {
    const std::lock_guard lock(mutex_);
    return store_.running_attempts();
}
std::vector<Event> Scheduler::events_after(int64_t id, size_t limit) {
    const std::lock_guard lock(mutex_);
    return store_.events_after(id, limit);
}
int64_t Scheduler::last_event() {
    const std::lock_guard lock(mutex_);
    return store_.last_event();
}
uint64_t Scheduler::version() const {
    const std::lock_guard lock(mutex_);
    return version_;
}

}  // namespace ashlar::cluster
