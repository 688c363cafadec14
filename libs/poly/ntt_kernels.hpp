// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/isa.hpp"
#include "libs/field/koala_bear.hpp"

namespace ashlar::poly {

using field::F;

/// Number-theoretic transforms, hand-tuned per instruction set. All functions work in the calling thread.
struct NttKernels {
    /// out[i] = start ratio^i, i < n.
    void (*fill_powers)(F* out, F start, F ratio, size_t n);
    /// out[reverse(j)] = sum over i < 2^log_n of in[i] twist[i] w^(i j), w the generator of order 2^log_n; reverse on
    /// log_n bits. twist null: all ones. `roots` has 2^log_n elements: roots[h + j] = (generator of order 2h)^j, h a
    /// power of two. in and out must not overlap.
    void (*transform)(const F* in, const F* twist, const F* roots, unsigned log_n, F* out);
};

ASHLAR_ISA_DECLARE(NttKernels, NTT_KERNELS)

}  // namespace ashlar::poly
