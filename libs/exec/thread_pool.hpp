// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ashlar::exec {

/// A fixed set of threads for data-parallel loops. The calling thread takes part, so a pool of n threads starts n - 1.
///
/// Any thread may call parallel_for; calls from different threads take turns. A call from inside a loop body runs in
/// the calling thread. Loop bodies must not throw.
class ThreadPool {
  public:
    /// `threads` 0 means one per processor.
    explicit ThreadPool(size_t threads = 0);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    size_t size() const { return workers_.size() + 1; }

    /// Calls f(begin, end) for disjoint ranges that cover [0, n). Each range but the last has a multiple of `grain`
    /// elements, at least one grain; grain >= 1. Returns when all are done.
    template <class Function>
    void parallel_for(size_t n, size_t grain, const Function& f) {
        if (n == 0) return;
        const auto body = [](const void* context, size_t begin, size_t end) {
            (*static_cast<const Function*>(context))(begin, end);
        };
        run(n, std::max<size_t>(grain, 1), body, &f);
    }

  private:
    using Body = void (*)(const void*, size_t, size_t);
    struct Loop;

    void run(size_t n, size_t grain, Body body, const void* context);
    void work(Loop& loop);
    void worker_main();

    std::vector<std::thread> workers_;
    std::mutex caller_;  // held by the thread whose loop is running
    std::mutex mutex_;
    std::condition_variable wake_, done_;
    Loop* loop_ = nullptr;
    uint64_t generation_ = 0;
    size_t active_ = 0;
    bool stop_ = false;
};

}  // namespace ashlar::exec
