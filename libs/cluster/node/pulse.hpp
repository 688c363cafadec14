// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ashlar::cluster {

/// When a thread last went round: what a watchdog looks at.
class Pulse {
  public:
    void beat() { at_ms_ = now_ms(); }
    bool within(std::chrono::milliseconds limit) const { return now_ms() - at_ms_ < limit.count(); }

    /// Goes on beating while `work` runs. For calls of an engine: how long those may take, and whether they hang, is
    /// for deadlines to judge, not for the watchdog of this process.
    template <class Work>
    auto during(const Work& work) {
        std::jthread beating([this](const std::stop_token& stop) {
            std::mutex mutex;
            std::condition_variable_any ended;
            std::unique_lock lock(mutex);
            do beat();
            while (!ended.wait_for(lock, stop, PERIOD, [&] { return stop.stop_requested(); }));
        });
        return work();
    }

  private:
    static constexpr std::chrono::milliseconds PERIOD{200};
    std::atomic<int64_t> at_ms_{now_ms()};
    static int64_t now_ms() {
        using namespace std::chrono;
        return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
    }
};

}  // namespace ashlar::cluster
