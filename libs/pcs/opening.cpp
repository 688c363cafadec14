// SPDX-License-Identifier: Apache-2.0
#include "libs/pcs/opening.hpp"

#include <algorithm>

#include "libs/pcs/stack_weight.hpp"

namespace ashlar::pcs {

using namespace iop;

namespace {

/// r[g..): what tells the segments of a block apart.
PointView high_part(const OpeningContext& c, PointView r) {
    return r.subspan(std::min<size_t>(c.vk.profile.min_block, r.size()));
}

/// The blocks of all columns in the reduced stack; the factor is eq(r[a..n), first row / 2^a). `claim(run, index)` sees
/// the claim of each run.
template <class Claim>
std::vector<SegmentRun> column_runs(const OpeningContext& c, PointView r, const Claim& claim) {
    const uint32_t g = c.vk.profile.min_block;
    std::vector<SegmentRun> runs;
    for (const JointGroup& group : joint_groups(c.vk, c.shape)) {
        const BlockGroup& b = group.block;
        const uint32_t n = c.shape.n[b.table];
        const Ext factor = poly::eq_index(r.subspan(b.log, n - b.log), b.row >> b.log);
        for (uint32_t k = 0; k < b.columns; k++) {
            runs.push_back({(b.position + (uint64_t{k} << b.log)) >> g, b.log - g, factor});
            claim(runs.back(), group.first_claim + k);
        }
    }
    return runs;
}

class Opening {
  public:
    Opening(const OpeningContext& c, ProverTranscript& tr, Proof& proof)
        : c_(c), pr_(c.vk.profile), steps_(c.steps), tr_(tr), proof_(proof), laps_(c.times) {}

    Result<void, Error> run(VectorPtr reduced, PointView r, const Ext& eta, std::span<const Ext> points) {
        proof_.whir.resize(pr_.num_oracles());
        ASHLAR_TRY(first_round(std::move(reduced), r, eta, points));
        const size_t n = pr_.num_oracles();
        for (size_t i = 0;; i++) {
            ASHLAR_TRY(finish_round(i));
            if (i + 1 == n) break;
            ASHLAR_TRY(round(i + 1));
        }
        ASHLAR_TRY(last_sumcheck());
        laps_.add("opening: later rounds");
        return {};
    }

  private:
    /// One folding message: sends, grinds, draws.
    HostResult<Ext> exchange(size_t i, std::array<Ext, 2> g) {
        WhirRound& a = proof_.whir[i];
        tr_.send(g);
        a.polys.push_back(g);
        if (pr_.fold_pow[i]) {
            ASHLAR_ASSIGN(const F nonce, tr_.grind(pr_.fold_pow[i]));
            a.nonces.push_back(nonce);
        }
        return tr_.challenge();
    }

    /// Round 0: the slice variables see the stack only through its reductions, one for each form of the weight inside a
    /// segment: eq(r[0..g), .) for the columns' claims, powers of z for each out-of-domain sample.
    Result<void, Error> first_round(VectorPtr reduced, PointView r, const Ext& eta, std::span<const Ext> points) {
        const uint32_t g = pr_.min_block, k0 = c_.shape.k0;
        const size_t segments = size_t{1} << (pr_.s - g), slices = size_t{1} << k0;
        tr_.tag(Tag::round);
        std::vector<VectorPtr> f(1 + points.size()), w(1 + points.size());
        std::vector<std::vector<Ext>> low(f.size());
        Ext power = Ext::one();
        for (size_t j = 0; j < points.size(); j++) {
            Ext x = Ext::one();
            for (size_t b = 0; b < size_t{1} << g; b++) {
                low[1 + j].push_back(x);
                x *= points[j];
            }
            ASHLAR_ASSIGN(f[1 + j], steps_.reduce(c_.stack, low[1 + j]));
            ASHLAR_ASSIGN(w[1 + j], steps_.powers(segments << k0, power, x));
            power *= eta;
        }
        poly::Point low_point(r.begin(), r.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(g, r.size())));
        low_point.resize(g, Ext::zero());
        low[0] = poly::eq_table(low_point);
        f[0] = std::move(reduced);
        ASHLAR_ASSIGN(w[0], column_weight(r, eta, power));
        laps_.add("opening: weights");

        poly::Point rs;
        for (uint32_t j = 0; j < k0; j++) {
            const size_t pairs = slices >> (j + 1);
            std::array<Ext, 2> sums{Ext::zero(), Ext::zero()};
            for (size_t t = 0; t < f.size(); t++) {
                ASHLAR_ASSIGN(const auto part, steps_.pair_sums(*f[t], *w[t], segments, pairs));
                sums[0] += part[0];
                sums[1] += part[1];
            }
            ASHLAR_ASSIGN(const Ext x, exchange(0, sums));
            rs.push_back(x);
            for (size_t t = 0; t < f.size(); t++) {
                ASHLAR_TRY(steps_.fold_pairs(*f[t], segments, pairs, x));
                ASHLAR_TRY(steps_.fold_pairs(*w[t], segments, pairs, x));
            }
        }
        laps_.add("opening: first round");
        // The folded stack itself, and its weight.
        ASHLAR_ASSIGN(f_, steps_.fold_stack(c_.stack, poly::eq_table(rs)));
        ASHLAR_ASSIGN(w_, steps_.expand(w, low));
        laps_.add("opening: fold stack");
        return {};
    }

    /// eta^(first + claim) eq(r[a..n), row / 2^a) eq(r[g..a), segment) on the segments of each block.
    HostResult<VectorPtr> column_weight(PointView r, const Ext& eta, const Ext& first_power) {
        std::vector<Ext> powers(c_.shape.num_claims);
        Ext power = first_power;
        for (Ext& p : powers) {
            p = power;
            power *= eta;
        }
        const auto runs =
            column_runs(c_, r, [&](SegmentRun& run, uint32_t claim) { run.factor = run.factor * powers[claim]; });
        return steps_.run_weights(size_t{1} << (pr_.s - pr_.min_block + c_.shape.k0), high_part(c_, r), runs);
    }

    /// Folding rounds of oracle i >= 1.
    Result<void, Error> round(size_t i) {
        tr_.tag(Tag::round);
        const size_t length = size_t{1} << pr_.dim(i);
        for (uint32_t j = 0; j < pr_.k[i - 1]; j++) {
            const size_t pairs = (size_t{1} << pr_.k[i - 1]) >> (j + 1);
            ASHLAR_ASSIGN(const auto sums, steps_.pair_sums(*f_, *w_, length, pairs));
            ASHLAR_ASSIGN(const Ext r, exchange(i, sums));
            ASHLAR_TRY(steps_.fold_pairs(*f_, length, pairs, r));
            ASHLAR_TRY(steps_.fold_pairs(*w_, length, pairs, r));
        }
        return {};
    }

    /// Next oracle (or the final values), queries, and their weights. f_ and w_ have 2^dim(i) elements.
    Result<void, Error> finish_round(size_t i) {
        WhirRound& a = proof_.whir[i];
        const bool last = i + 1 == pr_.num_oracles();
        const size_t size = size_t{1} << pr_.dim(i);
        std::unique_ptr<Oracle> next;
        std::vector<Ext> points;
        if (!last) {
            ASHLAR_ASSIGN(next, steps_.commit(*f_, i + 1));
            a.root = next->root();
            tr_.absorb(a.root);
            for (uint32_t j = 0; j < pr_.ood[i + 1]; j++) points.push_back(tr_.challenge());
            for (const Ext& z : points) {
                ASHLAR_ASSIGN(const Ext v, steps_.evaluate_powers(*f_, size, z));
                a.ood.push_back(v);
            }
            tr_.send(a.ood);
        } else {
            ASHLAR_ASSIGN(a.final, steps_.read(*f_, size));
            tr_.send(a.final);
        }
        laps_.add("opening: next oracle");
        tr_.tag(Tag::query);
        ASHLAR_ASSIGN(a.nonce, tr_.grind(pr_.query_pow[i]));
        laps_.add("opening: proof of work");
        const uint32_t d = pr_.log_domain(i);
        std::vector<uint32_t> indices;
        for (uint32_t j = 0; j < pr_.queries[i]; j++) indices.push_back(tr_.index(d));
        std::sort(indices.begin(), indices.end());
        indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
        for (const Oracle* oracle : {i == 0 ? &c_.main : oracle_.get(), i == 0 ? c_.prep : nullptr}) {
            if (!oracle) continue;
            ASHLAR_ASSIGN(auto opening, oracle->open(indices));
            a.openings.push_back(std::move(opening));
        }
        const Ext gamma = tr_.challenge();
        Ext power = gamma;
        for (const Ext& z : points) {
            ASHLAR_TRY(steps_.add_powers(*w_, size, power, z));
            power *= gamma;
        }
        ASHLAR_TRY(steps_.add_query_powers(*w_, pr_.dim(i), indices, d, power, gamma));
        oracle_ = std::move(next);
        laps_.add("opening: queries");
        return {};
    }

    Result<void, Error> last_sumcheck() {
        tr_.tag(Tag::final);
        std::vector<Ext> f = proof_.whir.back().final;  // what was sent, if a hook lied
        ASHLAR_ASSIGN(auto w, steps_.read(*w_, f.size()));
        for (uint32_t l = 0; l < pr_.final_vars(); l++) {
            std::array<Ext, 2> g{Ext::zero(), Ext::zero()};
            for (size_t i = 0; i < f.size(); i += 2) {
                g[0] += f[i] * w[i];
                g[1] += (f[i + 1].doubled() - f[i]) * (w[i + 1].doubled() - w[i]);
            }
            tr_.send(g);
            proof_.last.push_back(g);
            const Ext r = tr_.challenge();
            for (auto* v : {&f, &w}) {
                for (size_t i = 0; i < v->size() / 2; i++) (*v)[i] = (*v)[2 * i] + ((*v)[2 * i + 1] - (*v)[2 * i]) * r;
                v->resize(v->size() / 2);
            }
        }
        return {};
    }

    const OpeningContext& c_;
    const Profile& pr_;
    ProverSteps& steps_;
    ProverTranscript& tr_;
    Proof& proof_;
    Laps laps_;
    VectorPtr f_, w_;                 // the folded vector and its weight
    std::unique_ptr<Oracle> oracle_;  // oracle i >= 1
};

}  // namespace

HostResult<std::vector<Ext>> column_claims(const OpeningContext& c, const Vector& reduced, PointView r) {
    std::vector<uint32_t> claim_of;
    const auto runs = column_runs(c, r, [&](SegmentRun&, uint32_t claim) { claim_of.push_back(claim); });
    ASHLAR_ASSIGN(const auto values, c.steps.run_sums(reduced, high_part(c, r), runs));
    std::vector<Ext> claims(c.shape.num_claims, Ext::zero());
    for (size_t i = 0; i < values.size(); i++) claims[claim_of[i]] += values[i];
    return claims;
}

Result<void, Error> prove_opening(const OpeningContext& c, VectorPtr reduced, PointView r, const Ext& eta,
                                  std::span<const Ext> points, ProverTranscript& tr, Proof& proof) {
    return Opening(c, tr, proof).run(std::move(reduced), r, eta, points);
}

}  // namespace ashlar::pcs
