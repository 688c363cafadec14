// SPDX-License-Identifier: Apache-2.0
#include "kernels/poly/ntt_kernels.hpp"

#include <algorithm>

#include "kernels/exec/cuda_backend.cuh"

/// Decimation in frequency, as libs/poly/ntt_kernels.cpp: natural order in, bit-reversed order out. A block takes a
/// tile through several levels in shared memory: the last 11 levels on consecutive elements, those before on 2^levels
/// rows of 16 or more neighbours, so that reads and writes fill whole sectors. 2^24 elements are three passes.
namespace ashlar::cuda {
namespace {

constexpr unsigned THREADS = 128, LOG_TILE = 11, MOST_STRIDED_LEVELS = 7;

struct NttPass {
    ColumnSource from;  // of the first pass; data null: in place
    size_t first;       // the first column
    const F *twists, *roots;
    F* out;
    size_t out_stride;
    unsigned log_n, log_cosets;
    unsigned log_m;          // sub-blocks of 2^log_m elements
    unsigned levels, log_w;  // the tile: 2^levels rows, 2^(log_m - levels) apart, of 2^log_w neighbours
};

__global__ void __launch_bounds__(THREADS) ntt_kernel(NttPass p) {
    ASHLAR_SHARED(F, tile, 1u << LOG_TILE);
    const unsigned log_tile = p.levels + p.log_w, log_gap = p.log_m - p.levels, size = 1u << log_tile;
    const size_t tile_index = blockIdx.x & ((size_t{1} << (p.log_n - log_tile)) - 1);
    const size_t transform = blockIdx.x >> (p.log_n - log_tile);
    const size_t coset = transform & ((size_t{1} << p.log_cosets) - 1), column = transform >> p.log_cosets;
    const unsigned log_tiles = log_gap - p.log_w;  // of a sub-block
    const size_t at = (tile_index & ((size_t{1} << log_tiles) - 1)) << p.log_w;
    const size_t base = ((tile_index >> log_tiles) << p.log_m) + at;
    F* const out = p.out + column * p.out_stride + (coset << p.log_n);
    const size_t c = p.first + column;
    const F* const in = p.from.data == nullptr
                            ? out
                            : p.from.data + c % p.from.period * p.from.minor + c / p.from.period * p.from.major;
    const F* const twist = p.from.data == nullptr || coset == 0 ? nullptr : p.twists + ((coset - 1) << p.log_n);
    const unsigned neighbours = (1u << p.log_w) - 1;
    for (unsigned e = threadIdx.x; e < size; e += THREADS) {
        const size_t i = base + (size_t{e >> p.log_w} << log_gap) + (e & neighbours);
        tile[e] = twist == nullptr ? in[i] : in[i] * twist[i];
    }
    for (unsigned half = (1u << p.levels) / 2; half >= 1; half /= 2) {
        __syncthreads();
        for (unsigned k = threadIdx.x; k < size / 2; k += THREADS) {
            const unsigned pair = k >> p.log_w, j = pair & (half - 1), row = 2 * (pair - j) + j;
            const unsigned low = (row << p.log_w) + (k & neighbours), high = low + (half << p.log_w);
            const F x = tile[low], y = tile[high];
            tile[low] = x + y;
            tile[high] = (x - y) * p.roots[(size_t{half + j} << log_gap) + at + (k & neighbours)];
        }
    }
    __syncthreads();
    for (unsigned e = threadIdx.x; e < size; e += THREADS)
        out[base + (size_t{e >> p.log_w} << log_gap) + (e & neighbours)] = tile[e];
}

/// out[i] = ratio^i.
struct Powers {
    F* out;
    F ratio;
    template <class L>
    ASHLAR_HD void operator()(size_t i) const {
        out[i] = ratio.pow(i);
    }
};

size_t reverse(size_t i, unsigned bits) {
    size_t r = 0;
    for (unsigned b = 0; b < bits; b++) r |= (i >> b & 1) << (bits - 1 - b);
    return r;
}

}  // namespace

HostResult<RsEncoder> RsEncoder::make(unsigned log_size, unsigned log_domain) {
    RsEncoder e;
    e.log_size_ = log_size;
    e.log_domain_ = log_domain;
    const size_t n = size_t{1} << log_size;
    ASHLAR_ASSIGN(e.roots_, DeviceBuffer<F>::make(n));
    ASHLAR_ASSIGN(e.twists_, DeviceBuffer<F>::make((size_t{1} << log_domain) - n));
    const CudaBackend device;
    for (unsigned level = 0; level < log_size; level++) {
        const size_t half = size_t{1} << level;
        ASHLAR_TRY(device.launch(half, Powers{e.roots_.data() + half, F::two_adic_generator(level + 1)}));
    }
    const unsigned log_cosets = log_domain - log_size;
    for (size_t coset = 1; coset < size_t{1} << log_cosets; coset++) {
        const F w = F::two_adic_generator(log_domain).pow(reverse(coset, log_cosets));
        ASHLAR_TRY(device.launch(n, Powers{e.twists_.data() + (coset - 1) * n, w}));
    }
    return HostResult<RsEncoder>(std::move(e));
}

Result<void, Error> RsEncoder::encode(const ColumnSource& from, size_t first, size_t count, F* d_out,
                                      size_t out_stride) const {
    if (count == 0) return {};
    NttPass p{from,       first,     twists_.data(),          roots_.data(), d_out,
              out_stride, log_size_, log_domain_ - log_size_, log_size_,     0,
              0};
    unsigned strided = log_size_ > LOG_TILE ? log_size_ - LOG_TILE : 0;
    while (true) {
        // Equal shares of the strided levels, then the rest on consecutive elements.
        const unsigned passes = (strided + MOST_STRIDED_LEVELS - 1) / MOST_STRIDED_LEVELS;
        p.levels = passes ? (strided + passes - 1) / passes : p.log_m;
        p.log_w = passes ? LOG_TILE - p.levels : 0;
        const size_t blocks = (count << log_domain_) >> (p.levels + p.log_w);
        launch(ntt_kernel, static_cast<unsigned>(blocks), THREADS, nullptr, p);
        ASHLAR_TRY(check_launch("ntt_kernel"));
        if (passes == 0) return {};
        p.from.data = nullptr;
        p.log_m -= p.levels;
        strided -= p.levels;
    }
}

}  // namespace ashlar::cuda
