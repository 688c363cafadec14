// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/machine/trace.hpp"
#include "libs/machine/trace_builder.hpp"

/// build_trace in parts, one translation unit each.
namespace ashlar::machine {

/// Some records of an array, by index.
template <class Record>
struct Selection {
    std::vector<const Record*> items;
    size_t size() const { return items.size(); }
    const Record& operator[](size_t i) const { return *items[i]; }
};

/// Records with rd != 0 that `keep` accepts.
template <class Record, class Keep>
Selection<Record> select_writing(const rv32::RecordArray<Record>& records, const Keep& keep) {
    Selection<Record> s;
    for (const Record& r : records)
        if (r.rd != 0 && keep(r)) s.items.push_back(&r);
    return s;
}

void fill_alu(TraceBuilder& builder, const rv32::ChunkRecord& chunk);
void fill_shifts(TraceBuilder& builder, const rv32::ChunkRecord& chunk);
void fill_control_and_memory(TraceBuilder& builder, const rv32::ChunkRecord& chunk);
void fill_calls(TraceBuilder& builder, const rv32::ChunkRecord& chunk);
/// False if a call cannot be proven.
bool fill_precompiles(TraceBuilder& builder, const rv32::ChunkRecord& chunk);
void fill_boundary(TraceBuilder& builder, const BoundaryUpdate& boundary);
/// Refreshes that register accesses of the chunk need (chip bump).
std::vector<chips::BumpRecord> collect_bumps(const rv32::ChunkRecord& chunk);

}  // namespace ashlar::machine
