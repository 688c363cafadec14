// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/field/extension.hpp"

namespace ashlar::bench {

/// The timed loops of one instruction set. Each returns a value that depends on all work, so that it can be checked.
struct CoreKernels {
    /// `rounds` dependent-free multiplications on each of 8 lanes: x_j <- x_j y; returns their product and its count.
    field::F (*multiply)(field::F x, field::F y, size_t rounds, size_t* products);
    field::Ext (*multiply_ext)(const field::Ext& x, const field::Ext& y, size_t rounds, size_t* products);
    void (*fill_eq)(exec::ThreadPool& pool, const field::Ext* point, unsigned log_n, field::F* planes);
    void (*fold_low)(exec::ThreadPool& pool, const field::F* in, size_t n, const field::Ext& r, field::F* out);
    field::Ext (*weighted_sum)(exec::ThreadPool& pool, const field::F* columns, size_t count, size_t n,
                               const field::F* weights);
};

ASHLAR_ISA_DECLARE(CoreKernels, CORE_KERNELS)

}  // namespace ashlar::bench
