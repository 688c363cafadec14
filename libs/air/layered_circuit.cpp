// SPDX-License-Identifier: Apache-2.0
#include "libs/air/layered_circuit.hpp"

#include <algorithm>

namespace ashlar::air::layers {

std::vector<uint32_t> Layer::factor_lanes() const {
    std::vector<uint32_t> out;
    for (const Group& g : groups) out.insert(out.end(), g.factors.begin(), g.factors.end());
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

uint32_t Layer::num_claims() const {
    return claims_sums ? static_cast<uint32_t>(groups.size() + factor_lanes().size()) : lanes;
}

std::vector<uint32_t> Circuit::words() const {
    std::vector<uint32_t> w;
    auto number = [&](size_t x) { w.push_back(static_cast<uint32_t>(x)); };
    auto terms = [&](const std::vector<Term>& list) {
        number(list.size());
        for (const Term& t : list) number(t.output), number(t.lane);
    };
    number(inputs);
    number(outputs);
    number(steps.size());
    for (const Step& step : steps) {
        number(step.wires.size());
        for (const Wire& x : step.wires) {
            number(x.upper);
            number(x.lower);
            number(x.rotation);
            // 16 bits at a time: every number is an element of F.
            for (uint32_t part = 0; part < LIMBS; part++) number(x.negated >> (LIMB_BITS * part) & 0xffff);
        }
        const Layer& l = step.layer;
        number(l.lanes);
        number(l.outputs);
        number(l.log_first);
        number(static_cast<uint32_t>(l.form));
        number(l.groups.size());
        for (const Group& g : l.groups) {
            terms(g.linear);
            number(g.factors.size());
            for (uint32_t f : g.factors) number(f);
        }
        terms(l.copies);
        number(l.claims_sums);
    }
    return w;
}

std::vector<field::F> output_limbs(const Circuit& circuit, std::span<const field::F> bits) {
    using field::F;
    std::vector<F> lanes, outputs;
    for (const F& b : bits) lanes.push_back(F::ONE - b.doubled());
    for (size_t s = circuit.steps.size(); s-- > 0;) {
        const Step& step = circuit.steps[s];
        const Layer& layer = step.layer;
        outputs.assign(layer.outputs * WORD_BITS, F::ZERO);
        for (uint32_t z = 0; z < WORD_BITS; z++) {
            auto lane = [&](uint32_t l) { return lanes[l * WORD_BITS + z]; };
            for (const Group& g : layer.groups) {
                F form = lane(g.factors[0]);
                if (layer.form == Form::chi)
                    form = F::ONE - ((F::ONE + form) * (F::ONE - lane(g.factors[1]))).halved();
                else
                    for (size_t f = 1; f < g.factors.size(); f++) form *= lane(g.factors[f]);
                for (const Term& t : g.linear) outputs[t.output * WORD_BITS + z] = lane(t.lane) * form;
            }
            for (const Term& t : layer.copies) outputs[t.output * WORD_BITS + z] = lane(t.lane);
        }
        if (step.wires.empty()) {
            lanes = outputs;
            continue;
        }
        uint32_t above = 0;
        for (const Wire& x : step.wires) above = std::max(above, x.upper + 1);
        lanes.assign(above * WORD_BITS, F::ZERO);
        for (const Wire& x : step.wires)
            for (uint32_t z = 0; z < WORD_BITS; z++) {
                const F lower = outputs[x.lower * WORD_BITS + z];
                lanes[x.upper * WORD_BITS + (z + x.rotation) % WORD_BITS] = x.negated >> z & 1 ? -lower : lower;
            }
    }
    std::vector<F> limbs;
    for (size_t first = 0; first < lanes.size(); first += LIMB_BITS) {
        F limb = F::ZERO;
        for (size_t bit = LIMB_BITS; bit-- > 0;) limb = limb.doubled() + (F::ONE - lanes[first + bit]).halved();
        limbs.push_back(limb);
    }
    return limbs;
}

size_t proof_length(const Circuit& circuit, uint32_t k) {
    size_t n = 0;
    for_each_message(circuit, k, [&](const char*, size_t length) { n += length; });
    return n;
}

}  // namespace ashlar::air::layers
