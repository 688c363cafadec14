// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/rv32/core.hpp"
#include "libs/rv32/executor.hpp"

namespace ashlar::rv32 {

/// One run of a program: the interpreter's driver and the system calls. Internal; execute() and ChunkCursor are the
/// faces. Not movable: the interpreter holds a pointer to it.
class Execution {
  public:
    Execution(const Program& program, Stdin in, const ExecuteOptions& options, GuestMemory memory);
    Execution(const Execution&) = delete;
    Execution& operator=(const Execution&) = delete;

    /// Runs until HALT, a fault, exactly `max_cycles` more instructions, or a straight line or the words of a HINT_READ
    /// whose cells would exceed `max_cells`; returns the instructions executed.
    uint64_t run(uint64_t max_cycles, uint64_t max_cells);

    bool finished() const { return finished_; }
    /// Whether the last run() ended inside a HINT_READ. The call counts as executed when its last word is written.
    bool inside_read() const { return words_read_ != 0; }
    ExecuteReport report() const;
    uint32_t pc() const;
    std::array<uint32_t, 32> registers() const;
    const std::array<uint32_t, NUM_RESERVED_WORDS>& reserved() const { return reserved_; }
    GuestMemory& memory() { return memory_; }
    /// Cells estimated for the last run().
    uint64_t cells_used() const { return cells_used_; }
    /// What the input stream gave since the last call, if recording was asked for.
    std::vector<HintEvent> take_hints() { return std::exchange(hints_, {}); }
    void record_hints() { recording_hints_ = true; }

  private:
    // execution.cpp
    size_t index_of(const Op* op) const { return static_cast<size_t>(op - core_.ops); }
    void refund(size_t index);
    bool go_on_after_stop();
    Fault describe_fault(const Op* op) const;
    void end_with(Fault fault);

    // calls.cpp: each returns the operation to go on with, or null after a fault or HALT.
    const Op* call(const Op* op);
    const Op* call_fault(const Op* op, FaultKind kind, std::string message);
    const Op* halt(const Op* op);
    const Op* write(const Op* op);
    const Op* enter_unconstrained(const Op* op);
    const Op* hint_read(const Op* op);
    uint32_t read_end(uint32_t base, uint32_t first, uint32_t words) const;
    const Op* verify_proof(const Op* op);
    const Op* precompile(const Op* op, const CallInfo& info);
    const Op* commit(const Op* op, uint32_t first_word);
    uint32_t argument(unsigned i) const { return core_.registers[10 + i]; }

    const Program& program_;
    ExecuteOptions options_;
    GuestMemory memory_;
    Operations operations_;
    std::unique_ptr<Operations> unconstrained_operations_;  ///< made by the first ENTER_UNCONSTRAINED
    std::vector<Entry> entries_;
    Core core_;
    const Op* next_ = nullptr;

    uint64_t cycles_ = 0;        ///< of finished run() calls
    uint64_t slice_budget_ = 0;  ///< cycles given to the run() in progress
    uint64_t cells_used_ = 0;
    uint64_t cells_granted_ = 0;  ///< beyond the budget of the run() in progress
    double seconds_ = 0;
    bool finished_ = false;
    bool unconstrained_ = false;
    std::optional<uint32_t> exit_code_;
    std::optional<Fault> fault_;

    std::deque<std::shared_ptr<const Bytes>> input_;  ///< front = at the read position
    uint32_t words_read_ = 0;                         ///< of a HINT_READ in progress
    bool recording_hints_ = false;
    std::vector<HintEvent> hints_;
    uint64_t output_bytes_ = 0;
    std::string stdout_, stderr_;
    Bytes public_values_;
    std::array<uint32_t, NUM_RESERVED_WORDS> reserved_{};
    std::array<uint64_t, NUM_CALLS> call_counts_{};
};

}  // namespace ashlar::rv32
