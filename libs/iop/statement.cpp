// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/statement.hpp"

namespace ashlar::iop {

void absorb_statement(Transcript& tr, const VerifyingKey& vk, std::span<const F> public_values,
                      std::span<const uint32_t> heights, const Digest& root) {
    tr.tag(Tag::statement);
    tr.absorb(F::from_canonical(PROTOCOL_ID));
    tr.absorb(std::span<const F>(vk.profile_id));
    tr.absorb(std::span<const F>(vk.digest));
    tr.absorb(F::reduce(static_cast<uint32_t>(public_values.size())));
    tr.absorb(public_values);
    for (uint32_t h : heights) tr.absorb(F::reduce(h));
    tr.absorb(std::span<const F>(root));
}

Result<Ext, VerifyError> public_sum(const VerifyingKey& vk, const Fingerprint& fingerprint,
                                    std::span<const F> public_values) {
    Ext sum = Ext::zero();
    for (const air::Message& m : vk.system.public_messages(public_values)) {
        const Ext d = fingerprint(m.bus, std::span<const F>(m.values));
        if (d.is_zero()) return Fail{VerifyError::public_zero_denominator};
        sum += d.inverse() * m.multiplicity;
    }
    return sum;
}

namespace {

/// eq(x, offset / 2^n) of each fraction block, 2^n its leaves and x the coordinates above them: blocks follow each
/// other from leaf 0 on and are aligned, so they are leaves of a binary tree, and one walk costs a product a node.
class PrefixWalk {
  public:
    PrefixWalk(const Shape& shape, PointView xi, std::vector<std::vector<Ext>>& out)
        : shape_(shape), xi_(xi), out_(out) {
        if (!shape.fractions.empty()) walk(Ext::one(), shape.log_fractions);
    }

  private:
    void walk(const Ext& value, uint32_t level) {
        const Shape::FractionBlock& block = shape_.fractions[next_];
        if (shape_.n[block.table] == level) {
            out_[block.table].push_back(value);
            next_++;
            return;
        }
        const Ext high = value * xi_[level - 1];
        walk(value - high, level - 1);
        if (next_ < shape_.fractions.size()) walk(high, level - 1);
    }
    const Shape& shape_;
    PointView xi_;
    std::vector<std::vector<Ext>>& out_;
    size_t next_ = 0;
};

}  // namespace

Combined::Combined(const VerifyingKey& vk, const Shape& shape, const Fingerprint& f, PointView xi, const Ext& mu_,
                   const Ext& lambda)
    : fingerprint(f),
      mu(mu_),
      prefix(vk.system.tables.size()),
      first_(vk.system.tables.size()),
      count_(vk.system.tables.size()) {
    PrefixWalk(shape, xi, prefix);
    Ext sum = Ext::zero();
    for (const auto& table : prefix)
        for (const Ext& weight : table) sum += weight;
    tail = F::ONE - sum;
    Ext power = Ext::one();
    uint32_t next = 0;  // power = lambda^next
    for (uint32_t t : shape.live) {
        if (shape.first_constraint[t] != next) power *= lambda.pow(shape.first_constraint[t] - next);
        first_[t] = static_cast<uint32_t>(lambda_powers.size());
        count_[t] = vk.system.tables[t].num_constraints;
        for (uint32_t k = 0; k < count_[t]; k++) {
            lambda_powers.push_back(power);
            power *= lambda;
        }
        next = shape.first_constraint[t] + vk.system.tables[t].num_constraints;
    }
}

RowWeights Combined::of_table(uint32_t t) const {
    return {fingerprint.alpha, fingerprint.w, prefix[t],
            std::span<const Ext>(lambda_powers).subspan(first_[t], count_[t]), mu};
}

}  // namespace ashlar::iop
