// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/program_layout.hpp"

#include "libs/iop/layout.hpp"

namespace ashlar::machine {

ProgramLayout::ProgramLayout(const rv32::Program& program, const iop::Profile& profile)
    : pc_base(program.pc_base), field(program.field) {
    row.assign(program.instructions.size(), NO_ROW);
    for (size_t i = 0; i < program.instructions.size(); i++) {
        const auto entry = chips::program_entry(program.pc_of(i), program.instructions[i]);
        if (!entry) continue;
        row[i] = static_cast<uint32_t>(entries.size());
        entries.push_back(*entry);
    }
    if (entries.empty()) return;
    uint64_t height = entries.size();
    while (iop::stored_height(profile, height) != height) height = iop::stored_height(profile, height);
    entries.resize(height, entries.back());
}

}  // namespace ashlar::machine
