// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/config.hpp"

namespace ashlar::cluster {

/// What every daemon's main() has in common.
struct DaemonSpec {
    std::string name, purpose;
    std::string config_file;  ///< read when it exists and no --config is given
    ConfigSchema schema;
    std::vector<std::string_view> other_keys = {};  ///< of other daemons that may share this one's conf.d
};

/// Keys every daemon has; put them in front of a daemon's own.
#define ASHLAR_COMMON_KEYS                                                                            \
    {                                                                                                 \
        "log_level", ConfigType::text,          "info", "Least level that is logged.", "", 0, 0,      \
        false,       "debug,info,warning,error"},                                                     \
        {"log_format", ConfigType::text, "text", "Form of log lines.", "", 0, 0, false, "text,json"}, \
        {"drain_s", ConfigType::number, "20", "How long a stop waits for running tasks.", "seconds", 0, 86400}

/// Flags, environment and files to a configuration; sets up logging. Prints and returns an exit code instead when
/// --help, --version or --check asked for it, or after a mistake (2, cause and remedy on standard error).
struct StartUp {
    std::optional<Config> config;
    int exit_code = 0;
};
StartUp start_up(const DaemonSpec& spec, int argc, char** argv);

/// Makes a supervisor that starts failed daemons again (as the units and `ashlarctl local` do) do so.
inline constexpr int RESTART_EXIT_CODE = 75;

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those it starts, ignores SIGPIPE. Call before any thread
/// starts.
void take_signals();
/// Tells systemd READY=1, then feeds its watchdog while `healthy` says so. Returns 0 after SIGTERM or SIGINT; 1 when
/// the daemon is no longer healthy: it must exit so that its supervisor starts it again.
/// RESTART_EXIT_CODE once `restart_due` says so.
int run_until_signal(const std::function<bool()>& healthy, const std::function<std::string()>& status,
                     const std::function<bool()>& restart_due = {});
/// Tells systemd that stopping has begun.
void announce_stop();

/// Prints "name: message" and the hint to standard error.
void print_error(const std::string& name, const Error& error);

}  // namespace ashlar::cluster
