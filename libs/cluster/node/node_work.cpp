// SPDX-License-Identifier: Apache-2.0
#include "libs/cluster/node/node_work.hpp"
#include "libs/base/files.hpp"

#include <fstream>

#include "libs/base/json.hpp"
#include "libs/base/log.hpp"

namespace ashlar::cluster {

namespace {

uint64_t memory_available() {
    std::ifstream in("/proc/meminfo");
    std::string word;
    uint64_t kib = 0;
    while (in >> word)
        if (word == "MemAvailable:") {
            in >> kib;
            break;
        }
    return kib * 1024;
}

}  // namespace

NodeWork::NodeWork(NodeOptions o) : options(std::move(o)), instance(random_hex(8)) {}

HostResult<void> NodeWork::load_id() {
    const std::filesystem::path file = options.state_dir / "node_id";
    if (auto bytes = read_file(file); bytes && bytes->size() == 16) {
        id.assign(bytes->begin(), bytes->end());
        return {};
    }
    id = random_hex(8);
    return write_file_atomically(file, as_bytes(id));
}

uint64_t NodeWork::epoch() const {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

void NodeWork::set_epoch(uint64_t epoch) {
    const std::lock_guard lock(mutex_);
    epoch_ = epoch;
}

void NodeWork::begin_drain() {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    wake_.notify_all();
}

void NodeWork::ask_restart() {
    begin_drain();
    restart_asked_ = true;
}

void NodeWork::stop() {
    const std::lock_guard lock(mutex_);
    draining_ = stopped_ = true;
    for (auto& s : slots) s->stop.request_stop();
    wake_.notify_all();
}

bool NodeWork::draining() const {
    const std::lock_guard lock(mutex_);
    return draining_;
}

bool NodeWork::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

bool NodeWork::busy() const {
    const std::lock_guard lock(mutex_);
    for (const auto& s : slots)
        if (!s->attempt.empty()) return true;
    return false;
}

void NodeWork::pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, time, [&] { return stopped_; });
}

std::optional<std::stop_token> NodeWork::begin(Slot& slot, const TaskOrder& task) {
    const std::lock_guard lock(mutex_);
    if (draining_) return std::nullopt;
    slot.attempt = task.attempt, slot.task = task, slot.progress = {"fetching"}, slot.seq = 1,
    slot.stop = std::stop_source();
    return slot.stop.get_token();
}

void NodeWork::step(Slot& slot, const prover::Progress& p) {
    slot.pulse.beat();
    const std::lock_guard lock(mutex_);
    slot.progress = p;
    slot.seq++;
}

void NodeWork::end(Slot& slot) {
    const std::lock_guard lock(mutex_);
    slot.attempt.clear();
}

void NodeWork::stop_attempt(const std::string& attempt) {
    const std::lock_guard lock(mutex_);
    for (auto& s : slots)
        if (s->attempt == attempt && !s->stop.stop_requested()) {
            log::info("attempt_stopped", {{"attempt", attempt}});
            s->stop.request_stop();
        }
}

std::vector<AttemptProgress> NodeWork::attempts() const {
    std::vector<AttemptProgress> out;
    const std::lock_guard lock(mutex_);
    for (const auto& s : slots)
        if (!s->attempt.empty())
            out.push_back(
                {s->attempt, s->seq, s->progress.stage, s->progress.done, s->progress.total, s->progress.chunks});
    return out;
}

NodeInfo NodeWork::info() const {
    NodeInfo out;
    out.threads = options.threads;
    out.memory_available_bytes = memory_available();
    std::error_code ec;
    if (const auto space = std::filesystem::space(options.state_dir, ec); !ec) out.disk_free_bytes = space.available;
    out.now_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::lock_guard lock(mutex_);
    for (const auto& s : slots) {
        EngineStatus& e = out.engines.emplace_back();
        e.pid = s->engine->pid(), e.starts = s->engine->starts(), e.busy = !s->attempt.empty();
        if (e.busy)
            e.task = EngineTask{s->task.kind,      s->task.number,   s->task.index,
                                s->progress.stage, s->progress.done, s->progress.total};
    }
    return out;
}

}  // namespace ashlar::cluster
