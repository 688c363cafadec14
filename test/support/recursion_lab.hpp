// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/statement.hpp"
#include "libs/recursion/trace.hpp"
#include "test/support/recursion_programs.hpp"

/// A run of the field machine whose tables can be changed, and what stands against the change.
namespace ashlar::test {

using recursion::FieldMachineChips;

class RecursionLab {
  public:
    explicit RecursionLab(SampleProgram sample);
    const SampleProgram& sample() const { return sample_; }
    const recursion::Run& run() const { return run_; }
    const iop::Profile& profile() const { return profile_; }
    /// The honest tables, copied.
    iop::Traces traces() const;
    /// The tables of a run whose memory was changed, all rows made from it as an honest prover would.
    iop::Traces traces_of(const recursion::Run& run) const { return build_trace(profile_, sample_.program, run); }
    std::vector<F> public_values() const;

    /// The free multiplicities that make the lookups of these tables balance, as far as any do.
    void repair(iop::Traces& traces, std::span<const F> public_values) const;
    /// Constraints that do not hold and messages left over, at most a few lines; empty if a proof would be accepted.
    std::vector<std::string> refusals(const iop::Traces& traces, std::span<const F> public_values) const;
    bool accepted(const iop::Traces& traces) const { return refusals(traces, public_values()).empty(); }

  private:
    SampleProgram sample_;
    iop::Profile profile_;
    recursion::Run run_;
    iop::Trace prep_;
};

/// Whether a column of table number `table` is a free multiplicity.
bool is_free_multiplicity(size_t table, uint32_t column);

/// Row i of chip C's table.
template <air::Chip C>
air::RowOf<C, F> row_of(const iop::Traces& traces, size_t i) {
    const iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
    air::RowOf<C, F> row;
    for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) row[c] = t.at(c, i);
    return row;
}
template <air::Chip C>
void set_row(iop::Traces& traces, size_t i, const air::RowOf<C, F>& row) {
    iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
    for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) t.at(c, i) = air::RowOf<C, F>(row)[c];
}
/// Adds a row at the end.
template <air::Chip C>
void add_row(const iop::Profile& profile, iop::Traces& traces, const air::RowOf<C, F>& row) {
    iop::Trace& t = traces[FieldMachineChips::index_of<C>()];
    iop::Trace longer(profile, t.columns(), t.height() + 1);
    for (uint32_t c = 0; c < t.columns(); c++)
        for (uint64_t x = 0; x < t.height(); x++) longer.at(c, x) = t.at(c, x);
    t = std::move(longer);
    set_row<C>(traces, t.height() - 1, row);
}

}  // namespace ashlar::test
