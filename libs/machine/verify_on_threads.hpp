// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/thread_pool.hpp"
#include "libs/machine/run_proof.hpp"

namespace ashlar::machine {

/// Options that check chunks on the pool's threads; the pool must outlive them.
inline VerifyOptions verify_on_threads(exec::ThreadPool& pool) {
    VerifyOptions options;
    options.for_each = [&pool](size_t count, const std::function<void(size_t)>& check) {
        pool.parallel_for(count, 1, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end; i++) check(i);
        });
    };
    return options;
}

}  // namespace ashlar::machine
