// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "libs/base/error.hpp"

namespace ashlar::ctl {

/// Child processes that are started again when they die and stopped together. Each writes to `<logs>/<name>.log`.
class Children {
  public:
    explicit Children(std::filesystem::path logs) : logs_(std::move(logs)) {}
    ~Children() { stop(); }
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;

    HostResult<void> start(const std::string& name, std::vector<std::string> command);
    /// Starts again what died; code "daemon_died" once one dies too often, or for its configuration.
    HostResult<void> mind();
    /// SIGTERM to all, SIGKILL to those that take too long.
    void stop();

  private:
    struct Child {
        std::string name;
        std::vector<std::string> command;
        pid_t pid;
        int restarts;
    };
    std::filesystem::path logs_;
    std::vector<Child> children_;

    HostResult<void> spawn(Child& c);
};

}  // namespace ashlar::ctl
