// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace ashlar::rv32 {

/// Why a run ended without success (ABI.md 1 to 9). A fault is a result of the run, not an error of the
/// host.
enum class FaultKind : uint8_t {
    unimplemented_instruction,  ///< fence, CSR, mret, wfi
    breakpoint,                 ///< ebreak
    misaligned_pc,
    pc_outside_text,
    misaligned_access,
    address_out_of_range,
    unknown_syscall,
    bad_argument,        ///< an argument or operand the call forbids
    hint_missing,        ///< no input buffer left
    hint_length,         ///< HINT_READ with another length than the buffer's
    hint_not_fresh,      ///< HINT_READ to a word read or written before
    unconstrained_call,  ///< a call that is not allowed inside an unconstrained block
    output_limit,
    cycle_limit,
    nonzero_exit,
    digest_mismatch,  ///< committed digest is not SHA-256 of the public value stream
};

/// Stable names, as JSON shows them.
std::string_view fault_name(FaultKind kind);

struct Fault {
    FaultKind kind;
    uint32_t pc;  ///< of the instruction that faulted
    std::string message;
};

}  // namespace ashlar::rv32
