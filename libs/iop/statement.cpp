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

Combined::Combined(const VerifyingKey& vk, const Shape& shape, const Fingerprint& f, PointView xi, const Ext& mu_,
                   const Ext& lambda)
    : fingerprint(f), mu(mu_), prefix(vk.system.tables.size()), first_(shape.first_constraint) {
    Ext sum = Ext::zero();
    for (const auto& b : shape.fractions) {
        const uint32_t n = shape.n[b.table];
        prefix[b.table].push_back(poly::eq_index(xi.subspan(n, shape.log_fractions - n), b.offset >> n));
        sum += prefix[b.table].back();
    }
    tail = F::ONE - sum;
    Ext power = Ext::one();
    for (const TableInfo& t : vk.system.tables) {
        count_.push_back(t.num_constraints);
        for (uint32_t k = 0; k < t.num_constraints; k++) {
            lambda_powers.push_back(power);
            power *= lambda;
        }
    }
}

RowWeights Combined::of_table(uint32_t t) const {
    return {fingerprint.alpha, fingerprint.w, prefix[t],
            std::span<const Ext>(lambda_powers).subspan(first_[t], count_[t]), mu};
}

}  // namespace ashlar::iop
