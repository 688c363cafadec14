// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

using namespace chips;

namespace {

/// Instructions whose result goes to x0: from every class that only writes a register.
struct Discarded {
    std::vector<const rv32::AluRecord*> alu;
    std::vector<const rv32::UpperRecord*> upper;

    explicit Discarded(const rv32::ChunkRecord& c) {
        for (const auto* records : {&c.add_sub, &c.addi, &c.bitwise, &c.shift_left, &c.shift_right, &c.less_than,
                                    &c.mul, &c.mulh, &c.div_rem})
            for (const rv32::AluRecord& r : *records)
                if (r.rd == 0) alu.push_back(&r);
        for (const rv32::UpperRecord& r : c.upper)
            if (r.rd == 0) upper.push_back(&r);
    }
};

}  // namespace

void fill_alu(TraceBuilder& builder, const rv32::ChunkRecord& c) {
    const auto all = [](const auto&) { return true; };
    const auto immediate = [](const auto& r) { return has_immediate_operand(r.op); };
    const auto registers = [](const auto& r) { return !has_immediate_operand(r.op); };
    builder.fill_records<AddSubChip>(select_writing(c.add_sub, all));
    builder.fill_records<AddiChip>(select_writing(c.addi, all));
    builder.fill_records<BitwiseChip<false>>(select_writing(c.bitwise, registers));
    builder.fill_records<BitwiseChip<true>>(select_writing(c.bitwise, immediate));
    builder.fill_records<LessThanChip<false>>(select_writing(c.less_than, registers));
    builder.fill_records<LessThanChip<true>>(select_writing(c.less_than, immediate));
    builder.fill_records<ConstantChip>(select_writing(c.upper, all));
    builder.fill_records<MulChip>(select_writing(c.mul, all));
    builder.fill_records<MulhChip>(select_writing(c.mulh, all));
    builder.fill_records<DivRemChip>(select_writing(c.div_rem, all));
    const Discarded discarded(c);
    builder.fill<DiscardChip>(discarded.alu.size() + discarded.upper.size(), [&](auto& main, size_t i) {
        if (i < discarded.alu.size())
            DiscardChip::fill_row(main, *discarded.alu[i]);
        else
            DiscardChip::fill_row(main, *discarded.upper[i - discarded.alu.size()]);
    });
}

}  // namespace ashlar::machine
