// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "libs/exec/buffer.hpp"
#include "libs/iop/layers/ext_sum.hpp"
#include "libs/poly/multilinear.hpp"

namespace ashlar::iop::layers {

using field::ConstExtPtr;
using field::ExtPtr;

/// eq tables of the first j coordinates of a point, for every j, as far as `limit` entries; zero beyond for a vector.
class EqLevels {
  public:
    EqLevels(poly::PointView point, size_t limit) {
        std::vector<size_t> at;
        size_t total = 0;
        for (size_t j = 0; j <= point.size(); j++) {
            count_.push_back(std::min(size_t{1} << j, limit));
            at.push_back(total);
            total += (count_.back() + 15) / 16 * 16 + 16;
        }
        stride_ = total;
        at_ = at;
        planes_ = exec::Buffer<F>::zeroed(5 * total);
        std::vector<Ext> now{Ext::one()};
        now.reserve(limit);
        for (size_t j = 0;; j++) {
            Ext sum = Ext::zero();
            for (size_t i = 0; i < now.size(); i++) {
                field::ext_set(ExtPtr{planes_.data() + at_[j], stride_}, i, now[i]);
                sum += now[i];
            }
            beyond_.push_back(F::ONE - sum);
            if (j == point.size()) break;
            const size_t n = now.size();
            now.resize(count_[j + 1]);
            for (size_t i = 0; i < n; i++) {
                const Ext high = now[i] * point[j];
                if (i + (size_t{1} << j) < now.size()) now[i + (size_t{1} << j)] = high;
                now[i] -= high;
            }
        }
    }
    ConstExtPtr level(size_t j) const { return {planes_.data() + at_[j], stride_}; }
    /// Entries of a level that are stored.
    size_t count(size_t j) const { return count_[j]; }
    /// Sum of a level's entries that are not.
    const Ext& beyond(size_t j) const { return beyond_[j]; }

  private:
    std::vector<size_t> count_, at_;
    size_t stride_ = 0;
    exec::Buffer<F> planes_;
    std::vector<Ext> beyond_;
};

}  // namespace ashlar::iop::layers
