// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "daemons/ctl/command.hpp"
#include "libs/cluster/http/http_client.hpp"

namespace ashlar::ctl {

/// A client of the coordinator that --url and --token-file (or ASHLAR_URL, ASHLAR_TOKEN) name.
HostResult<std::unique_ptr<cluster::HttpClient>> coordinator(const Options& options);
std::vector<Option> with_coordinator_options(std::vector<Option> options);

/// Waits until a job has ended and returns it. `seen` is called with each newer view of it. Survives a coordinator that
/// is away for less than `patience`.
HostResult<boost::json::object> follow_job(cluster::HttpClient& client, int64_t id,
                                           const std::function<void(const boost::json::object&)>& seen,
                                           const std::function<bool()>& stop = {});
/// "subblock 0 of 2: proving 34 %" for each task under way, and one percentage for a bar.
std::vector<std::string> task_lines(const boost::json::object& job);
/// One line about a block that has ended.
std::string block_line(const boost::json::object& block);

}  // namespace ashlar::ctl
