// SPDX-License-Identifier: Apache-2.0
// The layers of the fractional sum of a real proof, checked by a program and by the host.
#include "libs/recursion/fractions.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "libs/iop/verify.hpp"
#include "libs/poly/multilinear.hpp"
#include "libs/recursion/prover.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

/// A proof, and the host's transcript before and after the fractions in clear.
struct Subject {
    explicit Subject(const test::SampleProgram& sample, const iop::Profile& profile) {
        exec::ThreadPool pool(2);
        const auto key = setup(sample.program, profile, exec::best_isa(), pool);
        REQUIRE(key.has_value());
        const auto proven = prove(*key, sample.advice, pool);
        REQUIRE(proven.has_value());
        auto decoded = iop::decode(key->vk(), proven->proof);
        REQUIRE(decoded.has_value());
        proof = decoded->proof;
        iop::Transcript tr;
        iop::absorb_statement(tr, key->vk(), proven->public_values, proof.heights, proof.root);
        tr.tag(iop::Tag::ood);
        tr.tag(iop::Tag::logup);
        REQUIRE(tr.check_pow(profile.logup_pow, proof.logup_nonce));
        iop::Fingerprint fingerprint;
        fingerprint.alpha = tr.challenge();
        iop::Point b;
        for (uint32_t i = 0; i < key->vk().system.fingerprint_vars(); i++) b.push_back(tr.challenge());
        fingerprint.w = poly::eq_table(b);
        const auto sum = iop::public_sum(key->vk(), fingerprint, proven->public_values);
        REQUIRE(sum.has_value());
        iop::Transcript whole = tr;
        const auto claim = iop::verify_fractional_sum(whole, proof, *sum);
        REQUIRE(claim.has_value());
        expected = *claim;
        next = whole.challenge();
        tr.tag(iop::Tag::top);
        std::vector<Ext> p, q;
        for (const auto& [num, den] : proof.top) {
            tr.absorb(num);
            tr.absorb(den);
            p.push_back(num);
            q.push_back(den);
        }
        for (size_t n = proof.top.size(); n > 1; n /= 2) point.push_back(tr.challenge());
        state = tr.state();
        top_p = poly::evaluate(p, point);
        top_q = poly::evaluate(q, point);
    }
    iop::Proof proof;
    iop::FractionClaim expected;
    Ext next, top_p, top_q;
    iop::Point point;
    PermutationState state;
};

constexpr uint32_t MOST = 24;

/// The same layers by a program: claims, the first coordinate, the number of coordinates and the next challenge are
/// public.
Program program(size_t coordinates) {
    Emitter e(5 * 4 + 1);
    Transcript tr(e);
    const Element state = e.advice(STATE_CELLS);
    std::vector<Element> cells;
    for (uint32_t k = 0; k < STATE_CELLS; k++) cells.push_back(e.at(state, k));
    tr.resume(cells, hash::RATE);
    const Element layers = e.advice(), p = e.advice(), q = e.advice();
    const Element point = e.advice(static_cast<uint32_t>(coordinates));
    const Element count = e.constant(F::reduce(static_cast<uint32_t>(coordinates))) * e.one();
    const FractionClaims claims = verify_fraction_layers(e, tr, layers, {p, q, e.address_of(point), count}, MOST);
    const Element outputs[] = {claims.p, claims.q, e.load(claims.point, 0), tr.challenge()};
    for (uint32_t i = 0; i < 4; i++)
        for (uint32_t k = 0; k < 5; k++) e.assert_equal(e.extract(outputs[i], k), e.output(5 * i + k));
    e.assert_equal(claims.coordinates, e.output(20));
    return e.finish();
}

std::vector<Ext> advice_of(const Subject& s) {
    std::vector<Ext> out;
    for (size_t k = 0; k < STATE_CELLS; k++) out.push_back(state_cell(s.state, k));
    out.push_back(test::ext(static_cast<uint32_t>(s.proof.fraction_layers.size())));
    out.push_back(s.top_p);
    out.push_back(s.top_q);
    out.insert(out.end(), s.point.begin(), s.point.end());
    for (const iop::FractionLayer& layer : s.proof.fraction_layers) {
        for (const auto& g : layer.polys) out.insert(out.end(), g.begin(), g.end());
        out.insert(out.end(), layer.ends.begin(), layer.ends.end());
    }
    return out;
}

}  // namespace

TEST_CASE("the layers of a proof's fractional sum, one program for any number of them", "[recursion]") {
    const iop::Profile& profile = *iop::named_profile("test");
    std::optional<Program> first;
    std::set<size_t> layers;
    for (const auto& sample : {test::polynomial_program(3), test::collatz_program(27, 6)}) {
        const Subject s(sample, profile);
        const Program code = program(s.point.size());
        if (!first) first = code;
        CHECK(code.code == first->code);
        layers.insert(s.proof.fraction_layers.size());
        const auto advice = advice_of(s);
        const auto run = execute(code, advice);
        INFO((run ? "" : run.error().message) << ", " << s.proof.fraction_layers.size() << " layers");
        REQUIRE(run.has_value());
        const Ext values[] = {s.expected.p, s.expected.q, s.expected.xi[0], s.next};
        for (uint32_t i = 0; i < 4; i++)
            for (uint32_t k = 0; k < 5; k++) CHECK(run->output[5 * i + k] == values[i].c[k]);
        CHECK(run->output[20].canonical() == s.expected.xi.size());
        // Another message, or another claim: as the host, the program refuses.
        for (size_t i = STATE_CELLS + 1; i < advice.size(); i += 1 + advice.size() / 25) {
            auto wrong = advice;
            wrong[i] += test::ext(0, 0, 1);
            CHECK(execute(code, wrong).error().code == "program_refuses");
        }
    }
    CHECK(layers.size() == 2);
}
