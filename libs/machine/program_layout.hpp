// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "libs/chips/call_table.hpp"
#include "libs/chips/machine_opcode.hpp"
#include "libs/iop/profile.hpp"
#include "libs/rv32/program.hpp"

namespace ashlar::machine {

/// The fixed tables that depend on the program: its entries, repeated at the end to a height that is its own h', and
/// its guest field, on which the call table depends.
struct ProgramLayout {
    uint32_t pc_base = 0;
    rv32::GuestField field = rv32::GuestField::koala_bear;
    std::vector<chips::ProgramEntry> entries;  ///< one for each instruction that is no trap, by pc; then the filling
    std::vector<uint32_t> row;                 ///< of each instruction of the text; NO_ROW for a trap

    static constexpr uint32_t NO_ROW = UINT32_MAX;
    ProgramLayout() = default;
    ProgramLayout(const rv32::Program& program, const iop::Profile& profile);

    /// Whether the program's call table has this word.
    bool can_prove(uint32_t call) const {
        return chips::find_call(call) && chips::is_provable(call, field == rv32::GuestField::koala_bear);
    }
    /// Row of the instruction at pc, NO_ROW if there is none.
    uint32_t row_of(uint32_t pc) const {
        const uint32_t i = (pc - pc_base) / 4;
        return pc >= pc_base && pc % 4 == 0 && i < row.size() ? row[i] : NO_ROW;
    }
};

}  // namespace ashlar::machine
