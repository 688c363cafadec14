// SPDX-License-Identifier: Apache-2.0
#include "libs/recursion/rounds.hpp"

#include "libs/poly/sumcheck.hpp"

namespace ashlar::recursion {

Element verify_rounds(Emitter& e, Transcript& transcript, const Element& count, uint32_t degree, const Element& claim,
                      const Element& point) {
    std::vector<Element> start = transcript.state();
    start.push_back(claim);
    start.push_back(point);
    const auto last = e.repeat(count, start, [&](std::span<const Element> v) {
        Transcript inner = transcript;
        inner.resume(v.first(STATE_CELLS), hash::RATE);
        const Element& before = v[STATE_CELLS];
        const Element& at = v[STATE_CELLS + 1];
        const Element message = e.advice(degree);
        std::vector<Element> sent;
        for (uint32_t k = 0; k < degree; k++) {
            sent.push_back(e.at(message, k));
            inner.absorb(sent.back());
        }
        const Element r = inner.challenge(e.next_value(0));
        e.assert_pointee(at, 0, r);
        std::vector<Expression> after;
        for (const Element& x : inner.state()) after.push_back(x);
        after.push_back(poly::sumcheck_claim<Element>(before, sent, r));
        after.push_back(at + F::ONE);
        return after;
    });
    // Five elements of the rate were read after the last permutation.
    transcript.resume(std::span(last).first(STATE_CELLS), 5);
    return last[STATE_CELLS];
}

}  // namespace ashlar::recursion
