// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <boost/json/object.hpp>

#include "daemons/ctl/command.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::ctl {

/// The JSON object of `program execute`.
boost::json::object execute_json(const rv32::ExecuteReport& report);
/// The input that --stdin or --stdin-raw names; no buffers if neither is given.
HostResult<rv32::Stdin> stdin_of(const Options& options);
/// The same as a builder file.
HostResult<Bytes> builder_of(const Options& options);
/// Options of proving, checked; and the same added to a verb's.
HostResult<prover::ProveOptions> prove_options(const Options& options);
std::vector<Option> with_prove_options(std::vector<Option> options);
/// The JSON object and the text of `program prove`.
boost::json::object prove_json(const prover::ProveOutcome& outcome);
std::string prove_text(const prover::ProveOutcome& outcome);
uint64_t peak_rss_bytes();

}  // namespace ashlar::ctl
