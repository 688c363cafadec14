// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/verify.hpp"

namespace ashlar::iop {

Result<FractionClaim, VerifyError> verify_fractional_sum(Transcript& tr, const Proof& proof, const Ext& public_sum) {
    tr.tag(Tag::top);
    Ext sum = Ext::zero();
    std::vector<Ext> p, q;
    for (const auto& [num, den] : proof.top) {
        tr.absorb(num);
        tr.absorb(den);
        p.push_back(num);
        q.push_back(den);
    }
    for (const Ext& den : q)
        if (den.is_zero()) return Fail{VerifyError::zero_denominator};
    for (size_t i = 0; i < p.size(); i++) sum += p[i] * q[i].inverse();
    if (!(sum == -public_sum)) return Fail{VerifyError::fractional_sum};

    FractionClaim c;
    for (size_t n = proof.top.size(); n > 1; n /= 2) c.xi.push_back(tr.challenge());
    c.p = poly::evaluate(p, c.xi);
    c.q = poly::evaluate(q, c.xi);
    for (const FractionLayer& layer : proof.layers) {
        tr.tag(Tag::layer);
        const Ext lambda = tr.challenge();
        Ext claim = c.p + lambda * c.q;
        Point rho{Ext::zero()};  // place for the child bit
        for (const auto& g : layer.polys) {
            tr.absorb(std::span<const Ext>(g));
            rho.push_back(tr.challenge());
            claim = poly::sumcheck_next(claim, g, rho.back());
        }
        tr.absorb(std::span<const Ext>(layer.ends));
        const auto& [p0, p1, q0, q1] = layer.ends;
        if (!(claim == poly::eq_points(c.xi, PointView(rho).subspan(1)) * (p0 * q1 + p1 * q0 + lambda * (q0 * q1))))
            return Fail{VerifyError::fraction_layer};
        const Ext tau = tr.challenge();
        c.p = p0 + (p1 - p0) * tau;
        c.q = q0 + (q1 - q0) * tau;
        rho[0] = tau;
        c.xi = std::move(rho);
    }
    return c;
}

Result<Point, VerifyError> verify_zerocheck(Transcript& tr, const VerifyingKey& vk, const Shape& shape,
                                            const Proof& proof, PointView xi, const Combined& combined, const Ext& p,
                                            const Ext& q) {
    Ext claim = p + combined.mu * (q - combined.tail);
    Point r;
    for (const auto& g : proof.zerocheck) {
        tr.absorb(std::span<const Ext>(g));
        r.push_back(tr.challenge());
        claim = poly::sumcheck_next(claim, g, r.back());
    }
    Ext sum = Ext::zero();
    for (uint32_t t : shape.live) {
        const uint32_t n = shape.n[t];
        Ext factor = poly::eq_points(xi.first(n), PointView(r).first(n));
        for (size_t l = n; l < r.size(); l++) factor *= F::ONE - r[l];
        const auto columns =
            std::span<const Ext>(proof.claims).subspan(shape.first_claim[t], vk.system.tables[t].num_columns());
        sum += factor * vk.system.tables[t].at_point(combined.of_table(t), columns);
    }
    if (!(claim == sum)) return Fail{VerifyError::zerocheck};
    return r;
}

}  // namespace ashlar::iop
