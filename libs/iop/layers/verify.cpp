// SPDX-License-Identifier: Apache-2.0
#include "libs/iop/layers/verify.hpp"

namespace ashlar::iop::layers {

namespace {

/// Reads a proof; its length has been checked.
class Messages {
  public:
    Messages(std::span<const Ext> all, Transcript& tr) : rest_(all), tr_(tr) {}
    std::span<const Ext> next(size_t n) {
        const auto message = rest_.first(n);
        rest_ = rest_.subspan(n);
        tr_.absorb(message);
        return message;
    }

  private:
    std::span<const Ext> rest_;
    Transcript& tr_;
};

}  // namespace

Result<Claims, VerifyError> verify(const Circuit& circuit, uint32_t k, Transcript& tr, std::span<const Ext> messages) {
    if (messages.size() != proof_length(circuit, k)) return Fail{VerifyError::layers};
    Messages in(messages, tr);
    Claims out;
    tr.tag(Tag::layers);
    for (uint32_t j = 0; j < k; j++) out.outputs_at.push_back(tr.challenge());
    out.gamma = powers(tr.challenge(), size_t{LIMBS} * circuit.outputs);
    out.output = in.next(1)[0];

    Ext claim = out.output - output_constant(out.gamma);
    Point instances = out.outputs_at;
    WordPoint word;
    std::vector<Ext> weights;  // of the lanes above, then of the layer's outputs
    for (size_t s = 0; s < circuit.steps.size(); s++) {
        const Step& step = circuit.steps[s];
        const Layer& layer = step.layer;
        if (!step.wires.empty()) {
            // sum_z sum_o W_o(z) O_o(z), top variable first, to one point.
            Point point(LOG_WORD);
            for (uint32_t j = LOG_WORD; j-- > 0;) {
                const auto c = in.next(2);  // coefficients of X and X^2
                const Ext c0 = halved(claim - c[0] - c[1]);
                point[j] = tr.challenge();
                claim = (c[1] * point[j] + c[0]) * point[j] + c0;
            }
            weights = s == 0 ? output_weights(step, out.gamma, point) : wire_weights(step, weights, word, point);
            word = WordPoint::multilinear(std::move(point));
        }
        word = word.widened(layer.log_first);
        const auto first = in.next(layer.first_length());
        Ext sum = Ext::zero();
        for (size_t z = 0; z < word.low.size(); z++) sum += word.low[z] * first[z];
        if (!(sum == claim)) return Fail{VerifyError::layers};
        const Ext r = tr.challenge();
        claim = Ext::zero();
        const std::vector<Ext> basis = lagrange_basis(first.size(), r);
        for (size_t i = 0; i < first.size(); i++) claim += basis[i] * first[i];
        WordPoint bound{lagrange_basis(layer.first_size(), r), {}};

        // The rest in E, top variable first: positions, then instances. eq is not in the messages.
        Point old = instances;
        old.insert(old.end(), word.high.begin(), word.high.end());
        Point point(old.size());
        for (size_t j = old.size(); j-- > 0;) {
            const auto c = in.next(layer.degree());  // coefficients of X, X^2, ..
            Ext all = Ext::zero();
            for (const Ext& x : c) all += x;
            const Ext c0 = claim - old[j] * all;
            point[j] = tr.challenge();
            claim = poly::horner(c, point[j]) * point[j] + c0;
        }
        instances.assign(point.begin(), point.begin() + k);
        bound.high.assign(point.begin() + k, point.end());
        word = std::move(bound);

        const auto claims = in.next(layer.num_claims());
        if (!(claim == layer_value(layer, weights, claims))) return Fail{VerifyError::layers};
        const std::vector<Ext> beta = powers(tr.challenge(), claims.size());
        claim = Ext::zero();
        for (size_t q = 0; q < claims.size(); q++) claim += beta[q] * claims[q];
        weights = lane_weights(layer, weights, beta);
    }
    out.set_inputs(std::move(instances), word.table(), std::move(weights), claim);
    return out;
}

}  // namespace ashlar::iop::layers
