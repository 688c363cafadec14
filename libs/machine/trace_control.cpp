// SPDX-License-Identifier: Apache-2.0
#include "libs/machine/trace_parts.hpp"

namespace ashlar::machine {

using namespace chips;

namespace {

class BumpCollector {
  public:
    explicit BumpCollector(std::vector<BumpRecord>& out) : out_(out) {}
    void access(uint32_t word, uint32_t t, uint32_t t_prev, uint32_t value) {
        if (needs_bump(t, t_prev)) [[unlikely]]
            out_.push_back({word, t_prev, bump_time(t), value});
    }
    void read_1(const auto& r) { access(r.rs1, r.t, r.rs1_read.t_prev, r.rs1_read.value); }
    void read_2(const auto& r) { access(r.rs2, r.t + 1, r.rs2_read.t_prev, r.rs2_read.value); }
    void write(const auto& r) {
        if (r.rd != 0) access(r.rd, r.t + 3, r.rd_write.t_prev, r.rd_write.prev);
    }

  private:
    std::vector<BumpRecord>& out_;
};

}  // namespace

std::vector<BumpRecord> collect_bumps(const rv32::ChunkRecord& c) {
    std::vector<BumpRecord> bumps;
    BumpCollector collect(bumps);
    for (const auto* records : {&c.add_sub, &c.addi, &c.bitwise, &c.shift_left, &c.shift_right, &c.less_than, &c.mul,
                                &c.mulh, &c.div_rem, &c.jalr})
        for (const rv32::AluRecord& r : *records) {
            collect.read_1(r);
            if (!has_immediate_operand(r.op) && r.op != rv32::Opcode::jalr) collect.read_2(r);
            collect.write(r);
        }
    for (const auto* records : {&c.upper, &c.jal})
        for (const rv32::UpperRecord& r : *records) collect.write(r);
    for (const auto* records : {&c.branch_equal, &c.branch_less})
        for (const rv32::BranchRecord& r : *records) collect.read_1(r), collect.read_2(r);
    for (const auto* records : {&c.load_word, &c.load_sub})
        for (const rv32::LoadRecord& r : *records) collect.read_1(r), collect.write(r);
    for (const auto* records : {&c.store_word, &c.store_sub})
        for (const rv32::StoreRecord& r : *records) collect.read_1(r), collect.read_2(r);
    for (const rv32::CallRecord& r : c.calls) {
        collect.access(REGISTER_T0, r.t, r.t0_read.t_prev, r.t0_read.value);
        collect.access(REGISTER_A0, r.t + 1, r.a0_read.t_prev, r.a0_read.value);
        collect.access(REGISTER_A1, r.t + 2, r.a1_read.t_prev, r.a1_read.value);
    }
    return bumps;
}

void fill_control_and_memory(TraceBuilder& builder, const rv32::ChunkRecord& c) {
    builder.fill_records<BranchEqualChip>(c.branch_equal);
    builder.fill_records<BranchLessChip>(c.branch_less);
    builder.fill_records<JalChip>(c.jal);
    builder.fill_records<JalrChip>(c.jalr);
    builder.fill_records<LoadWordChip>(c.load_word);
    builder.fill_records<LoadSubChip>(c.load_sub);
    builder.fill_records<StoreWordChip>(c.store_word);
    builder.fill_records<StoreSubChip>(c.store_sub);
    builder.fill_records<BumpChip>(collect_bumps(c));
}

}  // namespace ashlar::machine
