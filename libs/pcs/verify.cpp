// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/verify.hpp"

#include <algorithm>

#include "libs/hash/merkle.hpp"
#include "libs/iop/verify.hpp"
#include "libs/pcs/stack_weight.hpp"

namespace ashlar::pcs {

using namespace iop;

namespace {

VerifyError to_verify_error(hash::MerkleError e) {
    switch (e) {
        case hash::MerkleError::indices:
        case hash::MerkleError::row_count:
            return VerifyError::number_of_rows;
        case hash::MerkleError::too_few_siblings:
            return VerifyError::too_few_siblings;
        case hash::MerkleError::too_many_siblings:
            return VerifyError::too_many_siblings;
        case hash::MerkleError::root:
            return VerifyError::merkle_root;
    }
    return VerifyError::merkle_root;
}

/// A point whose powers are a weight on the vector it was drawn for: of E out of the domain, of F at a query.
template <class Z>
struct PowerWeight {
    Ext coefficient;
    Z z;
    uint32_t vars;  // variables left when it was drawn
};
template <class Z>
Ext weight_at(const std::vector<PowerWeight<Z>>& weights, PointView rho) {
    Ext sum = Ext::zero();
    for (const auto& w : weights) sum += w.coefficient * poly::power_weight(w.z, rho.first(w.vars));
    return sum;
}

/// The sum of eta^j values_j, plus eta^|values| times `rest`.
Ext horner(std::span<const Ext> values, const Ext& eta, Ext rest) {
    for (size_t j = values.size(); j-- > 0;) rest = rest * eta + values[j];
    return rest;
}

/// PROTOCOL.md 5.6. `initial_weight(rho)` is the initial weight at a point of s + k0 coordinates.
template <class WeightAt>
Result<void, VerifyError> verify_whir(Transcript& tr, const VerifyingKey& vk, const Shape& shape, const Proof& proof,
                                      hash::PermuteStates permute, Ext claim, WeightAt&& initial_weight) {
    const Profile& pr = vk.profile;
    const size_t n = pr.num_oracles();
    std::vector<PowerWeight<Ext>> outside;
    std::vector<PowerWeight<F>> queried;
    Point rho;
    for (size_t i = 0; i < n; i++) {
        const WhirRound& a = proof.whir[i];
        const bool last = i == n - 1;
        tr.tag(Tag::round);
        Point rs;
        for (size_t j = 0; j < a.polys.size(); j++) {
            tr.absorb(std::span<const Ext>(a.polys[j]));
            if (pr.fold_pow[i] && !tr.check_pow(pr.fold_pow[i], a.nonces[j])) return Fail{VerifyError::proof_of_work};
            rs.push_back(tr.challenge());
            claim = poly::sumcheck_next(claim, a.polys[j], rs.back());
        }
        Point later = rs;
        later.insert(later.end(), rho.begin(), rho.end());  // later rounds bind lower coordinates
        rho = std::move(later);
        std::vector<Ext> points, values;
        if (!last) {
            tr.absorb(std::span<const F>(a.root));
            for (uint32_t j = 0; j < pr.ood[i + 1]; j++) points.push_back(tr.challenge());
            tr.absorb(std::span<const Ext>(a.ood));
            values = a.ood;
        } else {
            tr.absorb(std::span<const Ext>(a.final));
        }
        tr.tag(Tag::query);
        if (!tr.check_pow(pr.query_pow[i], a.nonce)) return Fail{VerifyError::proof_of_work};
        const uint32_t d = pr.log_domain(i);
        std::vector<uint32_t> indices;
        for (uint32_t j = 0; j < pr.queries[i]; j++) indices.push_back(tr.index(d));
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());

        // Rows of both trees follow each other; absent slices are zero.
        const std::vector<Ext> eq = poly::eq_table(rs);
        const size_t first_value = values.size();
        values.resize(first_value + indices.size(), Ext::zero());
        size_t column = 0;
        for (size_t j = 0; j < a.openings.size(); j++) {
            const size_t width = i ? eq.size() * 5 : j ? vk.prep_layout.slices : shape.main_slices;
            const Digest& root = i ? proof.whir[i - 1].root : j ? vk.prep_root : proof.root;
            if (a.openings[j].num_rows != indices.size()) return Fail{VerifyError::number_of_rows};
            if (auto opened =
                    hash::check_opening(root, d, indices, width, a.openings[j].rows, a.openings[j].siblings, permute);
                !opened)
                return Fail{to_verify_error(opened.error())};
            for (size_t x = 0; x < indices.size(); x++) {
                const F* row = a.openings[j].rows.data() + x * width;
                Ext& value = values[first_value + x];
                if (i == 0) {
                    for (size_t c = 0; c < width; c++) value += eq[column + c] * row[c];
                } else {
                    for (size_t c = 0; c < eq.size(); c++)
                        value +=
                            eq[c] * Ext{{row[5 * c], row[5 * c + 1], row[5 * c + 2], row[5 * c + 3], row[5 * c + 4]}};
                }
            }
            column += width;
        }
        const F w = F::two_adic_generator(d);
        const Ext gamma = tr.challenge();
        Ext power = gamma;
        for (size_t j = 0; j < values.size(); j++) {
            claim += power * values[j];
            if (j < first_value)
                outside.push_back({power, points[j], pr.dim(i)});
            else
                queried.push_back({power, w.pow(indices[j - first_value]), pr.dim(i)});
            power *= gamma;
        }
    }
    tr.tag(Tag::final);
    Point rs;
    for (const auto& g : proof.last) {
        tr.absorb(std::span<const Ext>(g));
        rs.push_back(tr.challenge());
        claim = poly::sumcheck_next(claim, g, rs.back());
    }
    const Ext final = poly::evaluate(proof.whir.back().final, rs);
    rs.insert(rs.end(), rho.begin(), rho.end());
    const Ext w = initial_weight(PointView(rs)) + weight_at(outside, rs) + weight_at(queried, rs);
    if (!(claim == final * w)) return Fail{VerifyError::opening};
    return {};
}

}  // namespace

Result<void, VerifyError> verify(const VerifyingKey& vk, std::span<const F> public_values, BytesView bytes,
                                 hash::PermuteStates permute) {
    auto decoded = decode(vk, bytes);
    if (!decoded) return Fail{decoded.error()};
    return verify(vk, public_values, decoded->proof, decoded->shape, permute);
}

Result<void, VerifyError> verify(const VerifyingKey& vk, std::span<const F> public_values, const Proof& proof,
                                 const Shape& shape, hash::PermuteStates permute) {
    if (public_values.size() != vk.system.num_public) return Fail{VerifyError::public_values};
    const Profile& pr = vk.profile;
    Transcript tr;
    absorb_statement(tr, vk, public_values, proof.heights, proof.root);  // 1
    tr.tag(Tag::ood);
    std::vector<Ext> points;
    for (uint32_t i = 0; i < pr.ood[0]; i++) points.push_back(tr.challenge());
    tr.absorb(std::span<const Ext>(proof.ood));
    tr.tag(Tag::logup);  // 2
    if (!tr.check_pow(pr.logup_pow, proof.logup_nonce)) return Fail{VerifyError::proof_of_work};
    Fingerprint fingerprint;
    fingerprint.alpha = tr.challenge();
    Point b;
    for (uint32_t i = 0; i < vk.system.fingerprint_vars(); i++) b.push_back(tr.challenge());
    fingerprint.w = poly::eq_table(b);
    ASHLAR_ASSIGN(const Ext sum, public_sum(vk, fingerprint, public_values));
    ASHLAR_ASSIGN(FractionClaim claim, verify_fractional_sum(tr, proof, sum));  // 3
    ASHLAR_ASSIGN(const std::vector<LinearClaim> linear, verify_layered(tr, vk, shape, proof));
    tr.tag(Tag::zerocheck);  // 4
    Point& xi = claim.xi;
    while (xi.size() < shape.rounds) xi.push_back(tr.challenge());
    const Ext mu = tr.challenge(), lambda = tr.challenge();
    const Combined combined(vk, shape, fingerprint, xi, mu, lambda);
    ASHLAR_ASSIGN(const Point r, verify_zerocheck(tr, vk, shape, proof, xi, combined, claim.p, claim.q, linear));
    tr.tag(Tag::claims);  // 5
    tr.absorb(std::span<const Ext>(proof.claims));
    tr.tag(Tag::opening);  // 6
    const Ext eta = tr.challenge();
    const Ext value = horner(proof.ood, eta, horner(proof.claims, eta, Ext::zero()));
    return verify_whir(tr, vk, shape, proof, permute, value, [&](PointView rho) {
        Ext w = stack_weight_at(vk, shape, r, eta, eta.pow(points.size()), rho), c = Ext::one();
        for (const Ext& z : points) {
            w += c * poly::power_weight(z, rho);
            c *= eta;
        }
        return w;
    });
}

}  // namespace ashlar::pcs
