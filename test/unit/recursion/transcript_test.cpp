// SPDX-License-Identifier: Apache-2.0
// The transcript as a program gives the challenges of the host's.
#include "libs/recursion/transcript.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/iop/transcript.hpp"
#include "test/support/recursion_openings.hpp"

using namespace ashlar;
using namespace ashlar::recursion;
using test::ext;
using namespace field::literals;

namespace {

/// Calls both transcripts alike and compares what they give.
class Pair {
  public:
    void tag(uint32_t t) {
        program_.absorb(F::reduce(t));
        host_.absorb(F::reduce(t));
    }
    void base(F x) {
        const Element c = emitter.advice();
        advice_.push_back(Ext::from_base(x));
        program_.absorb_base(c);
        host_.absorb(x);
    }
    void element(const Ext& x) {
        const Element c = emitter.advice();
        advice_.push_back(x);
        program_.absorb(c);
        host_.absorb(x);
    }
    void digest(const hash::Digest& d) {
        const Element c = emitter.advice(2);
        for (const Ext& x : test::cells_of(d)) advice_.push_back(x);
        program_.absorb_digest(c);
        host_.absorb(std::span<const F>(d));
    }
    void squeeze() { same(program_.squeeze(), Ext::from_base(host_.squeeze())); }
    void challenge() { same(program_.challenge(), host_.challenge()); }
    void run() {
        const auto r = execute(emitter.finish(), advice_);
        INFO((r ? "" : r.error().message));
        CHECK(r.has_value());
    }
    Emitter emitter{0};

  private:
    void same(const Element& x, const Ext& y) { emitter.assert_constant(x, y); }
    Transcript program_{emitter};
    iop::Transcript host_;
    std::vector<Ext> advice_;
};

}  // namespace

TEST_CASE("the same challenges as the host's transcript, for any schedule", "[recursion]") {
    std::mt19937_64 rng(3);
    for (int round = 0; round < 30; round++) {
        Pair p;
        for (int k = 0; k < 40; k++) {
            const auto x = static_cast<uint32_t>(rng());
            hash::Digest d;
            for (F& f : d) f = F::reduce(static_cast<uint32_t>(rng()));
            switch (rng() % 6) {
                case 0:
                    p.tag(x % 13);
                    break;
                case 1:
                    p.base(F::reduce(x));
                    break;
                case 2:
                    for (uint32_t i = 0; i < x % 9; i++) p.element(ext(x, i, 3, x + 1, 5));
                    break;
                case 3:
                    p.digest(d);
                    break;
                case 4:
                    for (uint32_t i = 0; i < x % 7; i++) p.squeeze();
                    break;
                default:
                    for (uint32_t i = 0; i < x % 4; i++) p.challenge();
            }
        }
        p.challenge();
        p.run();
    }
}

TEST_CASE("a sumcheck's messages cost a permutation and no more", "[recursion]") {
    Emitter e(0);
    Transcript tr(e);
    const Element message = e.advice(3);
    const size_t before = e.size();
    for (uint32_t k = 0; k < 3; k++) tr.absorb(e.at(message, k));
    tr.challenge();
    CHECK(e.size() == before + 1);
}

TEST_CASE("a loop carries the transcript", "[recursion]") {
    constexpr uint32_t ROUNDS = 5;
    Emitter e(0);
    Transcript tr(e);
    iop::Transcript host;
    const Element count = e.advice();
    std::vector<Ext> advice{ext(ROUNDS)};
    tr.absorb(7_f);
    host.absorb(7_f);
    const Element first = tr.challenge();
    std::vector<Element> values = tr.state();
    values.push_back(first);
    const size_t before = e.size();
    size_t body = 0;
    const auto last = e.repeat(count, values, [&](std::span<const Element> v) {
        Transcript inner = tr;
        const size_t start = e.size();
        inner.resume(v.first(STATE_CELLS), 5);
        const Element message = e.advice(3);
        for (uint32_t k = 0; k < 3; k++) inner.absorb(e.at(message, k));
        const Element r = inner.challenge(e.next_value(0));
        std::vector<Expression> after;
        for (const Element& x : inner.state()) after.push_back(x);
        after.push_back(v[STATE_CELLS] * r);
        body = e.size() - start;
        return after;
    });
    CHECK(body == 1);
    CHECK(e.size() > before);
    tr.resume(std::span(last).first(STATE_CELLS), 5);
    Ext product = host.challenge();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        for (uint32_t k = 0; k < 3; k++) {
            advice.push_back(ext(i, k, 8));
            host.absorb(advice.back());
        }
        product *= host.challenge();
    }
    e.assert_constant(last[STATE_CELLS], product);
    e.assert_constant(tr.challenge(), host.challenge());
    const auto run = execute(e.finish(), advice);
    INFO((run ? "" : run.error().message));
    CHECK(run.has_value());
}
