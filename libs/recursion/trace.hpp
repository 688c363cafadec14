// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/iop/trace.hpp"
#include "libs/recursion/execute.hpp"

namespace ashlar::recursion {

/// The program's entries as preprocessed columns: a power of two rows, at least the smallest block's.
iop::Trace program_columns(const iop::Profile& profile, const Program& program);
uint32_t program_height(const iop::Profile& profile, const Program& program);

/// All tables of a run, in the order of FieldMachineChips. Lookups are counted from the rows' own interactions.
iop::Traces build_trace(const iop::Profile& profile, const Program& program, const Run& run);
/// Rows of the memory table, the first public value.
uint32_t memory_rows(const Run& run);

}  // namespace ashlar::recursion
