// SPDX-License-Identifier: Apache-2.0
#include "libs/poly/ntt_kernels.hpp"

#include <algorithm>

#include "libs/field/lane.hpp"

/// Decimation in frequency: each level halves the size, pairs (x, y) at distance h become x + y and (x - y) w^j;
/// natural order in, bit-reversed order out. Levels are done three at a time in registers, sub-blocks depth first, so
/// that all but the first passes stay in cache; the last 2 log2(W) levels of a block of W^2 elements are done in W
/// registers, transposed half-way, since pairs inside one register would need shuffles at each level.
namespace ashlar::poly::ASHLAR_ISA {
namespace {

using L = field::ASHLAR_ISA::Lane;
constexpr size_t W = L::WIDTH;
constexpr unsigned LOG_W = W == 16 ? 4 : W == 8 ? 3 : 0;
constexpr unsigned LOG_BLOCK = 2 * LOG_W;
static_assert(W == size_t{1} << LOG_W);

void fill_powers(F* out, F start, F ratio, size_t n) {
    // Four independent chains hide the latency of the product.
    constexpr size_t CHAINS = 4, STEP = CHAINS * W;
    size_t i = 0;
    if (n >= STEP) {
        F first[STEP];
        F x = start;
        for (F& e : first) e = x, x *= ratio;
        L chain[CHAINS];
        for (size_t c = 0; c < CHAINS; c++) chain[c] = L::load(first + c * W);
        const L step = L::broadcast(ratio.pow(STEP));
        for (; i + STEP <= n; i += STEP)
            for (size_t c = 0; c < CHAINS; c++) {
                chain[c].store(out + i + c * W);
                chain[c] = chain[c] * step;
            }
        start = start * ratio.pow(i);
    }
    for (; i < n; i++) out[i] = start, start *= ratio;
}

/// LEVELS levels over a block of m elements, in -> out (may be equal), multiplying the input by `twist` if there is
/// one.
template <unsigned LEVELS, bool TWIST>
void pass(const F* in, const F* twist, const F* roots, size_t m, F* out) {
    constexpr size_t K = size_t{1} << LEVELS;
    const size_t stride = m / K;
    for (size_t i = 0; i < stride; i += W) {
        L x[K];
        ASHLAR_UNROLL
        for (size_t k = 0; k < K; k++) {
            x[k] = L::load(in + i + k * stride);
            if constexpr (TWIST) x[k] = x[k] * L::load(twist + i + k * stride);
        }
        ASHLAR_UNROLL
        for (size_t half = K / 2; half >= 1; half /= 2) {
            ASHLAR_UNROLL
            for (size_t j = 0; j < half; j++) {
                const L w = L::load(roots + (half + j) * stride + i);
                ASHLAR_UNROLL
                for (size_t k = j; k < K; k += 2 * half) {
                    const L sum = x[k] + x[k + half];
                    x[k + half] = L::sub_mul(x[k], x[k + half], w);
                    x[k] = sum;
                }
            }
        }
        ASHLAR_UNROLL
        for (size_t k = 0; k < K; k++) x[k].store(out + i + k * stride);
    }
}

/// All levels of W^2 elements in place.
[[maybe_unused]] ASHLAR_INLINE void block(F* data, const F* roots) {
    L x[W];
    ASHLAR_UNROLL
    for (size_t k = 0; k < W; k++) x[k] = L::load(data + k * W);
    ASHLAR_UNROLL
    for (size_t half = W / 2; half >= 1; half /= 2) {
        ASHLAR_UNROLL
        for (size_t j = 0; j < half; j++) {
            const L w = L::load(roots + (half + j) * W);
            ASHLAR_UNROLL
            for (size_t k = j; k < W; k += 2 * half) {
                const L sum = x[k] + x[k + half];
                x[k + half] = L::sub_mul(x[k], x[k + half], w);
                x[k] = sum;
            }
        }
    }
    field::transpose(x);
    ASHLAR_UNROLL
    for (size_t half = W / 2; half >= 1; half /= 2) {
        ASHLAR_UNROLL
        for (size_t j = 0; j < half; j++) {
            const L w = L::broadcast(roots[half + j]);
            ASHLAR_UNROLL
            for (size_t k = j; k < W; k += 2 * half) {
                const L sum = x[k] + x[k + half];
                x[k + half] = j == 0 ? x[k] - x[k + half] : L::sub_mul(x[k], x[k + half], w);
                x[k] = sum;
            }
        }
    }
    field::transpose(x);
    ASHLAR_UNROLL
    for (size_t k = 0; k < W; k++) x[k].store(data + k * W);
}

template <bool TWIST>
void pass_levels(unsigned levels, const F* in, const F* twist, const F* roots, size_t m, F* out) {
    if (levels == 1)
        pass<1, TWIST>(in, twist, roots, m, out);
    else if (levels == 2)
        pass<2, TWIST>(in, twist, roots, m, out);
    else
        pass<3, TWIST>(in, twist, roots, m, out);
}

unsigned levels_now(unsigned log_m) {
    const unsigned left = log_m - LOG_BLOCK;
    return left % 3 != 0 ? left % 3 : 3;
}

void transform_in_place(F* data, const F* roots, unsigned log_m) {
    if (log_m == LOG_BLOCK) {
        if constexpr (W > 1) block(data, roots);
        return;
    }
    const unsigned levels = levels_now(log_m);
    pass_levels<false>(levels, data, nullptr, roots, size_t{1} << log_m, data);
    for (size_t k = 0; k < size_t{1} << levels; k++)
        transform_in_place(data + (k << (log_m - levels)), roots, log_m - levels);
}

/// Any size, one element at a time.
void transform_small(F* data, const F* roots, unsigned log_n) {
    for (size_t half = (size_t{1} << log_n) / 2; half >= 1; half /= 2)
        for (size_t from = 0; from < size_t{1} << log_n; from += 2 * half)
            for (size_t j = 0; j < half; j++) {
                F &x = data[from + j], &y = data[from + j + half];
                const F sum = x + y;
                y = (x - y) * roots[half + j];
                x = sum;
            }
}

void transform(const F* in, const F* twist, const F* roots, unsigned log_n, F* out) {
    const size_t n = size_t{1} << log_n;
    if (log_n <= LOG_BLOCK) {
        if (twist == nullptr)
            std::copy(in, in + n, out);
        else
            for (size_t i = 0; i < n; i++) out[i] = in[i] * twist[i];
        if (log_n == LOG_BLOCK)
            transform_in_place(out, roots, log_n);
        else
            transform_small(out, roots, log_n);
        return;
    }
    const unsigned levels = levels_now(log_n);
    if (twist == nullptr)
        pass_levels<false>(levels, in, nullptr, roots, n, out);
    else
        pass_levels<true>(levels, in, twist, roots, n, out);
    for (size_t k = 0; k < size_t{1} << levels; k++)
        transform_in_place(out + (k << (log_n - levels)), roots, log_n - levels);
}

}  // namespace

extern const NttKernels NTT_KERNELS{fill_powers, transform};

}  // namespace ashlar::poly::ASHLAR_ISA
