// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ashlar::evm {

/// What an execution did, for benchmarks.
struct InstructionCounts {
    uint64_t by_opcode[256] = {};
    /// Calls of precompiled contracts and their processor time in seconds, by number; P256VERIFY (0x100) is the last.
    static constexpr unsigned PRECOMPILES = 0x13;
    uint64_t precompile_calls[PRECOMPILES] = {};
    double precompile_seconds[PRECOMPILES] = {};

    uint64_t total() const {
        uint64_t n = 0;
        for (uint64_t c : by_opcode) n += c;
        return n;
    }
    double all_precompile_seconds() const {
        double s = 0;
        for (double x : precompile_seconds) s += x;
        return s;
    }
};

/// From now on every interpreter adds to `counts`; null ends that. Slower, and for one thread. Host only.
void count_instructions(InstructionCounts* counts);
/// Where counts go now; null: nowhere.
InstructionCounts* instruction_counts();

}  // namespace ashlar::evm
