// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/buffer.hpp"
#include "libs/field/koala_bear.hpp"
#include "libs/iop/layout.hpp"

namespace ashlar::iop {

using field::F;

/// Columns of one table, column-major: column c is `stride()` elements from `column(c)` on, of which `height()` are
/// rows; the rest is zero up to the stored height h' and a lane's width beyond it. The caller fills rows below
/// `height()`.
class Trace {
  public:
    Trace() = default;
    /// Room for `height` rows of `columns` columns; rows from `height` on are zero, those below are not initialised.
    Trace(const Profile& profile, uint32_t columns, uint64_t height)
        : columns_(columns), height_(height), stride_(room(stored_height(profile, height))), data_(stride_ * columns) {
        for (uint32_t c = 0; c < columns; c++)
            for (uint64_t x = height; x < stride_; x++) column(c)[x] = F::ZERO;
    }

    uint32_t columns() const { return columns_; }
    uint64_t height() const { return height_; }
    uint64_t stride() const { return stride_; }
    F* column(uint32_t c) { return data_.data() + c * stride_; }
    const F* column(uint32_t c) const { return data_.data() + c * stride_; }
    F& at(uint32_t c, uint64_t row) { return column(c)[row]; }
    const F& at(uint32_t c, uint64_t row) const { return column(c)[row]; }

  private:
    /// Kernels read whole pairs of lanes; an odd number of cache lines keeps columns of power-of-two heights out of the
    /// same cache sets.
    static uint64_t room(uint64_t stored) { return stored == 0 ? 0 : (stored + 63) / 32 * 32 + 16; }
    uint32_t columns_ = 0;
    uint64_t height_ = 0, stride_ = 0;
    exec::Buffer<F> data_;
};

/// One trace for each table of the system, in order; an empty table has height 0.
using Traces = std::vector<Trace>;

}  // namespace ashlar::iop
