// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cuda_runtime.h>

#include <utility>

/// The two things that CUDA writes in a syntax of its own, so that any C++ compiler reads the rest
/// (test/support/cuda_emulation compiles all kernels with the host's).
namespace ashlar::cuda {

/// Queues `kernel` on `stream` with a grid of `blocks` blocks of `threads` threads, no dynamic shared memory.
template <class... P, class... A>
void launch(void (*kernel)(P...), unsigned blocks, unsigned threads, cudaStream_t stream, A&&... arguments) {
#if defined(__CUDACC__)
    kernel<<<blocks, threads, 0, stream>>>(P(std::forward<A>(arguments))...);
#else
    cuda_emulation::launch(blocks, threads, stream,
                           [kernel, ... values = P(std::forward<A>(arguments))] { kernel(values...); });
#endif
}

}  // namespace ashlar::cuda

/// Declares NAME, an array of N elements that the threads of a block share.
#if defined(__CUDACC__)
#define ASHLAR_SHARED(T, NAME, N) __shared__ T NAME[N]
#else
#define ASHLAR_SHARED(T, NAME, N) auto&(NAME) = cuda_emulation::shared_array<T, N>([] {})
#endif
