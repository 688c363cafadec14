// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "libs/rv32/memory.hpp"
#include "libs/rv32/program.hpp"

/// The threaded interpreter: predecoded operations, each ending in a tail call of the next, with everything hot in
/// machine registers. Internal to the library; executor.hpp is the interface.
namespace ashlar::rv32 {

struct Core;
struct Op;

// Arguments: operation, core, memory, touched marks, dirty marks, distance from operations to entries, cycles left,
// cells left.
#define ASHLAR_RV32_PARAMETERS                                                                                   \
    const ::ashlar::rv32::Op *op, ::ashlar::rv32::Core *core, uint8_t *memory, uint8_t *touched, uint8_t *dirty, \
        ptrdiff_t to_entry, int64_t cycles, int64_t cells
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASHLAR_RV32_CONVENTION  // instrumented functions need a frame that preserve_none cannot give
#else
#define ASHLAR_RV32_CONVENTION __attribute__((preserve_none))
#endif
using Handler = ASHLAR_RV32_CONVENTION void (*)(ASHLAR_RV32_PARAMETERS);

/// Register number that writes to x0 are sent to.
inline constexpr uint8_t SINK_REGISTER = 32;

/// One predecoded instruction. imm: the operand of immediate forms, the offset of loads, stores and jalr, the constant
/// of lui and auipc, the distance in bytes to the target operation of branches and jal, the pc of a sentinel.
struct Op {
    Handler handler;
    uint8_t rd, rs1, rs2;
    int32_t imm;
};

/// Beside each operation: how often straight-line execution began here, and what it takes to its end (a control
/// transfer or ecall, included). Counts of single instructions follow from `count` (instruction_counts).
struct Entry {
    uint64_t count;
    uint32_t length;
    uint32_t cells;
};
static_assert(sizeof(Op) == sizeof(Entry));

/// Why the interpreter came back.
enum class Stop : uint8_t {
    budget,   ///< cycles or cells do not suffice for the straight line at `at`
    planted,  ///< reached the operation that plant_stop chose
    fault,    ///< the instruction at `at` faults; fault_of tells why
    call,     ///< an ecall asked to stop (HALT, EXIT_UNCONSTRAINED or a fault of its own)
};

struct Core {
    uint32_t registers[33] = {};
    Stop stop = Stop::budget;
    const Op* at = nullptr;
    int64_t cycles_left = 0;
    int64_t cells_left = 0;
    uint32_t pc_base = 0;
    const Op* ops = nullptr;  ///< of the mode that runs
    uint32_t num_instructions = 0;
    const Op* outside_text = nullptr;  ///< operation that faults with the pc in jump_target
    uint32_t jump_target = 0;
    std::vector<std::pair<uint32_t, uint32_t>>* undo = nullptr;  ///< (word, old value); in unconstrained mode
    void* context = nullptr;
    /// Performs the ecall at `op`; the operation to go on with, or null to come back with Stop::call.
    const Op* (*call)(void* context, const Op* op) = nullptr;
};

/// The operations of a program in one mode. In unconstrained mode stores are logged to Core::undo, accesses leave no
/// marks and nothing is counted.
class Operations {
  public:
    Operations(const Program& program, bool unconstrained);
    const Op* data() const { return ops_.data(); }
    size_t size() const { return ops_.size(); }  ///< instructions, then sentinels
    const Op* outside_text() const { return &ops_[outside_text_]; }
    /// Makes the interpreter stop before the operation at `index`; returns what it replaced.
    Handler plant_stop(size_t index);
    void restore(size_t index, Handler handler) { ops_[index].handler = handler; }

  private:
    std::vector<Op> ops_;
    size_t outside_text_ = 0;
};

/// Runs from `op` until something stops it; leaves state in `core`. `entries` is parallel to the operations.
void run_core(Core& core, const Op* op, GuestMemory& memory, Entry* entries);

}  // namespace ashlar::rv32
