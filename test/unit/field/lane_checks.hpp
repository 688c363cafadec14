// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/exec/isa.hpp"

namespace ashlar::test {

/// Checks of one instruction set's lane against scalar arithmetic; each returns "" or what differs.
struct LaneChecks {
    size_t width;
    std::string (*arithmetic)(uint64_t seed);
    std::string (*extension)(uint64_t seed);
    std::string (*product_sum)(uint64_t seed);
    std::string (*shuffles)(uint64_t seed);
};

ASHLAR_ISA_DECLARE(LaneChecks, LANE_CHECKS)

}  // namespace ashlar::test
