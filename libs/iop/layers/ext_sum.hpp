// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/field/lane.hpp"

/// Sums of products in E that are reduced once.
namespace ashlar::iop::layers {

using field::Ext;
using field::Extension;
using field::F;
using field::ProductSum;

/// A factor with the differences that multiplication by it needs (see Extension::operator*). For a constant: made once.
template <class L>
struct Factor {
    L b[5], d[4];
    ASHLAR_INLINE explicit Factor(const Extension<L>& x) : b{x.c[0], x.c[1], x.c[2], x.c[3], x.c[4]} {
        d[0] = b[1] - b[4];
        d[1] = b[0] - b[3];
        d[2] = b[4] - b[2];
        d[3] = b[3] - d[0];
    }
};

template <class L>
class ExtSum {
  public:
    ASHLAR_INLINE void add(const Extension<L>& a, const Factor<L>& f) {
        row(0, a, f.b[0], f.b[4], f.b[3], f.b[2], f.d[0]);
        row(1, a, f.b[1], f.b[0], f.b[4], f.b[3], f.b[2]);
        row(2, a, f.b[2], f.d[0], f.d[1], f.d[2], f.d[3]);
        row(3, a, f.b[3], f.b[2], f.d[0], f.d[1], f.d[2]);
        row(4, a, f.b[4], f.b[3], f.b[2], f.d[0], f.d[1]);
    }
    ASHLAR_INLINE void add(const Extension<L>& a, const Extension<L>& b) { add(a, Factor<L>(b)); }
    ASHLAR_INLINE Extension<L> reduce() const {
        return {{sum_[0].reduce(), sum_[1].reduce(), sum_[2].reduce(), sum_[3].reduce(), sum_[4].reduce()}};
    }

  private:
    ASHLAR_INLINE void row(size_t k, const Extension<L>& a, L b0, L b1, L b2, L b3, L b4) {
        sum_[k].add(a.c[0], b0, a.c[1], b1);
        sum_[k].add(a.c[2], b2, a.c[3], b3);
        sum_[k].add(a.c[4], b4);
    }
    ProductSum<L> sum_[5];
};

template <class L>
ASHLAR_INLINE Extension<L> multiply(const Extension<L>& a, const Factor<L>& f) {
    ExtSum<L> s;
    s.add(a, f);
    return s.reduce();
}

}  // namespace ashlar::iop::layers
