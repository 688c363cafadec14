// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ashlar::hash {

/// Keccak permutations of this thread so far: those of single messages and those done for batches. For benchmarks; host
/// only.
struct PermutationCounts {
    uint64_t single = 0, batch = 0;
};
inline thread_local constinit PermutationCounts permutation_counts;

}  // namespace ashlar::hash
