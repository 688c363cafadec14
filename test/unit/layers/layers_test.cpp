// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/support/isas.hpp"
#include "test/unit/layers/lab.hpp"

namespace {
using namespace ashlar;
using namespace ashlar::test;
}  // namespace

TEST_CASE("the circuit is Keccak-f") {
    exec::ThreadPool pool(2);
    const Circuit circuit = chips::keccak_circuit(24);
    const std::vector<uint64_t> inputs = random_words(25 * 70, 1);
    const BitTrace trace = trace_of(circuit, 7, inputs, pool);
    std::vector<uint64_t> expected = inputs;
    for (size_t i = 0; i < 70; i++) hash::keccak_permute(&expected[25 * i]);
    REQUIRE(outputs_of(circuit, trace) == expected);
    REQUIRE(idle_outputs(circuit, pool)[0] == 0xf125'8f79'40e1'dde7);
}

TEST_CASE("proofs of any number of instances are accepted, the same on every instruction set") {
    exec::ThreadPool pool(2);
    const Circuit circuit = chips::keccak_circuit(2);
    const std::vector<uint64_t> idle = idle_outputs(circuit, pool);
    const auto [k, real] = GENERATE(table<uint32_t, size_t>({{0, 1},
                                                             {0, 0},
                                                             {1, 2},
                                                             {2, 3},
                                                             {3, 8},
                                                             {4, 9},
                                                             {5, 20},
                                                             {6, 33},
                                                             {6, 64},
                                                             {7, 64},
                                                             {7, 65},
                                                             {7, 127},
                                                             {8, 150},
                                                             {9, 40}}));
    CAPTURE(k, real);
    Run run{random_words(25 * real, k + 100 * real), {}};
    const BitTrace trace = trace_of(circuit, k, run.inputs, pool);
    run.outputs = outputs_of(circuit, trace);
    std::vector<std::vector<Ext>> proofs;
    for (exec::Isa isa : testable_isas()) {
        CAPTURE(exec::isa_name(isa));
        proofs.push_back(prove_with(isa, circuit, trace, pool));
        REQUIRE(proofs.back().size() == proof_length(circuit, k));
        REQUIRE(verdict(circuit, k, proofs.back(), run, idle) == "accepted");
        REQUIRE(proofs.back() == proofs.front());
    }
}

TEST_CASE("a proof of the whole permutation is accepted") {
    exec::ThreadPool pool(2);
    const Circuit circuit = chips::keccak_circuit(24);
    Run run{random_words(25 * 3, 7), {}};
    const BitTrace trace = trace_of(circuit, 2, run.inputs, pool);
    run.outputs = outputs_of(circuit, trace);
    REQUIRE(verdict(circuit, 2, prove_with(exec::best_isa(), circuit, trace, pool), run, idle_outputs(circuit, pool)) ==
            "accepted");
}
