// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"

namespace ashlar::test {

/// launch and reduce of one instruction set's backend against plain loops; "" or what differs.
struct BackendChecks {
    std::string (*launch_and_reduce)(exec::ThreadPool& pool, size_t n);
};

ASHLAR_ISA_DECLARE(BackendChecks, BACKEND_CHECKS)

}  // namespace ashlar::test
