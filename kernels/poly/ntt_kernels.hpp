// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "kernels/exec/device.hpp"
#include "libs/field/koala_bear.hpp"

/// Reed-Solomon encoding on the device. Pointers are device pointers; work is queued on the default stream.
namespace ashlar::cuda {

using field::F;

/// Where columns of coefficients stand: column c at data + (c % period) minor + (c / period) major. Slices of F one
/// after another: period 1, major the slice; slices of E in planes: period 5, minor the distance of planes, major the
/// slice.
struct ColumnSource {
    const F* data;
    size_t minor, major;
    unsigned period;
};

/// The device's form of poly::RsEncoder, with the same tables and the same order of outputs.
class RsEncoder {
  public:
    static HostResult<RsEncoder> make(unsigned log_size, unsigned log_domain);
    /// Columns first .. first + count - 1 of `from` to out + c out_stride, c < count. No overlap.
    Result<void, Error> encode(const ColumnSource& from, size_t first, size_t count, F* d_out, size_t out_stride) const;
    unsigned log_domain() const { return log_domain_; }

  private:
    unsigned log_size_ = 0, log_domain_ = 0;
    DeviceBuffer<F> roots_;   // roots[h + j] = (generator of order 2h)^j
    DeviceBuffer<F> twists_;  // for cosets 1, 2, ..: powers of w^reverse(coset), 2^log_size each
};

}  // namespace ashlar::cuda
