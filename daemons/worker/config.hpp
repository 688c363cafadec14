// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/base/config.hpp"
#include "libs/cluster/daemon.hpp"

namespace ashlar::worker {

/// Every key of ashlar-worker and ashlar-aggregator.
inline constexpr ConfigKey KEYS[] = {
    {"coordinator_url", ConfigType::url, "", "Where the coordinator answers.", "", 0, 0, true},
    {"token_file", ConfigType::file, "",
     "File with this daemon's node token; empty only for a coordinator without tokens."},
    {"name", ConfigType::text, "", "Name shown to people; default: the host name."},
    {"listen", ConfigType::address, "127.0.0.1:0", "Address and port of this daemon's own status; port 0 picks one."},
    {"advertised_url", ConfigType::url, "", "Where others reach this daemon's status; default: the loopback address."},
    {"tokens_file", ConfigType::path, "", "Tokens for this daemon's own port; default: tokens in state_dir."},
    {"state_dir", ConfigType::path, "", "Where inputs and results in work lie; default: /var/lib/ashlar/ROLE."},
    {"engines", ConfigType::number, "1", "Engine processes: tasks at once; one per GPU.", "engines", 1, 64},
    {"threads", ConfigType::number, "0", "Threads of one engine; 0: all cores.", "threads", 0, 1024},
    {"heartbeat_ms", ConfigType::number, "1000", "Time between heartbeats.", "milliseconds", 50, 60000},
    ASHLAR_COMMON_KEYS,
};

}  // namespace ashlar::worker
