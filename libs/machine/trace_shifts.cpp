// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

using namespace chips;

void fill_shifts(TraceBuilder& builder, const rv32::ChunkRecord& c) {
    const auto immediate = [](const auto& r) { return has_immediate_operand(r.op); };
    const auto registers = [](const auto& r) { return !has_immediate_operand(r.op); };
    builder.fill_records<ShiftLeftChip<false>>(select_writing(c.shift_left, registers));
    builder.fill_records<ShiftLeftChip<true>>(select_writing(c.shift_left, immediate));
    builder.fill_records<ShiftRightChip<false>>(select_writing(c.shift_right, registers));
    builder.fill_records<ShiftRightChip<true>>(select_writing(c.shift_right, immediate));
}

}  // namespace ashlar::machine
