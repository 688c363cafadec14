// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/parallel_calls.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace ashlar::rpc {

namespace json = boost::json;

HostResult<std::vector<json::value>> parallel_calls(const JsonRpcOptions& options, std::vector<Call> calls,
                                                    std::stop_token stop) {
    std::vector<json::value> answers(calls.size());
    std::mutex mutex;
    std::condition_variable ended;
    std::optional<Error> error;
    std::atomic<size_t> next{0};
    JsonRpcOptions quiet = options;
    quiet.alive = {};
    std::stop_source failed;
    const std::stop_callback pass_on(stop, [&failed] { failed.request_stop(); });

    const auto work = [&] {
        for (size_t i; !failed.stop_requested() && (i = next++) < calls.size();) {
            auto answer = call(quiet, calls[i].method, std::move(calls[i].params), failed.get_token());
            if (answer) {
                answers[i] = std::move(*answer);
                continue;
            }
            const std::lock_guard lock(mutex);
            if (!error) error = answer.error();  // later ones were only stopped
            failed.request_stop();
        }
    };
    size_t running = std::min<size_t>(PARALLEL_CALLS, calls.size());
    std::vector<std::jthread> threads;
    for (size_t i = running; i-- > 0;)
        threads.emplace_back([&] {
            work();
            const std::lock_guard lock(mutex);
            running--;
            ended.notify_one();
        });
    {
        std::unique_lock lock(mutex);
        while (!ended.wait_for(lock, std::chrono::milliseconds(20), [&] { return running == 0; }))
            if (options.alive) {
                lock.unlock();
                options.alive();
                lock.lock();
            }
    }
    threads.clear();
    if (error) return Fail{std::move(*error)};
    if (stop.stop_requested()) return fail("stopped", "stopped on request");
    return answers;
}

}  // namespace ashlar::rpc
