// SPDX-License-Identifier: Apache-2.0
// Kernels with and without faults, to show that the emulation finds what it is meant to find:
//   cuda_emulation_selftest           correct kernels: exit status 0
//   cuda_emulation_selftest FAULT     a planted one: another status (README.md here says which setting finds which)
#include <cstdio>
#include <string_view>
#include <vector>

#include "kernels/exec/launch.cuh"

using namespace ashlar::cuda;

namespace {

constexpr unsigned THREADS = 64, BLOCKS = 3, N = THREADS * BLOCKS;

enum class Fault { none, missing_barrier, plain_counter, divergent_barrier, out_of_bounds, missing_wait, fresh_memory };

/// Each block sums its numbers in shared memory.
__global__ void sum(const unsigned* in, unsigned* out, Fault fault) {
    ASHLAR_SHARED(unsigned, sums, THREADS);
    const unsigned t = threadIdx.x, i = blockIdx.x * THREADS + t;
    if (fault == Fault::divergent_barrier && t == 3) return;
    sums[t] = in[fault == Fault::out_of_bounds ? i + 1 : i];
    for (unsigned half = THREADS / 2; half > 0; half /= 2) {
        if (fault != Fault::missing_barrier) __syncthreads();
        if (t < half) sums[t] += sums[t + half];
    }
    if (t == 0) out[blockIdx.x] = sums[0];
}

/// All threads count in one place.
__global__ void count(unsigned* counter) { *counter += 1; }

int run(Fault fault) {
    std::vector<unsigned> in(N), out(BLOCKS);
    for (unsigned i = 0; i < N; i++) in[i] = i * i;
    unsigned *d_in = nullptr, *d_out = nullptr;
    if (cudaMalloc(reinterpret_cast<void**>(&d_in), N * 4) != cudaSuccess) return 2;
    if (cudaMalloc(reinterpret_cast<void**>(&d_out), (BLOCKS + 1) * 4) != cudaSuccess) return 2;
    if (fault != Fault::fresh_memory && cudaMemcpy(d_in, in.data(), N * 4, cudaMemcpyHostToDevice) != cudaSuccess)
        return 2;
    launch(sum, BLOCKS, THREADS, nullptr, d_in, d_out, fault);
    if (fault == Fault::plain_counter) launch(count, 1, THREADS, nullptr, d_out + BLOCKS);
    if (fault == Fault::missing_wait)
        std::memcpy(out.data(), d_out, BLOCKS * 4);  // a host that looks without waiting
    else if (cudaMemcpy(out.data(), d_out, BLOCKS * 4, cudaMemcpyDeviceToHost) != cudaSuccess)
        return 2;
    int wrong = 0;
    for (unsigned b = 0; b < BLOCKS; b++) {
        unsigned expected = 0;
        for (unsigned t = 0; t < THREADS; t++) expected += in[b * THREADS + t];
        wrong |= out[b] != expected;
    }
    cudaFree(d_in);
    cudaFree(d_out);
    if (wrong) std::fprintf(stderr, "wrong sums\n");
    return wrong;
}

}  // namespace

int main(int argc, char** argv) {
    static constexpr std::pair<std::string_view, Fault> FAULTS[] = {
        {"missing-barrier", Fault::missing_barrier},     {"plain-counter", Fault::plain_counter},
        {"divergent-barrier", Fault::divergent_barrier}, {"out-of-bounds", Fault::out_of_bounds},
        {"missing-wait", Fault::missing_wait},           {"fresh-memory", Fault::fresh_memory}};
    if (argc == 1) return run(Fault::none);
    for (const auto& [name, fault] : FAULTS)
        if (name == argv[1]) return run(fault);
    std::fprintf(stderr, "unknown fault %s\n", argv[1]);
    return 0;  // the tests expect another status
}
