// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/exec/isa.hpp"

namespace ashlar::test {

/// Packed permutations of one instruction set against the scalar ones; "" or what differs.
struct PackedChecks {
    std::string (*width_24)(uint64_t seed);
    std::string (*width_16)(uint64_t seed);
};

ASHLAR_ISA_DECLARE(PackedChecks, PACKED_CHECKS)

}  // namespace ashlar::test
