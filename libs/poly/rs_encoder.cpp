// SPDX-License-Identifier: Apache-2.0
#include "libs/poly/rs_encoder.hpp"

namespace ashlar::poly {
namespace {

size_t reverse(size_t i, unsigned bits) {
    size_t r = 0;
    for (unsigned b = 0; b < bits; b++) r |= (i >> b & 1) << (bits - 1 - b);
    return r;
}

}  // namespace

RsEncoder::RsEncoder(unsigned log_size, unsigned log_domain, exec::ThreadPool& pool, exec::Isa isa)
    : log_size_(log_size),
      log_domain_(log_domain),
      roots_(size_t{1} << log_size),
      twists_((size_t{1} << log_domain) - (size_t{1} << log_size)) {
    static const exec::IsaTable<NttKernels> TABLE = ASHLAR_ISA_TABLE(NttKernels, poly, NTT_KERNELS);
    kernels_ = &TABLE.select(isa);
    constexpr size_t GRAIN = 4096;
    const size_t n = size_t{1} << log_size;
    roots_[0] = F::one();  // not used by the transforms
    for (unsigned level = 0; level < log_size; level++) {
        const size_t half = size_t{1} << level;
        const F w = F::two_adic_generator(level + 1);
        pool.parallel_for(half, GRAIN, [&](size_t begin, size_t end) {
            kernels_->fill_powers(roots_.data() + half + begin, w.pow(begin), w, end - begin);
        });
    }
    const unsigned log_cosets = log_domain - log_size;
    for (size_t coset = 1; coset < size_t{1} << log_cosets; coset++) {
        const F w = F::two_adic_generator(log_domain).pow(reverse(coset, log_cosets));
        F* table = twists_.data() + (coset - 1) * n;
        pool.parallel_for(n, GRAIN, [&](size_t begin, size_t end) {
            kernels_->fill_powers(table + begin, w.pow(begin), w, end - begin);
        });
    }
}

template <class Column>
void RsEncoder::encode_columns(size_t columns, const Column& column, F* out, size_t out_stride,
                               exec::ThreadPool& pool) const {
    // Zero-padding makes the first levels trivial: block b of the output is the transform of the coefficients times the
    // powers of w^reverse(b), i.e. the values on one coset.
    const unsigned log_cosets = log_domain_ - log_size_;
    const size_t n = size_t{1} << log_size_;
    pool.parallel_for(columns << log_cosets, 1, [&](size_t begin, size_t end) {
        for (size_t job = begin; job < end; job++) {
            const size_t c = job >> log_cosets, coset = job & ((size_t{1} << log_cosets) - 1);
            const F* twist = coset == 0 ? nullptr : twists_.data() + (coset - 1) * n;
            kernels_->transform(column(c), twist, roots_.data(), log_size_, out + c * out_stride + coset * n);
        }
    });
}

void RsEncoder::encode(const F* in, size_t in_stride, size_t count, F* out, size_t out_stride,
                       exec::ThreadPool& pool) const {
    encode_columns(count, [&](size_t c) { return in + c * in_stride; }, out, out_stride, pool);
}

void RsEncoder::encode(field::ConstExtPtr in, size_t count, F* out, size_t out_stride, exec::ThreadPool& pool) const {
    const auto column = [&](size_t c) { return in.plane(c % 5) + (c / 5 << log_size_); };
    encode_columns(5 * count, column, out, out_stride, pool);
}

}  // namespace ashlar::poly
