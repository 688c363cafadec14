// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <cstring>

#include "libs/rv32/core.hpp"
#include "libs/rv32/semantics.hpp"

namespace ashlar::rv32 {
namespace {

#define HANDLER ASHLAR_RV32_CONVENTION void
#define ARGUMENTS core, memory, touched, dirty, to_entry, cycles, cells
#define TAIL [[clang::musttail]] return
#define NEXT TAIL op[1].handler(op + 1, ARGUMENTS)

/// Comes back to run_core's caller with the state in the core.
HANDLER leave(ASHLAR_RV32_PARAMETERS) {
    (void)memory, (void)touched, (void)dirty, (void)to_entry;
    core->at = op;
    core->cycles_left = cycles;
    core->cells_left = cells;
}
HANDLER leave_budget(ASHLAR_RV32_PARAMETERS) {
    core->stop = Stop::budget;
    TAIL leave(op, ARGUMENTS);
}
HANDLER leave_planted(ASHLAR_RV32_PARAMETERS) {
    core->stop = Stop::planted;
    TAIL leave(op, ARGUMENTS);
}
HANDLER leave_fault(ASHLAR_RV32_PARAMETERS) {
    core->stop = Stop::fault;
    TAIL leave(op, ARGUMENTS);
}

/// Begins the straight line at `op`: pays for all of it at once.
template <bool UNCONSTRAINED>
HANDLER enter(ASHLAR_RV32_PARAMETERS) {
    auto* entry = reinterpret_cast<Entry*>(reinterpret_cast<uintptr_t>(op) + static_cast<uintptr_t>(to_entry));
    if constexpr (!UNCONSTRAINED) entry->count++;
    cycles -= entry->length;
    if constexpr (!UNCONSTRAINED) cells -= entry->cells;
    if ((cycles | cells) < 0) [[unlikely]]
        TAIL leave_budget(op, ARGUMENTS);
    TAIL op->handler(op, ARGUMENTS);
}

template <Opcode OP>
HANDLER do_register(ASHLAR_RV32_PARAMETERS) {
    core->registers[op->rd] = alu<OP>(core->registers[op->rs1], core->registers[op->rs2]);
    NEXT;
}
template <Opcode OP>
HANDLER do_immediate(ASHLAR_RV32_PARAMETERS) {
    core->registers[op->rd] = alu<OP>(core->registers[op->rs1], static_cast<uint32_t>(op->imm));
    NEXT;
}
HANDLER do_constant(ASHLAR_RV32_PARAMETERS) {
    core->registers[op->rd] = static_cast<uint32_t>(op->imm);
    NEXT;
}

const Op* target_of(const Op* op) { return reinterpret_cast<const Op*>(reinterpret_cast<const char*>(op) + op->imm); }

template <Opcode OP, bool UNCONSTRAINED>
HANDLER do_branch(ASHLAR_RV32_PARAMETERS) {
    if (branch_taken<OP>(core->registers[op->rs1], core->registers[op->rs2]))
        TAIL enter<UNCONSTRAINED>(target_of(op), ARGUMENTS);
    TAIL enter<UNCONSTRAINED>(op + 1, ARGUMENTS);
}

uint32_t link_of(const Core* core, const Op* op) {
    return core->pc_base + 4 * static_cast<uint32_t>(op + 1 - core->ops);
}

template <bool UNCONSTRAINED>
HANDLER do_jal(ASHLAR_RV32_PARAMETERS) {
    core->registers[op->rd] = link_of(core, op);
    TAIL enter<UNCONSTRAINED>(target_of(op), ARGUMENTS);
}
template <bool UNCONSTRAINED>
HANDLER do_jalr(ASHLAR_RV32_PARAMETERS) {
    const uint32_t target = core->registers[op->rs1] + static_cast<uint32_t>(op->imm);
    core->registers[op->rd] = link_of(core, op);
    // A misaligned target has high bits after the rotation: one comparison checks both rules.
    const uint32_t index = std::rotr(target - core->pc_base, 2);
    if (index >= core->num_instructions) [[unlikely]] {
        core->jump_target = target;
        TAIL enter<UNCONSTRAINED>(core->outside_text, ARGUMENTS);
    }
    TAIL enter<UNCONSTRAINED>(core->ops + index, ARGUMENTS);
}

/// Alignment and range of an access in one comparison, as in do_jalr.
template <uint32_t BYTES>
bool is_accessible(uint32_t address) {
    static_assert(BYTES == 1 || BYTES == 2 || BYTES == 4);
    return std::rotr(address - MEMORY_BEGIN, std::countr_zero(BYTES)) < (MEMORY_END - MEMORY_BEGIN) / BYTES;
}

template <Opcode OP, bool UNCONSTRAINED>
HANDLER do_load(ASHLAR_RV32_PARAMETERS) {
    const uint32_t address = core->registers[op->rs1] + static_cast<uint32_t>(op->imm);
    if (!is_accessible<ACCESS_BYTES<OP>>(address)) [[unlikely]]
        TAIL leave_fault(op, ARGUMENTS);
    if constexpr (!UNCONSTRAINED) touched[address >> 2] = 1;
    uint32_t value = 0;
    std::memcpy(&value, memory + address, ACCESS_BYTES<OP>);
    core->registers[op->rd] = loaded<OP>(value, 0);
    NEXT;
}
template <Opcode OP, bool UNCONSTRAINED>
HANDLER do_store(ASHLAR_RV32_PARAMETERS) {
    const uint32_t address = core->registers[op->rs1] + static_cast<uint32_t>(op->imm);
    if (!is_accessible<ACCESS_BYTES<OP>>(address)) [[unlikely]]
        TAIL leave_fault(op, ARGUMENTS);
    if constexpr (UNCONSTRAINED) {
        uint32_t old;
        std::memcpy(&old, memory + (address & ~3u), 4);
        core->undo->emplace_back(address >> 2, old);
    } else {
        touched[address >> 2] = 1;
        dirty[address >> PAGE_SHIFT] = 1;
    }
    std::memcpy(memory + address, &core->registers[op->rs2], ACCESS_BYTES<OP>);
    NEXT;
}

template <bool UNCONSTRAINED>
HANDLER do_ecall(ASHLAR_RV32_PARAMETERS) {
    core->at = op;
    core->cycles_left = cycles;
    core->cells_left = cells;
    op = core->call(core->context, op);
    if (!op) {
        core->stop = Stop::call;
        return;
    }
    cycles = core->cycles_left;
    cells = core->cells_left;
    TAIL enter<UNCONSTRAINED>(op, ARGUMENTS);
}

template <bool U>
constexpr std::array<Handler, NUM_OPCODES> make_handlers() {
    using enum Opcode;
    std::array<Handler, NUM_OPCODES> h{};
    const auto set = [&h](Opcode op, Handler f) { h[static_cast<size_t>(op)] = f; };
    set(add, do_register<add>), set(sub, do_register<sub>), set(and_, do_register<and_>), set(or_, do_register<or_>);
    set(xor_, do_register<xor_>), set(sll, do_register<sll>), set(srl, do_register<srl>), set(sra, do_register<sra>);
    set(slt, do_register<slt>), set(sltu, do_register<sltu>), set(mul, do_register<mul>), set(mulh, do_register<mulh>);
    set(mulhsu, do_register<mulhsu>), set(mulhu, do_register<mulhu>), set(div, do_register<div>);
    set(divu, do_register<divu>), set(rem, do_register<rem>), set(remu, do_register<remu>);
    set(addi, do_immediate<addi>), set(andi, do_immediate<andi>), set(ori, do_immediate<ori>);
    set(xori, do_immediate<xori>), set(slli, do_immediate<slli>), set(srli, do_immediate<srli>);
    set(srai, do_immediate<srai>), set(slti, do_immediate<slti>), set(sltiu, do_immediate<sltiu>);
    set(lui, do_constant), set(auipc, do_constant);
    set(beq, do_branch<beq, U>), set(bne, do_branch<bne, U>), set(blt, do_branch<blt, U>), set(bge, do_branch<bge, U>);
    set(bltu, do_branch<bltu, U>), set(bgeu, do_branch<bgeu, U>), set(jal, do_jal<U>), set(jalr, do_jalr<U>);
    set(lw, do_load<lw, U>), set(lb, do_load<lb, U>), set(lh, do_load<lh, U>), set(lbu, do_load<lbu, U>);
    set(lhu, do_load<lhu, U>), set(sw, do_store<sw, U>), set(sb, do_store<sb, U>), set(sh, do_store<sh, U>);
    set(ecall, do_ecall<U>), set(ebreak, leave_fault), set(unimp, leave_fault);
    return h;
}
constexpr auto HANDLERS = make_handlers<false>();
constexpr auto UNCONSTRAINED_HANDLERS = make_handlers<true>();

}  // namespace

Operations::Operations(const Program& program, bool unconstrained) {
    const auto& handlers = unconstrained ? UNCONSTRAINED_HANDLERS : HANDLERS;
    const size_t n = program.instructions.size();
    const auto sentinel = [&](uint32_t pc) {
        ops_.push_back({leave_fault, SINK_REGISTER, 0, 0, static_cast<int32_t>(pc)});
        return ops_.size() - 1;
    };
    ops_.reserve(n + 2);
    for (size_t i = 0; i < n; i++) {
        const Instruction& in = program.instructions[i];
        const uint8_t rd = in.rd == 0 ? SINK_REGISTER : in.rd;
        const uint32_t imm = static_cast<uint32_t>(in.imm) + (in.op == Opcode::auipc ? program.pc_of(i) : 0);
        ops_.push_back({handlers[static_cast<size_t>(in.op)], rd, in.rs1, in.rs2, static_cast<int32_t>(imm)});
    }
    sentinel(program.pc_of(n));  // falling off the end
    outside_text_ = sentinel(0);
    for (size_t i = 0; i < n; i++) {
        const auto cls = class_of(program.instructions[i].op);
        if (cls != InstructionClass::branch_equal && cls != InstructionClass::branch_less &&
            cls != InstructionClass::jal)
            continue;
        const uint32_t target = program.pc_of(i) + static_cast<uint32_t>(program.instructions[i].imm);
        const size_t index = program.contains(target) ? (target - program.pc_base) / 4 : sentinel(target);
        const auto distance =
            (static_cast<int64_t>(index) - static_cast<int64_t>(i)) * static_cast<int64_t>(sizeof(Op));
        ops_[i].imm = static_cast<int32_t>(distance);
    }
}

Handler Operations::plant_stop(size_t index) { return std::exchange(ops_[index].handler, &leave_planted); }

void run_core(Core& core, const Op* op, GuestMemory& memory, Entry* entries) {
    const auto to_entry = reinterpret_cast<intptr_t>(entries) - reinterpret_cast<intptr_t>(core.ops);
    const auto begin = core.undo ? &enter<true> : &enter<false>;
    begin(op, &core, memory.bytes(), memory.touched(), memory.dirty(), to_entry, core.cycles_left, core.cells_left);
}

}  // namespace ashlar::rv32
