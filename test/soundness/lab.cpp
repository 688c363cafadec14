// SPDX-License-Identifier: Apache-2.0
#include "test/soundness/lab.hpp"

#include <stdexcept>

#include "test/support/sample_programs.hpp"

namespace ashlar::test {

std::optional<bool> has_answer(uint32_t bus, std::span<const F> v, const machine::ProgramLayout& program) {
    using namespace chips;
    const auto same = [&](const auto& row) {
        const F* cells = reinterpret_cast<const F*>(&row);
        for (size_t i = 0; i < v.size(); i++)
            if (cells[i] != v[i]) return false;
        return true;
    };
    switch (bus) {
        case BUS_RANGE:
            return RangeTable::index(v[0].canonical(), v[1].canonical()) != RangeTable::HEIGHT;
        case BUS_BYTE: {
            const uint32_t op = v[0].canonical(), x = v[1].canonical(), y = v[2].canonical();
            if (ByteTable::index(x, y) == ByteTable::HEIGHT) return false;
            return (op == BYTE_PAIR && v[3].is_zero()) || (op == BYTE_AND && v[3].canonical() == (x & y));
        }
        case BUS_ADDRESS:
            return AddressTable::index(v[0].canonical(), v[1].canonical()) != AddressTable::HEIGHT;
        case BUS_CALL_TABLE: {
            const size_t i = CallTable::index(v[0].canonical(), v[1].canonical());
            return i != CallTable::HEIGHT && same(CallTable::prep_row(i));
        }
        case BUS_PROGRAM: {
            const uint32_t row = program.row_of(v[0].canonical());
            return row != machine::ProgramLayout::NO_ROW && same(ProgramTable::prep_row(program.entries[row]));
        }
        case BUS_HASH:
        case BUS_PERMUTATION: {
            hash::Poseidon2<24>::State s{};
            const size_t inputs = bus == BUS_HASH ? 19 : 24;
            for (size_t i = 0; i < inputs; i++) s[bus == BUS_HASH && i == 18 ? 23 : i] = v[i];
            hash::Poseidon2<24>::permute(s);
            for (size_t i = inputs; i < v.size(); i++)
                if (v[i] != s[i - inputs]) return false;
            return true;
        }
        default:
            return std::nullopt;
    }
}

size_t Lab::index(std::string_view name) {
    const auto names = MachineChips::names();
    for (size_t i = 0; i < names.size(); i++)
        if (names[i] == name) return i;
    throw std::runtime_error("no chip " + std::string(name));
}

Lab::Lab(const rv32::Program& program, rv32::Stdin in)
    : profile(*iop::named_profile("test")), layout(program, profile) {
    exec::ThreadPool pool(2);
    rv32::ExecuteOptions options;
    options.chunk_cycles = uint64_t{1} << 22;
    auto cursor = rv32::ChunkCursor::make(program, std::move(in), options);
    if (!cursor) throw std::runtime_error(cursor.error().message);
    const auto start = cursor->next();
    const auto report = cursor->report();
    // A sample commits what it likes and keeps no public value stream.
    if (report.fault && report.fault->kind != rv32::FaultKind::digest_mismatch)
        throw std::runtime_error("the sample program faults: " + report.fault->message);
    if (!start->last) throw std::runtime_error("the sample program does not fit one chunk");
    chunk = rv32::record_chunk(program, *start);
    machine::MemoryTree tree(program, pool);
    const auto boundary = tree.update(chunk.leaves, pool);
    statement = {{chunk.pc_in, boundary.root_in}, {chunk.pc_out, boundary.root_out}, chunk.t_out};
    auto built = machine::build_trace(profile, layout, chunk, boundary, pool);
    if (!built) throw std::runtime_error(built.error().message);
    trace = std::move(*built);
    prep = machine::preprocessed_tables(profile, layout);
}

Lab& every_chip_lab() {
    static Lab lab(every_chip_program(60), every_chip_input());
    return lab;
}

}  // namespace ashlar::test
