// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <boost/json/fwd.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "libs/cluster/engine.hpp"

namespace ashlar::cluster {

using ServiceFactory = std::function<std::unique_ptr<ProvingService>()>;

/// Where an engine finds its end of the socket.
inline constexpr int ENGINE_FD = 3;
/// First argument that makes a daemon an engine.
inline constexpr const char* ENGINE_ARGUMENT = "engine";

/// The engine's side: answers requests on `fd` until the supervisor closes it. Returns the exit code.
int serve_engine(int fd, ProvingService& service);

/// The supervisor's side of one engine: a child process that is started when needed and killed without harm to anybody
/// else. Requests and answers are JSON messages over a socket pair, bytes travel as files. One call at a time; kill()
/// may come from any thread. Kinds of request: prove, aggregate, prepare, verify_block, verify_program.
class EngineProcess {
  public:
    /// `command`: program and arguments; the socket is file descriptor ENGINE_FD.
    EngineProcess(std::string name, std::vector<std::string> command);
    ~EngineProcess();
    EngineProcess(const EngineProcess&) = delete;
    EngineProcess& operator=(const EngineProcess&) = delete;

    /// Runs one request. Codes: those of the service; "engine_died" (killed, crashed, out of memory), "engine_start",
    /// "engine_overdue" after `limit` (zero: none), "stopped" after a stop request; the last two kill the process.
    HostResult<boost::json::object> call(const boost::json::object& request, const ProgressFn& progress,
                                         const std::stop_token& stop,
                                         std::chrono::milliseconds limit = std::chrono::milliseconds(0));
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
    HostResult<void> start();
    std::string reap();
};

/// The command that makes the running program an engine.
std::vector<std::string> own_engine_command();

}  // namespace ashlar::cluster
