// SPDX-License-Identifier: Apache-2.0
#include "libs/prover/engine_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstring>

#include "libs/base/descriptors.hpp"
#include "libs/base/log.hpp"

namespace ashlar::prover {

namespace json = boost::json;

namespace {

constexpr int POLL_MS = 100;

bool send_message(int fd, const json::object& message) {
    const std::string text = json::serialize(message);
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::vector<std::string> own_engine_command() { return {"/proc/self/exe", ENGINE_ARGUMENT}; }

EngineProcess::EngineProcess(std::string name, std::vector<std::string> command)
    : name_(std::move(name)), command_(std::move(command)) {}

EngineProcess::~EngineProcess() {
    kill();
    reap();
}

pid_t EngineProcess::pid() const {
    const std::lock_guard lock(mutex_);
    return pid_;
}
uint64_t EngineProcess::starts() const {
    const std::lock_guard lock(mutex_);
    return starts_;
}

void EngineProcess::kill() {
    const std::lock_guard lock(mutex_);
    if (pid_ > 0) ::kill(pid_, SIGKILL);
}

/// Waits for a process that has ended (or is about to); says how it ended.
std::string EngineProcess::reap() {
    pid_t pid;
    {
        const std::lock_guard lock(mutex_);
        pid = pid_;
        pid_ = -1;  // from here on kill() leaves the number alone: once waited for, it may be another process
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
        if (pid > 0) ::kill(pid, SIGKILL);
    }
    if (pid <= 0) return "not running";
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
    return fmt::format("exit code {}", WEXITSTATUS(status));
}

HostResult<void> EngineProcess::start() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fail("engine_start", fmt::format("no socket pair: {}", std::strerror(errno)),
                    "check the limit of open files");
    const int size = static_cast<int>(ENGINE_MESSAGE_BYTES);
    for (const int end : ends) ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    std::vector<char*> argv;
    for (auto& part : command_) argv.push_back(part.data());
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        ::close(ends[0]), ::close(ends[1]);
        return fail("engine_start", fmt::format("cannot fork: {}", std::strerror(errno)),
                    "check the limit of processes");
    }
    if (pid == 0) {  // only async-signal-safe calls from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        if (ends[1] == ENGINE_FD)
            ::fcntl(ENGINE_FD, F_SETFD, 0);
        else
            ::dup2(ends[1], ENGINE_FD);
        close_descriptors_from(ENGINE_FD + 1);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::signal(SIGINT, SIG_IGN);  // Ctrl-C is for the supervisor, which ends us
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(ends[1]);
    const std::lock_guard lock(mutex_);
    pid_ = pid;
    fd_ = ends[0];
    starts_++;
    log::debug("engine_started", {{"engine", name_}, {"pid", pid}});
    return {};
}

HostResult<json::object> EngineProcess::exchange(const EngineRequest& request, const ProgressFn& progress,
                                                 const std::stop_token& stop, std::chrono::milliseconds limit) {
    const auto begin = std::chrono::steady_clock::now();
    if (pid() <= 0) ASHLAR_TRY(start());
    int fd;
    {
        const std::lock_guard lock(mutex_);
        fd = fd_;
    }
    const auto died = [&]() -> Fail<Error> {
        const std::string how = reap();
        log::warning("engine_died", {{"engine", name_}, {"how", how}});
        return fail("engine_died", fmt::format("the engine process ended: {}", how),
                    "signal 9 with nobody killing it is usually the kernel out of memory");
    };
    if (!send_message(fd, wire::write(request))) return died();
    std::vector<char> buffer(ENGINE_MESSAGE_BYTES);
    while (true) {
        if (stop.stop_requested()) {
            reap();
            return fail("stopped", "stopped on request");
        }
        if (limit.count() > 0 && std::chrono::steady_clock::now() - begin > limit) {
            reap();
            log::warning("engine_overdue", {{"engine", name_}, {"limit_ms", limit.count()}});
            return fail("engine_overdue", fmt::format("the engine gave no answer within {} s", limit.count() / 1000));
        }
        pollfd p{fd, POLLIN, 0};
        const int ready = ::poll(&p, 1, POLL_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n <= 0) return died();
        const auto text = parse_object({buffer.data(), static_cast<size_t>(n)});
        const auto message = text ? wire::read<EngineMessage>(*text) : HostResult<EngineMessage>(Fail{text.error()});
        if (!message) return died();
        if (message->error) return Fail{*message->error};
        if (message->result) return *message->result;
        if (message->progress && progress) progress(*message->progress);
    }
}

}  // namespace ashlar::prover
