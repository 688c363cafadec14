// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "daemons/ctl/command.hpp"
#include "libs/ethereum/error.hpp"
#include "libs/rv32/program.hpp"

namespace ashlar::ctl {

/// Both guest programs, loaded.
struct Guests {
    rv32::Program subblock, aggregator;
};
HostResult<Guests> load_guests(const Options& options);

/// One guest's run in the executor.
struct GuestRun {
    boost::json::object json;  ///< program, cycles, agrees, mips, fault
    uint64_t cycles = 0;
    Bytes committed;
    bool agrees = false;  ///< it ended well, and committed what was expected
};
/// `expected` null: whatever it commits will do.
HostResult<GuestRun> run_guest(const std::string& name, const rv32::Program& program, std::vector<Bytes> buffers,
                               const Bytes* expected);

HostResult<Outcome> block_execute(const Options& options);
HostResult<Outcome> block_dump(const Options& options);
HostResult<Outcome> block_load(const Options& options);

}  // namespace ashlar::ctl
