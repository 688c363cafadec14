// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace ashlar::bench {

/// Processor time of this thread, in seconds.
double processor_time();

/// What the parts cost that nobody executing a block can leave out, in seconds, each the best of several runs.
struct UnitCosts {
    double batch_permutation = 0;   ///< Keccak-f of many messages at once (trie nodes, codes)
    double single_permutation = 0;  ///< Keccak-f of one message (addresses, slots, KECCAK256)
    double recovery = 0;            ///< a signer, among many
    double instruction = 0;         ///< an instruction of a loop of cheap ones
};
UnitCosts measure_unit_costs();

}  // namespace ashlar::bench
