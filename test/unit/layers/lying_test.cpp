// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/layers/fitting.hpp"
#include "test/unit/layers/lab.hpp"

namespace {

using namespace ashlar;
using namespace ashlar::test;

constexpr uint32_t K = 2;
constexpr size_t ROUNDS = 2, REAL = 3;

/// An honest statement of a short Keccak: three real instances of four.
struct Lab {
    exec::ThreadPool pool{2};
    Circuit circuit = chips::keccak_circuit(ROUNDS);
    std::vector<uint64_t> idle = idle_outputs(circuit, pool);
    Run run{random_words(25 * REAL, 5), {}};
    BitTrace trace = trace_of(circuit, K, run.inputs, pool);

    Lab() { run.outputs = outputs_of(circuit, trace); }
    std::vector<Ext> prove(const BitTrace& t, iop::ProverHooks* hooks = nullptr) {
        return prove_with(exec::best_isa(), circuit, t, pool, hooks);
    }
    std::string verdict(std::span<const Ext> messages) const { return test::verdict(circuit, K, messages, run, idle); }
};

/// Changes one element of message `at`, then goes on with the challenges that follow.
struct Changing : iop::ProverHooks {
    explicit Changing(size_t n) : at(n) {}
    void message(size_t number, std::span<Ext> m) override {
        sent = number + 1;
        if (number == at) m[number * 7 % m.size()].c[number % 5] += F::ONE;
    }
    size_t at, sent = 0;
};

/// A run whose lane `lane` of a step has a bit flipped in instance 1, everything above computed from that.
BitTrace flipped(Lab& lab, size_t step, size_t lane, size_t bit) {
    BitTrace t = trace_of(lab.circuit, K, lab.run.inputs, lab.pool);
    t.lane(step, lane)[bit / 8 * t.pitch() + 1] ^= static_cast<uint8_t>(1 << bit % 8);
    t.evaluate_above(lab.circuit, step, lab.pool);
    return t;
}

}  // namespace

TEST_CASE("a bit flipped in any layer, with all that follows from it, is refused") {
    Lab lab;
    for (size_t step = 0; step < lab.circuit.steps.size(); step++) {
        const Layer& layer = lab.circuit.steps[step].layer;
        const size_t lane = GENERATE(0, 7, 24);
        CAPTURE(step, lane);
        const BitTrace t = flipped(lab, step, lane, 3 + 11 * step);
        Run lie{lab.run.inputs, outputs_of(lab.circuit, t)};
        REQUIRE(lie.outputs != lab.run.outputs);
        const auto proof = lab.prove(t);
        // The last layer's lanes are the inputs: there the proof is right, but speaks of others.
        const bool inputs = step + 1 == lab.circuit.steps.size();
        REQUIRE(verdict(lab.circuit, K, proof, lie, lab.idle) == (inputs ? "claims" : "layers"));
        REQUIRE(lab.verdict(proof) == (inputs ? "claims" : "layers"));
        // Fitted, it passes every check of the argument; the claims on inputs and outputs are false.
        Fitting hooks;
        const auto fitted = lab.prove(t, &hooks);
        REQUIRE(verdict(lab.circuit, K, fitted, lie, lab.idle) == "claims");
        REQUIRE((hooks.fitted > 0) == !inputs);
        (void)layer;
    }
}

TEST_CASE("other outputs, other inputs, other idle outputs are refused") {
    Lab lab;
    const auto proof = lab.prove(lab.trace);
    REQUIRE(lab.verdict(proof) == "accepted");
    for (size_t i = 0; i < lab.run.outputs.size(); i += 7) {
        Run lie = lab.run;
        lie.outputs[i] ^= uint64_t{1} << (i * 5 % 64);
        REQUIRE(verdict(lab.circuit, K, proof, lie, lab.idle) == "claims");
        lie = lab.run;
        lie.inputs[i] ^= uint64_t{1} << (i * 3 % 64);
        REQUIRE(verdict(lab.circuit, K, proof, lie, lab.idle) == "claims");
    }
    std::vector<uint64_t> idle = lab.idle;
    idle[3] ^= 1;
    REQUIRE(verdict(lab.circuit, K, proof, lab.run, idle) == "claims");
    // Instances that are not real are all idle ones: one that is not makes another proof.
    Run more = lab.run;
    const auto extra = random_words(25, 6);
    more.inputs.insert(more.inputs.end(), extra.begin(), extra.end());
    const BitTrace full = trace_of(lab.circuit, K, more.inputs, lab.pool);
    REQUIRE(lab.verdict(lab.prove(full)) == "claims");
    more.outputs = outputs_of(lab.circuit, full);
    REQUIRE(verdict(lab.circuit, K, lab.prove(full), more, lab.idle) == "accepted");
}

TEST_CASE("every message, changed as it is sent, is refused") {
    Lab lab;
    Changing count(~size_t{0});
    (void)lab.prove(lab.trace, &count);
    size_t messages = 0;
    for_each_message(lab.circuit, K, [&](const char*, size_t) { messages++; });
    REQUIRE(count.sent == messages);
    for (size_t at = 0; at < messages; at++) {
        CAPTURE(at);
        Changing hooks(at);
        REQUIRE(lab.verdict(lab.prove(lab.trace, &hooks)) != "accepted");
    }
}

TEST_CASE("every element of a proof, changed afterwards, is refused; so is another length or height") {
    Lab lab;
    const auto proof = lab.prove(lab.trace);
    for (size_t i = 0; i < proof.size(); i++) {
        auto changed = proof;
        changed[i].c[i % 5] += F::reduce(static_cast<uint32_t>(1 + i));
        REQUIRE(lab.verdict(changed) != "accepted");
    }
    auto shorter = proof, longer = proof;
    shorter.pop_back();
    longer.push_back(Ext::one());
    REQUIRE(lab.verdict(shorter) == "layers");
    REQUIRE(lab.verdict(longer) == "layers");
    REQUIRE(lab.verdict({}) == "layers");
    for (uint32_t k : {0u, 1u, 3u, 20u}) REQUIRE(verdict(lab.circuit, k, proof, lab.run, lab.idle) == "layers");
    REQUIRE(lab.verdict(std::vector<Ext>(proof.size(), Ext::zero())) == "layers");
}

TEST_CASE("claims of another proof, or at another point, are refused") {
    Lab lab;
    struct Swapping : iop::ProverHooks {
        size_t seen = 0, at = 0;
        std::vector<std::vector<Ext>> kept, other;
        void fit_claims(const Ext&, const Layer&, std::span<const Ext>, std::span<Ext> claims) override {
            kept.emplace_back(claims.begin(), claims.end());
            if (!other.empty() && seen == at) std::copy(other[at].begin(), other[at].end(), claims.begin());
            seen++;
        }
    };
    Swapping first;
    (void)prove_with(exec::best_isa(), lab.circuit, trace_of(lab.circuit, K, random_words(25 * REAL, 9), lab.pool),
                     lab.pool, &first);
    for (size_t at = 0; at < first.kept.size(); at++) {
        Swapping hooks;
        hooks.other = first.kept;
        hooks.at = at;
        REQUIRE(lab.verdict(lab.prove(lab.trace, &hooks)) == "layers");
    }
    const auto proof = lab.prove(lab.trace);
    iop::Transcript tr;
    const auto claims = verify(lab.circuit, K, tr, proof);
    REQUIRE(claims);
    auto holds = [&](const Claims& c) { return claims_hold(c, 25, 25, lab.run.inputs, lab.run.outputs, lab.idle); };
    REQUIRE(holds(*claims));
    for (size_t j = 0; j < K; j++) {
        Claims other = *claims;
        other.inputs_at[j] += F::ONE;
        REQUIRE_FALSE(holds(other));
        other = *claims;
        other.outputs_at[j] += F::ONE;
        REQUIRE_FALSE(holds(other));
    }
}

TEST_CASE("every number of the description matters: verifier and prover of another circuit disagree") {
    Lab lab;
    const auto proof = lab.prove(lab.trace);
    size_t changes = 0;
    // A change may make another circuit of the same function in another order only if it is no change.
    auto refused = [&](const Circuit& other) {
        changes++;
        iop::Transcript tr;
        const auto claims = verify(other, K, tr, proof);
        return !claims || !claims_hold(*claims, 25, 25, lab.run.inputs, lab.run.outputs, lab.idle);
    };
    for (size_t s = 0; s < lab.circuit.steps.size(); s++) {
        CAPTURE(s);
        const Step& step = lab.circuit.steps[s];
        auto changed = [&](auto&& change) {
            Circuit other = lab.circuit;
            change(other.steps[s]);
            return other;
        };
        for (size_t w = 0; w < step.wires.size(); w++) {
            CAPTURE(w);
            const uint32_t lanes = s == 0 ? 25 : lab.circuit.steps[s - 1].layer.lanes;
            REQUIRE(refused(changed([&](Step& x) { x.wires[w].rotation = (x.wires[w].rotation + 1) % 64; })));
            REQUIRE(refused(changed([&](Step& x) { x.wires[w].upper = (x.wires[w].upper + 1) % lanes; })));
            REQUIRE(refused(changed([&](Step& x) { x.wires[w].lower = (x.wires[w].lower + 1) % x.layer.outputs; })));
            REQUIRE(refused(changed([&](Step& x) { x.wires[w].negated ^= uint64_t{1} << (w * 5 % 64); })));
            REQUIRE(
                refused(changed([&](Step& x) { x.wires.erase(x.wires.begin() + static_cast<std::ptrdiff_t>(w)); })));
        }
        for (size_t g = 0; g < step.layer.groups.size(); g++) {
            CAPTURE(g);
            const Group& group = step.layer.groups[g];
            for (size_t f = 0; f < group.factors.size(); f++)
                for (uint32_t by = 1; by < 3; by++)
                    REQUIRE(refused(changed([&](Step& x) {
                        uint32_t& lane = x.layer.groups[g].factors[f];
                        lane = (lane + by) % x.layer.lanes;
                    })));
            for (size_t t = 0; t < group.linear.size(); t++) {
                REQUIRE(refused(changed([&](Step& x) {
                    uint32_t& o = x.layer.groups[g].linear[t].output;
                    o = (o + 1) % x.layer.outputs;
                })));
                REQUIRE(refused(changed([&](Step& x) {
                    uint32_t& l = x.layer.groups[g].linear[t].lane;
                    l = (l + 1) % x.layer.lanes;
                })));
            }
        }
        for (size_t c = 0; c < step.layer.copies.size(); c++) {
            REQUIRE(refused(changed([&](Step& x) {
                uint32_t& o = x.layer.copies[c].output;
                o = (o + 1) % x.layer.outputs;
            })));
            REQUIRE(refused(changed([&](Step& x) {
                uint32_t& l = x.layer.copies[c].lane;
                l = (l + 1) % x.layer.lanes;
            })));
        }
        REQUIRE(refused(changed([&](Step& x) { x.layer.log_first = 7 - x.layer.log_first; })));
        if (step.layer.factors() == 2)
            REQUIRE(refused(
                changed([&](Step& x) { x.layer.form = x.layer.form == Form::chi ? Form::product : Form::chi; })));
    }
    REQUIRE(changes > 1000);
    // The other way about: a prover of a circuit with a wrong rotation or constant.
    for (size_t s = 0; s < lab.circuit.steps.size(); s++)
        for (size_t w = 0; w < lab.circuit.steps[s].wires.size(); w += 4) {
            Circuit other = lab.circuit;
            other.steps[s].wires[w].rotation = (other.steps[s].wires[w].rotation + 3) % 64;
            const BitTrace t = trace_of(other, K, lab.run.inputs, lab.pool);
            const Run lie{lab.run.inputs, outputs_of(other, t)};
            REQUIRE(verdict(lab.circuit, K, prove_with(exec::best_isa(), other, t, lab.pool), lie, lab.idle) !=
                    "accepted");
        }
}
