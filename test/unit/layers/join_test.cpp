// SPDX-License-Identifier: Apache-2.0
// The layered argument inside whole proofs: its claims join the zerocheck.
#include <catch2/catch.hpp>

#include "libs/chips/precompiles/keccak_layers.hpp"
#include "libs/iop/security.hpp"
#include "libs/iop/structure.hpp"
#include "test/support/isas.hpp"
#include "test/support/lying_prover.hpp"
#include "test/unit/layers/fitting.hpp"
#include "test/unit/layers/join_system.hpp"

namespace ashlar::test {

template <size_t ROUNDS>
const air::LayeredPart& Mixer<ROUNDS>::layered() {
    static const air::LayeredPart part(chips::keccak_circuit(ROUNDS), air::column_of<Mixer>(&Main<char>::bits),
                                       air::column_of<Mixer>(&Main<char>::result));
    return part;
}

namespace {

struct NoStatement {
    static constexpr size_t NUM_PUBLIC = 0;
    template <class B>
    static void messages(B&, std::span<const typename B::Value>) {}
};

template <size_t ROUNDS>
iop::Trace mixer_trace(const iop::Profile& profile, uint32_t height, std::mt19937_64& rng) {
    using Chip = Mixer<ROUNDS>;
    iop::Trace t(profile, air::NUM_MAIN<Chip>, height);
    const air::LayeredPart& part = Chip::layered();
    for (uint32_t x = 0; x < height; x++) {
        air::RowOf<Chip, F> row;
        row.main.before = row.main.between = F::reduce(rng());
        for (auto& lane : row.main.bits)
            for (F& bit : lane) bit = F::from_canonical(rng() & 1);
        const auto limbs = air::layers::output_limbs(part.circuit, {&row.main.bits[0][0], part.num_bits()});
        for (size_t l = 0; l < limbs.size(); l++) row.main.result[l] = limbs[l] - part.zero_limbs[l];
        for (uint32_t c = 0; c < t.columns(); c++) t.at(c, x) = row[c];
    }
    return t;
}

struct System {
    exec::ThreadPool pool{2};
    iop::ProvingKey key;
    iop::Traces traces;

    System(const char* profile, std::array<uint32_t, 3> heights, exec::Isa isa = exec::best_isa()) {
        static const auto kernels = ASHLAR_ISA_TABLE(JoinKernels, ::ashlar::test, JOIN_KERNELS);
        pcs::KeyParts parts;
        parts.profile = *iop::named_profile(profile);
        parts.isa = isa;
        parts.kernels = kernels.select(isa).make();
        parts.system = iop::make_system<NoStatement, JoinChips>();
        parts.structure = iop::structure_digest<NoStatement, JoinChips>();
        parts.prep.resize(3);
        key = std::move(pcs::make_proving_key(std::move(parts), pool).value());
        std::mt19937_64 rng(heights[0] + 1000 * heights[2]);
        traces.push_back(mixer_trace<2>(key.vk.profile, heights[0], rng));
        traces.emplace_back(key.vk.profile, 3, heights[1]);
        for (uint32_t x = 0; x < heights[1]; x++) {
            const F a = F::reduce(rng()), b = F::reduce(rng());
            traces[1].at(0, x) = a, traces[1].at(1, x) = b, traces[1].at(2, x) = a * b;
        }
        traces.push_back(mixer_trace<1>(key.vk.profile, heights[2], rng));
    }
    std::string attempt(const pcs::Lies& lies = {}) { return attempt(traces, lies); }
    std::string attempt(const iop::Traces& t, const pcs::Lies& lies = {}) {
        return prove_and_verify(key, {}, t, pool, lies);
    }
    /// With one cell changed.
    iop::Traces with(size_t table, uint32_t column, uint64_t row, F value) const {
        iop::Traces t = copy(key.vk.profile, traces);
        t[table].at(column, row) = value;
        return t;
    }
};

uint32_t bit_column(size_t lane, size_t z) {
    return Mixer<2>::layered().first_bit + static_cast<uint32_t>(64 * lane + z);
}
uint32_t limb_column(size_t l) { return Mixer<2>::layered().first_limb + static_cast<uint32_t>(l); }

}  // namespace

TEST_CASE("layered tables of any height prove beside shorter and taller ones, the same on every instruction set") {
    const auto heights = GENERATE(table<uint32_t, uint32_t, uint32_t>(
        {{0, 5, 0}, {1, 0, 0}, {1, 1, 1}, {2, 300, 0}, {3, 3, 50}, {33, 2000, 1}, {64, 7, 65}}));
    const auto& [a, b, c] = heights;
    CAPTURE(a, b, c);
    Bytes first;
    for (exec::Isa isa : testable_isas()) {
        System s("test", {a, b, c}, isa);
        const auto proof = iop::prove(s.key, {}, s.traces, s.pool);
        REQUIRE(proof);
        REQUIRE(verdict(s.key.vk, {}, *proof) == "accepted");
        if (first.empty()) first = *proof;
        REQUIRE((*proof == first));
        const auto decoded = iop::decode(s.key.vk, *proof);
        REQUIRE(decoded->proof.layered.size() == (a > 0) + (c > 0));
    }
}

TEST_CASE("a table of less rows than a lane has proves too") {
    for (uint32_t h : {1u, 2u, 3u}) {
        System s("spec-test", {h, 4, 0});
        CAPTURE(h);
        REQUIRE(s.attempt() == "accepted");
    }
}

TEST_CASE("results, operands and rows beyond the calls that do not fit are refused") {
    System s("test", {40, 90, 9});
    REQUIRE(s.attempt() == "accepted");
    for (uint64_t row : {uint64_t{0}, uint64_t{39}}) {
        for (size_t l : {size_t{0}, size_t{57}, size_t{99}})
            REQUIRE(s.attempt(s.with(0, limb_column(l), row, s.traces[0].at(limb_column(l), row) + F::ONE)) ==
                    "zerocheck");
        for (size_t lane : {size_t{0}, size_t{24}}) {
            const uint32_t c = bit_column(lane, 63);
            REQUIRE(s.attempt(s.with(0, c, row, F::ONE - s.traces[0].at(c, row))) == "zerocheck");
            REQUIRE(s.attempt(s.with(0, c, row, F::from_canonical(2))) == "zerocheck");
        }
    }
    // The other layered table's claims are its own.
    const uint32_t column = Mixer<1>::layered().first_limb + 3;
    REQUIRE(s.attempt(s.with(2, column, 8, s.traces[2].at(column, 8) + F::ONE)) == "zerocheck");
    // Rows from h to h': the prover's own, but they keep the rule as all rows do.
    std::vector<uint32_t> heights{40, 90, 9};
    pcs::Lies lies;
    lies.heights = &heights;
    REQUIRE(iop::stored_height(s.key.vk.profile, 40) > 40);
    System more("test", {41, 90, 9});
    REQUIRE(more.attempt(lies) != "accepted");
}

TEST_CASE("a prover of another circuit under the honest key is refused: rotation, constant, wire, operand") {
    System s("spec-test", {4, 9, 2});  // as many calls as rows: nothing else is wrong
    const air::LayeredPart& honest = Mixer<2>::layered();
    iop::TableInfo& table = s.key.vk.system.tables[0];
    const auto attempt = [&](const auto& change, bool fit) {
        air::layers::Circuit circuit = honest.circuit;
        change(circuit);
        const air::LayeredPart other(circuit, honest.first_bit, honest.first_limb);
        iop::Traces traces = copy(s.key.vk.profile, s.traces);
        for (uint64_t x = 0; x < traces[0].height(); x++) {
            std::vector<F> bits;
            for (uint32_t c = 0; c < honest.num_bits(); c++) bits.push_back(traces[0].at(honest.first_bit + c, x));
            const auto limbs = air::layers::output_limbs(circuit, bits);
            for (size_t l = 0; l < limbs.size(); l++) traces[0].at(limb_column(l), x) = limbs[l] - honest.zero_limbs[l];
        }
        Fitting fitting;
        pcs::Lies lies;
        if (fit) lies.hooks = &fitting;
        table.layered = &other;
        const auto proof = iop::prove(s.key, {}, traces, s.pool, nullptr, lies);
        table.layered = &honest;
        REQUIRE(proof);
        return verdict(s.key.vk, {}, *proof);
    };
    REQUIRE(attempt([](auto&) {}, false) == "accepted");
    const auto refused = [&](const auto& change) {
        for (bool fit : {false, true}) {
            const std::string why = attempt(change, fit);
            CHECK((why == "layers" || why == "zerocheck"));
        }
    };
    refused([](auto& c) {
        uint32_t& lower = c.steps[0].wires[3].lower;
        lower = (lower + 1) % c.steps[0].layer.outputs;
    });
    refused([](auto& c) {
        auto& layer = c.steps[0].layer;
        layer.groups[2].factors[0] = (layer.groups[2].factors[0] + 1) % layer.lanes;
    });
    for (size_t step = 0; step < honest.circuit.steps.size(); step++) {
        CAPTURE(step);
        const air::layers::Step& st = honest.circuit.steps[step];
        if (!st.wires.empty()) {
            const size_t w = step * 7 % st.wires.size();
            refused([&](auto& c) { c.steps[step].wires[w].rotation = (c.steps[step].wires[w].rotation + 1) % 64; });
            refused([&](auto& c) { c.steps[step].wires[w].negated ^= 1; });
        }
    }
}

TEST_CASE("what is committed must be what the layered argument speaks of") {
    System s("test", {40, 90, 9});
    pcs::Lies lies;
    for (const uint32_t c : {bit_column(3, 5), limb_column(7)}) {
        const iop::Traces other = s.with(0, c, 11, F::ONE - s.traces[0].at(c, 11));
        lies.committed = &other;
        REQUIRE(s.attempt(lies) == "opening");
    }
}

TEST_CASE("a liar whose every message of the layers fits is refused by their claims") {
    System s("spec-test", {3, 9, 2});
    struct Liar : Fitting {
        size_t at, length = 0;
        explicit Liar(size_t n) : at(n) {}
        void message(size_t number, std::span<Ext> m) override {
            if (number != at) return;
            m[0] += Ext::one();
            length = m.size();
        }
    };
    Tampering count(~size_t{0}, 0);
    pcs::Lies lies;
    lies.hooks = &count;
    REQUIRE(s.attempt(lies) == "accepted");
    size_t refused_by_claims = 0;
    for (size_t at = 0; at < count.sent(); at += 1 + count.sent() / 80) {
        Liar liar(at);
        lies.hooks = &liar;
        const std::string why = s.attempt(lies);
        CAPTURE(at, why);
        REQUIRE(why != "accepted");
        // First messages and last claims are changed after they were made to fit; others leave something to fit.
        const bool fits = liar.fitted > 0 && liar.length <= 5;
        if (fits) REQUIRE(why == "zerocheck");
        refused_by_claims += fits;
    }
    REQUIRE(refused_by_claims > 20);
}

TEST_CASE("one false message is noticed by its own check, the layers' too") {
    System s("spec-test", {3, 9, 2});
    const Reasons reasons = adaptive(s.key, {}, s.traces, s.pool, 80);
    for (const auto& [why, count] : reasons) {
        INFO(why << " " << count);
        REQUIRE((why == "layers" || why == "fractional sum" || why == "zerocheck" || why == "opening" ||
                 why == "proof of work"));
    }
    REQUIRE(reasons.at("layers") > 30);
}

TEST_CASE("every region of a proof with layers, altered, is refused") {
    System s("spec-test", {3, 4, 2});
    const auto proof = iop::prove(s.key, {}, s.traces, s.pool);
    REQUIRE(proof);
    size_t layers = 0;
    for (const auto& [region, reasons] : altered(s.key.vk, {}, *proof, 4, 17)) {
        layers += region.starts_with("layers ");
        for (const auto& [why, count] : reasons) {
            INFO(region << ": " << why);
            REQUIRE(why != "accepted");
            REQUIRE(why.find("non-canonical word") == std::string::npos);
        }
    }
    REQUIRE(layers == 2 * 5);  // output, wiring, first, round, claims of each table
    // Another number of messages, where the caller hands over a decoded proof.
    auto decoded = iop::decode(s.key.vk, *proof);
    decoded->proof.layered[0].pop_back();
    const auto verdict = iop::verify(s.key.vk, {}, decoded->proof, decoded->shape);
    REQUIRE_FALSE(verdict);
    REQUIRE(verdict.error() == iop::VerifyError::layers);
}

TEST_CASE("the errors of Keccak-f's messages are those of their degrees, and far below the rest") {
    const air::layers::Circuit circuit = chips::keccak_circuit(24);
    iop::MachineSize size{4000, 4000, 15, {}}, with = size;
    with.layered = {&circuit, &circuit};
    const iop::Profile& profile = *iop::named_profile("chunk-small");
    const double field = 5 * std::log2(static_cast<double>(F::P)), k = profile.max_log_height;
    // By hand, for one circuit: largest degree, and sum of all degrees.
    const std::map<std::string, std::pair<double, double>> expected = {
        {"layers point", {k, k}},
        {"layers gamma", {99, 99}},
        {"layers wiring", {2, 2 * 6 * (2 * 24 + 1)}},
        {"layers first", {45, 24 * (3 * 15 + 3 * 7 + 5 * 7)}},
        {"layers round", {5, 24 * (3 * (2 + k) + 3 * (3 + k) + 5 * (3 + k))}},
        {"layers claims", {24, 24 * (24 + 14 + 24)}},
    };
    std::map<std::string, size_t> seen;
    double all = 0;
    for (const auto& c : iop::security_components(profile, 5, with)) {
        if (c.name == "mu") REQUIRE(c.bits == Approx(field - std::log2(2 + 2 * 2)));
        if (!c.name.starts_with("layers")) continue;
        INFO(c.name);
        const auto& [worst, sum] = expected.at(c.name);
        REQUIRE(c.bits == Approx(field - std::log2(worst)));
        REQUIRE(c.rounds * worst == Approx(sum));
        REQUIRE(c.work == 0);
        all += c.rounds * std::exp2(-c.bits);
        seen[c.name]++;
    }
    REQUIRE(seen.size() == expected.size());
    for (const auto& [name, count] : seen) REQUIRE(count == 2);
    REQUIRE(-std::log2(all / 2) > 141.4);
    const iop::SecurityBits a = iop::security_summary(profile, size), b = iop::security_summary(profile, with);
    REQUIRE(b.minimum == a.minimum);
    REQUIRE(b.sum < a.sum);
    REQUIRE(b.sum > a.sum - 0.001);
}

TEST_CASE("a key binds the circuit and its columns") {
    auto chips = air::describe_all<JoinChips>();
    const auto digest = [&] { return iop::chip_digest(chips[0]); };
    const auto honest = digest();
    air::LayeredPart part = *chips[0].layered;
    chips[0].layered = &part;
    REQUIRE(digest() == honest);
    part.first_bit++;
    REQUIRE(digest() != honest);
    part.first_bit--, part.first_limb--;
    REQUIRE(digest() != honest);
    part.first_limb++, part.circuit.steps[1].wires[4].rotation ^= 1;
    REQUIRE(digest() != honest);
    chips[0].layered = nullptr;
    REQUIRE(digest() != honest);
}

}  // namespace ashlar::test
