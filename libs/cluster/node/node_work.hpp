// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "libs/base/metrics.hpp"
#include "libs/cluster/node/node.hpp"
#include "libs/cluster/node/pulse.hpp"
#include "libs/cluster/wire/nodes.hpp"
#include "libs/prover/engine_process.hpp"

namespace ashlar::cluster {

/// One engine and what it is doing. The fields behind `engine` belong to NodeWork, which guards them.
struct Slot {
    std::unique_ptr<prover::EngineProcess> engine;
    Pulse pulse;                        ///< of the thread that serves this slot
    std::atomic<bool> recycled{false};  ///< the engine was ended by order, in the middle of a task

  private:
    friend class NodeWork;
    std::string attempt;  ///< empty: idle
    TaskOrder task;
    prover::Progress progress;
    uint64_t seq = 0;
    std::stop_source stop;
};

/// What the threads of a node share: who it is, whether it is stopping, what its engines do. Thread-safe.
class NodeWork {
  public:
    explicit NodeWork(NodeOptions options);

    NodeOptions options;   ///< unchanged once the threads run
    std::string id;        ///< of the node, for good
    std::string instance;  ///< of this process
    Metrics metrics;
    std::atomic<bool> in_touch{false};
    std::vector<std::unique_ptr<Slot>> slots;  ///< as many as engines; unchanged once the threads run

    /// The id from the state directory, made there the first time.
    HostResult<void> load_id();

    uint64_t epoch() const;  ///< 0: not registered
    void set_epoch(uint64_t);

    /// No new tasks from here on; begin() refuses.
    void begin_drain();
    /// Tasks in work are given up too.
    void stop();
    /// The daemon shall end when its tasks have, and be started again.
    void ask_restart();
    bool restart_asked() const { return restart_asked_; }
    bool draining() const;
    bool stopped() const;
    bool busy() const;
    /// Sleeps, but not beyond stop().
    void pause(std::chrono::milliseconds time);

    /// A claimed task begins; nothing when the node drains: the task must be handed back.
    std::optional<std::stop_token> begin(Slot&, const TaskOrder& task);
    void step(Slot&, const prover::Progress&);
    void end(Slot&);
    void stop_attempt(const std::string& attempt);

    /// Running attempts, for a heartbeat.
    std::vector<AttemptProgress> attempts() const;
    /// Engines, threads, memory: for the coordinator and for people.
    NodeInfo info() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool draining_ = false, stopped_ = false;
    std::atomic<bool> restart_asked_{false};
    uint64_t epoch_ = 0;
};

}  // namespace ashlar::cluster
