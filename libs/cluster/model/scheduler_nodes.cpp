// SPDX-License-Identifier: Apache-2.0
// Nodes and attempts: registration, heartbeats, claims, results, giving up.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "libs/base/files.hpp"
#include "libs/cluster/model/scheduler.hpp"
#include "libs/cluster/store/blob_store.hpp"

namespace ashlar::cluster {

namespace json = boost::json;

namespace {

/// Old events are deleted each time this many have come, and then no more than twice as many.
constexpr int64_t EVENTS_TRIMMED = 1000;

bool in_list(std::string_view list, std::string_view item) {
    while (!list.empty()) {
        const size_t comma = list.find(',');
        if (list.substr(0, comma) == item) return true;
        list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
    }
    return false;
}

}  // namespace

Fault fault_of(const std::string& code) {
    if (code == "node_stopping" || code == "attempt_unreported" || code == "engine_recycled") return Fault::nobody;
    for (const char* local : {"file_", "store_", "blob_"})
        if (code.starts_with(local)) return Fault::node;
    return Fault::task;
}

void Scheduler::note_attempt(const Block& b, const Task& t, const Attempt& a) {
    add_event("attempt", b.job, b.id,
              json::serialize(json::object{{"attempt", a.id},
                                           {"task", static_cast<int64_t>(t.id)},
                                           {"kind", name_of(t.kind)},
                                           {"index", t.index},
                                           {"node", a.node},
                                           {"state", name_of(a.state)},
                                           {"reason", a.reason}}));
}

void Scheduler::note_node(const Node& n) {
    store_.update(n);
    add_event("node", {}, {},
              json::serialize(
                  json::object{{"node", n.id}, {"name", n.name}, {"state", name_of(n.state)}, {"epoch", n.epoch}}));
}

uint64_t Scheduler::chunk_for(uint64_t attempt) const {
    const size_t step = static_cast<size_t>((attempt - 1) / 2);
    return policy_.chunk_ladder[std::min(step, policy_.chunk_ladder.size() - 1)];
}

HostResult<Node> Scheduler::known_node(const std::string& id, uint64_t epoch) {
    auto n = store_.node(id);
    if (!n) return fail("node_unknown", "this node is not registered", "register first");
    if (n->epoch != epoch || n->state == NodeState::lost)
        return fail("node_stale", fmt::format("epoch {} of this node is over", epoch), "register again");
    return std::move(*n);
}

void Scheduler::end_attempt(Attempt& a, AttemptState state, const std::string& reason) {
    a.state = state;
    a.reason = reason;
    a.finished_ms = now_();
    if (const auto p = progress_.find(a.id); p != progress_.end())
        a.stage = p->second.stage, a.done = p->second.done, a.total = p->second.total;
    store_.update(a);
    const auto t = store_.task(a.task);
    const auto b = t ? store_.block(t->block) : std::nullopt;
    if (b) note_attempt(*b, *t, a);
}

/// Queues a task again after `a` ended without a result; the block fails once its attempts are used up.
void Scheduler::retry_task(Task& t, const Attempt& a, const Error& error) {
    auto b = store_.block(t.block);
    if (!b || is_final(b->state)) return;
    count("retry_" + error.code);
    const Fault fault = t.excused < MAX_EXCUSED ? fault_of(error.code) : Fault::task;
    if (fault != Fault::task) t.excused++, t.attempts--;
    if (fault != Fault::nobody && !in_list(t.avoid, a.node)) t.avoid += (t.avoid.empty() ? "" : ",") + a.node;
    t.output.clear();
    if (t.attempts >= policy_.attempts) {
        t.state = TaskState::failed;
        note_task(*b, t);
        end_block(*b, BlockState::failed,
                  {error.code,
                   fmt::format("{} {} failed {} times, last on {}: {}", name_of(t.kind), t.index, t.attempts, a.node,
                               error.message),
                   error.hint});
        promote();
        return;
    }
    t.state = TaskState::ready;
    t.not_before_ms = now_() + policy_.backoff_ms * static_cast<int64_t>(t.attempts + t.excused);
    note_task(*b, t);
}

bool Scheduler::has_proof(const Block& b, uint64_t index) {
    const auto tasks = store_.tasks_of(b.id);
    return std::any_of(tasks.begin(), tasks.end(), [&](const Task& t) {
        return t.kind == TaskKind::subblock && t.index == index && t.state == TaskState::done;
    });
}

/// The aggregator refused subblock `index`: whoever made it does not get it again.
void Scheduler::retry_subblock(const Block& b, uint64_t index, const Error& error) {
    for (Task& t : store_.tasks_of(b.id)) {
        if (t.kind != TaskKind::subblock || t.index != index || t.state != TaskState::done) continue;
        if (auto a = store_.attempt(t.current)) {
            end_attempt(*a, AttemptState::failed, error.code + ": " + error.message);
            retry_task(t, *a, error);
        }
    }
}

void Scheduler::lose_attempts(const std::string& node, uint64_t before_epoch, const std::string& reason) {
    for (Attempt& a : store_.running_attempts()) {
        if (a.node != node || a.epoch >= before_epoch) continue;
        end_attempt(a, AttemptState::lost, reason);
        if (auto t = store_.task(a.task); t && t->current == a.id && t->state == TaskState::running)
            retry_task(*t, a, {"node_lost", reason});
    }
}

HostResult<Node> Scheduler::register_node(const NodeHello& h) {
    if (h.id.empty() || h.instance.empty() || (h.role != "worker" && h.role != "aggregator"))
        return fail("node_bad", "a node needs an id, an instance and the role worker or aggregator");
    const std::lock_guard lock(mutex_);
    Node n;
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        const auto old = store_.node(h.id);
        if (!old && store_.nodes().size() >= MAX_NODES)
            return fail("nodes_full", fmt::format("{} nodes have registered", MAX_NODES),
                        "keep each node's state directory: its name is in there");
        if (old) n = *old;
        n.id = h.id, n.name = h.name, n.role = h.role, n.url = h.url, n.version = h.version, n.slots = h.slots,
        n.info = h.info;
        if (!old || old->instance != h.instance || old->state == NodeState::lost) {
            n.epoch++;
            n.registered_ms = now_();
        }
        n.instance = h.instance;
        n.last_seen_ms = now_();
        n.state = n.drained ? NodeState::draining : NodeState::live;
        if (!old) store_.insert(n);
        note_node(n);
        lose_attempts(n.id, n.epoch, "its process ended");
        return {};
    }));
    last_seen_[n.id] = now_();
    return n;
}

HostResult<std::vector<std::string>> Scheduler::heartbeat(const std::string& node, uint64_t epoch,
                                                          const std::vector<AttemptProgress>& reports) {
    const std::lock_guard lock(mutex_);
    ASHLAR_ASSIGN(const Node n, known_node(node, epoch));
    last_seen_[node] = now_();
    std::vector<std::string> stop;
    for (const auto& r : reports) {
        auto a = store_.attempt(r.attempt);
        if (a && a->state == AttemptState::lost && a->node == node) {
            ASHLAR_TRY(change([&]() -> HostResult<void> {
                take_back(*a, n);
                return {};
            }));
        }
        if (!a || a->node != node || a->state != AttemptState::running) {
            stop.push_back(r.attempt);
            continue;
        }
        // Only progress of this attempt moves its clock: a heartbeat alone does not.
        LiveProgress& p = progress_[r.attempt];
        if (r.seq > p.seq) {
            p = {r.seq, now_(), r.stage, r.done, r.total, r.chunks};
            version_++;
        }
    }
    ASHLAR_TRY(lose_unreported(n, reports));
    return stop;
}

/// A node that was given up as silent is back with its work: if nobody else has taken that yet, it goes on.
void Scheduler::take_back(Attempt& a, const Node& n) {
    auto t = store_.task(a.task);
    const auto b = t ? store_.block(t->block) : std::nullopt;
    const bool was_silent = a.epoch < n.epoch;  // else it was the attempt that was given up
    if (!b || is_final(b->state) || t->state != TaskState::ready || !was_silent || now_() > a.deadline_ms) return;
    a.state = AttemptState::running, a.reason.clear(), a.finished_ms = 0;
    t->state = TaskState::running, t->current = a.id;
    store_.update(a);
    note_task(*b, *t);
    note_attempt(*b, *t, a);
    progress_[a.id].at_ms = now_();
    count("attempt_taken_back");
}

/// Reconciles: a claim is assigned before its answer is on the way, and a connection may break in between.
HostResult<void> Scheduler::lose_unreported(const Node& n, const std::vector<AttemptProgress>& reports) {
    std::vector<Attempt> missing;
    for (Attempt& a : store_.running_attempts()) {
        if (a.node != n.id || now_() - a.started_ms < policy_.unreported_ms) continue;
        const auto reported = [&](const AttemptProgress& r) { return r.attempt == a.id; };
        if (std::none_of(reports.begin(), reports.end(), reported)) missing.push_back(std::move(a));
    }
    if (missing.empty()) return {};
    return change([&]() -> HostResult<void> {
        for (Attempt& a : missing) {
            end_attempt(a, AttemptState::lost, "its node does not know it");
            if (auto t = store_.task(a.task); t && t->current == a.id && t->state == TaskState::running)
                retry_task(*t, a, {"attempt_unreported", "the node never got the task"});
        }
        return {};
    });
}

HostResult<Node> Scheduler::named_node(const std::string& name) {
    if (auto n = store_.node(name)) return *n;
    std::vector<Node> named;
    for (Node& n : store_.nodes())
        if (n.name == name) named.push_back(std::move(n));
    if (named.empty()) return fail("node_unknown", fmt::format("there is no node '{}'", name.substr(0, 64)));
    if (named.size() > 1) return fail("node_ambiguous", fmt::format("{} nodes have the name '{}'", named.size(), name));
    return std::move(named.front());
}

HostResult<Node> Scheduler::find_node(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return named_node(name);
}

HostResult<Node> Scheduler::remove_node(const std::string& name, bool dry_run) {
    const std::lock_guard lock(mutex_);
    ASHLAR_ASSIGN(const Node n, named_node(name));
    if (n.state != NodeState::lost) return fail("node_live", fmt::format("node {} is in touch", n.name));
    if (dry_run) return n;
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        store_.remove(n);
        add_event("node", {}, {},
                  json::serialize(json::object{{"node", n.id}, {"name", n.name}, {"state", "removed"}}));
        return {};
    }));
    last_seen_.erase(n.id);
    return n;
}

HostResult<Node> Scheduler::drain_node(const std::string& name, bool drain, bool dry_run) {
    const std::lock_guard lock(mutex_);
    auto n = named_node(name);
    if (!n) return n;
    if (dry_run) return *n;
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        n->drained = drain;
        if (n->state != NodeState::lost) n->state = drain ? NodeState::draining : NodeState::live;
        note_node(*n);
        return {};
    }));
    return *n;
}

bool Scheduler::has_other_node(const Task& t, const Node& me) {
    for (const Node& n : store_.nodes())
        if (n.id != me.id && n.role == me.role && n.state == NodeState::live && !in_list(t.avoid, n.id)) return true;
    return false;
}

HostResult<std::optional<Assignment>> Scheduler::claim(const std::string& node, uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    ASHLAR_ASSIGN(const Node n, known_node(node, epoch));
    if (n.state != NodeState::live) return std::optional<Assignment>();
    std::vector<Task> ready;
    const auto collect = [&](TaskKind kind) {
        for (Task& t : store_.ready_tasks(kind, now_(), 64)) ready.push_back(std::move(t));
    };
    if (n.role == "worker") {
        collect(TaskKind::subblock);
        collect(TaskKind::program);
    } else {
        collect(TaskKind::aggregate);
    }
    for (Task& t : ready) {
        if (in_list(t.avoid, n.id) && has_other_node(t, n)) continue;
        Assignment out;
        ASHLAR_TRY(change([&]() -> HostResult<void> {
            auto b = store_.block(t.block);
            if (!b) return fail("internal_store", "a task without its block");
            t.attempts++;
            b->attempts++;
            Attempt a;
            a.id = random_hex(16), a.task = t.id, a.node = n.id, a.epoch = n.epoch;
            a.chunk_cycles = chunk_for(t.attempts);
            a.started_ms = a.progress_ms = now_();
            a.deadline_ms = a.started_ms + policy_.attempt_deadline_ms;
            t.state = TaskState::running;
            t.current = a.id;
            store_.insert(a);
            store_.update(*b);
            note_task(*b, t);
            note_attempt(*b, t, a);
            if (t.kind == TaskKind::aggregate)
                for (const Task& s : store_.tasks_of(b->id))
                    if (s.kind == TaskKind::subblock) out.proofs.push_back(s.output);
            out.attempt = a, out.task = t, out.block = *b;
            out.profile = b->profile.empty() ? policy_.profile : b->profile;
            return {};
        }));
        progress_[out.attempt.id].at_ms = now_();
        return std::optional<Assignment>(std::move(out));
    }
    return std::optional<Assignment>();
}

void Scheduler::accept(Task& t, Attempt& a, const AttemptResult& r) {
    auto b = store_.block(t.block);
    if (!b) return;
    end_attempt(a, AttemptState::done, "");
    t.state = TaskState::done;
    t.output = r.output, t.output_bytes = r.output_bytes, t.chunks = r.chunks, t.cycles = r.cycles,
    t.seconds = r.seconds;
    t.stats = r.stats;
    note_task(*b, t);
    b->cycles += r.cycles;
    if (t.kind == TaskKind::subblock) {
        bool all = true;
        Task aggregate;
        for (Task& o : store_.tasks_of(b->id)) {
            if (o.kind == TaskKind::aggregate)
                aggregate = o;
            else
                all = all && o.state == TaskState::done;
        }
        if (all) {
            b->state = BlockState::aggregating;
            b->aggregating_ms = now_();
            aggregate.state = TaskState::ready;
            note_task(*b, aggregate);
        }
    } else {
        b->state = BlockState::verifying;
        b->verifying_ms = now_();
        b->proof = r.output;
        b->proof_bytes = r.output_bytes;
    }
    note_block(*b);
}

HostResult<Acknowledged> Scheduler::finish(const AttemptResult& r) {
    const std::lock_guard lock(mutex_);
    const auto ignore = [&](const char* why) {
        count(std::string("result_ignored_") + why);
        return Acknowledged{false, why};
    };
    auto a = store_.attempt(r.attempt);
    if (!a) return ignore("unknown");
    if (a->node != r.node || a->epoch != r.epoch) return ignore("foreign");
    auto t = store_.task(a->task);
    if (a->state == AttemptState::done) return ignore("duplicate");
    const bool current =
        a->state == AttemptState::running && t && t->current == a->id && t->state == TaskState::running;
    // A proof is worth no less for having come after the attempt was given up.
    const bool welcome =
        r.ok && a->state == AttemptState::lost && t && (t->state == TaskState::ready || t->state == TaskState::running);
    if (!current && !welcome) return ignore("late");
    ASHLAR_TRY(change([&]() -> HostResult<void> {
        if (!current) {
            count("result_late_taken");
            if (auto other = store_.attempt(t->current); t->state == TaskState::running && other)
                end_attempt(*other, AttemptState::cancelled, "an earlier attempt was done first");
            t->current = a->id;
        }
        if (r.ok) {
            accept(*t, *a, r);
            return {};
        }
        end_attempt(*a, AttemptState::failed, r.error.code + ": " + r.error.message);
        uint64_t index = 0;
        const std::string& hint = r.error.hint;
        const auto [end, bad] = std::from_chars(hint.data(), hint.data() + hint.size(), index);
        const bool accuses = t->kind == TaskKind::aggregate && r.error.code == "bad_subblock_proof" &&
                             bad == std::errc() && end == hint.data() + hint.size();
        auto b = store_.block(t->block);
        // The aggregation is at fault for what it says of a subblock that is not there, and when it says it too often.
        if (accuses && b && t->excused < MAX_EXCUSED && has_proof(*b, index)) {
            b->state = BlockState::proving;
            note_block(*b);
            t->state = TaskState::waiting;
            t->excused++, t->attempts--;
            note_task(*b, *t);
            retry_subblock(*b, index, r.error);
            return {};
        }
        retry_task(*t, *a, r.error);
        return {};
    }));
    progress_.erase(r.attempt);
    return Acknowledged{true, "accepted"};
}

HostResult<void> Scheduler::tick() {
    const std::lock_guard lock(mutex_);
    const int64_t now = now_(), away = now - std::exchange(ticked_ms_, now) - policy_.away_ms;
    if (away > 0)
        ASHLAR_TRY(change([&]() -> HostResult<void> {
            forgive(away);
            return {};
        }));
    std::vector<Node> silent;
    for (const Node& n : store_.nodes())
        if (n.state != NodeState::lost && now - last_seen_[n.id] > policy_.node_silence_ms) silent.push_back(n);
    std::vector<std::pair<Attempt, Error>> overdue;
    std::set<std::string> running;
    for (const Attempt& a : store_.running_attempts()) {
        running.insert(a.id);
        if (now > a.deadline_ms)
            overdue.emplace_back(a, Error{"attempt_deadline",
                                          fmt::format("not done within {} s", (a.deadline_ms - a.started_ms) / 1000)});
        else if (now - std::max(progress_[a.id].at_ms, a.progress_ms) > policy_.attempt_silence_ms)
            overdue.emplace_back(
                a, Error{"attempt_silent", fmt::format("no progress for {} s", policy_.attempt_silence_ms / 1000)});
    }
    std::erase_if(progress_, [&](const auto& p) { return !running.contains(p.first); });
    const std::vector<Job> late = store_.jobs_with_deadline(now);
    const bool trim = store_.last_event() - trimmed_ > EVENTS_TRIMMED;
    if (silent.empty() && overdue.empty() && late.empty() && !trim) return {};
    return change([&]() -> HostResult<void> {
        for (Node& n : silent) {
            n.state = NodeState::lost;
            n.last_seen_ms = last_seen_[n.id];
            note_node(n);
            lose_attempts(n.id, n.epoch + 1, fmt::format("no heartbeat for {} s", policy_.node_silence_ms / 1000));
        }
        for (auto& [old, error] : overdue) {
            auto a = store_.attempt(old.id);
            if (!a || a->state != AttemptState::running) continue;
            end_attempt(*a, AttemptState::lost, error.code + ": " + error.message);
            if (auto t = store_.task(a->task); t && t->current == a->id && t->state == TaskState::running)
                retry_task(*t, *a, error);
        }
        for (const Job& j : late) end_late(j);
        promote();
        if (trim) {
            store_.trim_events(policy_.events_kept, 2 * EVENTS_TRIMMED);
            trimmed_ = store_.last_event();
        }
        return {};
    });
}

/// A job past its deadline fails with all that is left of it, blocks without a row included.
void Scheduler::end_late(const Job& late) {
    for (Block& b : store_.open_blocks_of(late.id))
        end_block(b, BlockState::failed, {"job_deadline", "the job's deadline passed"});
    auto job = store_.job(late.id);
    if (!job || job->finished_ms) return;
    job->failed += job->count - job->made;
    job->state = JobState::failed;
    job->finished_ms = now_();
    note_job(*job);
}

std::vector<Node> Scheduler::nodes() {
    const std::lock_guard lock(mutex_);
    auto nodes = store_.nodes();
    for (Node& n : nodes)
        if (const auto it = last_seen_.find(n.id); it != last_seen_.end()) n.last_seen_ms = it->second;
    return nodes;
}
std::map<std::string, LiveProgress> Scheduler::progress() {
    const std::lock_guard lock(mutex_);
    return progress_;
}
std::map<std::string, uint64_t> Scheduler::counters() {
    const std::lock_guard lock(mutex_);
    return counters_;
}

}  // namespace ashlar::cluster
