// SPDX-License-Identifier: Apache-2.0
#include "libs/exec/thread_pool.hpp"

namespace ashlar::exec {
namespace {
thread_local bool inside_loop = false;
}

struct ThreadPool::Loop {
    size_t n, step;
    Body body;
    const void* context;
    std::atomic<size_t> next{0};
};

ThreadPool::ThreadPool(size_t threads) {
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    workers_.reserve(threads - 1);
    for (size_t i = 1; i < threads; i++) workers_.emplace_back([this] { worker_main(); });
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    for (auto& w : workers_) w.join();
}

void ThreadPool::run(size_t n, size_t grain, Body body, const void* context) {
    if (workers_.empty() || n <= grain || inside_loop) {
        body(context, 0, n);
        return;
    }
    // About eight pieces a thread: even out the ends without much scheduling.
    const size_t grains = (n + grain - 1) / grain;
    const size_t step = grain * std::max<size_t>(1, grains / (8 * size()));
    const std::lock_guard turn(caller_);
    Loop loop{n, step, body, context};
    {
        const std::lock_guard lock(mutex_);
        loop_ = &loop;
        generation_++;
    }
    wake_.notify_all();
    work(loop);
    std::unique_lock lock(mutex_);
    loop_ = nullptr;  // late wakers find nothing
    done_.wait(lock, [this] { return active_ == 0; });
}

void ThreadPool::work(Loop& loop) {
    inside_loop = true;
    for (;;) {
        const size_t begin = loop.next.fetch_add(loop.step, std::memory_order_relaxed);
        if (begin >= loop.n) break;
        loop.body(loop.context, begin, std::min(begin + loop.step, loop.n));
    }
    inside_loop = false;
}

void ThreadPool::worker_main() {
    uint64_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [&] { return stop_ || (loop_ != nullptr && generation_ != seen); });
        if (stop_) return;
        seen = generation_;
        Loop& loop = *loop_;
        active_++;
        lock.unlock();
        work(loop);
        lock.lock();
        if (--active_ == 0) done_.notify_all();
    }
}

}  // namespace ashlar::exec
