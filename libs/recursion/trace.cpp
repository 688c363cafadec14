// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/trace.hpp"

#include <algorithm>
#include <bit>

#include "libs/air/debug.hpp"
#include "libs/recursion/chip_set.hpp"
#include "libs/recursion/statement.hpp"

namespace ashlar::recursion {

namespace {

/// How often each lookup was made, and the tables filled so far.
class Builder {
  public:
    Builder(const iop::Profile& profile, const Program& program, const Run& run)
        : profile_(profile),
          program_(program),
          run_(run),
          memory_(run.memory.size()),
          entries_(program.code.size()),
          traces_(FieldMachineChips::SIZE) {
        count(&PublicStatement::messages<air::InteractionVisitor<Builder>>);
    }

    void operator()(uint32_t bus, F, std::span<const F> values) {
        if (bus == BUS_MEMORY) memory_[values[0].canonical()]++;
        if (bus == BUS_PROGRAM) entries_[values[0].canonical() - ENTRY_PC]++;
    }

    template <air::Chip C, class Row>
    void fill(size_t height, const Row& row) {
        iop::Trace table(profile_, air::NUM_MAIN<C>, height);
        for (size_t i = 0; i < height; i++) {
            air::RowOf<C, F> cells;
            row(cells.main, i);
            if constexpr (!air::detail::free_multiplicities<C>()) air::visit_interactions<C>(cells, *this);
            for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) table.at(c, i) = cells[c];
        }
        traces_[FieldMachineChips::index_of<C>()] = std::move(table);
    }
    template <air::Chip C>
    void fill_steps(const std::vector<Step>& steps) {
        fill<C>(steps.size(), [&](auto& main, size_t i) {
            const Step& s = steps[i];
            C::fill_row(main, StepView<std::vector<Ext>>{s.pc, s.fp, s.gp, *program_.at(s.pc), run_.memory});
        });
    }
    /// The tables that answer; call it last.
    iop::Traces finish() {
        fill<MemoryTable>(memory_rows(run_), [&](auto& main, size_t i) {
            const size_t from = i * MemoryTable::CELLS;
            MemoryTable::fill_row(main, i, std::span(run_.memory).subspan(from), std::span(memory_).subspan(from));
        });
        fill<ProgramTable>(program_height(profile_, program_), [&](auto& main, size_t i) {
            if (i < entries_.size()) main.multiplicity = F::from_canonical(entries_[i]);
        });
        return std::move(traces_);
    }

  private:
    template <class Messages>
    void count(Messages messages) {
        air::InteractionVisitor<Builder> visitor(*this);
        const auto values = PublicStatement::values(memory_rows(run_), run_.output);
        messages(visitor, std::span<const F>(values));
    }
    const iop::Profile& profile_;
    const Program& program_;
    const Run& run_;
    std::vector<uint32_t> memory_, entries_;
    iop::Traces traces_;
};

}  // namespace

uint32_t program_height(const iop::Profile& profile, const Program& program) {
    return std::bit_ceil(std::max(static_cast<uint32_t>(program.code.size()), uint32_t{1} << profile.min_block));
}

iop::Trace program_columns(const iop::Profile& profile, const Program& program) {
    iop::Trace table(profile, air::NUM_PREP<ProgramTable>, program_height(profile, program));
    for (size_t i = 0; i < table.height(); i++) {
        const size_t entry = std::min(i, program.code.size() - 1);
        air::RowOf<ProgramTable, F> row;
        row.prep = ProgramTable::prep_row(ENTRY_PC + static_cast<uint32_t>(entry), program.code[entry]);
        for (uint32_t c = 0; c < table.columns(); c++) table.at(c, i) = row[air::NUM_MAIN<ProgramTable> + c];
    }
    return table;
}

uint32_t memory_rows(const Run& run) {
    return static_cast<uint32_t>((run.memory.size() + MemoryTable::CELLS - 1) / MemoryTable::CELLS);
}

iop::Traces build_trace(const iop::Profile& profile, const Program& program, const Run& run) {
    Builder builder(profile, program, run);
    builder.fill_steps<ArithmeticChip>(run.arithmetic);
    builder.fill_steps<MoveChip>(run.move);
    builder.fill_steps<ControlChip>(run.control);
    return builder.finish();
}

}  // namespace ashlar::recursion
