// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/buffer.hpp"
#include "libs/field/ext_span.hpp"
#include "libs/poly/multilinear.hpp"

namespace ashlar::iop {

using field::Ext;
using field::F;
using poly::PointView;

/// eq tables for the sums of a round, in two factors: eq(point, i) = low(i mod 2^low_bits) high(i >> low_bits). The low
/// factor is in planes for lanes, padded with zeros to a lane's width; so tables stay small whatever the point's
/// length.
class SplitEq {
  public:
    static constexpr uint32_t LOW_BITS = 10;

    SplitEq() = default;
    explicit SplitEq(PointView point) : low_bits_(std::min<uint32_t>(LOW_BITS, static_cast<uint32_t>(point.size()))) {
        const std::vector<Ext> t = poly::eq_table(point.first(low_bits_));
        const size_t stride = std::max<size_t>(t.size(), 16);
        low_ = exec::Buffer<F>::zeroed(5 * stride);
        for (size_t i = 0; i < t.size(); i++) field::ext_set({low_.data(), stride}, i, t[i]);
        high_ = poly::eq_table(point.subspan(low_bits_));
        stride_ = stride;
    }
    uint32_t low_bits() const { return low_bits_; }
    field::ConstExtPtr low() const { return {low_.data(), stride_}; }
    const Ext& high(size_t chunk) const { return high_[chunk]; }

  private:
    uint32_t low_bits_ = 0;
    exec::Buffer<F> low_;
    size_t stride_ = 0;
    std::vector<Ext> high_;
};

}  // namespace ashlar::iop
