// SPDX-License-Identifier: Apache-2.0
// The system calls as pass 1 performs them (ABI.md 4 and 5).
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "libs/rv32/deferred_chain.hpp"
#include "libs/rv32/execution.hpp"
#include "libs/rv32/operands.hpp"

namespace ashlar::rv32 {

const Op* Execution::call_fault(const Op* op, FaultKind kind, std::string message) {
    end_with({kind, program_.pc_of(index_of(op)), std::move(message)});
    return nullptr;
}

const Op* Execution::call(const Op* op) {
    const uint32_t word = core_.registers[5];
    const auto id = find_call(word);
    if (!id) return call_fault(op, FaultKind::unknown_syscall, fmt::format("unknown system call {:#010x}", word));
    const CallInfo& info = CALLS[*id];
    if (unconstrained_ && info.word != Syscall::WRITE && info.word != Syscall::EXIT_UNCONSTRAINED)
        return call_fault(op, FaultKind::unconstrained_call,
                          fmt::format("{} inside an unconstrained block", info.name));
    call_counts_[*id]++;
    if (!unconstrained_) core_.cells_left -= options_.weights.call[*id];
    const Op* next = op + 1;
    switch (info.word) {
        case Syscall::HALT:
            next = halt(op);
            break;
        case Syscall::WRITE:
            next = write(op);
            break;
        case Syscall::ENTER_UNCONSTRAINED:
            next = enter_unconstrained(op);
            break;
        case Syscall::EXIT_UNCONSTRAINED:
            if (unconstrained_) return nullptr;  // back to enter_unconstrained
            core_.registers[5] = 0;
            break;
        case Syscall::COMMIT:
            next = commit(op, WORD_COMMITTED_DIGEST);
            break;
        case Syscall::COMMIT_DEFERRED_PROOFS:
            next = commit(op, WORD_DEFERRED_DIGEST);
            break;
        case Syscall::VERIFY_PICO_PROOF:
            next = verify_proof(op);
            break;
        case Syscall::HINT_LEN:
            if (input_.empty()) {
                next = call_fault(op, FaultKind::hint_missing, "HINT_LEN with no input buffer left");
                break;
            }
            core_.registers[5] = static_cast<uint32_t>(input_.front()->size());
            if (recording_hints_) hints_.push_back({core_.registers[5], nullptr});
            break;
        case Syscall::HINT_READ:
            next = hint_read(op);
            break;
        default:
            next = precompile(op, info);
    }
    if (fault_ || inside_read()) call_counts_[*id]--;  // not an executed instruction, or not yet
    return next;
}

const Op* Execution::halt(const Op* op) {
    next_ = op;
    exit_code_ = argument(0);
    reserved_[WORD_EXIT_CODE - RESERVED_WORD] = argument(0);
    reserved_[WORD_HALTED - RESERVED_WORD] = 1;
    finished_ = true;
    return nullptr;
}

const Op* Execution::commit(const Op* op, uint32_t first_word) {
    const uint32_t i = argument(0);
    if (i >= 8) return call_fault(op, FaultKind::bad_argument, fmt::format("commit of word {}; there are 8", i));
    reserved_[first_word - RESERVED_WORD + i] = argument(1);
    return op + 1;
}

const Op* Execution::verify_proof(const Op* op) {
    for (unsigned i = 0; i < 2; i++)
        if (const char* problem = operand_problem(argument(i), 8))
            return call_fault(op, FaultKind::bad_argument,
                              fmt::format("VERIFY_PICO_PROOF at {:#x}: {}", argument(i), problem));
    uint32_t vk[8], pv[8];
    std::memcpy(vk, memory_.bytes() + argument(0), sizeof vk);
    std::memcpy(pv, memory_.bytes() + argument(1), sizeof pv);
    DeferredChain chain;
    uint32_t* words = &reserved_[WORD_DEFERRED_CHAIN - RESERVED_WORD];
    std::copy_n(words, chain.size(), chain.begin());
    std::ranges::copy(extend_deferred_chain(chain, vk, pv), words);
    return op + 1;
}

const Op* Execution::write(const Op* op) {
    const uint32_t fd = argument(0), address = argument(1), size = argument(2);
    if (size > 0 && (address < MEMORY_BEGIN || uint64_t{address} + size > MEMORY_END))
        return call_fault(op, FaultKind::address_out_of_range,
                          fmt::format("WRITE of {} bytes at {:#x}", size, address));
    output_bytes_ += size;
    if (output_bytes_ > options_.max_output_bytes)
        return call_fault(op, FaultKind::output_limit,
                          fmt::format("guest wrote more than {} bytes", options_.max_output_bytes));
    const auto* bytes = memory_.bytes() + address;
    switch (fd) {
        case guest::STDOUT:
            stdout_.append(reinterpret_cast<const char*>(bytes), size);
            break;
        case guest::STDERR:
            stderr_.append(reinterpret_cast<const char*>(bytes), size);
            break;
        case guest::PUBLIC_VALUES:
            public_values_.insert(public_values_.end(), bytes, bytes + size);
            break;
        case guest::HINT:
            input_.push_back(std::make_shared<const Bytes>(bytes, bytes + size));
            break;
        case guest::HOOK_ECRECOVER:
        case guest::HOOK_ED25519: {
            const BytesView in(bytes, size);
            auto results = fd == guest::HOOK_ECRECOVER ? hook_ecrecover(in) : hook_ed25519(in);
            if (!results) return call_fault(op, FaultKind::bad_argument, "ecrecover hook: r or alpha is not reduced");
            std::for_each(results->rbegin(), results->rend(),
                          [this](Bytes& b) { input_.push_front(std::make_shared<const Bytes>(std::move(b))); });
            break;
        }
        default:
            break;  // ignored, as the ABI says
    }
    return op + 1;
}

const Op* Execution::enter_unconstrained(const Op* op) {
    if (!unconstrained_operations_) unconstrained_operations_ = std::make_unique<Operations>(program_, true);
    const Core saved = core_;
    std::vector<std::pair<uint32_t, uint32_t>> undo;
    const uint64_t used = cycles_ + slice_budget_ - static_cast<uint64_t>(core_.cycles_left);
    core_.registers[5] = 1;
    core_.ops = unconstrained_operations_->data();
    core_.outside_text = unconstrained_operations_->outside_text();
    core_.undo = &undo;
    // Cycles of the block are taken back, but a block that never ends must end here.
    core_.cycles_left = static_cast<int64_t>(std::min(options_.max_cycles - used, uint64_t{1} << 62));
    core_.cells_left = INT64_MAX;
    unconstrained_ = true;
    run_core(core_, core_.ops + (op - saved.ops) + 1, memory_, entries_.data());
    if (core_.stop == Stop::budget)
        end_with({FaultKind::cycle_limit, program_.pc_of(index_of(core_.at)),
                  "cycle limit reached in an unconstrained block"});
    if (core_.stop == Stop::fault) end_with(describe_fault(core_.at));
    unconstrained_ = false;
    for (size_t i = undo.size(); i-- > 0;) std::memcpy(memory_.bytes() + size_t{undo[i].first} * 4, &undo[i].second, 4);
    core_ = saved;
    core_.registers[5] = 0;
    return fault_ ? nullptr : op + 1;
}

const Op* Execution::hint_read(const Op* op) {
    const uint32_t address = argument(0), size = argument(1);
    if (input_.empty()) return call_fault(op, FaultKind::hint_missing, "HINT_READ with no input buffer left");
    const std::shared_ptr<const Bytes> buffer = input_.front();
    if (buffer->size() != size)
        return call_fault(op, FaultKind::hint_length,
                          fmt::format("HINT_READ of {} bytes from a buffer of {}", size, buffer->size()));
    if (address % 4 != 0)
        return call_fault(op, FaultKind::bad_argument, fmt::format("HINT_READ to {:#x}: not a multiple of 4", address));
    const uint32_t words = static_cast<uint32_t>((uint64_t{size} + 3) / 4);
    if (words > 0)
        if (const char* problem = operand_problem(address, words))
            return call_fault(op, FaultKind::bad_argument,
                              fmt::format("HINT_READ of {} bytes to {:#x}: {}", size, address, problem));
    const uint32_t first = std::exchange(words_read_, 0);
    for (uint32_t i = first; i < words; i++)
        if (memory_.is_touched(address / 4 + i) || memory_.word(address / 4 + i) != 0)
            return call_fault(op, FaultKind::hint_not_fresh,
                              fmt::format("HINT_READ to {:#x}: the word was used before", address + 4 * i));
    const uint32_t end = read_end(address / 4, first, words);
    for (uint32_t i = first; i < end; i++) memory_.set_word(address / 4 + i, hint_word(*buffer, i));
    core_.cells_left -= static_cast<int64_t>(end - first) * options_.weights.hint_word;
    if (recording_hints_) hints_.push_back({size, buffer, first, end - first});
    if (end < words) {
        words_read_ = end;
        return nullptr;
    }
    input_.pop_front();
    return op + 1;
}

/// Up to which word of the `words` at `base` a HINT_READ in progress gets in this slice: what the cells left allow, cut
/// at a multiple of HINT_GRAIN, and something in any case.
uint32_t Execution::read_end(uint32_t base, uint32_t first, uint32_t words) const {
    const int64_t weight = options_.weights.hint_word;
    if (weight == 0 || core_.cells_left >= weight * (words - first)) return words;
    const auto affordable = static_cast<uint32_t>(std::max<int64_t>(core_.cells_left, 0) / weight);
    const uint32_t cut = (base + first + affordable) / HINT_GRAIN * HINT_GRAIN;
    const uint32_t least = (base + first) / HINT_GRAIN * HINT_GRAIN + HINT_GRAIN;
    return std::min(std::max(cut, least) - base, words);
}

const Op* Execution::precompile(const Op* op, const CallInfo& info) {
    const CallShape& s = info.shape;
    const auto pointer = [this](PointerRegister r) { return argument(r == PointerRegister::a1); };
    const auto check = [&](PointerRegister r, uint32_t words) { return operand_problem(pointer(r), words); };
    const char* problem = check(s.out_pointer, s.out_offset + s.out_words);
    if (!problem && s.in_words) problem = check(s.in_pointer, s.in_offset + s.in_words);
    uint32_t in[MAX_IN_WORDS], out[MAX_OUT_WORDS];
    uint32_t in_word = 0, out_word = 0;
    if (!problem) {
        in_word = s.in_words ? pointer(s.in_pointer) / 4 + s.in_offset : 0;
        out_word = pointer(s.out_pointer) / 4 + s.out_offset;
        for (uint32_t i = 0; i < s.in_words; i++) in[i] = memory_.word(in_word + i);
        for (uint32_t i = 0; i < s.out_words; i++) out[i] = memory_.word(out_word + i);
        problem = s.compute({in, out, argument(0), argument(1), program_.field});
    }
    if (problem)
        return call_fault(op, FaultKind::bad_argument,
                          fmt::format("{}({:#x}, {:#x}): {}", info.name, argument(0), argument(1), problem));
    for (uint32_t i = 0; i < s.in_words; i++) memory_.touch(in_word + i);
    for (uint32_t i = 0; i < s.out_words; i++) {
        memory_.touch(out_word + i);
        memory_.set_word(out_word + i, out[i]);
    }
    return op + 1;
}

}  // namespace ashlar::rv32
