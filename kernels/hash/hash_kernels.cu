// SPDX-License-Identifier: Apache-2.0
#include "kernels/hash/hash_kernels.hpp"

#include <algorithm>

#include "kernels/exec/check.cuh"
#include "kernels/exec/device.hpp"
#include "kernels/exec/launch.cuh"
#include "kernels/hash/poseidon2.cuh"
#include "libs/hash/digest.hpp"

namespace ashlar::cuda {
namespace {

// One state per thread, 24 registers of it; grids of one block per 128 states, no shared memory.
constexpr unsigned THREADS = 128;
constexpr unsigned RATE = hash::RATE, DIGEST = hash::DIGEST_SIZE;

__global__ void __launch_bounds__(THREADS) permute_kernel(F* states, size_t n) {
    const size_t i = size_t{blockIdx.x} * THREADS + threadIdx.x;
    if (i >= n) return;
    F s[24];
#pragma unroll
    for (unsigned k = 0; k < 24; k++) s[k] = states[k * n + i];
    DevicePoseidon2::permute(s);
#pragma unroll
    for (unsigned k = 0; k < 24; k++) states[k * n + i] = s[k];
}

__global__ void __launch_bounds__(THREADS)
    leaf_kernel(const F* columns, size_t stride, size_t width, unsigned log_rows, bool bit_reversed, F* out) {
    const size_t n = size_t{1} << log_rows, at = size_t{blockIdx.x} * THREADS + threadIdx.x;
    if (at >= n) return;
    F s[24];
#pragma unroll
    for (unsigned k = 0; k < 24; k++) s[k] = F::zero();
    s[hash::LENGTH_POSITION] = F::reduce(static_cast<uint32_t>(width));
    s[hash::DOMAIN_POSITION] = F::reduce(static_cast<uint32_t>(hash::Domain::leaf));
    for (size_t c = 0; c < width; c += RATE) {
#pragma unroll
        for (unsigned k = 0; k < RATE; k++)
            if (c + k < width) s[k] = columns[(c + k) * stride + at];
        DevicePoseidon2::permute(s);
    }
    const size_t leaf = bit_reversed && log_rows > 0 ? __brev(static_cast<unsigned>(at)) >> (32 - log_rows) : at;
#pragma unroll
    for (unsigned k = 0; k < DIGEST; k++) out[k * n + leaf] = s[k];
}

__global__ void __launch_bounds__(THREADS) absorb_kernel(LeafBlock b) {
    const size_t n = size_t{1} << b.log_rows, at = size_t{blockIdx.x} * THREADS + threadIdx.x;
    if (at >= n) return;
    F s[24];
#pragma unroll
    for (unsigned k = 0; k < RATE; k++) s[k] = b.columns[k * b.stride + at];
#pragma unroll
    for (unsigned k = RATE; k < 24; k++) s[k] = b.first_width != 0 ? F::zero() : b.capacity[(k - RATE) * n + at];
    if (b.first_width != 0) {
        s[hash::LENGTH_POSITION] = F::reduce(static_cast<uint32_t>(b.first_width));
        s[hash::DOMAIN_POSITION] = F::reduce(static_cast<uint32_t>(hash::Domain::leaf));
    }
    DevicePoseidon2::permute(s);
    if (b.next_count == 0) {
        const size_t leaf = b.log_rows > 0 ? __brev(static_cast<unsigned>(at)) >> (32 - b.log_rows) : at;
#pragma unroll
        for (unsigned k = 0; k < DIGEST; k++) b.digests[k * n + leaf] = s[k];
        return;
    }
#pragma unroll
    for (unsigned k = RATE; k < 24; k++) b.capacity[(k - RATE) * n + at] = s[k];
#pragma unroll
    for (unsigned k = 0; k < RATE; k++)
        if (k >= b.next_count) b.rest[k * b.stride + at] = s[k];
}

struct SpongeState {
    F s[24];
};
/// Nonces first .. first + count - 1, one a thread; the least that works goes to *best.
__global__ void __launch_bounds__(THREADS)
    grind_kernel(SpongeState state, unsigned position, unsigned mask, unsigned first, unsigned count, unsigned* best) {
    const unsigned i = blockIdx.x * THREADS + threadIdx.x;
    if (i >= count) return;
    F s[24];
#pragma unroll
    for (unsigned k = 0; k < 24; k++) s[k] = k == position ? F::reduce(first + i) : state.s[k];
    DevicePoseidon2::permute(s);
    if ((s[0].canonical() & mask) == 0) atomicMin(best, first + i);
}

__global__ void __launch_bounds__(THREADS) level_kernel(const F* below, size_t n, F* out) {
    const size_t i = size_t{blockIdx.x} * THREADS + threadIdx.x;
    if (i >= n) return;
    F s[24];
#pragma unroll
    for (unsigned k = 0; k < DIGEST; k++) {
        s[k] = below[k * 2 * n + 2 * i];
        s[DIGEST + k] = below[k * 2 * n + 2 * i + 1];
    }
#pragma unroll
    for (unsigned k = 2 * DIGEST; k < 24; k++) s[k] = F::zero();
    DevicePoseidon2::permute(s);
#pragma unroll
    for (unsigned k = 0; k < DIGEST; k++) out[k * n + i] = s[k];
}

unsigned blocks(size_t n) { return static_cast<unsigned>((n + THREADS - 1) / THREADS); }

}  // namespace

Result<void, Error> permute_states(F* d_states, size_t n) {
    if (n == 0) return {};
    launch(permute_kernel, blocks(n), THREADS, nullptr, d_states, n);
    return check_launch("permute_states");
}

void permute_states_on_host(F* states, size_t n) {
    for (size_t i = 0; i < n; i++) {
        F s[24];
        for (unsigned k = 0; k < 24; k++) s[k] = states[k * n + i];
        DevicePoseidon2::permute(s);
        for (unsigned k = 0; k < 24; k++) states[k * n + i] = s[k];
    }
}

Result<void, Error> hash_leaves(const F* d_columns, size_t stride, size_t width, unsigned log_rows, bool bit_reversed,
                                F* d_out) {
    if (log_rows > 31) return fail("cuda", "hash_leaves: more than 2^31 rows");
    launch(leaf_kernel, blocks(size_t{1} << log_rows), THREADS, nullptr, d_columns, stride, width, log_rows,
           bit_reversed, d_out);
    return check_launch("hash_leaves");
}

Result<void, Error> absorb_leaves(const LeafBlock& block) {
    launch(absorb_kernel, blocks(size_t{1} << block.log_rows), THREADS, nullptr, block);
    return check_launch("absorb_kernel");
}

HostResult<F> grind(const std::array<F, 24>& state, unsigned position, unsigned bits) {
    SpongeState s;
    for (unsigned k = 0; k < 24; k++) s.s[k] = state[k];
    unsigned best = F::P;
    ASHLAR_ASSIGN(auto d_best, DeviceBuffer<unsigned>::from_host(&best, 1));
    // Twice the expected number at a time: most searches end with the first launch.
    const unsigned batch = 1u << std::min(std::max(bits + 1, 8u), 22u);
    for (unsigned first = 0; first < F::P; first += batch) {
        const unsigned count = std::min(batch, F::P - first);
        launch(grind_kernel, blocks(count), THREADS, nullptr, s, position, (1u << bits) - 1, first, count,
               d_best.data());
        ASHLAR_TRY(check_launch("grind_kernel"));
        ASHLAR_TRY(d_best.to_host(&best));
        if (best != F::P) return F::reduce(best);
    }
    return fail("proof_of_work", "no nonce gives the proof of work");
}

Result<void, Error> hash_level(const F* d_below, size_t n, F* d_out) {
    if (n == 0) return {};
    launch(level_kernel, blocks(n), THREADS, nullptr, d_below, n, d_out);
    return check_launch("hash_level");
}

}  // namespace ashlar::cuda
