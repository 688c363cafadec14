// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/buffer.hpp"
#include "libs/exec/thread_pool.hpp"
#include "libs/field/ext_span.hpp"
#include "libs/poly/ntt_kernels.hpp"

namespace ashlar::poly {

/// Reed-Solomon encoding of many slices: 2^log_size coefficients in natural order become the 2^log_domain values at
/// w^0, w^1, .., w the generator of order 2^log_domain. The value at w^i is stored at position reverse(i) (log_domain
/// bits), which is what hash::LeafMatrix calls bit_reversed.
///
/// Holds tables of about 2^log_domain elements; immutable after construction, usable from several threads.
class RsEncoder {
  public:
    /// log_size <= log_domain <= 24.
    RsEncoder(unsigned log_size, unsigned log_domain, exec::ThreadPool& pool, exec::Isa isa);

    unsigned log_size() const { return log_size_; }
    unsigned log_domain() const { return log_domain_; }

    /// Slice c: in + c in_stride -> out + c out_stride, c < count. No overlap.
    void encode(const F* in, size_t in_stride, size_t count, F* out, size_t out_stride, exec::ThreadPool& pool) const;
    /// Slices of E that follow each other in planes: slice c starts at in + c 2^log_size. Coefficient k of slice c
    /// becomes column 5 c + k at out + (5 c + k) out_stride, the order of a leaf.
    void encode(field::ConstExtPtr in, size_t count, F* out, size_t out_stride, exec::ThreadPool& pool) const;

  private:
    template <class Column>
    void encode_columns(size_t columns, const Column& column, F* out, size_t out_stride, exec::ThreadPool& pool) const;

    unsigned log_size_, log_domain_;
    const NttKernels* kernels_;
    exec::Buffer<F> roots_;
    exec::Buffer<F> twists_;  // for cosets 1, 2, ..: powers of w^reverse(coset), 2^log_size each
};

}  // namespace ashlar::poly
