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

size_t proof_length(const Circuit& circuit, uint32_t k) {
    size_t n = 0;
    for_each_message(circuit, k, [&](const char*, size_t length) { n += length; });
    return n;
}

}  // namespace ashlar::air::layers
