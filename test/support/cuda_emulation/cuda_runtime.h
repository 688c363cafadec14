// SPDX-License-Identifier: Apache-2.0
// Stands in for CUDA's header where kernels/ is compiled by the host's compiler: see README.md here. Has what kernels/
// uses, and nothing else: what is missing does not compile, so that nobody relies on a guess.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "test/support/cuda_emulation/emulator.hpp"

#define __host__
#define __device__
#define __global__
#define __constant__ __attribute__((unused)) const
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

#define threadIdx (::cuda_emulation::current().thread)
#define blockIdx (::cuda_emulation::current().block)
#define gridDim (::cuda_emulation::current().grid)

inline void __syncthreads() { ::cuda_emulation::barrier(); }
/// The bits of x in reverse order.
inline unsigned __brev(unsigned x) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++) r |= (x >> i & 1) << (31 - i);
    return r;
}

/// *at = min(*at, x) in one step; returns what was there.
inline unsigned atomicMin(unsigned* at, unsigned x) {
    unsigned seen = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (x < seen && !__atomic_compare_exchange_n(at, &seen, x, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return seen;
}

// NOLINTBEGIN: names of CUDA's.
using cudaStream_t = ::cuda_emulation::Stream*;
enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
    cudaErrorInvalidDevice = 101
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
struct cudaDeviceProp {
    char name[256];
    int major, minor;
    size_t totalGlobalMem;
};

const char* cudaGetErrorName(cudaError_t);
const char* cudaGetErrorString(cudaError_t);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaMalloc(void** memory, size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind);
// NOLINTEND
