// SPDX-License-Identifier: Apache-2.0
// Rounds of a sumcheck by a program and by the host's verifier.
#include "libs/recursion/rounds.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "libs/iop/transcript.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/recursion/execute.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

TEST_CASE("rounds of a sumcheck give the host's claim and point, one program for any number", "[recursion]") {
    std::mt19937_64 rng(6);
    const auto random = [&] { return test::ext(rng(), rng(), rng(), rng(), rng()); };
    constexpr uint32_t MOST = 12;
    for (const uint32_t degree : {2u, 3u, 4u}) {
        Emitter e(7);
        Transcript tr(e);
        tr.absorb(F::reduce(degree));
        const Element first = tr.challenge(), count = e.advice(), claim = e.advice(), point = e.frame(MOST);
        const Element last = verify_rounds(e, tr, count, degree, claim, point);
        const Element ends[] = {last, tr.challenge()};
        for (uint32_t k = 0; k < 5; k++) e.assert_equal(e.extract(last, k), e.output(k));
        e.assert_equal(e.extract(ends[1], 2), e.output(5));
        e.assert_equal(e.extract(first, 1), e.output(6));
        const Program program = e.finish();
        for (const uint32_t rounds : {1u, 2u, MOST}) {
            iop::Transcript host;
            host.absorb(F::reduce(degree));
            const Ext drawn = host.challenge();
            Ext running = random();
            std::vector<Ext> advice{test::ext(rounds), running}, challenges;
            for (uint32_t i = 0; i < rounds; i++) {
                std::vector<Ext> sent;
                for (uint32_t k = 0; k < degree; k++) sent.push_back(random());
                host.absorb(std::span<const Ext>(sent));
                challenges.push_back(host.challenge());
                running = poly::sumcheck_next(running, sent, challenges.back());
                advice.insert(advice.end(), sent.begin(), sent.end());
            }
            const auto run = execute(program, advice);
            INFO((run ? "" : run.error().message) << ", degree " << degree << ", " << rounds << " rounds");
            REQUIRE(run.has_value());
            for (uint32_t k = 0; k < 5; k++) CHECK(run->output[k] == running.c[k]);
            CHECK(run->output[5] == host.challenge().c[2]);
            CHECK(run->output[6] == drawn.c[1]);
            const uint32_t at = run->memory[point.cell.offset].c[0].canonical();
            for (uint32_t i = 0; i < rounds; i++) CHECK(run->memory[at + i] == challenges[i]);
        }
    }
}
