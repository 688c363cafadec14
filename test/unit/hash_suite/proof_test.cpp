// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libs/pcs/verify.hpp"
#include "test/support/spec_prover.hpp"

namespace {
using namespace ashlar;
using namespace ashlar::test;
}  // namespace

TEST_CASE("a witness is proven and verified under a second suite") {
    REQUIRE(hash::Suite::PARTIAL_ROUNDS == 23);
    exec::ThreadPool pool(2);
    for (const char* profile : {"spec-test", "spec-test-johnson", "spec-test-late-johnson", "spec-test-one-oracle"}) {
        INFO(profile);
        const iop::ProvingKey key = spec_proving_key("machine", *iop::named_profile(profile), exec::Isa::scalar, pool);
        const SpecRun run = spec_run(3, key.vk.profile, 9, 15, 3, 1, 20);
        const auto proof = iop::prove(key, run.public_values, spec_traces(key.vk, run.tables), pool);
        REQUIRE(proof);
        REQUIRE(iop::verify(key.vk, run.public_values, *proof));
        for (size_t at = 0; at < proof->size(); at += 1 + proof->size() / 60) {
            Bytes altered = *proof;
            altered[at] ^= 1;
            CHECK_FALSE(iop::verify(key.vk, run.public_values, altered));
        }
        // A key that names another suite is another key.
        iop::VerifyingKey other = key.vk;
        other.profile_id[0] += field::F::ONE;
        CHECK_FALSE(iop::verify(other, run.public_values, *proof));
    }
}

TEST_CASE("proofs of suite 1 are none of the second suite") {
    const auto cases = read_spec_cases("test/vectors/protocol_vectors.txt");
    REQUIRE(cases.size() == 28);
    for (const SpecCase& c : cases) {
        const iop::VerifyingKey vk = spec_key(c);
        CHECK_FALSE(vk.profile.words() == c.profile_words);
        CHECK_FALSE(iop::verify(vk, c.public_elements(), c.proof));
    }
}
