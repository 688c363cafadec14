// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/base/error.hpp"
#include "libs/machine/memory_tree.hpp"
#include "libs/machine/program_layout.hpp"
#include "libs/machine/table.hpp"

namespace ashlar::machine {

/// All tables of a chunk, in the order of MachineChips, as the machine's rules make them: from the records of the
/// chunk and what it does to the memory tree.
///
/// Error codes: unprovable_call (the chunk makes a call that runs but has no chip, or one its chip cannot prove),
/// trace_lookup (a row asks for a lookup without entry: a fault of ours).
HostResult<std::vector<Table>> build_trace(const iop::Profile& profile, const ProgramLayout& program,
                                           const rv32::ChunkRecord& chunk, const BoundaryUpdate& boundary,
                                           exec::ThreadPool& pool);

/// Preprocessed columns of all fixed tables, in the order of MachineChips; empty tables for the others.
std::vector<Table> preprocessed_tables(const iop::Profile& profile, const ProgramLayout& program);

}  // namespace ashlar::machine
