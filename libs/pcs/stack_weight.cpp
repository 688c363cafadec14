// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/stack_weight.hpp"

#include <map>

namespace ashlar::pcs {

using namespace iop;

std::vector<JointGroup> joint_groups(const VerifyingKey& vk, const Shape& shape) {
    std::vector<JointGroup> out;
    for (const BlockGroup& g : shape.main.groups) out.push_back({g, shape.first_claim[g.table]});
    const uint64_t shift = shape.main_slices << vk.profile.s;
    for (BlockGroup g : vk.prep_layout.groups) {
        g.position += shift;
        out.push_back({g, shape.first_claim[g.table] + vk.system.tables[g.table].num_main});
    }
    return out;
}

namespace {

/// Sums, for each group, eta^c eq(rho[a..), index of block c) over its blocks c = 0, 1, ..: blocks of 2^a cells follow
/// each other, so an aligned run of 2^k of them is a node of the tree over the stack's positions, and its sum is
/// eta^(first block) times the node's eq times prod_{l < k} ((1 - rho_{a+l}) + eta^(2^l) rho_{a+l}). One walk down the
/// tree meets the runs of all groups in order.
class StackWalk {
  public:
    StackWalk(std::span<const JointGroup> groups, PointView rho, const Ext& eta)
        : groups_(groups), rho_(rho), eta_(eta), runs_(rho.size() + 1), sums_(groups.size(), Ext::zero()) {
        walk(Ext::one(), static_cast<uint32_t>(rho.size()), 0);
        finish();
    }
    const std::vector<Ext>& sums() const { return sums_; }
    /// eta^n.
    Ext eta_power(uint64_t n) {
        Ext r = Ext::one();
        for (size_t l = 0; n >> l; l++)
            if (n >> l & 1) r = (n & ((uint64_t{1} << l) - 1)) == 0 ? square(l) : r * square(l);
        return r;
    }

  private:
    uint64_t begin() const { return groups_[at_].block.position; }
    uint64_t end() const { return begin() + (uint64_t{groups_[at_].block.columns} << groups_[at_].block.log); }

    /// The node of 2^level positions from `first` on, whose eq of the coordinates above is `value`.
    void walk(const Ext& value, uint32_t level, uint64_t first) {
        const uint64_t last = first + (uint64_t{1} << level);
        if (at_ < groups_.size() && end() <= first) finish();
        if (at_ == groups_.size() || begin() >= last) return;
        if (begin() <= first && last <= end()) {
            const uint32_t a = groups_[at_].block.log;
            weights_.push_back(level == a ? value : value * run(a, level - a));
            sizes_.push_back(level - a);
            return;
        }
        const Ext high = value * rho_[level - 1];
        walk(value - high, level - 1, first);
        walk(high, level - 1, last - (uint64_t{1} << (level - 1)));
    }
    /// Ends a group: its runs by Horner, a run of 2^k blocks being eta^(2^k) wide.
    void finish() {
        if (at_ == groups_.size()) return;
        Ext sum = weights_.back();
        for (size_t i = weights_.size() - 1; i-- > 0;) sum = sum * square(sizes_[i]) + weights_[i];
        sums_[at_++] = sum;
        weights_.clear();
        sizes_.clear();
    }
    /// eta^(2^l).
    const Ext& square(size_t l) {
        if (squares_.empty()) squares_.push_back(eta_);
        while (squares_.size() <= l) squares_.push_back(squares_.back().square());
        return squares_[l];
    }
    /// The product over the k >= 1 coordinates from a on.
    const Ext& run(uint32_t a, size_t k) {
        std::vector<Ext>& runs = runs_[a];
        while (runs.size() < k) {
            const size_t l = runs.size();
            const Ext factor = F::ONE + rho_[a + l] * (square(l) - F::ONE);
            runs.push_back(l == 0 ? factor : runs.back() * factor);
        }
        return runs[k - 1];
    }

    std::span<const JointGroup> groups_;
    PointView rho_;
    Ext eta_;
    std::vector<Ext> squares_;            // eta^(2^l)
    std::vector<std::vector<Ext>> runs_;  // [a][k - 1]
    std::vector<Ext> weights_;            // runs of the present group
    std::vector<size_t> sizes_;           // log2 of their blocks
    std::vector<Ext> sums_;
    size_t at_ = 0;
};

}  // namespace

Ext stack_weight_at(const VerifyingKey& vk, const Shape& shape, PointView r, const Ext& eta, const Ext& eta_power,
                    PointView rho) {
    std::vector<Ext> low{Ext::one()};  // low[a]: eq of the first a coordinates
    for (size_t l = 0; l < r.size() && l < rho.size(); l++) low.push_back(low.back() * poly::eq_factor(r[l], rho[l]));
    const std::vector<JointGroup> groups = joint_groups(vk, shape);
    StackWalk walk(groups, rho, eta);
    // Groups whose first claims are the same column, in the order of claims.
    std::map<uint32_t, Ext> by_claim;
    for (size_t i = 0; i < groups.size(); i++) {
        const BlockGroup& b = groups[i].block;
        const uint32_t n = shape.n[b.table];
        const Ext sum = walk.sums()[i] * (poly::eq_index(r.subspan(b.log, n - b.log), b.row >> b.log) * low[b.log]);
        const auto [place, is_new] = by_claim.try_emplace(groups[i].first_claim, sum);
        if (!is_new) place->second += sum;
    }
    Ext sum = Ext::zero();
    uint32_t next = 0;  // sum is over the claims from here on, as if the first of them had weight 1
    for (auto it = by_claim.rbegin(); it != by_claim.rend(); ++it) {
        sum = it == by_claim.rbegin() ? it->second : sum * walk.eta_power(next - it->first) + it->second;
        next = it->first;
    }
    return sum * eta_power * walk.eta_power(next);
}

}  // namespace ashlar::pcs
