// SPDX-License-Identifier: Apache-2.0
// The opening of real proofs, checked by a program and by the host.
#include "libs/recursion/opening.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "libs/iop/verify.hpp"
#include "libs/pcs/stack_weight.hpp"
#include "libs/recursion/prover.hpp"
#include "test/support/recursion_programs.hpp"

using namespace ashlar;
using namespace ashlar::recursion;

namespace {

/// A domain so small that queries meet.
iop::Profile crowded_profile() {
    iop::Profile p = *iop::named_profile("test");
    p.name = "crowded";
    p.s = 9;
    p.k = {2, 3};
    p.lir = {1, 2, 3};
    p.queries = {70, 33, 16};
    p.query_pow = {3, 0, 2};
    p.max_log_slices = 10;
    return p;
}

/// A proof, the host's transcript where the opening begins, and what the host's weight is at the end.
struct Subject {
    Subject(const test::SampleProgram& sample, const iop::Profile& profile) {
        exec::ThreadPool pool(2);
        const auto key = setup(sample.program, profile, exec::best_isa(), pool);
        REQUIRE(key.has_value());
        vk = key->vk();
        const auto proven = prove(*key, sample.advice, pool);
        INFO((proven ? "" : proven.error().message));
        REQUIRE(proven.has_value());
        auto decoded = iop::decode(vk, proven->proof);
        REQUIRE(decoded.has_value());
        proof = decoded->proof;
        shape = decoded->shape;
        tr = to_opening(proven->public_values);
        const auto made = opening_advice(vk, shape, proof, tr);
        REQUIRE(made.has_value());
        advice = made->advice;
        initial_weight = pcs::stack_weight_at(vk, shape, r, eta, Ext::one(), made->point);
    }
    iop::Transcript to_opening(std::span<const F> public_values) {
        iop::Transcript t;
        iop::absorb_statement(t, vk, public_values, proof.heights, proof.root);
        t.tag(iop::Tag::ood);
        t.tag(iop::Tag::logup);
        REQUIRE(t.check_pow(vk.profile.logup_pow, proof.logup_nonce));
        iop::Fingerprint fingerprint;
        fingerprint.alpha = t.challenge();
        iop::Point b;
        for (uint32_t i = 0; i < vk.system.fingerprint_vars(); i++) b.push_back(t.challenge());
        fingerprint.w = poly::eq_table(b);
        auto fractions = iop::verify_fractional_sum(t, proof, *iop::public_sum(vk, fingerprint, public_values));
        REQUIRE(fractions.has_value());
        t.tag(iop::Tag::zerocheck);
        while (fractions->xi.size() < shape.rounds) fractions->xi.push_back(t.challenge());
        const Ext mu = t.challenge(), lambda = t.challenge();
        const iop::Combined combined(vk, shape, fingerprint, fractions->xi, mu, lambda);
        const auto point =
            iop::verify_zerocheck(t, vk, shape, proof, fractions->xi, combined, fractions->p, fractions->q, {});
        REQUIRE(point.has_value());
        r = *point;
        t.tag(iop::Tag::claims);
        t.absorb(std::span<const Ext>(proof.claims));
        t.tag(iop::Tag::opening);
        eta = t.challenge();
        claim = Ext::zero();
        for (size_t i = proof.claims.size(); i-- > 0;) claim = claim * eta + proof.claims[i];
        return t;
    }
    /// What the program reads before the opening's own advice.
    Advice whole(const Advice& opening) const {
        std::vector<Ext> out;
        for (size_t k = 0; k < STATE_CELLS; k++) out.push_back(state_cell(tr.state(), k));
        out.push_back(claim);
        for (const hash::Digest& root : {proof.root, vk.prep_root}) {
            PermutationState s{};
            std::copy(root.begin(), root.end(), s.begin());
            for (size_t k = 0; k < 2; k++) out.push_back(state_cell(s, k));
        }
        for (uint64_t x : {shape.main_slices, vk.prep_layout.slices, uint64_t{shape.k0}})
            out.push_back(Ext::from_base(F::reduce(x)));
        out.insert(out.end(), opening.elements.begin(), opening.elements.end());
        return Advice(std::move(out), opening.openings);
    }
    /// Whether the program takes this for an opening with the host's weight.
    bool accepts(const Program& program, const Advice& opening) const {
        const auto run = execute(program, whole(opening));
        if (!run) {
            CHECK(run.error().code == "program_refuses");
            return false;
        }
        for (size_t k = 0; k < 5; k++)
            if (!(run->output[k] == initial_weight.c[k])) return false;
        return true;
    }
    iop::VerifyingKey vk;
    iop::Proof proof;
    iop::Shape shape;
    iop::Transcript tr;
    iop::Point r;
    Ext eta, claim, initial_weight;
    Advice advice;
};

/// Gives the initial weight with which the claim holds.
Program program(const iop::Profile& profile) {
    Emitter e(5);
    Transcript tr(e);
    const Element state = e.advice(STATE_CELLS);
    std::vector<Element> cells;
    for (uint32_t k = 0; k < STATE_CELLS; k++) cells.push_back(e.at(state, k));
    tr.resume(cells, 5);
    const Element claim = e.advice(), main_root = e.advice(2), prep_root = e.advice(2), main = e.advice(),
                  prep = e.advice(), k0 = e.advice();
    const OpeningClaim last = verify_opening(e, tr, profile, {claim, main_root, prep_root, main, prep, k0});
    const Element weight = last.claim * e.inverse(last.final), initial = weight - last.query_weights;
    for (uint32_t k = 0; k < 5; k++) e.assert_equal(e.extract(initial, k), e.output(k));
    return e.finish();
}

}  // namespace

TEST_CASE("the opening of a proof, one program for any number of slices", "[recursion]") {
    for (const iop::Profile& profile : {*iop::named_profile("test"), crowded_profile()}) {
        INFO(profile.name);
        const Program code = program(profile);
        CHECK(program(profile).code == code.code);
        std::set<uint32_t> k0;
        for (const auto& sample : {test::polynomial_program(3), test::collatz_program(27, 6)}) {
            const Subject s(sample, profile);
            k0.insert(s.shape.k0);
            const auto run = execute(code, s.whole(s.advice));
            INFO((run ? "" : run.error().message));
            REQUIRE(run.has_value());
            REQUIRE(s.accepts(code, s.advice));
            // Any element or opened leaf that is another one.
            for (size_t i = 0; i < s.advice.elements.size(); i += 1 + s.advice.elements.size() / 60) {
                Advice wrong = s.advice;
                wrong.elements[i] += test::ext(i % 2, 1 - i % 2);
                CHECK_FALSE(s.accepts(code, wrong));
            }
            for (size_t i = 0; i < s.advice.openings.size(); i += 1 + s.advice.openings.size() / 20) {
                Advice wrong = s.advice;
                wrong.openings[i].row[i % wrong.openings[i].row.size()] += F::ONE;
                CHECK_FALSE(s.accepts(code, wrong));
                std::swap(wrong.openings[i], wrong.openings[(i + 1) % wrong.openings.size()]);
                CHECK_FALSE(s.accepts(code, wrong));
            }
        }
        if (profile.name == "crowded") CHECK(k0.size() == 2);
    }
}

namespace {

/// The queries to oracle 0 as an honest run has them, and where a prover can lie about them.
struct Queries {
    Queries(const Subject& subject, const Program& program) : s(subject), code(program) {
        const iop::Profile& pr = s.vk.profile;
        iop::Transcript tr = s.tr;
        const iop::WhirRound& a = s.proof.whir[0];
        tr.tag(iop::Tag::round);
        for (const auto& g : a.polys) {
            tr.absorb(std::span<const Ext>(g));
            (void)tr.challenge();
        }
        tr.absorb(std::span<const F>(a.root));
        tr.tag(iop::Tag::query);
        REQUIRE(tr.check_pow(pr.query_pow[0], a.nonce));
        // Slots follow the foldings, the next root and the nonce.
        first = 2 * s.shape.k0 + 2 + 1;
        index.resize(pr.queries[0]);
        query.resize(pr.queries[0]);
        for (uint32_t j = 0; j < index.size(); j++) {
            const uint32_t k = s.advice.elements[first + j].c[0].canonical();
            query[k] = j;
            index[k] = tr.index(pr.log_domain(0));
        }
        const auto run = execute(code, s.whole(s.advice));
        REQUIRE(run.has_value());
        memory = run->memory;
        const auto here = [&](size_t at) {
            for (size_t k = 0; k < query.size(); k++)
                if (!(memory[at + 4 * k] == test::ext(query[k])) || !(memory[at + 4 * k + 1] == test::ext(index[k])))
                    return false;
            return true;
        };
        while (!here(address)) REQUIRE(++address + 4 * query.size() < memory.size());
    }
    Advice honest() const { return s.whole(s.advice); }
    /// Where the advice of the query in slot k says so.
    Ext& slot(Advice& a, size_t k) const {
        return a.elements[a.elements.size() - s.advice.elements.size() + first + query[k]];
    }
    /// Opened leaves before slot k.
    size_t leaves_before(size_t k) const {
        size_t n = 0;
        for (size_t i = 0; i < k; i++) n += i == 0 || index[i] != index[i - 1];
        return 2 * n;
    }
    bool refused(const Advice& a) const {
        const auto run = execute(code, a);
        return !run && run.error().code == "program_refuses";
    }
    /// The query in slot k goes to another address, and its slot repeats the index before: so its leaf is not opened.
    Advice dropped(size_t k, Ext to) const {
        Advice a = honest();
        slot(a, k) = to;
        for (uint32_t i = 1; i <= 2; i++) a.cells.emplace_back(address + 4 * k + i, memory[address + 4 * (k - 1) + i]);
        const auto leaf = a.openings.begin() + static_cast<std::ptrdiff_t>(leaves_before(k));
        a.openings.erase(leaf, leaf + 2);
        return a;
    }
    const Subject& s;
    const Program& code;
    size_t first = 0, address = 0;
    std::vector<uint32_t> query, index;  ///< of each slot
    std::vector<Ext> memory;
};

}  // namespace

TEST_CASE("queries are opened once each, ascending, and none is left out", "[recursion]") {
    const iop::Profile profile = crowded_profile();
    const Program code = program(profile);
    const Subject s(test::polynomial_program(3), profile);
    const Queries q(s, code);
    const size_t count = q.query.size();
    REQUIRE(execute(code, q.honest()).has_value());
    REQUIRE(q.leaves_before(count) < 2 * count);  // some meet
    size_t dropped = 0;
    for (size_t k = 1; k + 1 < count; k++) {
        if (q.index[k] == q.index[k - 1] || q.index[k] == q.index[k + 1]) continue;
        if (dropped++ > 8) break;
        // To a slot beyond the queries' number; to an address far from the slots; to another query's slot.
        CHECK(q.refused(q.dropped(k, test::ext(static_cast<uint32_t>(count)))));
        // Behind the point, in the frame that the program makes first.
        const uint32_t unused = code.main_cells + profile.s + s.shape.k0;
        const F far =
            (F::from_canonical(unused) - F::reduce(static_cast<uint32_t>(q.address))) * F::reduce(4u).inverse();
        CHECK(q.refused(q.dropped(k, Ext::from_base(far))));
        CHECK(q.refused(q.dropped(k, test::ext(static_cast<uint32_t>(k) - 1))));
        // With its neighbour, leaves and all.
        Advice a = q.honest();
        std::swap(q.slot(a, k), q.slot(a, k - 1));
        const size_t leaf = q.leaves_before(k);
        for (size_t j = 0; j < 2; j++) std::swap(a.openings[leaf + j], a.openings[leaf - 2 + j]);
        CHECK(q.refused(a));
    }
    REQUIRE(s.shape.k0 + 3 <= profile.max_log_slices);
    CHECK(dropped > 4);
    // Queries that meet may change places: it is the same list.
    for (size_t k = 1; k < count; k++) {
        if (q.index[k] != q.index[k - 1]) continue;
        Advice a = q.honest();
        std::swap(q.slot(a, k), q.slot(a, k - 1));
        CHECK(execute(code, a).has_value());
        // A leaf that two queries share, opened for both.
        a = q.honest();
        const auto leaf = a.openings.begin() + static_cast<std::ptrdiff_t>(q.leaves_before(k)) - 2;
        const std::vector<Opening> again(leaf, leaf + 2);
        a.openings.insert(leaf, again.begin(), again.end());
        CHECK_FALSE(execute(code, a).has_value());
    }
}
