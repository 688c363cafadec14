// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "daemons/ctl/command.hpp"

namespace ashlar::ctl {

/// `program new DIR --lang c|cpp`: a project of a guest program, with everything it is built from but the compiler.
HostResult<Outcome> program_new(const Options& o);

}  // namespace ashlar::ctl
