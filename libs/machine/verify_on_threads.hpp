// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>

#include "libs/exec/thread_pool.hpp"
#include "libs/hash/bulk.hpp"
#include "libs/machine/run_proof.hpp"

namespace ashlar::machine {

/// Options that check chunks on the pool's threads, and hash in lanes; the pool must outlive them. Whatever the threads
/// do, the first bad chunk is found: only later ones than one that is known to be bad are left out.
inline VerifyOptions verify_on_threads(exec::ThreadPool& pool) {
    VerifyOptions options;
    options.for_each = [&pool](size_t count, const std::function<bool(size_t)>& check) {
        std::atomic<size_t> bad = count;  // the first one known
        pool.parallel_for(count, 1, [&](size_t begin, size_t end) {
            for (size_t i = begin; i < end && i < bad; i++) {
                if (check(i)) continue;
                for (size_t before = bad; i < before && !bad.compare_exchange_weak(before, i);) {
                }
            }
        });
    };
    options.permute = hash::bulk_hash(exec::best_isa()).permute;
    return options;
}

}  // namespace ashlar::machine
