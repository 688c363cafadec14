// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "libs/base/error.hpp"
#include "libs/cluster/model/model.hpp"

namespace ashlar::cluster {

/// The coordinator's durable state. One writer: the owner serialises calls. Every change happens inside transaction();
/// when it returns success the change is on disk. Reads and writes inside it do not report errors one by one: the first
/// failure sticks, later calls do nothing, and transaction() rolls back and returns it (code "store_failed").
class Store {
  public:
    virtual ~Store() = default;

    /// Runs `body`; commits if it succeeds, rolls back if it or any statement fails. Not re-entrant.
    virtual HostResult<void> transaction(const std::function<HostResult<void>()>& body) = 0;

    /// Inserts a row; entities with a numeric id get it set.
    virtual void insert(Job&) = 0;
    virtual void insert(Block&) = 0;
    virtual void insert(Task&) = 0;
    virtual void insert(const Attempt&) = 0;
    virtual void insert(const Node&) = 0;
    virtual void insert(Event&) = 0;
    /// Rewrites the row with this id.
    virtual void update(const Job&) = 0;
    virtual void update(const Block&) = 0;
    virtual void update(const Task&) = 0;
    virtual void update(const Attempt&) = 0;
    virtual void update(const Node&) = 0;
    virtual void remove(const Node&) = 0;

    virtual std::optional<Job> job(JobId) = 0;
    virtual std::optional<Job> job_by_key(const std::string& idempotency_key) = 0;
    /// Newest first, ids below `before` (0: from the newest).
    virtual std::vector<Job> jobs(int64_t before, size_t limit) = 0;
    /// Unfinished jobs with a deadline; with `now_ms`, those whose deadline has passed.
    virtual std::vector<Job> jobs_with_deadline(std::optional<int64_t> now_ms) = 0;
    /// Blocks of unfinished jobs that have no row yet.
    virtual uint64_t unmade_blocks() = 0;

    virtual std::optional<Block> block(BlockId) = 0;
    /// Positions from `first` on.
    virtual std::vector<Block> blocks_of(JobId, uint64_t first, size_t limit) = 0;
    /// Those not in a final state.
    virtual std::vector<Block> open_blocks_of(JobId) = 0;
    /// In scheduling order: priority, then age of the job, then position in it.
    virtual std::vector<Block> blocks_in(BlockState, size_t limit) = 0;
    /// Queued blocks of one source up to a number, in scheduling order.
    virtual std::vector<Block> queued_blocks(const std::string& source, uint64_t up_to, size_t limit) = 0;
    /// The newest row of a block number or hash, proven ones first.
    virtual std::optional<Block> block_by_number(uint64_t number) = 0;
    virtual std::optional<Block> block_by_hash(const std::string& hash) = 0;
    /// Rows in a final state, in the order they finished; the last `limit` of them.
    virtual std::vector<Block> finished_blocks(size_t limit) = 0;
    virtual uint64_t proven_since(int64_t ms) = 0;
    virtual std::map<BlockState, uint64_t> block_counts(bool with_programs = true) = 0;
    /// Whether something needs this blob: a proof of a block, a program of one, or work that is not done.
    virtual bool uses_blob(const std::string& name) = 0;

    virtual std::optional<Task> task(TaskId) = 0;
    virtual std::vector<Task> tasks_of(BlockId) = 0;
    /// Tasks a node may claim at `now_ms`, in scheduling order.
    virtual std::vector<Task> ready_tasks(TaskKind, int64_t now_ms, size_t limit) = 0;

    virtual std::optional<Attempt> attempt(const std::string& id) = 0;
    virtual std::vector<Attempt> attempts_of(TaskId) = 0;
    virtual std::vector<Attempt> running_attempts() = 0;

    virtual std::optional<Node> node(const std::string& id) = 0;
    virtual std::vector<Node> nodes() = 0;

    virtual std::vector<Event> events_after(int64_t id, size_t limit) = 0;
    virtual int64_t last_event() = 0;
    /// Deletes the oldest events beyond the newest `keep`, at most `limit` of them.
    virtual void trim_events(int64_t keep, int64_t limit) = 0;

    /// Steps of work spent on statements so far: what a change costs, whatever the machine.
    virtual uint64_t work() const = 0;
};

/// Opens or creates the SQLite file (WAL, every commit synced); brings one of an older version up to date. Refuses a
/// damaged file (store_damaged) and one written by a newer version (store_version).
HostResult<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file);

}  // namespace ashlar::cluster
