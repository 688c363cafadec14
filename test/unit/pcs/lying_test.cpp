// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/iop/statement.hpp"
#include "test/support/lying_prover.hpp"
#include "test/support/spec_prover.hpp"
#include "test/support/spec_system.hpp"

// The executable specification's soundness tests against the C++ prover and verifier.
namespace {
using namespace ashlar;
using namespace ashlar::test;

const char* const PROFILES[] = {"spec-test", "spec-test-late-johnson", "spec-test-johnson", "spec-test-one-oracle"};

struct System {
    exec::ThreadPool pool{2};
    iop::ProvingKey key;
    SpecRun run;
    iop::Traces traces;
    /// `scale` 1 are the specification's own heights; larger ones reach the prover's loops over whole lanes.
    explicit System(const char* profile, uint32_t scale = 1)
        : key(spec_proving_key("machine", *iop::named_profile(profile), exec::best_isa(), pool)),
          run(spec_run(11, key.vk.profile, 7 * scale, 6 * scale, 3 * scale, 1, 9 * scale)),
          traces(spec_traces(key.vk, run.tables)) {}

    std::string attempt(const iop::Traces& t, const pcs::Lies& lies = {}) {
        return prove_and_verify(key, run.public_values, t, pool, lies);
    }
    iop::Traces edited(size_t table, const std::vector<std::vector<F>>& rows) {
        iop::Traces t = copy(key.vk.profile, traces);
        set_rows(key.vk.profile, t[table], rows);
        return t;
    }
};

bool is_reason(const std::string& why) {
    return why == "fractional sum" || why == "zerocheck" || why == "opening" || why == "fraction layer";
}
}  // namespace

TEST_CASE("wrong witnesses are rejected") {
    std::mt19937_64 rng(5);
    for (const char* profile : PROFILES) {
        System s(profile);
        INFO(profile);
        REQUIRE(s.attempt(s.traces) == "accepted");
        for (size_t t = 0; t < s.traces.size(); t++) {
            auto rows = rows_of(s.traces[t]);
            if (rows.empty()) continue;
            for (size_t c = 0; c < rows[0].size(); c++) {  // one cell of each column
                auto changed = rows;
                F& cell = changed[rng() % rows.size()][c];
                cell += F::reduce(1 + rng() % (F::P - 1));
                if (t == 3 && c == 6) cell = 2_f;  // `write`: any boolean is true of a value that stays the same
                INFO("table " << t << " column " << c);
                REQUIRE(is_reason(s.attempt(s.edited(t, changed))));
            }
            if (t == 2 || t == 6) continue;
            auto dropped = rows, doubled = rows;
            dropped.erase(dropped.begin());
            doubled.push_back(rows[0]);
            REQUIRE(is_reason(s.attempt(s.edited(t, dropped))));
            REQUIRE(is_reason(s.attempt(s.edited(t, doubled))));
        }
        for (size_t i = 0; i < s.run.public_values.size(); i++) {
            auto values = s.run.public_values;
            values[i] += F::ONE;
            REQUIRE(is_reason(prove_and_verify(s.key, values, s.traces, s.pool)));
        }
        // One column re-ordered; a row in the empty table; a shifted column against the fixed ones.
        auto chain = rows_of(s.traces[0]);
        std::swap(chain[0][3], chain[1][3]);
        REQUIRE(is_reason(s.attempt(s.edited(0, chain))));
        REQUIRE(is_reason(s.attempt(s.edited(1, {{1_f, 0_f}}))));
        auto square = rows_of(s.traces[2]);
        std::rotate(square.begin(), square.begin() + 1, square.end());
        REQUIRE(is_reason(s.attempt(s.edited(2, square))));
        // Lookups of what is not in the table; (0, 0) is the zero row's message.
        for (uint32_t a : {SQUARE_RANGE + 1, 0u}) {
            auto fake = rows_of(s.traces[0]);
            auto fewer = rows_of(s.traces[2]);
            fewer[fake[0][4].canonical()][0] -= F::ONE;
            fake[0][4] = F::reduce(a);
            fake[0][5] = fake[0][2] * fake[0][3] * fake[0][4];
            fake[0][6] = a ? fake[0][4] * fake[0][4] + F::ONE : F::ZERO;
            REQUIRE(is_reason(s.attempt(s.edited(0, fake))));
            iop::Traces both = s.edited(0, fake);
            set_rows(s.key.vk.profile, both[2], fewer);
            REQUIRE(is_reason(s.attempt(both)));
        }
    }
}

TEST_CASE("what is committed must be what the proof speaks of") {
    for (const char* profile : PROFILES) {
        System s(profile);
        INFO(profile);
        const SpecRun other = spec_run(12, s.key.vk.profile, 7, 6, 3, 1, 9);
        const iop::Traces others = spec_traces(s.key.vk, other.tables);
        pcs::Lies lies;
        lies.committed = &others;
        REQUIRE(s.attempt(s.traces, lies) == "opening");
        auto cube = rows_of(s.traces[6]);
        cube[0][0] += F::ONE;
        const iop::Traces one_cell = s.edited(6, cube);
        lies.committed = &one_cell;
        REQUIRE(s.attempt(s.traces, lies) == "opening");
    }
}

TEST_CASE("only h' of a height matters") {
    for (const char* profile : PROFILES) {
        System s(profile);
        INFO(profile);
        std::vector<uint32_t> heights;
        for (const auto& t : s.traces) heights.push_back(static_cast<uint32_t>(t.height()));
        const uint64_t stored = iop::stored_height(s.key.vk.profile, heights[0]);
        uint32_t least = 0;
        while (iop::stored_height(s.key.vk.profile, least) != stored) least++;
        pcs::Lies lies;
        lies.heights = &heights;
        heights[0] = least;
        REQUIRE(s.attempt(s.traces, lies) == "accepted");
        heights[0] = 3;
        REQUIRE(is_reason(s.attempt(s.traces, lies)));
        // Row order of a free table has no meaning, nor has a row with multiplicity 0.
        auto chain = rows_of(s.traces[0]);
        std::reverse(chain.begin(), chain.end());
        REQUIRE(s.attempt(s.edited(0, chain)) == "accepted");
        chain.push_back({0_f, 5_f, 6_f, 7_f, 1_f, 42_f, 3_f});
        REQUIRE(s.attempt(s.edited(0, chain)) == "accepted");
    }
}

TEST_CASE("one false message or one missing proof of work is noticed by its own check") {
    for (const char* profile : PROFILES) {
        System s(profile);
        INFO(profile);
        const Reasons reasons = adaptive(s.key, s.run.public_values, s.traces, s.pool);
        for (const auto& [why, count] : reasons) {
            INFO(why << " " << count);
            REQUIRE((is_reason(why) || why == "proof of work"));
        }
        for (const char* why : {"fractional sum", "fraction layer", "zerocheck", "opening", "proof of work"}) {
            INFO(why);
            REQUIRE(reasons.count(why) == 1);
        }
    }
}

TEST_CASE("lies about tall tables are noticed too") {
    System s("test", 400);
    const Reasons reasons = adaptive(s.key, s.run.public_values, s.traces, s.pool, 30);
    for (const auto& [why, count] : reasons) {
        INFO(why << " " << count);
        REQUIRE(is_reason(why));
    }
    const auto proof = iop::prove(s.key, s.run.public_values, s.traces, s.pool);
    REQUIRE(proof);
    REQUIRE(verdict(s.key.vk, s.run.public_values, *proof) == "accepted");
    for (const auto& [region, list] : altered(s.key.vk, s.run.public_values, *proof, 1, 4)) {
        INFO(region);
        REQUIRE(list.count("accepted") == 0);
    }
    std::mt19937_64 rng(8);
    for (size_t t : {0, 3, 4, 6}) {
        iop::Traces wrong = copy(s.key.vk.profile, s.traces);
        const auto column = static_cast<uint32_t>(rng() % (t == 3 ? 6 : wrong[t].columns()));
        wrong[t].at(column, rng() % wrong[t].height()) += F::ONE;
        INFO("table " << t << " column " << column);
        REQUIRE(is_reason(s.attempt(wrong)));
        pcs::Lies lies;
        lies.committed = &wrong;
        REQUIRE(s.attempt(s.traces, lies) == "opening");
    }
}

TEST_CASE("every region of a proof, altered, is rejected") {
    for (const char* profile : PROFILES) {
        System s(profile);
        const auto proof = iop::prove(s.key, s.run.public_values, s.traces, s.pool);
        REQUIRE(proof);
        for (const auto& [region, reasons] : altered(s.key.vk, s.run.public_values, *proof, 6, 9))
            for (const auto& [why, count] : reasons) {
                INFO(profile << ", " << region << ": " << why);
                REQUIRE(why != "accepted");
                REQUIRE(why.find("non-canonical word") == std::string::npos);
            }
        // Another key, other public values.
        iop::VerifyingKey other = s.key.vk;
        other.digest[0] += F::ONE;
        REQUIRE(verdict(other, s.run.public_values, *proof) != "accepted");
        iop::VerifyingKey twisted = s.key.vk;
        twisted.structure[0] += F::ONE;
        auto made = iop::make_verifying_key(twisted);
        REQUIRE(made);
        REQUIRE(made->digest != s.key.vk.digest);
        REQUIRE(verdict(*made, s.run.public_values, *proof) != "accepted");
        auto values = s.run.public_values;
        values.pop_back();
        REQUIRE(verdict(s.key.vk, values, *proof) == "public values");
        values = s.run.public_values;
        std::reverse(values.begin(), values.end());
        REQUIRE(verdict(s.key.vk, values, *proof) != "accepted");
    }
}

TEST_CASE("no room is made for more rows or siblings than an opening can have") {
    for (const char* profile : PROFILES) {
        System s(profile);
        const auto proof = iop::prove(s.key, s.run.public_values, s.traces, s.pool);
        REQUIRE(proof);
        const auto names = regions(s.key.vk, *proof);
        const auto with = [&](size_t word, uint64_t value) {
            Bytes b = *proof;
            store_le32(&b[4 * word], static_cast<uint32_t>(value));
            b.resize(4 * (word + 2));  // ends soon after: what follows would be read at other places
            return verdict(s.key.vk, s.run.public_values, b);
        };
        size_t counts = 0;
        for (size_t i = 0; i + 1 < names.size(); i++) {
            if (!names[i].starts_with("whir tree count") || names[i + 1] != names[i]) continue;
            counts++;
            const size_t oracle = std::stoul(names[i].substr(names[i].rfind(' ') + 1)) / 2;
            const iop::Profile& p = s.key.vk.profile;
            const uint64_t rows = p.queries[oracle], siblings = rows * p.log_domain(oracle);
            INFO(profile << " " << names[i]);
            for (const uint64_t more : {uint64_t{1}, uint64_t{1000}, F::P - 1 - siblings}) {
                REQUIRE(with(i, rows + more) == "opening too long");
                REQUIRE(with(i + 1, siblings + more) == "opening too long");
            }
            REQUIRE(with(i, rows) == "proof too short");
            REQUIRE(with(i + 1, siblings) == "proof too short");
        }
        REQUIRE(counts > 0);
    }
}

TEST_CASE("changes of a decoded proof meet their own reason") {
    for (const char* profile : PROFILES) {
        System s(profile);
        INFO(profile);
        const auto bytes = iop::prove(s.key, s.run.public_values, s.traces, s.pool);
        REQUIRE(bytes);
        auto changed = [&](auto&& change) {
            auto d = iop::decode(s.key.vk, *bytes);
            change(d->proof);
            const auto r = iop::verify(s.key.vk, s.run.public_values, d->proof, d->shape);
            return r ? std::string("accepted") : std::string(to_string(r.error()));
        };
        const auto honest = iop::decode(s.key.vk, *bytes);
        for (size_t i = 0; i < honest->proof.whir.size(); i++)
            for (size_t j = 0; j < honest->proof.whir[i].openings.size(); j++) {
                auto opening = [=](iop::Proof& p) -> iop::TreeOpening& { return p.whir[i].openings[j]; };
                REQUIRE(changed([&](iop::Proof& p) { opening(p).siblings.push_back({}); }) == "too many siblings");
                if (!honest->proof.whir[i].openings[j].siblings.empty()) {
                    REQUIRE(changed([&](iop::Proof& p) { opening(p).siblings.pop_back(); }) == "too few siblings");
                    REQUIRE(changed([&](iop::Proof& p) { opening(p).siblings[0][0] += F::ONE; }) == "Merkle root");
                }
                REQUIRE(changed([&](iop::Proof& p) { opening(p).num_rows--; }) == "number of opened rows");
                REQUIRE(changed([&](iop::Proof& p) { opening(p).rows[0] += F::ONE; }) == "Merkle root");
            }
        REQUIRE(changed([](iop::Proof& p) { p.top[0][1] = Ext::zero(); }) == "zero denominator");
    }
}

TEST_CASE("the statement is bound: each part changes the first challenge") {
    System s("spec-test");
    const auto& vk = s.key.vk;
    const std::vector<uint32_t> heights{7, 0, 16, 6, 3, 1, 9};
    const hash::Digest root{1_f};
    auto first = [&](const iop::VerifyingKey& k, std::vector<F> values, std::vector<uint32_t> h, hash::Digest r) {
        iop::Transcript tr;
        iop::absorb_statement(tr, k, values, h, r);
        return tr.squeeze().canonical();
    };
    iop::VerifyingKey other_digest = vk, other_profile = vk;
    other_digest.digest[8] += F::ONE;
    other_profile.profile_id[0] += F::ONE;
    auto reversed = s.run.public_values, longer = s.run.public_values;
    std::reverse(reversed.begin(), reversed.end());
    longer.push_back(F::ZERO);
    auto other_heights = heights;
    other_heights[0]++;
    hash::Digest other_root = root;
    other_root[8] += F::ONE;
    std::vector<uint32_t> all{first(vk, s.run.public_values, heights, root),
                              first(other_digest, s.run.public_values, heights, root),
                              first(other_profile, s.run.public_values, heights, root),
                              first(vk, reversed, heights, root),
                              first(vk, longer, heights, root),
                              first(vk, s.run.public_values, other_heights, root),
                              first(vk, s.run.public_values, heights, other_root)};
    std::sort(all.begin(), all.end());
    REQUIRE(std::unique(all.begin(), all.end()) == all.end());
}

TEST_CASE("a public message with denominator 0 is refused") {
    System s("spec-test");
    iop::Fingerprint f;
    f.alpha = Ext::one();
    f.w.assign(4, Ext::one());
    const air::Message m = s.key.vk.system.public_messages(s.run.public_values)[0];
    f.alpha = Ext::one() - f(m.bus, std::span<const F>(m.values));
    const auto sum = iop::public_sum(s.key.vk, f, s.run.public_values);
    REQUIRE_FALSE(sum);
    REQUIRE(sum.error() == iop::VerifyError::public_zero_denominator);
}
