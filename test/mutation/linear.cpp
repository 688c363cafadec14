// SPDX-License-Identifier: Apache-2.0
#include "test/mutation/linear.hpp"

namespace ashlar::mutation {

Basis::Basis(uint32_t unknowns, uint32_t carried)
    : unknowns_(unknowns), rows_(unknowns), scratch_(unknowns + carried, F::ZERO) {}

uint32_t Basis::reduce(const Sparse& row) {
    for (const auto& [c, x] : row) scratch_[c] = x;
    uint32_t pivot = unknowns_;
    for (uint32_t c = row.empty() ? unknowns_ : row[0].first; c < unknowns_; c++) {
        if (scratch_[c].is_zero()) continue;
        if (rows_[c].empty()) {
            if (pivot == unknowns_) pivot = c;
            continue;
        }
        const F factor = scratch_[c];
        for (const auto& [d, x] : rows_[c]) scratch_[d] -= factor * x;
    }
    return pivot;
}

Sparse Basis::take(uint32_t from) {
    Sparse out;
    for (uint32_t c = from; c < scratch_.size(); c++) {
        if (scratch_[c].is_zero()) continue;
        out.emplace_back(c, scratch_[c]);
        scratch_[c] = F::ZERO;
    }
    return out;
}

bool Basis::insert(const Sparse& row) {
    const uint32_t pivot = reduce(row);
    if (pivot == unknowns_) {
        rest_ = take(unknowns_);
        return false;
    }
    const F scale = scratch_[pivot].inverse();
    rows_[pivot] = take(pivot);
    for (auto& entry : rows_[pivot]) entry.second *= scale;
    rank_++;
    return true;
}

bool Basis::follows(const Sparse& row) {
    const uint32_t pivot = reduce(row);
    rest_ = take(pivot);
    return pivot == unknowns_;
}

std::vector<F> Basis::solve() const {
    std::vector<F> x(unknowns_, F::ZERO);
    for (uint32_t c = unknowns_; c-- > 0;) {
        F sum = F::ZERO;
        for (const auto& [d, a] : rows_[c])
            if (d != c) sum += d < unknowns_ ? a * x[d] : d == unknowns_ ? a : F::ZERO;
        x[c] = -sum;
    }
    return x;
}

}  // namespace ashlar::mutation
