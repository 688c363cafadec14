// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "libs/base/hex.hpp"
#include "libs/hash/sha256.hpp"
#include "test/support/isas.hpp"
#include "test/unit/layers/lab.hpp"

namespace {

using namespace ashlar;
using namespace ashlar::test;

std::string digest(std::span<const Ext> elements) {
    Bytes bytes;
    for (const Ext& e : elements)
        for (F c : e.c)
            for (unsigned b = 0; b < 4; b++) bytes.push_back(static_cast<uint8_t>(c.canonical() >> (8 * b)));
    return to_hex(hash::sha256(bytes));
}

std::vector<Ext> elements(const Claims& c) {
    std::vector<Ext> out;
    for (const std::vector<Ext>& part :
         {c.outputs_at, c.gamma, std::vector<Ext>{c.output}, c.inputs_at, c.bits, c.words, std::vector<Ext>{c.input}})
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace

// test/oracle/layers.py made the file, with a prover and a verifier of its own.
TEST_CASE("proofs and claims are the executable specification's, element by element") {
    exec::ThreadPool pool(2);
    std::ifstream file("test/vectors/layers_vectors.txt");
    size_t cases = 0;
    for (std::string line; std::getline(file, line); cases++) {
        std::istringstream in(line);
        size_t rounds = 0, real = 0, length = 0;
        uint32_t k = 0;
        std::string proof_digest, claims_digest, word;
        in >> rounds >> k >> real >> length >> proof_digest >> claims_digest;
        std::vector<uint64_t> inputs;
        while (in >> word) inputs.push_back(std::stoull(word, nullptr, 16));
        CAPTURE(rounds, k, real);
        REQUIRE(inputs.size() == 25 * real);
        const Circuit circuit = chips::keccak_circuit(rounds);
        const BitTrace trace = trace_of(circuit, k, inputs, pool);
        for (exec::Isa isa : testable_isas()) {
            const auto proof = prove_with(isa, circuit, trace, pool);
            REQUIRE(proof.size() == length);
            REQUIRE(digest(proof) == proof_digest);
            iop::Transcript tr;
            const auto claims = verify(circuit, k, tr, proof);
            REQUIRE(claims);
            REQUIRE(digest(elements(*claims)) == claims_digest);
        }
    }
    REQUIRE(cases == 5);
}
