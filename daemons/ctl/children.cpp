// SPDX-License-Identifier: Apache-2.0
#include "daemons/ctl/children.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "libs/base/descriptors.hpp"

namespace ashlar::ctl {

using Clock = std::chrono::steady_clock;

namespace {

constexpr auto STOP_LIMIT = std::chrono::seconds(30);
constexpr int MAX_RESTARTS = 10;

}  // namespace

HostResult<void> Children::start(const std::string& name, std::vector<std::string> command) {
    children_.push_back({name, std::move(command), -1, 0});
    return spawn(children_.back());
}

HostResult<void> Children::mind() {
    for (Child& c : children_) {
        int status = 0;
        if (c.pid <= 0 || ::waitpid(c.pid, &status, WNOHANG) != c.pid) continue;
        const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                                    : fmt::format("exit code {}", WEXITSTATUS(status));
        c.pid = -1;
        // Exit code 2 is a configuration nobody can mend by trying again.
        if (++c.restarts > MAX_RESTARTS || (WIFEXITED(status) && WEXITSTATUS(status) == 2))
            return fail("daemon_died", fmt::format("{} ended ({})", c.name, how),
                        fmt::format("its log is {}", (logs_ / (c.name + ".log")).string()));
        fmt::print(stderr, "{} ended ({}); starting it again\n", c.name, how);
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        ASHLAR_TRY(spawn(c));
    }
    return {};
}

void Children::stop() {
    // Nodes first, so that they do not miss their coordinator; each gets time to end well.
    for (size_t i = children_.size(); i-- > 0;)
        if (children_[i].pid > 0) ::kill(children_[i].pid, SIGTERM);
    const auto until = Clock::now() + STOP_LIMIT;
    for (Child& c : children_) {
        while (c.pid > 0 && ::waitpid(c.pid, nullptr, WNOHANG) == 0) {
            if (Clock::now() > until) ::kill(c.pid, SIGKILL);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        c.pid = -1;
    }
}

HostResult<void> Children::spawn(Child& c) {
    std::vector<char*> argv;
    for (auto& a : c.command) argv.push_back(a.data());
    argv.push_back(nullptr);
    const std::string log = (logs_ / (c.name + ".log")).string();
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return fail("internal_fork", "cannot start a process", "check the limit of processes");
    if (pid == 0) {       // only async-signal-safe calls from here on
        ::setpgid(0, 0);  // Ctrl-C comes to us alone; we stop them in order
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(1);
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(null, 0);
        ::dup2(fd, 1);
        ::dup2(fd, 2);
        close_descriptors_from(3);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    c.pid = pid;
    return {};
}

}  // namespace ashlar::ctl
