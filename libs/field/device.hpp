// SPDX-License-Identifier: Apache-2.0
#pragma once

/// ASHLAR_HD marks a function that runs on the host and, under nvcc, on the device; ASHLAR_INLINE also forces inlining,
/// which lane-templated code relies on (a call would spill vector registers and, on the host, could resolve to a copy
/// compiled for another instruction set).
#if defined(__CUDACC__)
#define ASHLAR_HD __host__ __device__
#define ASHLAR_INLINE __host__ __device__ __forceinline__
#else
#define ASHLAR_HD
#define ASHLAR_INLINE inline __attribute__((always_inline))
#endif

/// In front of a loop over registers: unrolled whole.
#define ASHLAR_UNROLL _Pragma("GCC unroll 64")
