// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "kernels/exec/check.cuh"
#include "kernels/exec/device.hpp"
#include "kernels/exec/launch.cuh"
#include "libs/field/extension.hpp"

namespace ashlar::cuda {

using field::Ext;
using field::F;

namespace detail {

// 256 threads: kernels here hold at most some 80 registers each, so four blocks still fit a multiprocessor.
constexpr unsigned THREADS = 256;

template <class Kernel>
__global__ void __launch_bounds__(THREADS) run(size_t n, Kernel kernel) {
    const size_t step = size_t{gridDim.x} * THREADS;
    for (size_t i = size_t{blockIdx.x} * THREADS + threadIdx.x; i < n; i += step) kernel.template operator()<F>(i);
}

/// Each thread sums its elements; the block's sum goes to partial[blockIdx.x * K + k]. Shared memory: THREADS elements
/// of E.
template <size_t K, class Kernel>
__global__ void __launch_bounds__(THREADS) run_reduce(size_t n, Kernel kernel, Ext* partial) {
    ASHLAR_SHARED(Ext, sums, THREADS);
    std::array<Ext, K> acc;
    for (size_t k = 0; k < K; k++) acc[k] = Ext::zero();
    const size_t step = size_t{gridDim.x} * THREADS;
    for (size_t i = size_t{blockIdx.x} * THREADS + threadIdx.x; i < n; i += step) kernel.template operator()<F>(i, acc);
    for (size_t k = 0; k < K; k++) {
        sums[threadIdx.x] = acc[k];
        for (unsigned half = THREADS / 2; half > 0; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
        }
        if (threadIdx.x == 0) partial[size_t{blockIdx.x} * K + k] = sums[0];
        __syncthreads();
    }
}

inline unsigned blocks_for(size_t n, unsigned most) {
    const size_t blocks = (n + THREADS - 1) / THREADS;
    return static_cast<unsigned>(blocks < most ? blocks : most);
}

}  // namespace detail

/// The CUDA form of exec::CpuBackend: the same kernels, one element per thread. Work is queued on one stream; launch
/// returns at once, reduce waits for its result. Arrays that kernels point to are on the device.
class CudaBackend {
  public:
    explicit CudaBackend(cudaStream_t stream = nullptr) : stream_(stream) {}
    cudaStream_t stream() const { return stream_; }

    template <class Kernel>
    Result<void, Error> launch(size_t n, const Kernel& kernel) const {
        if (n == 0) return {};
        cuda::launch(detail::run<Kernel>, detail::blocks_for(n, 1u << 20), detail::THREADS, stream_, n, kernel);
        return check_launch("launch");
    }

    template <size_t K, class Kernel>
    HostResult<std::array<Ext, K>> reduce(size_t n, const Kernel& kernel) const {
        std::array<Ext, K> total;
        for (Ext& x : total) x = Ext::zero();
        if (n == 0) return total;
        constexpr unsigned MOST_BLOCKS = 1024;
        const unsigned blocks = detail::blocks_for(n, MOST_BLOCKS);
        ASHLAR_ASSIGN(auto partial, DeviceBuffer<Ext>::make(size_t{blocks} * K));
        cuda::launch(detail::run_reduce<K, Kernel>, blocks, detail::THREADS, stream_, n, kernel, partial.data());
        ASHLAR_TRY(check_launch("reduce"));
        ASHLAR_TRY(check(cudaStreamSynchronize(stream_), "reduce"));
        std::array<Ext, MOST_BLOCKS * K> host;
        ASHLAR_TRY(partial.to_host(host.data()));
        for (unsigned b = 0; b < blocks; b++)
            for (size_t k = 0; k < K; k++) total[k] += host[b * K + k];
        return total;
    }

  private:
    cudaStream_t stream_;
};

}  // namespace ashlar::cuda
