// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"

namespace ashlar::test {

/// The bulk operations of one instruction set against their definitions, on 2^log_n elements; "" or what differs.
struct BulkChecks {
    std::string (*tables)(exec::ThreadPool& pool, unsigned log_n, uint64_t seed);
    std::string (*folds)(exec::ThreadPool& pool, unsigned log_n, uint64_t seed);
    std::string (*sums)(exec::ThreadPool& pool, unsigned log_n, uint64_t seed);
};

ASHLAR_ISA_DECLARE(BulkChecks, BULK_CHECKS)

}  // namespace ashlar::test
