// SPDX-License-Identifier: Apache-2.0
// One engine as a child process: the daemon's side and the engine's.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "libs/prover/engine_messages.hpp"

namespace ashlar::prover {

/// Where an engine finds its end of the socket.
inline constexpr int ENGINE_FD = 3;
/// First argument that makes a daemon an engine.
inline constexpr const char* ENGINE_ARGUMENT = "engine";

/// The engine's side: answers requests on `fd` until the daemon closes it. Returns the exit code. Without a prover it
/// refuses to prove (engine_request_bad).
int serve_engine(int fd, Verifier& verifier);
int serve_engine(int fd, Prover& prover);

/// The daemon's side of one engine: a child process that is started when needed and can be killed without harm to
/// anything else. One call at a time; kill() may come from any thread.
class EngineProcess {
  public:
    /// `command`: program and arguments; the socket is file descriptor ENGINE_FD.
    EngineProcess(std::string name, std::vector<std::string> command);
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    /// Runs one request of engine_messages.hpp. Codes: those of the prover; "engine_died" (killed, crashed, out of
    /// memory), "engine_start", "engine_answer_bad", "engine_overdue" after `limit` (zero: none), "stopped" after a
    /// stop request; the last two kill the process.
    template <class Request>
    HostResult<typename Request::Reply> call(const Request& request, const ProgressFn& progress,
                                             const std::stop_token& stop,
                                             std::chrono::milliseconds limit = std::chrono::milliseconds(0)) {
        ASHLAR_ASSIGN(const boost::json::object reply,
                      exchange({Request::VERB, wire::write(request)}, progress, stop, limit));
        auto read = wire::read<typename Request::Reply>(reply);
        if (!read) return fail("engine_answer_bad", read.error().message);
        return read;
    }
    /// Ends the process with SIGKILL; a running call returns "engine_died". The next call starts a new one.
    void kill();
    pid_t pid() const;
    uint64_t starts() const;

  private:
    std::string name_;
    std::vector<std::string> command_;
    mutable std::mutex mutex_;
    pid_t pid_ = -1;
    int fd_ = -1;
    uint64_t starts_ = 0;
    HostResult<boost::json::object> exchange(const EngineRequest& request, const ProgressFn& progress,
                                             const std::stop_token& stop, std::chrono::milliseconds limit);
    HostResult<void> start();
    std::string reap();
};

/// The command that makes the running program an engine.
std::vector<std::string> own_engine_command();

}  // namespace ashlar::prover
