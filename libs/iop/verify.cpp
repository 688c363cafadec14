// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/verify.hpp"

#include "libs/iop/layers/verify.hpp"

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
    for (const FractionLayer& layer : proof.fraction_layers) {
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

Result<std::vector<LinearClaim>, VerifyError> verify_layered(Transcript& tr, const VerifyingKey& vk, const Shape& shape,
                                                             const Proof& proof) {
    std::vector<LinearClaim> out;
    for (size_t i = 0; i < shape.layered.size(); i++) {
        const uint32_t t = shape.layered[i];
        const air::LayeredPart& part = *vk.system.tables[t].layered;
        ASHLAR_ASSIGN(layers::Claims claims, layers::verify(part.circuit, shape.n[t], tr, proof.layered[i]));
        add_claims(out, t, part, std::move(claims));
    }
    return out;
}

Result<Point, VerifyError> verify_zerocheck(Transcript& tr, const VerifyingKey& vk, const Shape& shape,
                                            const Proof& proof, PointView xi, const Combined& combined, const Ext& p,
                                            const Ext& q, std::span<const LinearClaim> linear) {
    Ext claim = p + combined.mu * (q - combined.tail);
    Ext weight = combined.mu * combined.mu;
    for (const LinearClaim& c : linear) {
        weight *= combined.mu;
        claim += weight * c.value;
    }
    Point r;
    for (const auto& g : proof.zerocheck) {
        tr.absorb(std::span<const Ext>(g));
        r.push_back(tr.challenge());
        claim = poly::sumcheck_next(claim, g, r.back());
    }
    // A table's rows are those where all coordinates past its own are 0: past[n] is the product of 1 - r_l from n on,
    // factor[n] the eq of r and xi at a table of n coordinates.
    std::vector<Ext> past(r.size() + 1, Ext::one());
    for (size_t l = r.size(); l-- > 0;) past[l] = past[l + 1] * (F::ONE - r[l]);
    std::vector<Ext> factor = past;
    Ext low = Ext::one();
    for (size_t l = 0; l < r.size(); l++) {
        low *= poly::eq_factor(xi[l], r[l]);
        factor[l + 1] *= low;
    }
    const auto columns_of = [&](uint32_t t) {
        return std::span<const Ext>(proof.claims).subspan(shape.first_claim[t], vk.system.tables[t].num_columns());
    };
    Ext sum = Ext::zero();
    for (uint32_t t : shape.live)
        sum += factor[shape.n[t]] * vk.system.tables[t].at_point(combined.of_table(t), columns_of(t));
    weight = combined.mu * combined.mu;
    for (const LinearClaim& c : linear) {
        weight *= combined.mu;
        const auto columns = columns_of(c.table).subspan(c.first_column, c.weights.size());
        Ext value = Ext::zero();
        for (size_t i = 0; i < columns.size(); i++) value += c.weights[i] * columns[i];
        const uint32_t n = shape.n[c.table];
        sum += weight * poly::eq_points(PointView(c.at).first(n), PointView(r).first(n)) * past[n] * value;
    }
    if (!(claim == sum)) return Fail{VerifyError::zerocheck};
    return r;
}

}  // namespace ashlar::iop
