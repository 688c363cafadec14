// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace.hpp"

#include <fmt/format.h>

#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

using namespace chips;

template <air::Chip C>
void TraceBuilder::fill_multiplicities(std::initializer_list<const std::vector<uint32_t>*> columns) {
    const size_t height = (*columns.begin())->size();
    Table table(profile_, air::NUM_MAIN<C>, height);
    uint32_t c = 0;
    for (const std::vector<uint32_t>* counts : columns) {
        F* cells = table.column(c++);
        pool_.parallel_for(height, 4096, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++) cells[i] = F::from_canonical((*counts)[i]);
        });
    }
    tables_[MachineChips::index_of<C>()] = std::move(table);
}

void TraceBuilder::fill_lookup_tables() {
    // Answers to permutation requests make no requests themselves, so one pass is enough.
    const LookupCounts counts = counts_.total();
    counted_ = true;
    ok_ = counts.ok();
    fill_records<HashChip>(counts.hash_requests());
    fill_records<PermutationChip>(counts.permutation_requests());
    fill_multiplicities<ProgramTable>({&counts.program()});
    fill_multiplicities<RangeTable>({&counts.range()});
    fill_multiplicities<ByteTable>({&counts.pairs(), &counts.ands()});
    fill_multiplicities<AddressTable>({&counts.address()});
    fill_multiplicities<CallTable>({&counts.calls()});
}

HostResult<std::vector<Table>> build_trace(const iop::Profile& profile, const ProgramLayout& program,
                                           const rv32::ChunkRecord& chunk, const BoundaryUpdate& boundary,
                                           exec::ThreadPool& pool) {
    for (const rv32::CallRecord& r : chunk.calls)
        if (!program.can_prove(r.word))
            return fail("unprovable_call", fmt::format("no chip proves the call {:#010x} at pc {:#x}", r.word, r.pc),
                        "POSEIDON2_PERMUTE is proven for the guest field KoalaBear only");
    TraceBuilder builder(profile, program, pool);
    fill_alu(builder, chunk);
    fill_shifts(builder, chunk);
    fill_control_and_memory(builder, chunk);
    fill_calls(builder, chunk);
    fill_boundary(builder, boundary);
    if (!fill_precompiles(builder, chunk))
        return fail("unprovable_call",
                    "a precompile call of the chunk has operands or a result that its chip cannot prove");
    builder.fill_lookup_tables();
    if (!builder.ok()) return fail("trace_lookup", "a row of the trace asks for a lookup that no table answers");
    return builder.take();
}

namespace {

template <air::Chip C, class Row>
Table prep_table(const iop::Profile& profile, size_t height, const Row& row) {
    Table table(profile, air::NUM_PREP<C>, height);
    for (size_t i = 0; i < height; i++) {
        auto cells = row(i);
        const auto* cell = reinterpret_cast<const F*>(&cells);
        for (uint32_t c = 0; c < table.columns(); c++) table.at(c, i) = cell[c];
    }
    return table;
}

}  // namespace

std::vector<Table> preprocessed_tables(const iop::Profile& profile, const ProgramLayout& program) {
    std::vector<Table> tables(MachineChips::SIZE);
    const auto put = [&]<class C>(size_t height, const auto& row, std::type_identity<C>) {
        tables[MachineChips::index_of<C>()] = prep_table<C>(profile, height, row);
    };
    put(
        program.entries.size(), [&](size_t i) { return ProgramTable::prep_row(program.entries[i]); },
        std::type_identity<ProgramTable>{});
    put(RangeTable::HEIGHT, RangeTable::prep_row, std::type_identity<RangeTable>{});
    put(ByteTable::HEIGHT, ByteTable::prep_row, std::type_identity<ByteTable>{});
    put(AddressTable::HEIGHT, AddressTable::prep_row, std::type_identity<AddressTable>{});
    const bool koala_bear = program.field == rv32::GuestField::koala_bear;
    put(
        CallTable::HEIGHT, [&](size_t i) { return CallTable::prep_row(i, koala_bear); },
        std::type_identity<CallTable>{});
    return tables;
}

}  // namespace ashlar::machine
