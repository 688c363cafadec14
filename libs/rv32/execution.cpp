// SPDX-License-Identifier: Apache-2.0
#include "libs/rv32/execution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "libs/base/utf8.hpp"
#include "libs/hash/sha256.hpp"

namespace ashlar::rv32 {
namespace {

constexpr uint64_t MAX_BUDGET = uint64_t{1} << 62;

bool ends_straight_line(Opcode op) {
    switch (class_of(op)) {
        case InstructionClass::branch_equal:
        case InstructionClass::branch_less:
        case InstructionClass::jal:
        case InstructionClass::jalr:
        case InstructionClass::ecall:
            return true;
        default:
            return false;
    }
}

std::vector<Entry> make_entries(const Program& program, size_t num_ops, const CellWeights& weights) {
    std::vector<Entry> entries(num_ops, Entry{0, 0, 0});
    for (size_t i = program.instructions.size(); i-- > 0;) {
        const Opcode op = program.instructions[i].op;
        const Entry rest = ends_straight_line(op) ? Entry{0, 0, 0} : entries[i + 1];
        const uint64_t cells = uint64_t{rest.cells} + weights.instruction[static_cast<size_t>(class_of(op))];
        entries[i] = {0, rest.length + 1, static_cast<uint32_t>(std::min<uint64_t>(cells, UINT32_MAX))};
    }
    return entries;
}

/// The last non-empty line of what a guest printed, to name its panic.
std::string last_line(std::string_view text) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    const size_t newline = text.rfind('\n');
    if (newline != std::string_view::npos) text.remove_prefix(newline + 1);
    return std::string(utf8_prefix(text, 500));
}

}  // namespace

Execution::Execution(const Program& program, Stdin in, const ExecuteOptions& options, GuestMemory memory)
    : program_(program),
      options_(options),
      memory_(std::move(memory)),
      operations_(program, false),
      entries_(make_entries(program, operations_.size(), options.weights)) {
    for (const ImageWord& w : program.image) memory_.set_word(w.word, w.value);
    for (Bytes& buffer : in.buffers) input_.push_back(std::make_shared<const Bytes>(std::move(buffer)));
    core_.pc_base = program.pc_base;
    core_.num_instructions = static_cast<uint32_t>(program.instructions.size());
    core_.ops = operations_.data();
    core_.outside_text = operations_.outside_text();
    core_.context = this;
    core_.call = [](void* self, const Op* op) { return static_cast<Execution*>(self)->call(op); };
    next_ = core_.ops + (program.entry - program.pc_base) / 4;
}

/// Takes back what the straight line through `index` paid for instructions from `index` on.
void Execution::refund(size_t index) {
    Entry& e = entries_[index];
    e.count--;  // wraps where the line began earlier; instruction_counts adds it up again
    core_.cycles_left += e.length;
    core_.cells_left += e.cells;
}

void Execution::end_with(Fault fault) {
    fault_ = std::move(fault);
    finished_ = true;
}

uint64_t Execution::run(uint64_t max_cycles, uint64_t max_cells) {
    if (finished_) return 0;
    const auto begin = std::chrono::steady_clock::now();
    slice_budget_ = std::min({max_cycles, options_.max_cycles - cycles_, MAX_BUDGET});
    const auto cell_budget = static_cast<int64_t>(std::min(max_cells, MAX_BUDGET));
    core_.cycles_left = static_cast<int64_t>(slice_budget_);
    core_.cells_left = cell_budget;
    cells_granted_ = 0;
    do {
        run_core(core_, next_, memory_, entries_.data());
    } while (go_on_after_stop());
    const uint64_t executed = slice_budget_ - static_cast<uint64_t>(core_.cycles_left);
    cells_used_ = static_cast<uint64_t>(cell_budget - core_.cells_left) + cells_granted_;
    cycles_ += executed;
    slice_budget_ = 0;
    if (!finished_ && cycles_ == options_.max_cycles)
        end_with({FaultKind::cycle_limit, pc(), fmt::format("cycle limit of {} reached", options_.max_cycles)});
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return executed;
}

/// Handles what stopped the interpreter; true if this slice has more to run from next_.
bool Execution::go_on_after_stop() {
    if (core_.stop == Stop::call && exit_code_) return false;  // next_ is the HALT
    next_ = core_.at;
    const size_t index = index_of(next_);
    refund(index);
    if (core_.stop == Stop::call) return false;
    if (core_.stop == Stop::fault) {
        end_with(describe_fault(next_));
        return false;
    }
    if (core_.cycles_left == 0) return false;
    const Entry& e = entries_[index];
    if (core_.cells_left < e.cells) {
        const bool executed_any = static_cast<uint64_t>(core_.cycles_left) < slice_budget_;
        if (executed_any) return false;
        // Dearer than the whole budget: it runs all the same, else nothing ever would.
        cells_granted_ += static_cast<uint64_t>(e.cells - core_.cells_left);
        core_.cells_left = e.cells;
    }
    if (core_.cycles_left >= e.length) return true;
    // Fewer cycles than this straight line: let it run, with a stop planted where they end.
    const int64_t excess = e.length - core_.cycles_left;
    const size_t stop_index = index + static_cast<size_t>(core_.cycles_left);
    core_.cycles_left += excess;
    const Handler replaced = operations_.plant_stop(stop_index);
    run_core(core_, next_, memory_, entries_.data());
    operations_.restore(stop_index, replaced);
    next_ = core_.at;
    refund(index_of(next_));
    core_.cycles_left -= excess;
    if (core_.stop == Stop::fault) end_with(describe_fault(next_));
    return false;
}

Fault Execution::describe_fault(const Op* op) const {
    const size_t index = index_of(op);
    if (index >= program_.instructions.size()) {
        const uint32_t pc = op == core_.outside_text ? core_.jump_target : static_cast<uint32_t>(op->imm);
        if (pc % 4 != 0)
            return {FaultKind::misaligned_pc, pc, fmt::format("jump to {:#x}, which is not a multiple of 4", pc)};
        return {FaultKind::pc_outside_text, pc,
                fmt::format("pc {:#x} is outside the text; the program did not halt", pc)};
    }
    const Instruction& in = program_.instructions[index];
    const uint32_t pc = program_.pc_of(index);
    if (in.op == Opcode::ebreak) return {FaultKind::breakpoint, pc, "breakpoint"};
    if (in.op == Opcode::unimp)
        return {FaultKind::unimplemented_instruction, pc, "fence, CSR or privileged instruction"};
    const uint32_t address = core_.registers[in.rs1] + static_cast<uint32_t>(in.imm);
    const bool word = in.op == Opcode::lw || in.op == Opcode::sw;
    const bool half = in.op == Opcode::lh || in.op == Opcode::lhu || in.op == Opcode::sh;
    if (address % (word ? 4 : half ? 2 : 1) != 0)
        return {FaultKind::misaligned_access, pc,
                fmt::format("{} at misaligned address {:#x}", opcode_name(in.op), address)};
    return {FaultKind::address_out_of_range, pc,
            fmt::format("{} at address {:#x} outside [0x80, 0x78000000)", opcode_name(in.op), address)};
}

uint32_t Execution::pc() const {
    if (exit_code_) return 0;
    const size_t index = index_of(next_);
    if (index < program_.instructions.size()) return program_.pc_of(index);
    return next_ == core_.outside_text ? core_.jump_target : static_cast<uint32_t>(next_->imm);
}

std::array<uint32_t, 32> Execution::registers() const {
    std::array<uint32_t, 32> r;
    std::copy_n(core_.registers, 32, r.begin());
    return r;
}

ExecuteReport Execution::report() const {
    ExecuteReport r;
    r.exit_code = exit_code_;
    r.cycles = cycles_;
    r.committed = public_values_;
    r.has_committed = call_counts_[*find_call(static_cast<uint32_t>(Syscall::COMMIT))] != 0;
    std::copy_n(reserved_.begin(), 8, r.committed_digest.begin());
    std::copy_n(reserved_.begin() + 8, 8, r.deferred_digest.begin());
    r.calls = call_counts_;
    r.stdout_text = utf8_text(stdout_);
    r.stderr_text = utf8_text(stderr_);
    r.fault = fault_;
    r.seconds = seconds_;
    r.unread_buffers = input_.size();
    uint64_t count = 0;  // of the instruction at i: lines begun here, plus what flows in from i - 1
    for (size_t i = 0; i < program_.instructions.size(); i++) {
        const Opcode op = program_.instructions[i].op;
        count += entries_[i].count;
        r.opcodes[static_cast<size_t>(op)] += count;
        if (ends_straight_line(op)) count = 0;
    }
    if (fault_ || exit_code_ != 0u) {
        if (!fault_ && exit_code_) {
            const std::string line = last_line(r.stderr_text);
            r.fault =
                Fault{FaultKind::nonzero_exit, program_.pc_of(index_of(next_)),
                      fmt::format("guest halted with exit code {}{}{}", *exit_code_, line.empty() ? "" : ": ", line)};
        }
        return r;
    }
    // The proof binds the digest, not the stream: a run whose stream does not match what it committed is useless.
    if (r.has_committed && hash::sha256(public_values_) != digest_bytes(r.committed_digest))
        r.fault = Fault{FaultKind::digest_mismatch, program_.pc_of(index_of(next_)),
                        "committed digest is not SHA-256 of the public value stream"};
    return r;
}

Bytes32 digest_bytes(const DigestWords& words) {
    Bytes32 r;
    for (size_t i = 0; i < 8; i++) store_le32(r.data() + 4 * i, words[i]);
    return r;
}

std::string_view fault_name(FaultKind kind) {
    switch (kind) {
        case FaultKind::unimplemented_instruction:
            return "unimplemented_instruction";
        case FaultKind::breakpoint:
            return "breakpoint";
        case FaultKind::misaligned_pc:
            return "misaligned_pc";
        case FaultKind::pc_outside_text:
            return "pc_outside_text";
        case FaultKind::misaligned_access:
            return "misaligned_access";
        case FaultKind::address_out_of_range:
            return "address_out_of_range";
        case FaultKind::unknown_syscall:
            return "unknown_syscall";
        case FaultKind::bad_argument:
            return "bad_argument";
        case FaultKind::hint_missing:
            return "hint_missing";
        case FaultKind::hint_length:
            return "hint_length";
        case FaultKind::hint_not_fresh:
            return "hint_not_fresh";
        case FaultKind::unconstrained_call:
            return "unconstrained_call";
        case FaultKind::output_limit:
            return "output_limit";
        case FaultKind::cycle_limit:
            return "cycle_limit";
        case FaultKind::nonzero_exit:
            return "nonzero_exit";
        case FaultKind::digest_mismatch:
            return "digest_mismatch";
    }
    return "unknown";
}

}  // namespace ashlar::rv32
