// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "libs/air/debug.hpp"
#include "libs/machine/chip_set.hpp"
#include "libs/machine/lookup_counts.hpp"
#include "libs/machine/table.hpp"

namespace ashlar::machine {

/// Fills tables row by row and counts the lookups of each row as it goes. One chunk; the pool's threads share it.
class TraceBuilder {
  public:
    TraceBuilder(const iop::Profile& profile, const ProgramLayout& program, exec::ThreadPool& pool)
        : profile_(profile), pool_(pool), counts_(program), tables_(MachineChips::SIZE) {}

    /// Table of chip C with `height` rows: row(cells, i) fills row i, whose cells are 0 before.
    template <air::Chip C, class Row>
    void fill(size_t height, const Row& row) {
        Table table(profile_, air::NUM_MAIN<C>, height);
        const bool asks = !counted_ && asks_lookups<C>();
        pool_.parallel_for(height, GRAIN, [&](size_t begin, size_t end) {
            auto counts = counts_.lease();
            std::array<air::RowOf<C, F>, TILE> rows;
            for (size_t i = begin; i < end; i += TILE) {
                const size_t n = std::min(TILE, end - i);
                for (size_t k = 0; k < n; k++) {
                    rows[k].main = {};
                    row(rows[k].main, i + k);
                    if (asks) air::visit_interactions<C>(rows[k], *counts);
                }
                for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++) {
                    F* column = table.column(c) + i;
                    for (size_t k = 0; k < n; k++) column[k] = rows[k][c];
                }
            }
        });
        tables_[MachineChips::index_of<C>()] = std::move(table);
    }
    /// The same from records, by C::fill_row.
    template <air::Chip C, class Records>
    void fill_records(const Records& records) {
        fill<C>(records.size(), [&](auto& main, size_t i) { C::fill_row(main, records[i]); });
    }

    /// Table of a precompile chip: its rows of every call it answers. False if a call cannot be proven.
    template <class C>
    bool fill_precompile(const rv32::ChunkRecord& chunk) {
        const std::vector<uint32_t> calls = chips::calls_of<C>(chunk);
        constexpr size_t ROWS = C::ROWS_PER_CALL;
        Table table(profile_, air::NUM_MAIN<C>, calls.size() * ROWS);
        std::atomic<bool> good = true;
        const bool asks = !counted_ && asks_lookups<C>();
        pool_.parallel_for(calls.size(), std::max<size_t>(1, TILE / ROWS), [&](size_t begin, size_t end) {
            auto counts = counts_.lease();
            std::vector<typename C::template Main<F>> rows(ROWS);
            air::RowOf<C, F> row;
            for (size_t i = begin; i < end; i++) {
                const rv32::CallRecord& call = chunk.calls[calls[i]];
                std::fill(rows.begin(), rows.end(), typename C::template Main<F>{});
                if (!C::fill(call, chunk.accesses.data() + call.first_access, rows.data())) good = false;
                for (size_t k = 0; asks && k < ROWS; k++) {
                    row.main = rows[k];
                    air::visit_interactions<C>(row, *counts);
                }
                const F* cells = reinterpret_cast<const F*>(rows.data());
                for (uint32_t c = 0; c < air::NUM_MAIN<C>; c++)
                    for (size_t k = 0; k < ROWS; k++) table.at(c, i * ROWS + k) = cells[k * air::NUM_MAIN<C> + c];
            }
        });
        tables_[MachineChips::index_of<C>()] = std::move(table);
        return good;
    }

    /// Tables of the lookups asked for so far: call it last.
    void fill_lookup_tables();
    /// False if a row asked for a lookup that has no entry.
    bool ok() const { return ok_; }
    std::vector<Table> take() { return std::move(tables_); }
    exec::ThreadPool& pool() { return pool_; }

  private:
    static constexpr size_t TILE = 16, GRAIN = 1024;
    template <air::Chip C>
    void fill_multiplicities(std::initializer_list<const std::vector<uint32_t>*> columns);

    const iop::Profile& profile_;
    exec::ThreadPool& pool_;
    LookupCountsPool counts_;
    std::vector<Table> tables_;
    bool counted_ = false;  // nothing of later rows needs counting
    bool ok_ = true;
};

}  // namespace ashlar::machine
